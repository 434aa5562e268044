"""Templates and filled workbooks: headers from the form, dropdowns from the dated dictionaries, text where Excel would count."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from fp_core.excel.columns import HEADER_ROWS, Column, letters
from fp_core.excel.reading import columns_of
from fp_core.excel.safety import LAST_ROW
from fp_core.forms import Form
from fp_core.plugins import Host

EMPTY_ROWS = 5000
"""So many rows of an empty template are prepared with dropdowns."""

YES_NO = ("是", "否")
SAFELY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_TEXT_KINDS = ("text", "sealed", "codes", "code", "bool")

Rows = Mapping[str, Iterable[Mapping[str, Any]]]
"""By name of the sheet: rows as values by name of the column."""


def write_template(path: Path, form: Form, host: Host, *, year: int, region: str, rows: Rows | None = None) -> None:
    """Write the form's workbook for a year and region: empty, or filled with `rows` of stored values."""
    with xlsxwriter.Workbook(path, SAFELY) as workbook:
        writer = _Writer(workbook)
        for sheet in form.sheets:
            columns = columns_of(form, sheet, host, year, region)
            writer.sheet(sheet.title, columns, list((rows or {}).get(sheet.name, ())))
        writer.choices()
        writer.meta({"form": form.code, "year": str(year), "region": region, "version": str(form.version)})


class _Writer:
    """Writes into one workbook: its formats, and where each list of choices stands."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        frame = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}
        self.header = workbook.add_format({**frame, "bg_color": "#DDEBF7"})
        self.required = workbook.add_format({**frame, "bg_color": "#FCE4D6", "font_color": "#C00000"})
        self.name = workbook.add_format({"font_size": 8, "font_color": "#808080", "border": 1})
        self.text = workbook.add_format({"num_format": "@"})
        self.date = workbook.add_format({"num_format": "yyyy-mm-dd"})
        self.lists: dict[tuple[str, ...], str] = {}

    def sheet(self, title: str, columns: Sequence[Column], rows: list[Mapping[str, Any]]) -> None:
        """Headers, formats and dropdowns of one sheet, then its rows."""
        sheet = self.workbook.add_worksheet(title)
        sheet.freeze_panes(HEADER_ROWS, 1)
        sheet.set_row(0, 45)
        last = min(HEADER_ROWS + max(EMPTY_ROWS, len(rows)), LAST_ROW) - 1
        for place, column in enumerate(columns):
            sheet.set_column(place, place, 20 if column.kind == "sealed" else 13, self._cell_format(column))
            sheet.write_string(0, place, column.title, self.required if column.required else self.header)
            sheet.write_string(1, place, column.name, self.name)
            self._validate(sheet, place, column, last)
        for number, row in enumerate(rows, start=HEADER_ROWS):
            for place, column in enumerate(columns):
                self._write(sheet, number, place, column, row.get(column.name))

    def choices(self) -> None:
        """The hidden sheet of dropdown values, one column for each list."""
        sheet = self.workbook.add_worksheet("_dict")
        sheet.hide()
        for place, labels in enumerate(self.lists):
            for number, label in enumerate(labels):
                sheet.write_string(number, place, label)

    def meta(self, facts: Mapping[str, str]) -> None:
        """What the workbook is, in a sheet that Excel does not offer to show."""
        sheet = self.workbook.add_worksheet("_meta")
        sheet.very_hidden()
        for number, (key, value) in enumerate(facts.items()):
            sheet.write_string(number, 0, key)
            sheet.write_string(number, 1, value)

    def _cell_format(self, column: Column) -> Any:
        if column.kind == "date":
            return self.date
        return self.text if column.kind in _TEXT_KINDS else None

    def _validate(self, sheet: Any, place: int, column: Column, last: int) -> None:
        labels = YES_NO if column.kind == "bool" else tuple(choice.label for choice in column.choices)
        if column.kind in ("bool", "code"):
            rule = {"validate": "list", "source": self._range(labels), "error_title": column.label[:32]}
            sheet.data_validation(HEADER_ROWS, place, last, place, rule)
        elif column.kind == "codes":
            text = "可填多项，用顿号分隔：" + "、".join(labels)
            rule = {"validate": "any", "input_title": column.label[:32], "input_message": text[:255]}
            sheet.data_validation(HEADER_ROWS, place, last, place, rule)

    def _range(self, labels: tuple[str, ...]) -> str:
        """Where a list of choices stands; a list written into the rule itself may have only 255 characters."""
        if labels not in self.lists:
            letter = letters(len(self.lists))
            self.lists[labels] = f"=_dict!${letter}$1:${letter}${len(labels)}"
        return self.lists[labels]

    def _write(self, sheet: Any, number: int, place: int, column: Column, value: Any) -> None:
        if value is None:
            return
        if isinstance(value, date):
            sheet.write_datetime(number, place, value, self.date)
        elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
            sheet.write_number(number, place, value)
        else:
            sheet.write_string(number, place, _shown(column, value), self.text)


def _shown(column: Column, value: bool | str | Sequence[str]) -> str:
    """A stored value as it is written on the form: labels for codes, 是 and 否; anything else as it is."""
    labels = {choice.name: choice.label for choice in column.choices}
    if isinstance(value, bool):
        return YES_NO[0] if value else YES_NO[1]
    if isinstance(value, str):
        return labels.get(value, value)
    return "、".join(labels.get(item, item) for item in value)
