"""./fp bench: what our gateway costs beside others on the same data, as ratios."""
