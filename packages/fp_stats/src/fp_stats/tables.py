"""What a statistics table is: columns that count households and persons under a condition, and columns derived from them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import true

from fp_core.errors import Invalid

Counts = Mapping[str, int]


@dataclass(frozen=True)
class Counted:
    """A column that counts household-years of the year under a condition: `condition(HouseholdYear)`."""

    code: str
    label: str
    english: str
    condition: Callable[[Any], Any]


@dataclass(frozen=True)
class Happening:
    """A column that counts events of the year that were not rolled back: `condition(Event)`.

    Persons are those each event concerned; households are the events for which `moves_household` holds.
    """

    code: str
    label: str
    english: str
    condition: Callable[[Any], Any]
    moves_household: Callable[[Any], Any] = lambda _: true()


@dataclass(frozen=True)
class Derived:
    """A column computed from this year's and last year's columns of the same table and row."""

    code: str
    label: str
    english: str
    formula: Callable[[Counts, Counts], int]


Column = Counted | Happening | Derived


@dataclass(frozen=True)
class Statistic:
    """A statistics table. Its rows are the children of the chosen region, its last row their sum."""

    code: str
    label: str
    english: str
    columns: tuple[Column, ...]
    version: int = 1
    """Raise it when a condition changes: the cells are then counted anew."""

    @property
    def digest(self) -> str:
        """What the cells are worth something for: the counted columns and the version of their conditions."""
        return sha256(":".join((str(self.version), *(c.code for c in self.stored))).encode()).hexdigest()

    @property
    def stored(self) -> tuple[Counted | Happening, ...]:
        """The columns that are counted from rows and kept as cells."""
        return tuple(c for c in self.columns if not isinstance(c, Derived))


@dataclass(frozen=True)
class Cell:
    """One number of a table, for households and for persons."""

    households: int
    persons: int


@dataclass(frozen=True)
class Line:
    """One row of a table: a region and its cells by column."""

    region_code: str
    name: str
    cells: Mapping[str, Cell]


def by_code(statistics: Mapping[str, Statistic], code: str) -> Statistic:
    """A statistic by its code; an unknown code lists the known ones."""
    if code not in statistics:
        known = ", ".join(sorted(statistics))
        raise Invalid(
            "statistic",
            f"没有统计表 {code!r}，现有：{known}",
            f"there is no statistics table {code!r}; known are {known}",
        )
    return statistics[code]
