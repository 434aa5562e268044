"""Poverty relief funds: issued, received, arranged, carried over."""
