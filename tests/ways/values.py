"""Values that break what is written carelessly: for each kind of indicator the ordinary and the nasty ones."""

import random
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger
from sqlmodel import SQLModel

from fp_core.codes import Codes
from fp_core.indicators import Indicator, indicators

YEARS = (2014, 2015, 2016, 2017, 2018)

TEXTS = (
    "王建国",
    "tea",
    "",
    " ",
    'say "tea"',
    "it's",
    "back\\slash",
    "\\u0041\\n",
    "line\nbreak\r\n\ttab",
    "\x01\x08\x0c\x1b\x1f\x7f",
    "100%",
    "%25:%3A",
    "a:b,c",
    ",A,B,",
    "_under_score",
    "a/b/%",
    "😀👨‍👩‍👧",
    "\u2028\u2029\ufeff",
    "\uffff\U0010ffff",
    "e\u0301é",
    "</script>&amp;",
    "null",
    "$1 ? :name %(x)s {0}",
    "1.0",
    "-- ; DROP",
    "\u202eright to left",
    "ＡＢＣ",
    "ß İ ı",
    "𠮷野家",
)
LONG = '长文本 long "text" \\ 😀 ' * 200

DATES = (date(1, 1, 1), date(1899, 12, 31), date(1900, 2, 28), date(2000, 2, 29), date(2016, 1, 31), date(9999, 12, 31))
MOMENTS = (
    datetime(1850, 1, 1, 0, 0, 0, 1, UTC),
    datetime(1970, 1, 1, tzinfo=UTC),
    datetime(2016, 1, 31, 8, 0, 0, tzinfo=timezone(timedelta(hours=8))),
    datetime(2016, 1, 31, 8, 0, 0, 500_000, UTC),
    datetime(2016, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(2017, 6, 1, 12, 30, 0, 120, UTC),
    datetime(2018, 3, 4, 5, 6, 7, 890_100, UTC),
    datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC),
)


class Inventor:
    """A source of values; the same seed gives the same ones."""

    def __init__(self, codes: Codes, seed: str) -> None:
        self.random = random.Random(seed)
        self.codes = codes

    def row(self, model: type[SQLModel], **known: Any) -> dict[str, Any]:
        """A value for every column of a model; those in `known` are as given."""
        return {
            name: known[name] if name in known else self.value(model, meaning)
            for name, meaning in indicators(model).items()
        }

    def value(self, model: type[SQLModel], meaning: Indicator) -> Any:
        """A value that the column can hold, whether or not anybody would enter it."""
        if meaning.nullable and (meaning.secret or self.random.random() < 0.2):
            return None
        if meaning.codes is not None:
            return self._code(meaning)
        if meaning.type is bool:
            return self.random.random() < 0.5
        if meaning.type is tuple:
            return tuple(self.random.sample(("A", "B", "甲", "100%", "a_b", '"', "/"), self.random.randrange(8)))
        if meaning.type is Decimal:
            return self.decimal(meaning.places or 0)
        if meaning.type is int:
            big = isinstance(model.__table__.columns[meaning.name].type, BigInteger)  # type: ignore[attr-defined]
            return self.integer(63 if big else 31)
        if meaning.type is date:
            return self.random.choice(DATES) if self.random.random() < 0.5 else self._day()
        if meaning.type is datetime:
            return self.random.choice(MOMENTS)
        return self.text(meaning) if meaning.type is str else None

    def text(self, meaning: Indicator) -> str:
        """A text no longer than the column."""
        if meaning.name == "year" or meaning.name.endswith("month"):
            return f"{self.random.choice(YEARS)}-0{self.random.randrange(1, 10)}"
        chosen = LONG if self.random.random() < 0.03 else self.random.choice(TEXTS)
        if meaning.personal and self.random.random() < 0.5:
            chosen = f"1{self.random.randrange(10**10):010}"
        return chosen[: meaning.max_length]

    def integer(self, bits: int) -> int:
        most = 2**bits - 1
        if self.random.random() < 0.8:
            return self.random.randrange(10)
        return self.random.choice((0, -1, most, -most - 1, 2**31 - 1, -(2**31), min(2**53 + 1, most)))

    def decimal(self, places: int) -> Decimal:
        last = Decimal(1).scaleb(-places)
        most = Decimal(10**12) - last
        if self.random.random() < 0.3:
            return self.random.choice((Decimal(0) * last, last, -last, most, -most, Decimal(100), Decimal("0.1")))
        return (Decimal(self.random.randrange(-20_000, 2_000_000)) * last).quantize(last)

    def _code(self, meaning: Indicator) -> Any:
        names = [item.name for item in self.codes[str(meaning.codes)]]
        if not meaning.many:
            return self.random.choice(names)
        return tuple(sorted(self.random.sample(names, self.random.choice((0, 1, 2, len(names))) % (len(names) + 1))))

    def _day(self) -> date:
        return date(self.random.choice(YEARS), self.random.randrange(1, 13), self.random.randrange(1, 29))
