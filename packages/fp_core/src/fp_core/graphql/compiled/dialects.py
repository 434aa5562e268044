"""How a database writes values, objects and lists as JSON: PostgreSQL by its functions, SQLite as text put together.

Every value is written as the schema's scalars write it (`scalars.py`), to the last digit.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Numeric,
    Select,
    String,
    Text,
    case,
    cast,
    func,
    literal_column,
    null,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSON, asyncpg
from sqlalchemy.dialects.sqlite import dialect as sqlite_dialect

from fp_core.graphql.sources import SourceColumn
from fp_core.types import Scaled

Expression = ColumnElement[Any]
Pairs = Sequence[tuple[str, Expression]]
Rows = Callable[[Sequence[Expression]], Select[Any]]
"""A select of these columns from wherever the rows are."""

LONGEST_NAME = 63  # bytes of an identifier; PostgreSQL cuts a longer one off without a word
TOGETHER = 40  # pieces of one chain of ||, far below the depth of expression that SQLite takes
WHOLE = "o"


def word(text: str) -> Expression:
    """A constant text of our own making; quotes are doubled."""
    return literal_column("'" + text.replace("'", "''") + "'", String)


def number(value: int) -> Expression:
    """A constant that the planner sees."""
    return literal_column(str(value), BigInteger)


def joined(pieces: Iterable[Expression]) -> Expression:
    """Texts one after the other. Long chains are cut into parts, since each || makes an expression deeper."""
    rest = list(pieces)
    while len(rest) > TOGETHER:
        parts = (rest[start : start + TOGETHER] for start in range(0, len(rest), TOGETHER))
        rest = [func.coalesce(_chain(part), word("")) if len(part) > 1 else part[0] for part in parts]
    return _chain(rest)


def _chain(pieces: list[Expression]) -> Expression:
    return reduce(lambda chain, piece: chain.concat(piece), pieces)


def _digits(value: Expression) -> Expression:
    return cast(value, Text)


def _truth(value: Expression) -> Expression:
    return case((value.is_(None), null()), (value, word("true")), else_=word("false"))


class Postgres:
    """`row_to_json` over a sub-select, which is the fastest way there; never `jsonb`, which sorts keys and costs thrice."""

    engine = asyncpg.dialect()  # type: ignore[no-untyped-call]

    def decimal(self, value: Expression, places: int) -> Expression:
        return _digits(value * literal_column(f"{10**-places:.{places}f}", Numeric) if places else value)

    def day(self, value: Expression) -> Expression:
        return func.to_char(value, word("YYYY-MM-DD"))

    def moment(self, value: Expression) -> Expression:
        there, whole = func.timezone(word("UTC"), value), func.date_trunc(word("second"), value) == value
        seconds = func.to_char(there, word('YYYY-MM-DD"T"HH24:MI:SS'))
        return seconds.concat(case((whole, word("")), else_=func.to_char(there, word(".US")))).concat(word("+00:00"))

    def set(self, value: Expression) -> Expression:
        return func.to_json(func.string_to_array(func.btrim(value, word(",")), word(",")))

    def bare(self, value: Expression) -> Expression:
        return value

    quoted = bare

    def written(self, value: Expression) -> Expression:
        return func.coalesce(_digits(func.to_json(value)), word("null"))

    def constant(self, text: str) -> Expression:
        return _digits(word(text))

    def inside(self, pairs: Pairs) -> Expression:
        """An object as a value of another, from what is in reach."""
        return cast(object_of(self, pairs), JSON)

    def one(self, pairs: Pairs, rows: Rows) -> Select[Any]:
        """The one row as an object; no row where there is none."""
        source, row, is_json = self._row(pairs, rows)
        return select(row if is_json else func.row_to_json(row)).select_from(source)

    def nested(self, pairs: Pairs, rows: Rows) -> Expression:
        """The one row as a value of another object; null where there is none."""
        return self.one(pairs, rows).scalar_subquery()

    def many(self, pairs: Pairs, rows: Rows, most: int | None = None) -> Expression:
        """All of the rows as a list. One that is longer than `most` is an error of the statement."""
        source, row, _ = self._row(pairs, rows)
        full: Expression = func.coalesce(func.json_agg(row), literal_column("'[]'::json", JSON))
        if most is not None:
            too_many = cast(word("too many: ").concat(_digits(func.count())), JSON)
            full = case((func.count() > number(most), too_many), else_=full)
        return select(full).select_from(source).scalar_subquery()

    def _row(self, pairs: Pairs, rows: Rows) -> tuple[Any, Expression, bool]:
        if any(len(key) > LONGEST_NAME for key, _ in pairs):
            source = rows([self.inside(pairs).label(WHOLE)]).subquery()
            return source, source.c[WHOLE], True
        source = rows([value.label(key) for key, value in pairs]).subquery()
        return source, source.table_valued(), False


class Sqlite:
    """Text put together by ||, since a JSON value forgets that it is one on its way out of a sub-select."""

    engine = sqlite_dialect(paramstyle="named")

    def decimal(self, value: Expression, places: int) -> Expression:
        if not places:
            return _digits(value)
        scale, size = number(10**places), func.abs(value)
        sign = case((value < number(0), word("-")), else_=word(""))
        written = func.printf(word(f"%s%d.%0{places}d"), sign, size.op("/")(scale), size.op("%")(scale))
        return case((value.is_(None), null()), else_=written)

    def day(self, value: Expression) -> Expression:
        return type_coerce(value, String)

    def moment(self, value: Expression) -> Expression:
        kept = type_coerce(value, String)
        fraction = func.replace(func.substr(kept, number(20)), word(".000000"), word(""))
        seconds = func.replace(func.substr(kept, number(1), number(19)), word(" "), word("T"))
        return seconds.concat(fraction).concat(word("+00:00"))

    def set(self, value: Expression) -> Expression:
        kept = type_coerce(value, String)
        inner = func.replace(func.json_quote(func.trim(kept, word(","))), word(","), word('","'))
        full = case((kept == word(","), word("[]")), else_=word("[").concat(inner).concat(word("]")))
        return case((kept.is_(None), word("null")), else_=full)

    def bare(self, value: Expression) -> Expression:
        written = _truth(value) if value.type.python_type is bool else _digits(value)
        return func.coalesce(written, word("null"))

    def quoted(self, value: Expression) -> Expression:
        return func.json_quote(value)

    def written(self, value: Expression) -> Expression:
        return value

    def constant(self, text: str) -> Expression:
        return word(json.dumps(text))

    def inside(self, pairs: Pairs) -> Expression:
        return object_of(self, pairs)

    def one(self, pairs: Pairs, rows: Rows) -> Select[Any]:
        return rows([self.inside(pairs).label(WHOLE)])

    def nested(self, pairs: Pairs, rows: Rows) -> Expression:
        return func.coalesce(self.one(pairs, rows).scalar_subquery(), word("null"))

    def many(self, pairs: Pairs, rows: Rows, most: int | None = None) -> Expression:
        row = self.one(pairs, rows).subquery()
        listed = func.coalesce(func.group_concat(row.c[WHOLE], word(",")), word(""))
        full = word("[").concat(listed).concat(word("]"))
        if most is not None:
            too_many = func.json(word("too many: ").concat(_digits(func.count())))
            full = case((func.count() > number(most), too_many), else_=full)
        return select(full).select_from(row).scalar_subquery()


Dialect = Postgres | Sqlite
DIALECTS: dict[str, type[Dialect]] = {"postgresql": Postgres, "sqlite": Sqlite}


def text_of(to: Dialect, column: SourceColumn, value: Expression) -> Expression:
    """A value in the words of its scalar; NULL stays NULL."""
    kind, stored = column.indicator.type, value.type
    if isinstance(stored, Scaled):
        return to.decimal(type_coerce(value, BigInteger), stored.places)
    writers: dict[str, Callable[[Expression], Expression]]
    writers = {"bool": _truth, "date": to.day, "datetime": to.moment, "int": _digits}
    return writers[kind.__name__](value) if kind.__name__ in writers else value


def value_of(to: Dialect, column: SourceColumn, value: Expression) -> Expression:
    """A value as JSON."""
    kind = column.indicator.type
    if column.indicator.many or kind is tuple:
        return to.set(value)
    if kind is bool or (kind is int and not isinstance(value.type, BigInteger)):
        return to.bare(value)
    return to.quoted(text_of(to, column, value))


def object_of(to: Dialect, pairs: Pairs) -> Expression:
    """The text of an object from values that are in reach."""
    pieces: list[Expression] = []
    for key, value in pairs:
        pieces += [word(f"{',' if pieces else '{'}{json.dumps(key)}:"), to.written(value)]
    return joined([*pieces, word("}")])
