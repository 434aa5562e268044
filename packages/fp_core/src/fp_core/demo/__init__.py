"""The demonstration registry: invented people and years in real villages."""
