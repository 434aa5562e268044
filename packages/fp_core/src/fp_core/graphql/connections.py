"""Pages of a source by keyset: the cursor says after which row the page begins, so that inserts never shift it."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, and_, false, func, or_, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core import regions
from fp_core.errors import Invalid, NotFound
from fp_core.graphql.filters import Term
from fp_core.graphql.lookahead import Plan
from fp_core.graphql.reading import joined, rows
from fp_core.graphql.scalars import from_plain
from fp_core.graphql.types import type_of
from fp_core.scope import Actor

DEFAULT_FIRST = 50
MOST_FIRST = 200


@strawberry.type(description="分页信息 · where this page lies")
class PageInfo:
    """Relay's page information; pages are read forwards."""

    has_next_page: bool = strawberry.field(description="是否有下一页 · whether rows follow")
    has_previous_page: bool = strawberry.field(description="是否有上一页 · whether a cursor was given")
    start_cursor: str | None = strawberry.field(description="首条游标 · cursor of the first row")
    end_cursor: str | None = strawberry.field(description="末条游标 · cursor of the last row, for `after`")


@dataclass(frozen=True)
class Wanted:
    """A page that is asked for: which rows, in which order, from where, and whether they are to be counted."""

    plan: Plan
    terms: tuple[Term, ...]
    where: tuple[tuple[type[SQLModel], ColumnElement[bool]], ...]
    first: int
    after: str | None
    counted: bool
    listed: bool


@cache
def connection_of(model: type[SQLModel]) -> Any:
    """The connection type of a model: nodes, edges with cursors, page information, and the count when asked."""
    shell, name = type_of(model), model.__name__
    label = shell.__strawberry_definition__.description.split(" · ")[0]
    edge = _output(
        f"{name}Edge",
        f"{label}分页条目 · a row with its cursor",
        {"cursor": (str, "游标 · cursor of this row"), "node": (shell, f"{label} · the row")},
    )
    return _output(
        f"{name}Connection",
        f"{label}分页 · a page of {name}",
        {
            "nodes": (list[shell], f"{label}列表 · the rows of the page"),  # type: ignore[valid-type]
            "edges": (list[edge], "条目列表 · the rows with cursors"),  # type: ignore[valid-type]
            "page_info": (PageInfo, "分页信息 · where this page lies"),
            "total_count": (int | None, "总数 · how many rows there are in all; counted only when selected"),
        },
    )


def page(session: Session, wanted: Wanted) -> Any:
    """Read a page: one statement for the rows, one for each link, and one for the count if it is selected."""
    source = wanted.plan.source
    terms = _with_key(wanted)
    conditions = [condition for _, condition in wanted.where]
    models = [model for model, _ in wanted.where]
    total = None
    if wanted.counted:
        counting = joined(select(func.count()).select_from(source.model), source, models)
        total = session.execute(counting.where(*conditions)).scalar_one()
    found: list[Any] = []
    if wanted.listed:
        if wanted.after is not None:
            conditions.append(_after(terms, _read_cursor(wanted.after, terms)))
        plan = wanted.plan.including(term.column.name for term in terms)
        order = [term.by for term in terms]
        found = rows(session, plan, where=conditions, order=order, limit=wanted.first + 1, using=models)
    return _connection(wanted, terms, found, total)


def check_first(first: int) -> None:
    """Refuse a page size outside 1 to 200."""
    if not 1 <= first <= MOST_FIRST:
        raise Invalid(
            "first",
            f"每页条数 first 须为 1 至 {MOST_FIRST}，现为 {first}；更多数据请用 after 翻页",
            f"first is {first}; a page has 1 to {MOST_FIRST} rows, use `after` for the next page",
        )


def check_region(actor: Actor, code: str) -> None:
    """Refuse a region that is no code, and one that does not lie in the operator's own as if it did not exist."""
    regions.level_of(code)
    if not actor.scope.contains(code):
        raise NotFound("行政区划 region", code)


def _with_key(wanted: Wanted) -> tuple[Term, ...]:
    """The order made total by the key."""
    source = wanted.plan.source
    ordered = {term.column.name for term in wanted.terms}
    return (*wanted.terms, *(Term(source.by_name[name], False) for name in source.key if name not in ordered))


def _connection(wanted: Wanted, terms: Sequence[Term], found: list[Any], total: int | None) -> Any:
    connection = connection_of(wanted.plan.source.model)
    nodes = found[: wanted.first]
    cursors = [_cursor(terms, row) for row in nodes]
    edge = connection.__annotations__["edges"].__args__[0]
    return connection(
        nodes=nodes,
        edges=[edge(cursor=cursor, node=row) for cursor, row in zip(cursors, nodes, strict=True)],
        page_info=PageInfo(
            has_next_page=len(found) > wanted.first,
            has_previous_page=wanted.after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=total,
    )


def _after(terms: Sequence[Term], values: Sequence[Any]) -> ColumnElement[bool]:
    """The rows behind these values in this order; no value comes last."""
    columns = [term.column.expression(term.column.model) for term in terms]
    if not any(term.descending or term.column.nullable for term in terms):
        ahead: ColumnElement[bool] = columns[0] > values[0] if len(columns) == 1 else tuple_(*columns) > tuple(values)
        return ahead
    condition: ColumnElement[bool] = false()
    for term, column, value in reversed(list(zip(terms, columns, values, strict=True))):
        condition = _beyond(term, column, value, condition)
    return condition


def _beyond(term: Term, column: ColumnElement[Any], value: Any, deeper: ColumnElement[bool]) -> ColumnElement[bool]:
    if value is None:
        return and_(column.is_(None), deeper)
    further = column < value if term.descending else column > value
    same = and_(column == value, deeper)
    return or_(further, column.is_(None), same) if term.column.nullable else or_(further, same)


def _cursor(terms: Sequence[Term], row: Any) -> str:
    values = [row.__dict__[term.column.name] for term in terms]
    text = json.dumps([[term.name for term in terms], values], default=str, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read_cursor(text: str, terms: Sequence[Term]) -> list[Any]:
    try:
        names, values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if names == [term.name for term in terms]:
            return [from_plain(term.column.indicator.type, value) for term, value in zip(terms, values, strict=True)]
    except (ValueError, TypeError, ArithmeticError):
        pass
    raise Invalid(
        "after",
        "游标 after 无效，或属于另一种排序；请使用同一查询返回的 endCursor",
        "`after` is no cursor, or one of another order; use the endCursor that this query gave you",
    )


def _output(name: str, description: str, fields: dict[str, tuple[Any, str]]) -> Any:
    made = {key: strawberry.field(description=text) for key, (_, text) in fields.items()}
    annotations = {key: kind for key, (kind, _) in fields.items()}
    cls = type(name, (), {"__annotations__": annotations, "__module__": __name__, **made})
    return strawberry.type(cls, description=description)
