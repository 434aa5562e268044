"""Reading a filled workbook: checked from outside, then parsed by a child process that may die without harm."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from fp_core.excel.columns import Column, column, letters
from fp_core.excel.rows import CellError, Finding, Row
from fp_core.excel.safety import FileRefused, check_file
from fp_core.forms import Form, Sheet
from fp_core.plugins import Host

SECONDS = 180
"""How long the child may take in all; its processor time is limited to less by itself."""

Progress = Callable[[str, int, int], None]
"""(title of the sheet, rows read, rows in all)"""

_PASSED_ON = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "TMPDIR", "HOME")
_MEMORY_SIGNALS = {signal.SIGABRT, signal.SIGKILL, signal.SIGSEGV}


@dataclass(frozen=True)
class Content:
    """All that a workbook holds: rows by name of the sheet, and every bad cell."""

    form: Form
    year: int
    rows: Mapping[str, tuple[Row, ...]]
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


def read_workbook(
    path: Path, form: Form, host: Host, *, year: int, region: str, today: date, progress: Progress | None = None
) -> Content:
    """Every row and every bad cell of a workbook made from the form's template. Nothing is read of a file that is not safe."""
    check_file(path)
    columns = {sheet.name: columns_of(form, sheet, host, year, region) for sheet in form.sheets}
    reading = _Reading(form, columns, progress)
    for message in _answers(_order(path, form, columns, year, today)):
        reading.take(message)
    rows = {name: tuple(found) for name, found in reading.rows.items()}
    return Content(form, year, rows, in_order(form, reading.errors))


def in_order(form: Form, errors: Iterable[CellError]) -> tuple[CellError, ...]:
    """Bad cells as one reads them: sheet by sheet, row by row."""
    titles = {sheet.title: place for place, sheet in enumerate(form.sheets)}
    return tuple(sorted(errors, key=lambda e: (titles[e.sheet], e.row, len(e.letter), e.letter)))


class _Reading:
    """Takes in what the child says, line by line."""

    def __init__(self, form: Form, columns: Mapping[str, tuple[Column, ...]], progress: Progress | None) -> None:
        self.columns, self.progress = columns, progress

        self.rows: dict[str, list[Row]] = {sheet.name: [] for sheet in form.sheets}
        self.errors: list[CellError] = []
        self._kinds = {name: {c.name: c.kind for c in columns[name]} for name in columns}
        self._form = form

    def take(self, message: Mapping[str, Any]) -> None:
        """One line: a row, a bad cell, a finding over a row, how far it is, or that the whole file is refused."""
        if "row" in message:
            name, number, values = message["row"]
            kinds = self._kinds[name]
            self.rows[name].append(Row(number, {key: _value(kinds[key], value) for key, value in values.items()}))
        elif "error" in message:
            self.errors.append(CellError(**message["error"]))
        elif "finding" in message:
            self.errors.append(located(self._form, self.columns, Finding(**message["finding"])))
        elif "refused" in message:
            raise FileRefused(*message["refused"])
        elif "progress" in message and self.progress is not None:
            self.progress(*message["progress"])


def located(form: Form, columns: Mapping[str, tuple[Column, ...]], found: Finding) -> CellError:
    """A finding with the title, letter and label the operator sees."""
    sheet = next(sheet for sheet in form.sheets if sheet.name == found.sheet)
    place, held = next((i, c) for i, c in enumerate(columns[found.sheet]) if c.name == found.column)
    return CellError(sheet.title, found.row, found.column, letters(place), held.label, found.rule, found.zh, found.en)


def _order(path: Path, form: Form, columns: Mapping[str, tuple[Column, ...]], year: int, today: date) -> str:
    check = form.check
    return json.dumps(
        {
            "path": str(path),
            "form": form.code,
            "year": year,
            "version": form.version,
            "today": today.isoformat(),
            "check": f"{check.__module__}:{check.__qualname__}" if check else None,
            "sheets": [
                {"name": sheet.name, "title": sheet.title, "columns": [c.as_json() for c in columns[sheet.name]]}
                for sheet in form.sheets
            ],
        }
    )


def _answers(order: str) -> Iterator[dict[str, Any]]:
    """What the child says, to its last word."""
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | {"PYTHONUTF8": "1"}
    command = [sys.executable, "-P", "-m", "fp_core.excel.child"]  # -P: nothing is imported from where we stand
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints, env=environment, encoding="utf-8"
        ) as child,
    ):
        clock = threading.Timer(SECONDS, child.kill)
        clock.start()
        try:
            yield from _conversation(child, order, complaints)
        finally:
            clock.cancel()
            child.kill()


def _conversation(child: "subprocess.Popen[str]", order: str, complaints: IO[bytes]) -> Iterator[dict[str, Any]]:
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


def _value(kind: str, value: Any) -> Any:
    """A value as it was before it was written as JSON."""
    if value is None:
        return None
    if kind == "decimal":
        return Decimal(value)
    if kind == "date":
        return date.fromisoformat(value)
    return tuple(value) if kind == "codes" else value
