"""Poverty relief projects: library, plan, progress, beneficiaries."""
