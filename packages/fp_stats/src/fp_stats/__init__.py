"""Statistics tables as counted conditions, kept fresh by the changes."""
