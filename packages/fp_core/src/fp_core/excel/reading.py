"""Reading a filled workbook: checked from outside, then parsed by a child process that may die without harm."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

from fp_core.errors import Invalid
from fp_core.excel import start
from fp_core.excel.columns import HEADER_ROWS, Column, column, letters
from fp_core.excel.rows import CellError, Table
from fp_core.excel.safety import FileRefused, check_file
from fp_core.excel.sheets import BATCH, Reader, SheetColumns
from fp_core.forms import Form, Sheet
from fp_core.plugins import Host

SECONDS = 180
"""How long the child may take in all; its processor time is limited to less by itself."""

Progress = Callable[[str, int, int], None]
"""(title of the sheet, rows read, rows in all)"""

Rows = tuple[Sequence[str], Iterable[Sequence[Any]]]
"""The names of the columns, and rows of values in that order."""

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
_MEMORY_SIGNALS = {signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV}


@dataclass(frozen=True)
class Content:
    """All that a workbook holds: its sheets as tables by name, and every bad cell."""

    form: Form
    year: int
    tables: Mapping[str, Table]
    errors: tuple[CellError, ...]


def columns_of(form: Form, sheet: Sheet, host: Host, year: int, region: str) -> tuple[Column, ...]:
    """The columns of a sheet in a year and region, in the order of the template."""
    return tuple(
        column(
            one.name,
            one.indicator,
            host.codes,
            year,
            sealed=one.is_sealed,
            rule=sheet.rules.get(one.name),
            required=one.indicator.required and one.name not in sheet.depends,
        )
        for one in form.fields(sheet, host, year, region)
    )


def sheets_of(form: Form, host: Host, year: int, region: str) -> dict[str, SheetColumns]:
    """The sheets of a form in a year and region, by name."""
    return {s.name: SheetColumns(s.name, s.title, columns_of(form, s, host, year, region)) for s in form.sheets}


def read_workbook(
    path: Path, form: Form, host: Host, *, year: int, region: str, today: date, progress: Progress | None = None
) -> Content:
    """Every row and every bad cell of a workbook made from the form's template. Nothing is read of a file that is not safe."""
    reading = _Reading(progress)
    with _child() as child:  # it starts while the file is looked at, and waits for its order
        check_file(path)
        for message in child(_order(path, form, sheets_of(form, host, year, region), year, today)):
            reading.take(message)
    return Content(form, year, reading.tables(), in_order(form, reading.errors))


def read_rows(given: Mapping[str, Rows], form: Form, host: Host, *, year: int, region: str, today: date) -> Content:
    """The same of rows that come from elsewhere: checked as if they stood in the template, one below the other."""
    sheets = sheets_of(form, host, year, region)
    readers = {name: _read_rows(sheet, *given[name]) for name, sheet in sheets.items()}
    tables = {name: reader.table() for name, reader in readers.items()}
    found = form.check(tables, year, today) if form.check else ()
    errors = [error for reader in readers.values() for error in reader.errors]
    return Content(form, year, tables, in_order(form, (*errors, *(sheets[f.sheet].located(f) for f in found))))


