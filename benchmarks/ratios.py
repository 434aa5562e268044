"""Ratios: taken within a round, so that what disturbs the machine disturbs both; then the median with its spread."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Any

Row = Mapping[str, Any]
"""A sample as the file of results has it."""
Value = Callable[[Row], float]


@dataclass(frozen=True)
class Spread:
    """The median of some rounds, the least and the most."""

    median: float
    least: float
    most: float

    def __str__(self) -> str:
        if self.least == self.most:
            return figure(self.median)
        return f"{figure(self.median)} ({figure(self.least)}..{figure(self.most)})"


def spread(values: Iterable[float]) -> Spread | None:
    """The spread of some values; None where there are none."""
    found = sorted(values)
    return Spread(median(found), found[0], found[-1]) if found else None


def ratio(above: Iterable[Row], below: Iterable[Row], value: Value) -> Spread | None:
    """The spread of the ratios of rounds that both have."""
    bases = _by_round(below, value)
    held = _by_round(above, value)
    return spread(median(held[n]) / median(bases[n]) for n in held if n in bases and median(bases[n]) > 0)


def chosen(rows: Iterable[Row], **wanted: Any) -> list[Row]:
    """The rows that have these values."""
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def figure(number: float) -> str:
    """A number to two digits and a half: what the spread between rounds allows."""
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 10 else f"{number:.2f}" if number >= 0.1 else f"{number:.3f}"


def _by_round(rows: Iterable[Row], value: Value) -> dict[int, list[float]]:
    found: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        found[row["round"]].append(value(row))
    return found
