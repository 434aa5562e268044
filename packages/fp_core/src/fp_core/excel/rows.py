"""What was read of a workbook: rows of values, and what is wrong, each with its place, rule and both messages."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Row:
    """One row of a sheet. An empty cell is None; a cell that could not be read has no entry."""

    number: int
    values: Mapping[str, Any]

    def has(self, *names: str) -> bool:
        """Whether all these cells could be read, so that a rule over them makes sense."""
        return all(name in self.values for name in names)

    def __getitem__(self, name: str) -> Any:
        return self.values.get(name)


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
