"""Use cases: what is done to the register, one chapter to a file; every change is a command that `change()` runs."""
