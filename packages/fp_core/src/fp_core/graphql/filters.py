"""Filters and orders of a source, typed, made from its columns: `where: {netIncome: {lt: "3335"}}`, `orderBy: NAME_ASC`."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, NamedTuple

import strawberry
from sqlalchemy import BindParameter, ColumnElement, or_
from strawberry import UNSET

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

    def by(self, expression: ColumnElement[Any]) -> ColumnElement[Any]:
        """The order, by the expression that the column has where it is read."""
        ordered = expression.desc() if self.descending else expression.asc()
        return ordered.nulls_last() if self.column.nullable else ordered


class Condition(NamedTuple):
    """One condition without its values: how many there are, or for `is_null` which way round it is asked."""

    column: str
    operator: str
    amount: int

    def holds(self, expression: ColumnElement[Any], values: list[BindParameter[Any]]) -> ColumnElement[bool]:
        """The condition over an expression, with these parameters for its values."""
        return _OPERATORS[self.operator](expression, values, self.amount)


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


def conditions(source: Source, where: Mapping[str, Any] | None) -> Iterator[tuple[Condition, list[Any]]]:
    """The conditions of a filter, each with the values to bind; the filter is what GraphQL made of the argument."""
    for name, given in (where or {}).items():
        column = source.by_field[name]
        for published, value in (given or {}).items():
            operator = _BY_NAME[published]
            _check(column, operator, value)
            if operator == "is_null":
                yield Condition(column.name, operator, int(value)), []
            else:
                values = [_prepared(operator, one) for one in (value if isinstance(value, list) else [value])]
                yield Condition(column.name, operator, len(values)), values


def containing(text: str) -> str:
    """The pattern of texts that contain this one; `/` escapes."""
    return "%" + "".join("/" + sign if sign in "/%_" else sign for sign in text) + "%"


def _prepared(operator: str, value: Any) -> Any:
    plain = value.value if isinstance(value, Enum) else value
    if operator in ("has", "has_any"):
        return containing(f",{plain},")
    return containing(plain) if operator == "contains" else plain


_Operator = Callable[[ColumnElement[Any], list[BindParameter[Any]], int], ColumnElement[bool]]
_OPERATORS: dict[str, _Operator] = {
    "eq": lambda column, values, _: column == values[0],
    "ne": lambda column, values, _: column.is_distinct_from(values[0]),
    "in": lambda column, values, _: column.in_(values),
    "gt": lambda column, values, _: column > values[0],
    "gte": lambda column, values, _: column >= values[0],
    "lt": lambda column, values, _: column < values[0],
    "lte": lambda column, values, _: column <= values[0],
    "contains": lambda column, values, _: column.like(values[0], escape="/"),
    "has": lambda column, values, _: column.like(values[0], escape="/"),
    "has_any": lambda column, values, _: or_(*(column.like(value, escape="/") for value in values)),
    "is_null": lambda column, _, wanted: column.is_(None) if wanted else column.is_not(None),
}


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


_BY_NAME = {_published(operator): operator for operator in _MEANINGS}
