"""Invented rows: any value an indicator may hold, nothing at all included, and numbers right at the limits of the rules."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import SQLModel

from fp_core.indicators import Indicator, indicators
from fp_core.plugins import Host

LUCK = (0.1, 0.5, 0.98)
"""How often things stand well: by turns mostly not, any, and nearly always, so that whole rules hold and fail too."""


class Inventor:
    """A source of random rows. The same seed gives the same rows on every database."""

    def __init__(self, host: Host, seed: int, year: int) -> None:
        self.random = random.Random(seed)
        self.year = year
        self._codes = host.codes
        self._limits = _limits(host)
        self._luck = 0.5

    def next_luck(self) -> None:
        """The rows from here on belong to another household, better or worse off."""
        self._luck = self.random.choice(LUCK)

    def row(self, model: type[SQLModel], **known: Any) -> dict[str, Any]:
        """A value for every column of the model; those in `known` are as given."""
        return {name: known[name] if name in known else self.value(i) for name, i in indicators(model).items()}

    def value(self, meaning: Indicator) -> Any:
        """A value the indicator may hold, or nothing where it may be empty."""
        if meaning.nullable and (meaning.secret or self.random.random() > 0.7 + self._luck * 0.3):
            return None
        if meaning.codes is not None:
            return self._code(meaning)
        return self._plain(meaning)

    def _code(self, meaning: Indicator) -> Any:
        names = [item.name for item in self._codes[str(meaning.codes)]]
        if not meaning.many:
            return self.random.choice(names)
        return tuple(sorted(self.random.sample(names, min(len(names), self.random.randrange(3)))))

    def _plain(self, meaning: Indicator) -> Any:
        if meaning.type is bool:
            return (self.random.random() < self._luck) is not bool(meaning.missing)
        if meaning.type is Decimal:
            return self._decimal(meaning)
        if meaning.type is int:
            least, most = meaning.least or 0, meaning.most if meaning.most is not None else (meaning.least or 0) + 6
            return self.random.randint(int(least), int(most))
        if meaning.type in (date, datetime):
            return self._day(meaning.type)
        return () if meaning.type is tuple else self.random.choice(("", "甲", "乙", "甲乙"))[: meaning.max_length]

    def _decimal(self, meaning: Indicator) -> Decimal:
        last = Decimal(1).scaleb(-(meaning.places or 0))
        near = Decimal(self.random.choice(self._limits)) + self.random.choice((-last, 0, last))
        far = Decimal(self.random.randrange(-200_000, 2_000_000)) * last
        little = self.random.randrange(-1, 200) * last if self.random.random() < self._luck else Decimal(0)
        value = (self.random.choice((near, far)) if self.random.random() < self._luck else little).quantize(last)
        return min(max(value, _bound(meaning.least, value)), _bound(meaning.most, value))

    def _day(self, kind: type) -> date:
        day = date(self.year, 12, 31) - timedelta(days=self.random.randrange(366 * 80))
        return datetime(day.year, day.month, day.day, tzinfo=UTC) if kind is datetime else day


def _bound(given: Any, value: Decimal) -> Decimal:
    return value if given is None else Decimal(given)


def _limits(host: Host) -> Sequence[Any]:
    """Nought, and every number that is a parameter: where a rule changes its mind."""
    held = {v.value for p in host.rules.parameters for v in p.values}
    return sorted({0, *(v for v in held if isinstance(v, (int, Decimal)) and not isinstance(v, bool))})
