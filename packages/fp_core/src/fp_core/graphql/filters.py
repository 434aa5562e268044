"""Filters and orders of a source, typed, made from its columns: `where: {netIncome: {lt: "3335"}}`, `orderBy: NAME_ASC`."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, or_
from sqlmodel import SQLModel
from strawberry import UNSET

from fp_core.codes import has
from fp_core.errors import Invalid
from fp_core.graphql.enums import CodeEnums, enum
from fp_core.graphql.scalars import BigInt, checked_text, type_of_column
from fp_core.graphql.sources import Source, SourceColumn

MOST_VALUES = 500

_COMPARED = ("eq", "ne", "in", "gt", "gte", "lt", "lte", "is_null")
_LISTED = ("eq", "ne", "in", "is_null")
_KINDS: dict[Any, tuple[str, str, tuple[str, ...]]] = {
    bool: ("Boolean", "是否", ("eq", "is_null")),
    int: ("Int", "整数", _COMPARED),
    BigInt: ("BigInt", "大整数", _COMPARED),
    Decimal: ("Decimal", "小数", _COMPARED),
    date: ("Date", "日期", _COMPARED),
    datetime: ("DateTime", "时间", _COMPARED),
    str: ("Text", "文本", ("eq", "ne", "in", "contains", "is_null")),
}
_MEANINGS = {
    "eq": "等于 · equal to",
    "ne": "不等于（含未填） · not equal to; rows without a value are included",
    "in": f"属于其中之一 · one of these, {MOST_VALUES} at most",
    "gt": "大于 · greater than",
    "gte": "大于或等于 · greater than or equal to",
    "lt": "小于 · less than",
    "lte": "小于或等于 · less than or equal to",
    "contains": "包含文字 · contains this text",
    "has": "包含该代码 · the set contains this code",
    "has_any": "包含任一代码 · the set contains one of these codes",
    "is_null": "是否未填 · whether no value is there",
}


@dataclass(frozen=True)
class Term:
    """One column of an order."""

    column: SourceColumn
    descending: bool

    @property
    def name(self) -> str:
        return f"{self.column.name.upper()}_{'DESC' if self.descending else 'ASC'}"

    @property
    def by(self) -> ColumnElement[Any]:
        expression = self.column.expression(self.column.model)
        ordered = expression.desc() if self.descending else expression.asc()
        return ordered.nulls_last() if self.column.nullable else ordered


@dataclass(frozen=True)
class Choice:
    """What a source can be filtered and ordered by: the input type, the enum, and the terms behind the enum."""

    where: Any
    order: Any
    terms: dict[str, Term]


def choice_of(source: Source, enums: CodeEnums) -> Choice:
    """The filter input and the order enum of a source in one schema."""
    compared = [column for column in source.columns if column.may_be_compared]
    fields = {column.name: (_filter_of(column, enums), column.indicator.description) for column in compared}
    where = _input(
        f"{source.name}Where",
        f"{source.label}筛选条件，须全部满足 · conditions on {source.name}, all must hold",
        fields,
    )
    terms = [Term(c, down) for c in compared if c.indicator.type is not tuple for down in (False, True)]
    words = {False: "升序 · {} ascending", True: "降序 · {} descending"}
    listed = [
        (t.name, t.column.indicator.label + words[t.descending].format(t.column.indicator.english)) for t in terms
    ]
    order = enum(f"{source.name}Order", f"{source.label}排序 · orders of {source.name}; no value comes last", listed)
    return Choice(where, order, {term.name: term for term in terms})


def conditions(source: Source, where: Any) -> Iterator[tuple[type[SQLModel], ColumnElement[bool]]]:
    """The conditions of a filter input, each with the model it stands on."""
    for column in source.columns:
        given = getattr(where, column.name, UNSET) if where is not None else UNSET
        if given is UNSET or given is None:
            continue
        expression = column.expression(column.model)
        for operator in _MEANINGS:
            value = getattr(given, operator + "_", UNSET)
            if value is not UNSET:
                _check(column, operator, value)
                yield column.model, _condition(expression, operator, value)


def _condition(column: ColumnElement[Any], operator: str, value: Any) -> ColumnElement[bool]:
    simple: dict[str, Callable[[], ColumnElement[bool]]] = {
        "eq": lambda: column == value,
        "ne": lambda: column.is_distinct_from(value),
        "in": lambda: column.in_(value),
        "gt": lambda: column > value,
        "gte": lambda: column >= value,
        "lt": lambda: column < value,
        "lte": lambda: column <= value,
        "contains": lambda: column.contains(value, autoescape=True),
        "has": lambda: has(column, value),
        "has_any": lambda: or_(*(has(column, code) for code in value)),
        "is_null": lambda: column.is_(None) if value else column.is_not(None),
    }
    return simple[operator]()


def _check(column: SourceColumn, operator: str, value: Any) -> None:
    place = f"where.{column.field}.{operator}"
    if value is None:
        raise Invalid(
            place, f"{place} 不能为 null，查未填请用 isNull", f"{place} is null; to find missing values use isNull"
        )
    for item in value if isinstance(value, list) else [value]:
        _check_value(column, place, item)
    if isinstance(value, list) and not 1 <= len(value) <= MOST_VALUES:
        raise Invalid(
            place,
            f"{place} 须有 1 至 {MOST_VALUES} 个值，现有 {len(value)} 个",
            f"{place} takes 1 to {MOST_VALUES} values, {len(value)} are given",
        )


def _check_value(column: SourceColumn, place: str, value: Any) -> None:
    if isinstance(value, str):
        checked_text(place, value)
    places = column.indicator.places
    if isinstance(value, Decimal) and places is not None and round(value, places) != value:
        raise Invalid(
            place,
            f"{place} 最多 {places} 位小数，现为 {value}",
            f"{place} is {value}; {column.field} has {places} decimal places",
        )


def _filter_of(column: SourceColumn, enums: CodeEnums) -> Any:
    meaning = column.indicator
    if meaning.codes is not None:
        return enums.derived(meaning.codes, _code_set_filter if meaning.many else _code_filter)
    kind = str if meaning.type is tuple else type_of_column(column, enums)
    name, label, operators = ("TextSet", "文本集合", ("has", "has_any")) if meaning.type is tuple else _KINDS[kind]
    return _scalar_filter(kind, name, label, operators)


@cache
def _scalar_filter(kind: Any, name: str, label: str, operators: tuple[str, ...]) -> Any:
    return _operators(f"{name}Filter", f"{label}条件 · conditions on a value of type {name}", kind, operators)


def _code_filter(kind: Any) -> Any:
    definition = kind.__strawberry_definition__
    return _operators(f"{definition.name}Filter", f"{definition.description}（条件 · conditions）", kind, _LISTED)


def _code_set_filter(kind: Any) -> Any:
    definition = kind.__strawberry_definition__
    text = f"{definition.description}（集合条件 · conditions on a set）"
    return _operators(f"{definition.name}SetFilter", text, kind, ("has", "has_any", "is_null"))


def _operators(name: str, description: str, kind: Any, operators: tuple[str, ...]) -> Any:
    kinds = {"in": list[kind], "has_any": list[kind], "is_null": bool}
    return _input(name, description, {f"{o}_": (kinds.get(o, kind), _MEANINGS[o]) for o in operators})


def _input(name: str, description: str, fields: dict[str, tuple[Any, str]]) -> Any:
    """An input type with optional fields; a trailing underscore keeps Python's own words free and is not published."""
    made = {
        key: strawberry.field(name=_published(key), description=text, default=UNSET)
        for key, (_, text) in fields.items()
    }
    annotations = {key: kind | None for key, (kind, _) in fields.items()}
    cls = type(name, (), {"__annotations__": annotations, "__module__": __name__, **made})
    return strawberry.input(cls, description=description)


def _published(name: str) -> str:
    head, *rest = name.rstrip("_").split("_")
    return head + "".join(part.capitalize() for part in rest)
