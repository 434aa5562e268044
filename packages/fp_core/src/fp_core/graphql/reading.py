"""The ordinary way to read: Core rows of the selected columns, and for each link one statement for all parents at once."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core.errors import Invalid
from fp_core.graphql.lookahead import Plan
from fp_core.graphql.sources import Link, Source
from fp_core.graphql.types import row_of, type_of

MOST_LINKED = 20_000
"""How many rows one link may bring for one page; more is refused, never cut off silently."""

KEYS_AT_ONCE = 5_000
"""Below the number of bound values a statement may have on either database, for keys of up to six columns."""


def rows(
    session: Session,
    plan: Plan,
    *,
    where: Iterable[ColumnElement[bool]] = (),
    order: Sequence[ColumnElement[Any]] = (),
    limit: int | None = None,
    using: Iterable[type[SQLModel]] = (),
    values: Mapping[str, Any] | None = None,
) -> list[Any]:
    """The rows of a plan with everything below them. One statement, and one for each link selected.

    `using` names the models that the conditions stand on, `values` are bound to their parameters.
    """
    found = _fetched(session, plan, statement(plan, using).where(*where).order_by(*order).limit(limit), values)
    _fill(session, plan, found)
    return found


def linked(
    session: Session, link: Link, plan: Plan, keys: Sequence[tuple[Any, ...]]
) -> dict[tuple[Any, ...], list[Any]]:
    """The rows a link leads to, by the values of its own columns. `plan` is the target's."""
    columns = [getattr(link.to, name) for name in link.target]
    order = [_ordered(getattr(link.to, name), down) for name, down in link.order(plan.source.key)]
    fixed = [getattr(link.to, name) == value for name, value in link.fixed]
    found: list[Any] = []
    for start in range(0, len(keys), KEYS_AT_ONCE):
        chunk = keys[start : start + KEYS_AT_ONCE]
        among = columns[0].in_([key[0] for key in chunk]) if len(columns) == 1 else tuple_(*columns).in_(chunk)
        read = statement(plan).where(among, *fixed).order_by(*order).limit(MOST_LINKED + 1)
        found += _fetched(session, plan, read)
        _check_amount(link, len(found))
    _fill(session, plan, found)
    grouped: dict[tuple[Any, ...], list[Any]] = {}
    for row in found:
        grouped.setdefault(tuple(row.__dict__[name] for name in link.target), []).append(row)
    return grouped


def statement(plan: Plan, using: Iterable[type[SQLModel]] = ()) -> Select[Any]:
    """The select of a plan's columns; plugin tables are joined only where one of their columns is used."""
    columns = [plan.source.by_name[name] for name in plan.columns]
    query = select(*(column.expression(column.model).label(column.name) for column in columns))
    return joined(query.select_from(plan.source.model), plan.source, [*using, *(column.model for column in columns)])


def joined(query: Select[Any], source: Source, models: Iterable[type[SQLModel]]) -> Select[Any]:
    """The query with the extension tables among these models joined by the source's key."""
    wanted = set(models)
    for extension in source.extensions:
        if extension in wanted:
            same = and_(*(getattr(extension, name) == getattr(source.model, name) for name in source.key))
            query = query.outerjoin(extension, same)
    return query


def _fetched(session: Session, plan: Plan, query: Select[Any], values: Mapping[str, Any] | None = None) -> list[Any]:
    shell, names = type_of(plan.source.model), plan.columns
    return [row_of(shell, dict(zip(names, held, strict=True))) for held in session.execute(query, values or {})]


def _fill(session: Session, plan: Plan, parents: list[Any]) -> None:
    for link, inner in plan.links:
        keys = {key for row in parents if None not in (key := own_key(link, row))}
        found = linked(session, link, inner, sorted(keys)) if keys else {}
        for row in parents:
            row.__dict__[link.name] = ends(link, found.get(own_key(link, row), []))


def own_key(link: Link, row: Any) -> tuple[Any, ...]:
    """The values by which a row is linked."""
    return tuple(row.__dict__[name] for name in link.own)


def ends(link: Link, found: list[Any]) -> Any:
    """What a link field gives: the list, or the one row or None."""
    return found if link.many else next(iter(found), None)


def _ordered(column: Any, descending: bool) -> ColumnElement[Any]:
    ordered: ColumnElement[Any] = column.desc() if descending else column.asc()
    return ordered


def _check_amount(link: Link, amount: int) -> None:
    if amount > MOST_LINKED:
        raise Invalid(
            link.field,
            f"{link.label}超过 {MOST_LINKED} 条，请缩小范围（减少 first，或改用分页查询）",
            f"{link.of.__name__}.{link.field} would bring more than {MOST_LINKED} rows; ask for a smaller page of parents",
        )
