"""The uploaded workbook given back with its bad cells marked, and a sheet that lists them. Nothing written is ever a formula."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell import Cell, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill

from fp_core.excel.rows import CellError
from fp_core.excel.safety import check_file

LIST = "错误清单"
HEADERS = ("工作表", "单元格", "栏目", "规则", "说明", "What is wrong")
MOST_UNPACKED = 48 * 2**20
"""Above this (some 15,000 households) the file is too big to be opened whole, and only the list is given back."""

_RED = PatternFill("solid", fgColor="FFC7CE")
_BOLD = Font(bold=True)
_WIDTHS = (8, 10, 24, 14, 60, 60)


def mark_errors(path: Path, errors: Sequence[CellError], target: Path) -> None:
    """Write a copy of a workbook that was refused, for the operator to mend and upload again."""
    if check_file(path) > MOST_UNPACKED:
        workbook = Workbook()
    else:
        workbook = load_workbook(path)
        for error in errors:
            _mark(workbook[error.sheet], error)
        _defuse(workbook)
    _list(workbook, errors)
    workbook.save(target)


def _mark(sheet: Any, error: CellError) -> None:
    cell = sheet[error.cell]
    if isinstance(cell, MergedCell):
        return
    text = f"{error.rule}：{error.zh}\n{error.en}"
    earlier = f"{cell.comment.text}\n" if cell.comment and cell.fill == _RED else ""
    cell.fill = _RED
    cell.comment = Comment(earlier + text, "fp", width=320, height=120)


def _list(workbook: Workbook, errors: Sequence[CellError]) -> None:
    """All errors in one sheet, in front; a list from an earlier round is replaced."""
    if LIST in workbook.sheetnames:
        del workbook[LIST]
    sheet = workbook.create_sheet(LIST, 0)
    workbook.active = 0
    for place, (header, width) in enumerate(zip(HEADERS, _WIDTHS, strict=True), start=1):
        _write(sheet.cell(1, place), header)
        sheet.cell(1, place).font = _BOLD
        sheet.column_dimensions["ABCDEF"[place - 1]].width = width
    for number, error in enumerate(errors, start=2):
        values = (error.sheet, error.cell, error.label, error.rule, error.zh, error.en)
        for place, value in enumerate(values, start=1):
            _write(sheet.cell(number, place), value)
    sheet.freeze_panes = "A2"


def _write(cell: Cell | MergedCell, text: str) -> None:
    cell.value = text
    cell.data_type = "s"  # openpyxl takes text that begins with = for a formula


def _defuse(workbook: Workbook) -> None:
    """Formulas of the uploaded file come back as the text of the formula: what was refused is never run."""
    for sheet in workbook.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    _write(cell, str(cell.value))
