"""Generated arguments: values that hit the data, written as literals or as variables, given, defaulted, left out or null."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
    get_nullable_type,
)
from hypothesis import strategies as st

from fp_core.graphql.sources import Source, SourceColumn
from fp_core.regions import span
from fp_core.scope import By
from tests.ways.data import Data, Row
from tests.ways.values import TEXTS, YEARS

OMITTED: Any = object()
RUBBISH = ("", "rubbish", "%", "NAME_ASC:x", "😀:\\", "a:b:c:d", "HOUSEHOLD_CODE_ASC", "HOUSEHOLD_CODE_ASC:%3", "\x01")
DIGITS = st.integers(0, 99)


class Name(str):
    """A word that is written bare in a literal: a value of an enum."""


@dataclass
class Variable:
    """A variable of the operation: its type, its default as a literal, and what is given for it."""

    kind: str
    default: str | None = None
    given: Any = OMITTED


@dataclass
class Writer:
    """Draws values and writes them into the document. Everything shrinks towards fewer and plainer things."""

    draw: Any
    data: Data
    operator: str
    variables: dict[str, Variable] = field(default_factory=dict)

    def chance(self, percent: int) -> bool:
        return bool(self.draw(DIGITS) >= 100 - percent)

    def one_of(self, values: Any) -> Any:
        return self.draw(st.sampled_from(list(values)))

    def variable(self, kind: str, value: Any, default: str | None = None) -> str:
        """A new variable of this value, by its use in the document."""
        name = f"v{len(self.variables)}"
        self.variables[name] = Variable(kind, default, value)
        return f"${name}"

    def argument(self, name: str, argument: GraphQLArgument, value: Any) -> str:
        """`name: value` in one of the ways to give it; empty where it is left out."""
        kind = argument.type
        if value is OMITTED:
            return self._left_out(name, kind)
        how = self.draw(DIGITS)
        if how < 60:
            return f"{name}: {self.literal(kind, value)}"
        if how < 88:
            return f"{name}: {self.variable(str(kind), value)}"
        if how < 95:
            return f"{name}: {self.variable(str(kind), OMITTED, self.plain(kind, value))}"
        return f"{name}: {self.variable(str(kind), value, self.plain(kind, value))}"

    def _left_out(self, name: str, kind: GraphQLInputType) -> str:
        how = self.draw(DIGITS)
        if how < 92 or isinstance(kind, GraphQLNonNull):
            return ""
        if how < 94:
            return f"{name}: null"
        return f"{name}: {self.variable(str(kind), OMITTED if how < 97 else None)}"

    def literal(self, kind: GraphQLInputType, value: Any) -> str:
        """A value as it is written in a document, some of its inner values as variables."""
        return self._written(kind, value, inner=self.chance(25))

    def plain(self, kind: GraphQLInputType, value: Any) -> str:
        """A value as it is written without variables."""
        return self._written(kind, value, inner=False)

    def _written(self, kind: GraphQLInputType, value: Any, *, inner: bool) -> str:
        bare: Any = get_nullable_type(kind)
        if value is None or isinstance(value, bool | Name):
            return str(value) if isinstance(value, Name) else json.dumps(value)
        if isinstance(bare, GraphQLInputObjectType) and isinstance(value, Mapping):
            pairs = (f"{k}: {self._inner(bare.fields[k].type, v, inner)}" for k, v in value.items())
            return "{" + ", ".join(pairs) + "}"
        if isinstance(bare, GraphQLList) and isinstance(value, list):
            return "[" + ", ".join(self._inner(bare.of_type, v, inner) for v in value) + "]"
        if isinstance(bare, GraphQLList):
            return self._written(bare.of_type, value, inner=inner)
        return json.dumps(value, ensure_ascii=len(str(value)) % 2 == 0)

    def _inner(self, kind: GraphQLInputType, value: Any, inner: bool) -> str:
        if inner and self.chance(40):
            return self.variable(str(kind), value)
        return self._written(kind, value, inner=inner)


@dataclass
class Arguments:
    """Draws the values of a root field's arguments."""

    write: Writer

    def key(self, source: Source) -> dict[str, Any]:
        """The arguments of one row's key: mostly of a row that the operator sees."""
        row = self.row(source)
        key = {source.by_name[name].field: _plain(row[name]) for name in source.key}
        if self.write.chance(8):
            changed = self.write.one_of(key)
            key[changed] = 7 if isinstance(key[changed], int) else self.write.one_of(("000000000000", "'", "\x7f"))
        return key

    def global_id(self, source: Source) -> str:
        row = self.row(source)
        return ":".join((source.name, *(_quoted(row[name]) for name in source.key)))

    def row(self, source: Source) -> Row:
        """A row of a type, mostly one that the operator sees."""
        rows = self.write.data.rows[source.model]
        seen = [row for row in rows if _sees(self.write.operator, source, row)]
        return self.write.one_of(seen if seen and not self.write.chance(15) else rows)  # type: ignore[no-any-return]

    def region(self) -> str:
        """A division, mostly inside the operator's own; now and then one outside, and rarely none at all."""
        low, high = span(self.write.operator)
        if self.write.chance(2):
            return self.write.one_of(("", "52", "520522x00000", "00" + "1" * 10))  # type: ignore[no-any-return]
        codes = self.write.data.regions()
        inside = [code for code in codes if low <= code <= high]
        return self.write.one_of(codes if self.write.chance(6) else inside)  # type: ignore[no-any-return]

    def page(self, source: Source, arguments: Mapping[str, GraphQLArgument]) -> dict[str, Any]:
        """The arguments of a page, but where it begins."""
        chance = self.write.chance
        given: dict[str, Any] = dict.fromkeys(arguments, OMITTED)
        if "region" in given and chance(35):
            given["region"] = self.region()
        if "year" in given and chance(30):
            given["year"] = self.write.one_of((*YEARS, 1999, 2**31 - 1, -1))
        if "search" in given and chance(35):
            given["search"] = self.part_of_text(source.by_name[self.write.one_of(source.search)])
        if chance(45):
            given["where"] = self.where(source, arguments["where"])
        if chance(45):
            given["orderBy"] = self.order(source, arguments["orderBy"])
        if chance(60):
            given["first"] = self.first()
        return given

    def first(self) -> Any:
        if self.write.chance(3):
            return self.write.one_of((0, 201, -1, 2**31 - 1))
        return self.write.one_of((3, 1, 2, 5, 7, 50, 199, 200))

    def where(self, source: Source, argument: GraphQLArgument) -> dict[str, Any]:
        """Conditions on some of the columns, by values that the data has."""
        kind: Any = get_nullable_type(argument.type)
        columns = [source.by_field[name] for name in kind.fields]
        number = self.write.one_of((1, 1, 2, 3, 0))
        chosen = {self.write.one_of(columns).field for _ in range(number)}
        return {name: self._conditions(kind.fields[name].type, source.by_field[name]) for name in sorted(chosen)}

    def _conditions(self, kind: Any, column: SourceColumn) -> Any:
        if self.write.chance(3):
            return None
        known = list(get_nullable_type(kind).fields)
        if column.indicator.codes is None and not self.write.data.values(column):
            known = ["isNull"]
        chosen = {self.write.one_of(known) for _ in range(self.write.one_of((1, 1, 1, 2)))}
        return {name: self._condition(name, column) for name in sorted(chosen)}

    def _condition(self, operator: str, column: SourceColumn) -> Any:
        if self.write.chance(1):
            return None
        if operator == "isNull":
            return self.write.one_of((True, False))
        if operator == "contains":
            return self.part_of_text(column)
        if operator in ("in", "hasAny"):
            number = self.write.one_of((2, 1, 3, 30))
            values = [self.value(column) for _ in range(min(number, 3))]
            return values[0] if number == 1 and self.write.chance(50) else values * max(1, number // 3)
        return self.value(column)

    def value(self, column: SourceColumn) -> Any:
        """A value of a column as GraphQL takes it."""
        held = self.write.data.values(column)
        if column.indicator.type is tuple:
            held = [code for codes in held for code in codes]
        if column.indicator.type is str and column.indicator.codes is None and self.write.chance(10):
            held = list(TEXTS)
        chosen = self.write.one_of(held) if held else None
        if column.indicator.codes is not None:
            return Name(chosen or next(iter(self.write.data.joint.host.codes[column.indicator.codes])).name)
        is_big = isinstance(chosen, int) and not -(2**31) <= chosen < 2**31
        return str(chosen) if is_big else _plain(chosen)

    def part_of_text(self, column: SourceColumn) -> str:
        text = self.value(column) or ""
        start = self.write.draw(st.integers(0, max(0, len(text) - 1)))
        return text[start : start + self.write.one_of((3, 1, 2, 60))]

    def order(self, source: Source, argument: GraphQLArgument) -> Any:
        """Some terms of an order; a column twice is refused and therefore rare."""
        kind: Any = get_named_type(argument.type)
        assert isinstance(kind, GraphQLEnumType)
        terms = [Name(self.write.one_of(kind.values)) for _ in range(self.write.one_of((1, 2, 3, 0)))]
        if not self.write.chance(3):
            terms = list({term.rsplit("_", 1)[0]: term for term in terms}.values())
        return terms[0] if len(terms) == 1 and self.write.chance(30) else terms

    def forged_cursor(self, source: Source, order: Any) -> str:
        """A cursor of this order behind values that may belong to no row."""
        named = [] if order is OMITTED else [order] if isinstance(order, str) else list(order or [])
        columns = {column.name.upper(): column for column in source.columns}
        terms = [(name, columns[name.rsplit("_", 1)[0]]) for name in named]
        there = {column.name for _, column in terms}
        terms += [(f"{n.upper()}_ASC", source.by_name[n]) for n in source.key if n not in there]
        held = [self.write.one_of([*self.write.data.values(column)[:40], None]) for _, column in terms]
        texts = ("%" if value is None else _quoted(value) for value in held)
        return ":".join((",".join(name for name, _ in terms), *texts))


def _sees(operator: str, source: Source, row: Row) -> bool:
    scope, (low, high) = source.model.__scope__, span(operator)  # type: ignore[attr-defined]
    return not isinstance(scope, By) or any(
        row[name] is not None and low <= row[name] <= high for name in scope.columns
    )


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, bool | int | str) else _text(value)


def _text(value: Any) -> str:
    """A value as the schema's scalars write it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else str(value)


def _quoted(value: Any) -> str:
    """A part of an id or a cursor."""
    return _text(value).replace("%", "%25").replace(":", "%3A")
