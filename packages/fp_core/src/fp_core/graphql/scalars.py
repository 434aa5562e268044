"""The scalars of the schema: exact decimals, dates, moments and big whole numbers, and which one an indicator has."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from sqlalchemy import BigInteger
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from fp_core.graphql.enums import CodeEnums
from fp_core.graphql.sources import SourceColumn

BigInt = NewType("BigInt", int)


def config() -> StrawberryConfig:
    """The configuration of every schema: our scalars in place of Strawberry's."""
    return StrawberryConfig(scalar_map=_SCALARS)


def type_of_column(column: SourceColumn, enums: CodeEnums) -> Any:
    """The GraphQL type of a column, without its nullability."""
    meaning = column.indicator
    if meaning.codes is not None:
        kind: Any = enums[meaning.codes]
        return list[kind] if meaning.many else kind
    if meaning.type is tuple:
        return list[str]
    if meaning.type is int:
        stored = column.model.__table__.columns[column.name].type  # type: ignore[attr-defined]
        return BigInt if isinstance(stored, BigInteger) else int
    return meaning.type


def _decimal(value: Any) -> Decimal:
    """A decimal from text or a whole number; binary fractions are not exact, infinities are not amounts."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError(f'金额等小数请写成文本，如 "12.50" · write decimals as text like "12.50", not {value!r}')
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(str(value)) > 40:
        raise ValueError(f"{value!r} 不是小数 · is not a decimal number")
    return number


def _plain(value: Any) -> str:
    return format(Decimal(value), "f")


def _big(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not str(value).lstrip("-").isdecimal():
        raise ValueError(
            f'{value!r} 不是整数，请写成文本，如 "9007199254740993" · is no whole number; write it as text'
        )
    return int(value)


def _scalar(name: str, text: str, serialize: Any, parse: Any) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=text, serialize=serialize, parse_value=parse)


_SCALARS: dict[object, ScalarDefinition] = {
    Decimal: _scalar("Decimal", '小数（精确，文本） · exact decimal as text, like "12.50"', _plain, _decimal),
    date: _scalar("Date", "日期 · date, YYYY-MM-DD", date.isoformat, date.fromisoformat),
    datetime: _scalar("DateTime", "时间 · moment with time zone, ISO 8601", datetime.isoformat, datetime.fromisoformat),
    BigInt: _scalar("BigInt", "大整数（文本） · whole number beyond 32 bits, as text", str, _big),
}
