"""Exports as files: CSV line by line as the rows are read, and XLSX by way of one file on disk. Neither keeps the rows."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import xlsxwriter

from fp_core.errors import Invalid
from fp_core.excel.template import SAFELY
from fp_core.graphql.exports import Cell, Export, Reading

BOM = "\ufeff".encode()
"""By it Excel knows that a CSV file is UTF-8."""

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""Text that begins so is taken for a formula by some program that opens CSV."""

ROWS_OF_A_SHEET = 1_000_000
CHUNK = 2**18

Chunks = Callable[[Reading], Iterator[bytes]]


def as_csv(reading: Reading) -> Iterator[bytes]:
    """UTF-8 with its mark, a header of Chinese labels, and a line for each row. Text cannot become a formula."""
    yield BOM + _lines([reading.export.titles])
    with closing(reading.portions()) as portions:
        for portion in portions:
            yield _lines([[_text(cell) for cell in row] for row in portion])


def as_xlsx(reading: Reading) -> Iterator[bytes]:
    """A workbook of the rows and of what was asked for. It is written to disk whole before its first byte is given."""
    with TemporaryDirectory(prefix="fp-export-") as folder:
        file = Path(folder) / "export.xlsx"
        _write(file, reading, folder)
        if reading.is_stopped:
            return
        with file.open("rb") as written:
            while chunk := written.read(CHUNK):
                yield chunk


FORMATS: Mapping[str, Chunks] = {"csv": as_csv, "xlsx": as_xlsx}


def format_of(name: str) -> Chunks:
    """The format with this name."""
    if name not in FORMATS:
        raise Invalid(
            "format", f"没有导出格式 {name!r}，可用 csv、xlsx", f"there is no format {name!r}; use csv or xlsx"
        )
    return FORMATS[name]


def safe(text: str) -> str:
    """The text, with an apostrophe before what could be a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _lines(rows: Sequence[Sequence[str]]) -> bytes:
    text = StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return safe(cell)
    if isinstance(cell, Decimal):
        return format(cell, "f")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


def _write(file: Path, reading: Reading, folder: str) -> None:
    workbook = xlsxwriter.Workbook(file, {**SAFELY, "constant_memory": True, "tmpdir": folder})
    writer = _Sheets(workbook, reading.export)
    for portion in reading.portions():
        for row in portion:
            writer.row(row)
    if not reading.is_stopped:
        writer.conditions(reading.rows)
        workbook.close()


class _Sheets:
    """The sheets of one workbook: a further one begins where a sheet is full."""

    def __init__(self, workbook: Any, export: Export) -> None:
        self.workbook, self.export = workbook, export
        self.bold = workbook.add_format({"bold": True, "text_wrap": True, "valign": "vcenter"})
        self.day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.sheets = self.next_row = 0
        self._begin()

    def row(self, cells: Sequence[Cell]) -> None:
        if self.next_row > ROWS_OF_A_SHEET:
            self._begin()
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                self.sheet.write_string(self.next_row, place, cell)
            elif isinstance(cell, date):
                self.sheet.write_datetime(self.next_row, place, cell, self.day)
            elif cell is not None:
                self.sheet.write_number(self.next_row, place, cell)
        self.next_row += 1

    def conditions(self, rows: int) -> None:
        """What was asked for, on a sheet of its own."""
        sheet, export = self.workbook.add_worksheet("导出条件"), self.export
        told = (("类型", export.source.label), ("行政区划", export.region), ("年度", str(export.year or "")))
        for number, (label, value) in enumerate((*told, ("行数", str(rows)))):
            sheet.write_string(number, 0, label, self.bold)
            sheet.write_string(number, 1, value)

    def _begin(self) -> None:
        self.sheets += 1
        title = self.export.source.label[:25] + (f" {self.sheets}" if self.sheets > 1 else "")
        self.sheet = self.workbook.add_worksheet(title)
        self.sheet.freeze_panes(1, 0)
        self.sheet.set_column(0, len(self.export.titles) - 1, 14)
        for place, text in enumerate(self.export.titles):
            self.sheet.write_string(0, place, text, self.bold)
        self.next_row = 1
