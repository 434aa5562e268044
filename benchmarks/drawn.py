"""Invented values in SQL: for every indicator an expression over a row number, the same on both databases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zlib import crc32

from sqlalchemy import BigInteger, Date, LargeBinary, Text, case, cast, func, literal, literal_column, null
from sqlmodel import SQLModel

from fp_core.codes import Codes
from fp_core.indicators import Indicator, indicators
from fp_core.types import UtcDateTime

PRIME = 2_147_483_647
NAMES = ("王建国", "李秀英", "张伟", "刘芳", "陈桂花", "杨强", "赵敏", "吴磊", "韦秀兰", "黄志强", "罗成", "龙桂英")
MOST_BY_PLACES = {1: 400, 2: 2_000_000, 4: 900_000, 6: 1_000_000}
NUMBERS = {
    "phone": "139",
    "bank_account": "621700",
    "id_number_masked": "5222****",
    "disability_card_masked": "5222****",
}
"""How a number of this name begins; eight digits follow."""
STAMP = datetime(2020, 3, 1, 8, 30, tzinfo=UTC)
SEALED = bytes(range(1, 62))
"""As long as an encrypted number."""


def draw(number: Any, salt: str, count: int) -> Any:
    """A number from 0 to count - 1 that looks random: the same for the same row and salt."""
    return number * _literal(crc32(salt.encode()) % PRIME | 1) % _literal(PRIME) % _literal(count)


def pick(number: Any, salt: str, options: Sequence[str]) -> Any:
    """One of the texts; one that stands there twice is drawn twice as often."""
    return case(dict(enumerate(options)), value=draw(number, salt, len(options)))


def digits(number: Any, width: int) -> Any:
    """A number as text with leading zeros."""
    return func.substr(cast(number + _literal(10**width), Text), 2, width)


@dataclass(frozen=True)
class Drawn:
    """The values of one row, which is known by a number."""

    number: Any
    codes: Codes
    year: int
    is_postgresql: bool

    def row(self, model: type[SQLModel], **given: Any) -> dict[str, Any]:
        """An expression for every column of a model: as given, or drawn, empty one time in ten where it may be."""
        return {name: given[name] if name in given else self._column(model, i) for name, i in indicators(model).items()}

    def day(self, salt: str, first: int, last: int) -> Any:
        """A day of these years."""
        year, month, day = (
            draw(self.number, f"{salt} {part}", n) for part, n in (("y", last - first + 1), ("m", 12), ("d", 28))
        )
        text = digits(year + first, 4) + "-" + digits(month + 1, 2) + "-" + digits(day + 1, 2)
        return cast(text, Date) if self.is_postgresql else text

    def _column(self, model: type[SQLModel], meaning: Indicator) -> Any:
        value = self._value(model, meaning, f"{model.__name__} {meaning.name}")
        if not meaning.nullable or meaning.secret:
            return value
        return case((draw(self.number, f"no {meaning.name}", 10) == 0, null()), else_=value)

    def _value(self, model: type[SQLModel], meaning: Indicator, salt: str) -> Any:
        if meaning.codes is not None:
            return self._code(meaning, salt)
        if meaning.type is bool:
            return draw(self.number, salt, 2) == 1
        if meaning.type in (int, Decimal):
            return self._amount(meaning, salt)
        kind = model.__table__.c[meaning.name].type  # type: ignore[attr-defined]
        if isinstance(kind, Date):
            years = (1939, self.year) if "birth" in meaning.name else (2014, self.year)
            return self.day(salt, *years)
        if isinstance(kind, UtcDateTime):
            return literal(STAMP, UtcDateTime())
        return literal(SEALED, LargeBinary) if isinstance(kind, LargeBinary) else self._text(meaning, salt)

    def _code(self, meaning: Indicator, salt: str) -> Any:
        names = [item.name for item in self.codes[str(meaning.codes)].items_in(self.year)]
        if not meaning.many:
            return pick(self.number, salt, names)
        pairs = (sorted({name, names[0]}) for name in names)
        return pick(self.number, salt, [f",{name}," for name in names] + [f",{','.join(pair)}," for pair in pairs])

    def _amount(self, meaning: Indicator, salt: str) -> Any:
        """A whole number, or an amount as the database keeps it: a whole number of its last place."""
        unit = 10 ** (meaning.places or 0)
        least = int(meaning.least or 0)
        count = (
            (int(meaning.most) - least) * unit + 1
            if meaning.most is not None
            else MOST_BY_PLACES.get(meaning.places or 0, 6)
        )
        return draw(self.number, salt, count) + _literal(least * unit)

    def _text(self, meaning: Indicator, salt: str) -> Any:
        if meaning.name.endswith("name"):
            return pick(self.number, salt, NAMES)
        kind = meaning.name.removeprefix("member_")
        if kind in NUMBERS:
            return literal(NUMBERS[kind], Text) + digits(draw(self.number, salt, 10**8), 8)
        if meaning.name == "id_index":
            return literal("0" * 46, Text) + digits(self.number, 18)
        text = literal(meaning.label[:6], Text) + cast(draw(self.number, salt, 200), Text)
        return func.substr(text, 1, meaning.max_length or 60)


def _literal(number: int) -> Any:
    return literal_column(str(number), BigInteger)
