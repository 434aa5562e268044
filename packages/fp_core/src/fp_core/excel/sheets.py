"""Sheets read by columns: each different value is looked at once, and is kept as the database will store it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from fp_core.excel.cells import Wrong, read_cell
from fp_core.excel.columns import Column, letters
from fp_core.excel.rows import CellError, Finding, Table

BATCH = 1000
"""So many rows are turned into columns at a time; progress is told after each."""

_FORMULA = Wrong("FORMULA", "单元格是公式，请改为数值或文本", "the cell is a formula; replace it by its value")


Place = tuple[int, str, Column]
"""Where a column stands in the rows given, the letter it is called by, and the column."""


@dataclass(frozen=True)
class SheetColumns:
    """A sheet as plain data: its name, its title, and its columns in the order of the template."""

    name: str
    title: str
    columns: tuple[Column, ...]

    def error(self, row: int, column: str, rule: str, zh: str, en: str, letter: str | None = None) -> CellError:
        """Something wrong in a cell, with the letter and the label the operator sees."""
        place, held = next((i, c) for i, c in enumerate(self.columns) if c.name == column)
        return CellError(self.title, row, column, letter or letters(place), held.label, rule, zh, en)

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "title": self.title, "columns": [column.as_json() for column in self.columns]}

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "SheetColumns":
        return cls(given["name"], given["title"], tuple(Column.from_json(one) for one in given["columns"]))

    def located(self, found: Finding) -> CellError:
        return self.error(found.row, found.column, found.rule, found.zh, found.en)


class Reader:
    """Takes the rows of a sheet, some at a time, and keeps what they hold and what is wrong in them."""

    def __init__(self, sheet: SheetColumns, places: Iterable[Place], formulas: Iterable[tuple[str, int]] = ()) -> None:
        self.errors: list[CellError] = []
        self._sheet = sheet
        self._places = [(place, letter, column.name, _Known(column)) for place, letter, column in places]
        self._formulas: dict[str, set[int]] = defaultdict(set)
        for letter, row in formulas:
            self._formulas[letter].add(row)
        self._numbers: list[int] = []
        self._values: dict[str, list[Any]] = {name: [] for _, _, name, _ in self._places}
        self._unread: dict[str, set[int]] = defaultdict(set)

    def take(self, numbers: Sequence[int], rows: Sequence[Sequence[Any]]) -> None:
        """Read these rows, of which `numbers` says where they stand."""
        cells = list(zip(*rows, strict=True))
        for place, letter, name, known in self._places:
            values = known.read(cells[place])
            calculated = self._formulas.get(letter)
            if calculated:
                values = [_FORMULA if n in calculated else v for n, v in zip(numbers, values, strict=True)]
            if calculated or known.is_any_wrong:
                self._take_out(name, letter, numbers, values)
            self._values[name] += values
        self._numbers += numbers

    def table(self) -> Table:
        return Table(self._numbers, self._values, {name: frozenset(places) for name, places in self._unread.items()})

    def _take_out(self, name: str, letter: str, numbers: Sequence[int], values: list[Any]) -> None:
        """Put nothing in the place of what is wrong, and note it."""
        for at, wrong in enumerate(values):
            if type(wrong) is Wrong:
                self.errors.append(self._sheet.error(numbers[at], name, wrong.rule, wrong.zh, wrong.en, letter))
                self._unread[name].add(len(self._numbers) + at)
                values[at] = None


class _Known(dict[Any, Any]):
    """What each value written in a column is stored as, or what is wrong with it; worked out when it is met first."""

    def __init__(self, column: Column) -> None:
        super().__init__()
        self.is_any_wrong = False
        self._column, self._unit = column, 10**column.places if column.kind == "decimal" else 1
        self._least, self._most = (_scaled(limit, self._unit) for limit in (column.least, column.most))

    def read(self, cells: Sequence[Any]) -> list[Any]:
        """The values of these cells. True is no 1, though a dictionary would take one for the other."""
        if cells[0] in ("", None) and cells.count(cells[0]) == len(cells):
            return [self[cells[0]]] * len(cells)
        types = set(map(type, cells))
        if bool not in types:
            return list(map(self.__getitem__, cells))
        if self._column.kind == "bool" and len(types) == 1:
            return list(cells)
        return [self._stored(held) if held is True or held is False else self[held] for held in cells]

    def __missing__(self, held: Any) -> Any:
        value = self[held] = self._stored(held)
        return value

    def _stored(self, held: Any) -> Any:
        if self._column.kind in ("decimal", "int") and (amount := self._amount(held)) is not None:
            return amount
        try:
            value = read_cell(self._column, held)
        except Wrong as wrong:
            self.is_any_wrong = True
            return wrong.with_traceback(None)
        if isinstance(value, Decimal):
            return int(value * self._unit)
        if isinstance(value, date):
            return value.isoformat()
        return f",{''.join(f'{code},' for code in value)}" if isinstance(value, list) else value

    def _amount(self, held: Any) -> int | None:
        """A sound amount in units of its last place; None where it has to be looked at closely."""
        if type(held) is float:
            amount = round(held * self._unit) if abs(held) < 10**9 else -1
            exact = amount / self._unit == held
        elif type(held) is Decimal and held.is_finite() and abs(held) < 10**9:
            amount = int(held * self._unit)
            exact = amount == held * self._unit
        else:
            return None
        within = (self._least is None or self._least <= amount) and (self._most is None or amount <= self._most)
        return amount if exact and within else None


def _scaled(limit: str | None, unit: int) -> Decimal | None:
    return None if limit is None else Decimal(limit) * unit
