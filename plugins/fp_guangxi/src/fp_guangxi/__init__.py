"""Guangxi: 八有一超 instead of the national exit rule, with its indicators and its table."""
