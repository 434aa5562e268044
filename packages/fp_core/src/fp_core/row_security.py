"""Row-level security on PostgreSQL: the scope once more, as policies that hold whoever reads and however.

A policy compares a table's own region columns with the span that the transaction was told. Told nothing, it shows nothing.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Table
from sqlmodel import SQLModel

from fp_core import regions
from fp_core.scope import By, Scope

LOW, HIGH = "fp.low", "fp.high"
POLICY = "fp_region"


def set_local(scope: Scope) -> str:
    """The two statements that tell a transaction its region, at its beginning; they end with it."""
    regions.level_of(scope.code)
    low, high = scope.span
    return f"SET LOCAL {LOW} = '{low}'; SET LOCAL {HIGH} = '{high}'"


def policy_of(model: type[SQLModel]) -> tuple[str, ...]:
    """The statements that put a scoped table under its policy; none for a table that has no region of its own.

    A row is seen where one of its region columns lies in the span, and written where the first, its owner, does.
    """
    scope = getattr(model, "__scope__", None)
    if not isinstance(scope, By):
        return ()
    name = _table(model).name
    seen = " or ".join(_inside(column) for column in scope.columns)
    return (
        f"alter table {name} enable row level security",
        f"alter table {name} force row level security",
        f"drop policy if exists {POLICY} on {name}",
        f"create policy {POLICY} on {name} using ({seen}) with check ({_inside(scope.columns[0])})",
    )


def uncovered(models: Sequence[type[SQLModel]]) -> tuple[str, ...]:
    """Tables that refer to a scoped one and have no region column of their own: no policy can hold them."""
    scoped = {_table(m).name for m in models if policy_of(m)}
    return tuple(
        _table(model).name
        for model in models
        if not policy_of(model) and scoped & {f.referred_table.name for f in _table(model).foreign_key_constraints}
    )


def _inside(column: str) -> str:
    """Whether the column lies in the span. After a transaction a setting is empty, not absent: that too shows nothing."""
    return f"{column} between {_told(LOW)} and {_told(HIGH)}"


def _told(setting: str) -> str:
    return f"nullif(current_setting('{setting}', true), '')"


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table
