"""For the tests of plugins: a registry of their own, random rows, and the proof that a rule means one thing for one and for all."""

from fp_core.testing.invented import Inventor
from fp_core.testing.parity import assert_rule_parity, random_places
from fp_core.testing.registries import add_regions, plugin, registry_for
from fp_core.testing.rows import load_records, random_household_years, random_rows

__all__ = [
    "Inventor",
    "add_regions",
    "assert_rule_parity",
    "load_records",
    "plugin",
    "random_household_years",
    "random_places",
    "random_rows",
    "registry_for",
]
