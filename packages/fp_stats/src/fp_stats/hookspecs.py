"""The hook of fp_stats: a statistics table is data, its columns are counted conditions."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fp_core.hookspecs import hookspec

if TYPE_CHECKING:
    from fp_stats.tables import Statistic


@hookspec
def fp_statistics() -> "Iterable[Statistic]":
    """Statistics tables: code, label, and columns as conditions over household-years or events."""
    raise NotImplementedError