def _read_rows(sheet: SheetColumns, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> Reader:
    known = [column.name for column in sheet.columns]
    if unknown := [name for name in names if name not in known]:
        zh, en = f"{sheet.title}没有栏目 {'、'.join(unknown)}", f"{sheet.name} has no column {', '.join(unknown)}"
        raise Invalid(sheet.name, f"{zh}，现有：{'、'.join(known)}", f"{en}; known are {', '.join(known)}")
    at = {name: place for place, name in enumerate(names)}
    places = [(at.get(c.name, len(names)), letters(place), c) for place, c in enumerate(sheet.columns)]
    reader, lines, first = Reader(sheet, places), iter(rows), HEADER_ROWS + 1
    while batch := [(*row, None) for row in islice(lines, BATCH)]:
        reader.take(range(first, first + len(batch)), batch)
        first += len(batch)
    return reader


def in_order(form: Form, errors: Iterable[CellError]) -> tuple[CellError, ...]:
    """Bad cells as one reads them: sheet by sheet, row by row."""
    titles = {sheet.title: place for place, sheet in enumerate(form.sheets)}
    return tuple(sorted(errors, key=lambda e: (titles[e.sheet], e.row, len(e.letter), e.letter)))


class _Reading:
    """Takes in what the child says, line by line."""

    def __init__(self, progress: Progress | None) -> None:
        self.errors: list[CellError] = []
        self._progress = progress
        self._numbers: dict[str, list[int]] = {}
        self._columns: dict[str, dict[str, list[Any]]] = {}

    def take(self, message: Mapping[str, Any]) -> None:
        """One line: a column, bad cells, how far it is, or that the whole file is refused."""
        if "table" in message:
            name, numbers = message["table"]
            self._numbers[name], self._columns[name] = numbers, {}
        elif "column" in message:
            name, column, values, places = message["column"]
            repeated = values if places is None else list(map(values.__getitem__, bytes.fromhex(places)))
            self._columns[name][column] = repeated
        elif "errors" in message:
            self.errors += (CellError(**error) for error in message["errors"])
        elif "refused" in message:
            raise FileRefused(*message["refused"])
        elif "progress" in message and self._progress is not None:
            self._progress(*message["progress"])

    def tables(self) -> dict[str, Table]:
        """What was read. Cells that could not be are empty: the rules over them were checked by the child."""
        return {name: Table(numbers, self._columns[name]) for name, numbers in self._numbers.items()}


def _order(path: Path, form: Form, sheets: Mapping[str, SheetColumns], year: int, today: date) -> str:
    check = form.check
    return json.dumps(
        {
            "path": str(path),
            "form": form.code,
            "year": year,
            "version": form.version,
            "today": today.isoformat(),
            "check": f"{check.__module__}:{check.__qualname__}" if check else None,
            "sheets": [sheet.as_json() for sheet in sheets.values()],
        }
    )


@contextmanager
def _child() -> Iterator[Callable[[str], Iterator[dict[str, Any]]]]:
    """A reading child, which is given its order and answers to its last word."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONUTF8": "1"}
    command = [sys.executable, "-P", start.__file__]  # -P: nothing is imported from where we stand
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stderr=complaints, env=environment, encoding="utf-8", **pipes) as child,
    ):
        clock = threading.Timer(SECONDS, child.kill)
        clock.start()
        try:
            yield partial(_conversation, child, complaints)
        finally:
            clock.cancel()
            child.kill()


def _conversation(child: "subprocess.Popen[str]", complaints: IO[bytes], order: str) -> Iterator[dict[str, Any]]:
    """The child says that it is ready, then what it reads, then that it is done; without the last it has died."""
    assert child.stdin is not None and child.stdout is not None
    with suppress(BrokenPipeError), child.stdin as stdin:
        stdin.write(order)
    is_ready = False
    for line in child.stdout:
        message = json.loads(line)
        if "done" in message:
            return
        is_ready = is_ready or "ready" in message
        yield message
    code = child.wait()
    if not is_ready:
        complaints.seek(0)
        raise RuntimeError(f"the reading child did not start: {complaints.read().decode(errors='replace')[-2000:]}")
    raise _died(code)


def _died(code: int) -> FileRefused:
    if -code == signal.SIGXCPU:
        return FileRefused(
            "读取该文件超出时间上限，已停止，未导入任何数据；请按乡镇拆分后重试",
            "reading the file took too long and was stopped, nothing was imported; split it by town",
        )
    if code == 0 or -code in _MEMORY_SIGNALS:
        return FileRefused(
            "读取该文件超出内存或时间上限，已停止，未导入任何数据；请把数据粘贴到新下载的模板中，或按乡镇拆分",
            "reading the file took too much memory or time and was stopped, nothing was imported; use a fresh template or split it",
        )
    return FileRefused(
        "文件内容无法读取，未导入任何数据；请把数据以“值”粘贴到新下载的模板中",
        "the file cannot be read, nothing was imported; paste the data as values into a fresh template",
    )
