"""What a root field asks: a shape, from which its statement follows, and the values that are bound to it.

Every way of reading asks the same question, so that none can forget a condition of another.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BindParameter, ColumnElement, String, and_, bindparam, false, or_, tuple_
from sqlmodel import SQLModel

from fp_core import regions
from fp_core.errors import Invalid, NotFound
from fp_core.graphql.filters import Choice, Condition, Term, conditions, containing
from fp_core.graphql.scalars import checked_text, from_plain, to_plain
from fp_core.graphql.sources import Source
from fp_core.graphql.types import quoted, unquoted
from fp_core.scope import Actor, By

DEFAULT_FIRST = 50
MOST_FIRST = 200
NO_VALUE = "%"


class Shape(NamedTuple):
    """All that decides a statement: two questions of one shape differ in their values only."""

    same: tuple[str, ...] = ()
    region: bool = False
    search: bool = False
    where: tuple[Condition, ...] = ()
    order: tuple[str, ...] = ()
    after: tuple[bool, ...] | None = None


class Question(NamedTuple):
    """A shape with its values; `region` is the one that has to lie inside the operator's own."""

    shape: Shape
    values: dict[str, Any]
    region: str | None = None

    def check(self, actor: Actor) -> None:
        """Refuse a region that is no code, and one that does not lie in the operator's own as if it did not exist."""
        if self.region is not None:
            check_region(actor, self.region)


class Place(Protocol):
    """Where conditions stand: on the models themselves, or on aliases of them in a larger statement."""

    @property
    def prefix(self) -> str: ...

    def entity(self, model: type[SQLModel]) -> Any: ...


@dataclass(frozen=True)
class Models:
    """The models themselves."""

    prefix: str = ""

    def entity(self, model: type[SQLModel]) -> Any:
        return model


MODELS = Models()
Conditions = list[tuple[type[SQLModel], ColumnElement[bool]]]


def check_region(actor: Actor, code: str) -> None:
    """Refuse a region that is no code, and one outside the operator's own."""
    regions.level_of(code)
    if not actor.scope.contains(code):
        raise NotFound("行政区划 region", code)


def one(source: Source, key: Mapping[str, Any]) -> Question:
    """The question for one row by its key."""
    for name, value in key.items():
        if isinstance(value, str):
            checked_text(name, value)
    return Question(Shape(same=source.key), {f"same_{name}": key[name] for name in source.key})


def page(source: Source, choice: Choice, given: Mapping[str, Any]) -> Question:
    """The question for a page of rows, from the arguments of the field."""
    first = DEFAULT_FIRST if given.get("first") is None else given["first"]
    check_first(first)
    values: dict[str, Any] = {"first": first, "limit": first + 1}
    if (region := given.get("region")) is not None:
        values["low"], values["high"] = regions.span(region)
    if (year := given.get("year")) is not None:
        values["same_year"] = year
    if (text := given.get("search")) is not None:
        values["text"] = containing(checked_text("search", text))
    where: list[Condition] = []
    for condition, bound in conditions(source, given.get("where")):
        values.update({f"w{len(where)}_{number}": value for number, value in enumerate(bound)})
        where.append(condition)
    order = total_order(source, choice, [str(name) for name in given.get("orderBy") or []])
    shape = Shape(
        same=("year",) if year is not None else (),
        region=region is not None,
        search=text is not None,
        where=tuple(where),
        order=tuple(term.name for term in order),
    )
    if (after := given.get("after")) is not None:
        held = _read_cursor(after, order)
        values.update({f"after_{number}": value for number, value in enumerate(held)})
        shape = shape._replace(after=tuple(value is not None for value in held))
    return Question(shape, values, region)


def total_order(source: Source, choice: Choice, names: Sequence[str]) -> tuple[Term, ...]:
    """The terms of an order, made total by the key."""
    terms = [choice.terms[name] for name in names]
    columns = {term.column.name for term in terms}
    if len(columns) < len(terms):
        raise Invalid("orderBy", "排序字段重复，每个字段只能出现一次", "orderBy names a column twice; name each once")
    return (*terms, *(Term(source.by_name[name], False) for name in source.key if name not in columns))


