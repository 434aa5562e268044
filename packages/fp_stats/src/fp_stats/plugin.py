"""fp_stats as a plugin: its cells, its hook, and the three national tables given through that hook."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from fp_core.hookspecs import hookimpl
from fp_core.parts import Invariant, Permission, Tables
from fp_core.permissions import right
from fp_core.regions import Level
from fp_stats import hookspecs
from fp_stats.invariants import invariants_of
from fp_stats.models import MODELS
from fp_stats.national import TABLES
from fp_stats.tables import Statistic

Collect = Callable[[str], Iterator[tuple[str, Any]]]


@hookimpl
def fp_tables() -> Tables:
    """The cells of the statistics."""
    return Tables("stats", MODELS, Path(__file__).parent / "migrations", prefix="stat_")


@hookimpl
def fp_hookspecs() -> ModuleType:
    """The hook fp_statistics."""
    return hookspecs


@hookimpl
def fp_statistics() -> Iterable[Statistic]:
    """The national tables."""
    return TABLES


@hookimpl
def fp_permissions() -> list[Permission]:
    """Everyone reads the statistics of the own region."""
    return [right("statistics:read", "统计查询", "read statistics of one's region", *Level)]


@hookimpl
def fp_invariants(collect: Collect) -> list[Invariant]:
    """The cells equal a recount, and the books close, for the tables of every plugin."""
    return invariants_of([table for _, given in collect("fp_statistics") for table in given])


@hookimpl
def fp_graphql() -> Any:
    """The query `statistics`."""
    from fp_stats.graphql import parts

    return parts()
