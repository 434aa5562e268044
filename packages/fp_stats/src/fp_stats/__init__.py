"""Statistics tables over the register: exact at every moment, by region, for households and persons."""