def asked(source: Source, shape: Shape, place: Place) -> Conditions:
    """The conditions of a shape but where the page begins, each with the model it stands on."""
    base, name = place.entity(source.model), place.prefix.__add__
    found: Conditions = []
    for column in shape.same:
        expression = source.by_name[column].expression(base)
        found.append((source.model, expression == bindparam(name(f"same_{column}"), type_=expression.type)))
    if shape.region:
        span = (bindparam(name("low"), type_=String), bindparam(name("high"), type_=String))
        found.append((source.model, By(source.region_columns).visible(base, span)))
    if shape.search:
        text = bindparam(name("text"), type_=String)
        found.append((source.model, or_(*(getattr(base, one).like(text, escape="/") for one in source.search))))
    for number, condition in enumerate(shape.where):
        column_ = source.by_name[condition.column]
        expression = column_.expression(place.entity(column_.model))
        values = [] if condition.operator == "is_null" else range(condition.amount)
        bound: list[BindParameter[Any]] = [bindparam(name(f"w{number}_{i}"), type_=expression.type) for i in values]
        found.append((column_.model, condition.holds(expression, bound)))
    return found


def ordered(terms: Sequence[Term], place: Place) -> Iterator[ColumnElement[Any]]:
    """The order of a page."""
    for term in terms:
        yield term.by(term.column.expression(place.entity(term.column.model)))


def begins(terms: Sequence[Term], held: Sequence[bool], place: Place) -> ColumnElement[bool]:
    """The rows behind a cursor, of whose values only these are there; no value comes last."""
    columns = [term.column.expression(place.entity(term.column.model)) for term in terms]
    bound = [bindparam(f"{place.prefix}after_{n}", type_=column.type) for n, column in enumerate(columns)]
    if not any(term.descending or term.column.nullable for term in terms):
        ahead: ColumnElement[bool] = columns[0] > bound[0] if len(columns) == 1 else tuple_(*columns) > tuple_(*bound)
        return ahead
    condition: ColumnElement[bool] = false()
    for term, column, value, there in reversed(list(zip(terms, columns, bound, held, strict=True))):
        condition = _beyond(term, column, value, condition) if there else and_(column.is_(None), condition)
    return condition


def _beyond(term: Term, column: ColumnElement[Any], value: Any, deeper: ColumnElement[bool]) -> ColumnElement[bool]:
    further = column < value if term.descending else column > value
    same = and_(column == value, deeper)
    return or_(further, column.is_(None), same) if term.column.nullable else or_(further, same)


def check_first(first: int) -> None:
    """Refuse a page size outside 1 to 200."""
    if not 1 <= first <= MOST_FIRST:
        raise Invalid(
            "first",
            f"每页条数 first 须为 1 至 {MOST_FIRST}，现为 {first}；更多数据请用 after 翻页",
            f"first is {first}; a page has 1 to {MOST_FIRST} rows, use `after` for the next page",
        )


def cursor_head(terms: Sequence[Term]) -> str:
    """What every cursor of this order begins with."""
    return ",".join(term.name for term in terms)


def cursor(terms: Sequence[Term], row: Any) -> str:
    """`<order>:<value>:<value>`, in plain text that SQL can put together too; a value that is not there is `%`."""
    held = [row.__dict__[term.column.name] for term in terms]
    texts = [NO_VALUE if value is None else quoted(to_plain(value)) for value in held]
    return ":".join((cursor_head(terms), *texts))


def _read_cursor(text: str, terms: Sequence[Term]) -> list[Any]:
    head, *parts = text.split(":")
    if head == cursor_head(terms) and len(parts) == len(terms):
        try:
            return [_held(term, part) for term, part in zip(terms, parts, strict=True)]
        except (ValueError, TypeError, ArithmeticError):
            pass
    raise Invalid(
        "after",
        "游标 after 无效，或属于另一种排序；请使用同一查询返回的 endCursor",
        "`after` is no cursor, or one of another order; use the endCursor that this query gave you",
    )


def _held(term: Term, part: str) -> Any:
    if part == NO_VALUE and term.column.nullable:
        return None
    value = from_plain(term.column.indicator.type, unquoted(part))
    return checked_text("after", value) if isinstance(value, str) else value
