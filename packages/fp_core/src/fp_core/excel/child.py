"""The reading child: parses one workbook under limits of memory and time, knows no database, and answers in JSON lines.

Started by `fp_core.excel.reading`; a workbook that kills it kills nothing else.
"""

import importlib
import json
import resource
import sys
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from fp_core.excel.cells import Wrong, read_cell
from fp_core.excel.columns import HEADER_ROWS, Column, letters
from fp_core.excel.formulas import formula_cells
from fp_core.excel.rows import CellError, Row

MEMORY = 512 * 2**20
"""3,000 households with 10,000 persons take less than half of it."""
CPU_SECONDS = 60
PROGRESS_EVERY = 1000


class Unusable(Exception):
    """The workbook as a whole is not the form that was asked for."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def main() -> None:
    """Read the order from stdin, answer on stdout; the last line says that all was said."""
    order = json.load(sys.stdin)
    _say(ready=True)
    sys.stdout.flush()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    try:
        _read(order)
    except (Unusable, CalamineError) as error:
        zh, en = (error.zh, error.en) if isinstance(error, Unusable) else _broken(error)
        _say(refused=[zh, en])
    _say(done=True)


def _read(order: Mapping[str, Any]) -> None:
    path = Path(order["path"])
    workbook = CalamineWorkbook.from_path(path)
    _check_meta(workbook, order)
    formulas = formula_cells(path)
    rows: dict[str, list[Row]] = {}
    for given in order["sheets"]:
        columns = [Column.from_json(one) for one in given["columns"]]
        sheet = _Sheet(given["name"], given["title"], columns, set(formulas.get(given["title"], ())))
        rows[sheet.name] = list(sheet.read(workbook))
        _say_rows(sheet.name, rows[sheet.name])
    if order["check"]:
        module, _, name = order["check"].partition(":")
        for found in getattr(importlib.import_module(module), name)(
            rows, order["year"], date.fromisoformat(order["today"])
        ):
            _say(finding=vars(found))


def _check_meta(workbook: CalamineWorkbook, order: Mapping[str, Any]) -> None:
    """The workbook was made from our template, of this form, year and version."""
    titles = [given["title"] for given in order["sheets"]]
    if missing := [title for title in ("_meta", *titles) if title not in workbook.sheet_names]:
        raise Unusable(
            f"工作簿缺少工作表 {'、'.join(missing)}，请使用系统下载的模板",
            f"the workbook has no sheet {', '.join(missing)}; use the template of the system",
        )
    held = {str(row[0]): str(row[1]) for row in workbook.get_sheet_by_name("_meta").to_python() if len(row) > 1}
    for key, label, english in (
        ("form", "采集表", "form"),
        ("year", "年度", "data year"),
        ("version", "模板版本", "template version"),
    ):
        if held.get(key) != str(order[key]):
            raise Unusable(
                f"文件的{label}是 {held.get(key, '空')}，本次导入应为 {order[key]}，请下载对应的模板",
                f"the {english} of the file is {held.get(key, 'empty')}, this import takes {order[key]}; download that template",
            )


class _Sheet:
    """One sheet while it is read: where each column stands, and what was found wrong."""

    def __init__(self, name: str, title: str, columns: list[Column], formulas: set[tuple[str, int]]) -> None:
        self.name, self.title, self.columns, self.formulas = name, title, columns, formulas

    def read(self, workbook: CalamineWorkbook) -> Iterator[Row]:
        """The rows below the headers; an empty row is passed over."""
        sheet = workbook.get_sheet_by_name(self.title)
        places: list[tuple[int, Column]] = []
        for number, cells in enumerate(_lines(sheet), start=1):
            if number == HEADER_ROWS:
                places = self._places([str(cell).strip() for cell in cells])
            elif number > HEADER_ROWS and any(cell != "" for cell in cells):
                yield Row(number, dict(self._values(number, cells, places)))
            if number % PROGRESS_EVERY == 0:
                _say(progress=[self.title, number, sheet.total_height])
        if not places:
            raise Unusable(f"工作表 {self.title} 没有表头", f"sheet {self.title} has no headers; use the template")

    def _places(self, headers: list[str]) -> list[tuple[int, Column]]:
        known = {column.name: column for column in self.columns}
        missing = [f"{c.label}（{c.name}）" for c in self.columns if c.name not in headers]
        unknown = [header for header in headers if header and header not in known]
        twice = sorted({header for header in headers if header and headers.count(header) > 1})
        for names, zh, en in (
            (missing, "缺少列", "lacks the columns"),
            (unknown, "有未知的列", "has unknown columns"),
            (twice, "有重复的列", "repeats the columns"),
        ):
            if names:
                shown = "、".join(names[:5])
                raise Unusable(
                    f"工作表 {self.title} 第 2 行{zh} {shown}，请勿改动表头，使用本年度、本地区的模板",
                    f"row 2 of sheet {self.title} {en} {shown}; leave the headers alone and use this year's and region's template",
                )
        return [(place, known[header]) for place, header in enumerate(headers) if header]

    def _values(self, number: int, cells: list[Any], places: list[tuple[int, Column]]) -> Iterator[tuple[str, Any]]:
        for place, column in places:
            try:
                if self.formulas and (letters(place), number) in self.formulas:
                    raise Wrong(
                        "FORMULA", "单元格是公式，请改为数值或文本", "the cell is a formula; replace it by its value"
                    )
                yield column.name, read_cell(column, cells[place])
            except Wrong as wrong:
                place_of = (self.title, number, column.name, letters(place), column.label)
                _say(error=vars(CellError(*place_of, wrong.rule, wrong.zh, wrong.en)))


def _lines(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Every row and column from the first on, empty ones too, so that places are those that Excel shows."""
    if sheet.start is not None:
        before: list[Any] = [""] * sheet.start[1]
        yield from (before + list(cells) for cells in sheet.iter_rows())


def _say_rows(name: str, rows: list[Row]) -> None:
    for row in rows:
        _say(row=[name, row.number, {key: value for key, value in row.values.items() if value is not None}])


def _say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False, default=_plain) + "\n")


def _plain(value: Any) -> str:
    if isinstance(value, (Decimal, date)):
        return str(value)
    raise TypeError(type(value).__name__)


def _broken(error: CalamineError) -> tuple[str, str]:
    return (
        "工作簿内容无法解析，请用 Excel 打开并另存为 .xlsx，或把数据粘贴到新下载的模板中",
        f"the workbook cannot be parsed ({type(error).__name__}); open it in Excel and save it anew, or use a fresh template",
    )


if __name__ == "__main__":
    main()
