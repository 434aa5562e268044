"""What was read of a workbook: columns of values as they are stored, and what is wrong, each with its place and both messages."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass(frozen=True)
class Table:
    """The rows of a sheet, column by column, as the database keeps them.

    An amount is a whole number of its last place, a date ISO text, a set of codes `,A,B,`. An empty cell is None, and so is
    one that could not be read; `unread` has the places of those.
    """

    numbers: Sequence[int]
    """The number of each row in its sheet."""
    columns: Mapping[str, Sequence[Any]]
    unread: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, name: str) -> Sequence[Any]:
        """A column; one that the form does not have in this year is empty."""
        found = self.columns.get(name)
        return [None] * len(self.numbers) if found is None else found

    def has(self, place: int, *names: str) -> bool:
        """Whether all these cells of a row could be read, so that a rule over them makes sense."""
        return all(name in self.columns and place not in self.unread.get(name, ()) for name in names)

    def in_order(self, places: Sequence[int]) -> "Table":
        """The rows at these places, one after the other."""
        columns = {name: list(map(values.__getitem__, places)) for name, values in self.columns.items()}
        return Table(list(map(self.numbers.__getitem__, places)), columns)

    def rows(self) -> Iterator[dict[str, Any]]:
        """The rows one by one, without their empty cells."""
        for values in zip(*self.columns.values(), strict=True):
            yield {name: value for name, value in zip(self.columns, values, strict=True) if value is not None}


@dataclass(frozen=True)
class Finding:
    """Something wrong, by the names of sheet and column."""

    sheet: str
    row: int
    column: str
    rule: str
    zh: str
    en: str


@dataclass(frozen=True)
class CellError:
    """Something wrong, as the operator finds it: title of the sheet, row, letter and label of the column."""

    sheet: str
    row: int
    column: str
    letter: str
    label: str
    rule: str
    zh: str
    en: str

    @property
    def cell(self) -> str:
        return f"{self.letter}{self.row}"


Check = Callable[[Mapping[str, Table], int, date], Iterable[Finding]]
"""Rules over whole rows: (tables by sheet, data year, today) → what is wrong. Run without a database."""
