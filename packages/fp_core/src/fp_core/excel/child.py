"""The reading child: parses one workbook under limits of memory and time, knows no database, and answers in JSON lines.

Started by `fp_core.excel.reading` through `start.py`; a workbook that kills it kills nothing else.
"""

import gc
import importlib
import json
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from fp_core.excel.columns import HEADER_ROWS, letters
from fp_core.excel.formulas import formula_cells
from fp_core.excel.rows import CellError, Check, Table
from fp_core.excel.sheets import BATCH, Place, Reader, SheetColumns

MEMORY = 512 * 2**20
"""3,000 households with 10,000 persons take less than half of it."""
CPU_SECONDS = 60
MOST_DISTINCT = 256


class Unusable(Exception):
    """The workbook as a whole is not the form that was asked for."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.zh, self.en = zh, en


def main() -> None:
    """Read the order from stdin, answer on stdout; the last line says that all was said."""
    gc.disable()  # it makes no cycles worth a search through millions of cells
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
    _check_meta(CalamineWorkbook.from_path(path), order)
    sheets = {given["name"]: SheetColumns.from_json(given) for given in order["sheets"]}
    tables: dict[str, Table] = {}
    with ThreadPoolExecutor(len(sheets)) as pool:  # calamine parses without holding the interpreter
        parsed = {name: pool.submit(_parsed, path, sheet.title) for name, sheet in sheets.items()}
        formulas = formula_cells(path)
        for name, sheet in sheets.items():
            reader = _read_sheet(parsed.pop(name).result(), sheet, formulas.get(sheet.title, ()))
            tables[name] = reader.table()
            _say_table(name, tables[name])
            _say_errors(reader.errors)
    if order["check"]:
        module, _, name = order["check"].partition(":")
        check: Check = getattr(importlib.import_module(module), name)
        found = check(tables, order["year"], date.fromisoformat(order["today"]))
        _say_errors(sheets[one.sheet].located(one) for one in found)


def _parsed(path: Path, title: str) -> CalamineSheet:
    return CalamineWorkbook.from_path(path).get_sheet_by_name(title)


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


def _read_sheet(held: CalamineSheet, sheet: SheetColumns, formulas: Iterable[tuple[str, int]]) -> Reader:
    """The rows below the headers; an empty row is passed over."""
    lines = enumerate(_lines(held), start=1)
    headers = [[str(cell).strip() for cell in cells] for _, cells in islice(lines, HEADER_ROWS)]
    if len(headers) < HEADER_ROWS:
        raise Unusable(f"工作表 {sheet.title} 没有表头", f"sheet {sheet.title} has no headers; use the template")
    reader = Reader(sheet, _places(sheet, headers[-1]), formulas)
    while batch := list(islice(lines, BATCH)):
        filled = [(number, cells) for number, cells in batch if cells.count("") < len(cells)]
        if filled:
            reader.take(*zip(*filled, strict=True))
        _say(progress=[sheet.title, batch[-1][0], held.end[0] + 1 if held.end else 0])
    return reader


def _places(sheet: SheetColumns, headers: list[str]) -> list[Place]:
    known = {column.name: column for column in sheet.columns}
    missing = [f"{c.label}（{c.name}）" for c in sheet.columns if c.name not in headers]
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
                f"工作表 {sheet.title} 第 2 行{zh} {shown}，请勿改动表头，使用本年度、本地区的模板",
                f"row 2 of sheet {sheet.title} {en} {shown}; leave the headers alone and use this year's and region's template",
            )
    return [(place, letters(place), known[header]) for place, header in enumerate(headers) if header]


def _lines(sheet: CalamineSheet) -> Iterator[list[Any]]:
    """Every row and column from the first on, empty ones too, so that places are those that Excel shows."""
    if sheet.start is not None:
        before: list[Any] = [""] * sheet.start[1]
        yield from (before + cells for cells in sheet.iter_rows()) if before else sheet.iter_rows()


def _say_table(name: str, table: Table) -> None:
    """Column by column; where few values repeat, the values once and for each row one byte that says which."""
    _say(table=[name, table.numbers])
    for column, values in table.columns.items():
        distinct = {value: place for place, value in enumerate(dict.fromkeys(values))}
        if len(distinct) <= MOST_DISTINCT:
            _say(column=[name, column, list(distinct), bytes(map(distinct.__getitem__, values)).hex()])
        else:
            _say(column=[name, column, values, None])


def _say_errors(errors: Iterable[CellError]) -> None:
    if found := [vars(error) for error in errors]:
        _say(errors=found)


def _say(**message: Any) -> None:
    sys.stdout.write(json.dumps(message, ensure_ascii=False) + "\n")


def _broken(error: CalamineError) -> tuple[str, str]:
    return (
        "工作簿内容无法解析，请用 Excel 打开并另存为 .xlsx，或把数据粘贴到新下载的模板中",
        f"the workbook cannot be parsed ({type(error).__name__}); open it in Excel and save it anew, or use a fresh template",
    )
