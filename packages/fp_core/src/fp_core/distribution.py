"""Where each table lies when one machine no longer holds them all: by a key, everywhere, or on the first machine only.

A model says it with `__distribution__`, or it follows from what the model is. A plan is made from the models alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ForeignKeyConstraint, Table, UniqueConstraint
from sqlalchemy.dialects import postgresql
from sqlmodel import SQLModel

from fp_core.scope import PUBLIC, SYSTEM, By

HOUSEHOLD = "household_code"
_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Distribution:
    """One way to lie. Tables of one `group` have their rows of one key on one machine."""

    kind: Literal["key", "reference", "local"]
    key: str = ""
    group: str = ""


def by_key(column: str, *, group: str = "") -> Distribution:
    """Rows lie by this column, beside those of `group` with the same value; a group is called by its own key."""
    return Distribution("key", column, group or column)


REFERENCE = Distribution("reference")
"""A copy on every machine: small, seldom written, joined with everything."""

LOCAL = Distribution("local")
"""On the first machine only: counters, queues, and what is only ever joined with its own kind."""


@dataclass(frozen=True)
class Placed:
    """A table, how it lies, and why."""

    table: Table
    how: Distribution
    why: str


@dataclass(frozen=True)
class Breach:
    """A table that breaks a rule, and the way out."""

    table: str
    zh: str
    en: str


@dataclass(frozen=True)
class Plan:
    """Every table's place, and what stands in the way."""

    placed: tuple[Placed, ...]
    breaches: tuple[Breach, ...]

    def of(self, kind: str) -> tuple[Placed, ...]:
        return tuple(placed for placed in self.placed if placed.how.kind == kind)

    @property
    def foreign_keys(self) -> tuple[ForeignKeyConstraint, ...]:
        """All of them, in the order of the tables."""
        return tuple(foreign for placed in self.placed for foreign in _foreign_keys(placed.table))


def plan_of(models: Sequence[type[SQLModel]]) -> Plan:
    """How the tables of these models lie, in their order."""
    placed = tuple(_placed(model) for model in models)
    where = {p.table.name: p.how for p in placed}
    unsaid = (_unsaid(p.table) for p in placed if p.why == _NO_RULE)
    broken = (breach for p in placed for breach in (*_of_key(p, placed), *_of_foreign_keys(p, where)))
    return Plan(placed, (*unsaid, *broken))


_NO_RULE = "no rule"


def _placed(model: type[SQLModel]) -> Placed:
    table: Table = model.__table__  # type: ignore[attr-defined]
    said, scope = getattr(model, "__distribution__", None), getattr(model, "__scope__", None)
    first = next(iter(table.primary_key)).name
    if said is not None:
        return Placed(table, said, "the model says so")
    if first == HOUSEHOLD:
        return Placed(table, by_key(HOUSEHOLD), "its key begins with the household")
    if HOUSEHOLD in table.columns:
        return Placed(table, LOCAL, _NO_RULE)
    if scope is PUBLIC:
        return Placed(table, REFERENCE, "public")
    if scope is SYSTEM:
        return Placed(table, LOCAL, "bookkeeping")
    if isinstance(scope, By) and first == scope.columns[0]:
        return Placed(table, REFERENCE, "its key begins with its division")
    return Placed(table, LOCAL, _NO_RULE)


def _unsaid(table: Table) -> Breach:
    if HOUSEHOLD in table.columns:
        return Breach(
            table.name,
            f"主键未以 {HOUSEHOLD} 开头：请把它列为主键第一列",
            f"it has {HOUSEHOLD}, but its primary key does not begin with it; put it first",
        )
    return Breach(
        table.name,
        "没有适用的分布规则：请在模型中写 __distribution__ = by_key('列')、REFERENCE 或 LOCAL",
        "no rule says where it lies; write __distribution__ = by_key('column'), REFERENCE or LOCAL in its model",
    )


def _of_key(placed: Placed, all_of_them: Sequence[Placed]) -> Iterator[Breach]:
    """The column is there, is in every unique key, and has the type of its group."""
    table, how = placed.table, placed.how
    if how.kind != "key":
        return
    if how.key not in table.columns:
        known = ", ".join(c.name for c in table.columns)
        yield Breach(
            table.name,
            f"没有列 {how.key!r}：请改为 {known} 之一",
            f"it has no column {how.key!r}; it has {known}",
        )
        return
    yield from _of_unique_keys(placed)
    leader = next(p for p in all_of_them if p.how.group == how.group and p.how.key in p.table.columns)
    if (mine := _type(table, how.key)) != (other := _type(leader.table, leader.how.key)):
        yield Breach(
            table.name,
            f"{how.key} 的类型 {mine} 与 {leader.table.name}.{leader.how.key} 的 {other} 不同：请改为相同类型",
            f"{how.key} is {mine}, but {leader.table.name}.{leader.how.key} is {other}; give both one type",
        )


def _of_unique_keys(placed: Placed) -> Iterator[Breach]:
    for name, columns in _unique_keys(placed.table):
        if placed.how.key not in columns:
            yield Breach(
                placed.table.name,
                f"唯一键 {name} 不含分布列 {placed.how.key}：请加入该列，或改用其他分布列",
                f"its unique key {name} lacks {placed.how.key}, by which it lies; put the column in, or lie by another",
            )


def _of_foreign_keys(placed: Placed, where: Mapping[str, Distribution]) -> Iterator[Breach]:
    """A foreign key leads to the same place, or to a copy that is there."""
    for foreign in _foreign_keys(placed.table):
        target = foreign.referred_table.name
        there = where.get(target)
        if there is None:
            yield Breach(placed.table.name, f"外键指向计划外的表 {target}", f"it refers to {target}, which no plan has")
        elif not _lead_to(foreign, placed.how, there):
            yield Breach(
                placed.table.name,
                f"外键 {foreign.name}（{_said(placed.how)}）不能指向 {target}（{_said(there)}）："
                "请让两表同键分布且外键含分布列，或把所指的表设为 REFERENCE，或去掉外键",
                f"its foreign key {foreign.name} ({_said(placed.how)}) cannot lead to {target} ({_said(there)}); let both "
                "lie by one key that the foreign key carries, make the target REFERENCE, or drop the foreign key",
            )


def _lead_to(foreign: ForeignKeyConstraint, here: Distribution, there: Distribution) -> bool:
    if there.kind == "reference":
        return True
    if here.kind != "key" or there.kind != "key":
        return here.kind == there.kind == "local"
    carried = any(e.parent.name == here.key and e.column.name == there.key for e in foreign.elements)
    return here.group == there.group and carried


def _foreign_keys(table: Table) -> list[ForeignKeyConstraint]:
    return sorted(table.foreign_key_constraints, key=lambda foreign: str(foreign.name))


def _unique_keys(table: Table) -> Iterator[tuple[str, set[str]]]:
    yield "PRIMARY KEY", {c.name for c in table.primary_key}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield str(constraint.name), {c.name for c in constraint.columns}
    for index in table.indexes:
        if index.unique:
            yield str(index.name), {c.name for c in index.columns}


def _type(table: Table, column: str) -> str:
    """The type without its length, which the place of a row does not depend on."""
    written: str = table.columns[column].type.compile(_DIALECT)
    return written.partition("(")[0]


def _said(how: Distribution) -> str:
    return {"key": f"by {how.key}", "reference": "reference", "local": "local"}[how.kind]
