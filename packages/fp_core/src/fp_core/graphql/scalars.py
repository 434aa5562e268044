"""The scalars of the schema: exact decimals, dates, moments and big whole numbers, and which one an indicator has."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType

import strawberry
from sqlalchemy import BigInteger
from strawberry.schema.config import StrawberryConfig
from strawberry.types.scalar import ScalarDefinition

from fp_core.errors import Invalid
from fp_core.graphql.enums import CodeEnums
from fp_core.graphql.sources import SourceColumn

BigInt = NewType("BigInt", int)
_MOST = 10**12


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


def from_plain(kind: Any, value: str) -> Any:
    """A value of an indicator's type from the text that a cursor or a global id holds of it. Raises ValueError."""
    readers: dict[Any, Callable[[str], Any]] = {
        bool: _truth,
        Decimal: _decimal,
        date: date.fromisoformat,
        datetime: _moment,
        int: int,
        str: str,
    }
    return readers[kind](value)


def to_plain(value: Any) -> str:
    """The text of a value, as the schema's scalars write it; `from_plain` reads it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return _plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _truth(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError(f"{text!r} is neither true nor false")
    return text == "true"


def checked_text(place: str, text: str) -> str:
    """The text, refused where no database can hold it."""
    if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise Invalid(
            place,
            f"{place} 含有无法存储的字符（空字符或残缺的代理字符），请删去",
            f"{place} holds a character that no text has (NUL or half a surrogate pair); take it out",
        )
    return text


def _decimal(value: Any) -> Decimal:
    """A decimal from text or a whole number; binary fractions are not exact, infinities are not amounts."""
    if isinstance(value, bool) or not isinstance(value, (str, int)) or len(str(value)) > 40:
        raise ValueError(f'小数请写成文本，如 "12.50" · write decimals as text like "12.50", not {value!r:.60}')
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or abs(number) >= _MOST:
        raise ValueError(f"{value!r} 不是小数，或超过一万亿 · is no decimal number below {_MOST}")
    return number


def _moment(value: Any) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError(f"{value!r} 没有时区 · has no time zone; write 2016-01-31T08:00:00+08:00")
    return moment


def _plain(value: Any) -> str:
    return format(Decimal(value), "f")


def _big(value: Any) -> int:
    text = str(value)
    if isinstance(value, float | bool) or not text.lstrip("-").isdecimal() or not -(2**63) <= int(text[:21]) < 2**63:
        raise ValueError(
            f'{text[:30]} 不是64位整数 · is no whole number of 64 bits; write it as text, like "9007199254740993"'
        )
    return int(text)


def _scalar(name: str, text: str, serialize: Any, read: Callable[[Any], Any]) -> ScalarDefinition:
    return strawberry.scalar(name=name, description=text, serialize=serialize, parse_value=_answering(name, text, read))


def _answering(name: str, text: str, read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The reader of a scalar, whose refusal reaches the client in both languages and names the value."""
    zh, _, en = text.partition(" · ")

    def parse(value: Any) -> Any:
        try:
            return read(value)
        except (ValueError, TypeError):
            shown = f"{value!r:.60}"
            raise Invalid(name, f"{shown} 不能作为 {name}：应为{zh}", f"{shown} is no {name}: give {en}") from None

    return parse


_SCALARS: dict[object, ScalarDefinition] = {
    Decimal: _scalar("Decimal", '小数（精确，文本） · exact decimal as text, like "12.50"', _plain, _decimal),
    date: _scalar("Date", "日期 · date, YYYY-MM-DD", date.isoformat, date.fromisoformat),
    datetime: _scalar("DateTime", "时间 · moment with time zone, ISO 8601", datetime.isoformat, _moment),
    BigInt: _scalar("BigInt", "大整数（文本） · whole number beyond 32 bits, as text", str, _big),
}
