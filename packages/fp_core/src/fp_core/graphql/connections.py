"""Pages of a source by keyset: the cursor says after which row the page begins, so that inserts never shift it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import strawberry
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core.graphql.filters import Term
from fp_core.graphql.lookahead import Plan
from fp_core.graphql.questions import MODELS, Question, asked, begins, cursor, ordered
from fp_core.graphql.reading import joined, rows
from fp_core.graphql.types import type_of


@strawberry.type(description="分页信息 · where this page lies")
class PageInfo:
    """Relay's page information; pages are read forwards."""

    has_next_page: bool = strawberry.field(description="是否有下一页 · whether rows follow")
    has_previous_page: bool = strawberry.field(description="是否有上一页 · whether a cursor was given")
    start_cursor: str | None = strawberry.field(description="首条游标 · cursor of the first row")
    end_cursor: str | None = strawberry.field(description="末条游标 · cursor of the last row, for `after`")


@dataclass(frozen=True)
class Wanted:
    """A page that is asked for: which rows in which order, what of them, and whether they are to be counted."""

    question: Question
    terms: tuple[Term, ...]
    plan: Plan
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
    source, (shape, values, _) = wanted.plan.source, wanted.question
    found = asked(source, shape, MODELS)
    conditions, models = [condition for _, condition in found], [model for model, _ in found]
    total = None
    if wanted.counted:
        counting = joined(select(func.count()).select_from(source.model), source, models)
        total = session.execute(counting.where(*conditions), values).scalar_one()
    listed: list[Any] = []
    if wanted.listed:
        if shape.after is not None:
            conditions.append(begins(wanted.terms, shape.after, MODELS))
        plan = wanted.plan.including(term.column.name for term in wanted.terms)
        order = list(ordered(wanted.terms, MODELS))
        limit = values["limit"]
        listed = rows(session, plan, where=conditions, order=order, limit=limit, using=models, values=values)
    return _connection(wanted, listed, total)


def _connection(wanted: Wanted, found: Sequence[Any], total: int | None) -> Any:
    connection, first = connection_of(wanted.plan.source.model), wanted.question.values["first"]
    nodes = found[:first]
    cursors = [cursor(wanted.terms, row) for row in nodes]
    edge = connection.__annotations__["edges"].__args__[0]
    return connection(
        nodes=nodes,
        edges=[edge(cursor=text, node=row) for text, row in zip(cursors, nodes, strict=True)],
        page_info=PageInfo(
            has_next_page=len(found) > first,
            has_previous_page=wanted.question.shape.after is not None,
            start_cursor=cursors[0] if cursors else None,
            end_cursor=cursors[-1] if cursors else None,
        ),
        total_count=total,
    )


def _output(name: str, description: str, fields: dict[str, tuple[Any, str]]) -> Any:
    made = {key: strawberry.field(description=text) for key, (_, text) in fields.items()}
    annotations = {key: kind for key, (kind, _) in fields.items()}
    cls = type(name, (), {"__annotations__": annotations, "__module__": __name__, **made})
    return strawberry.type(cls, description=description)
