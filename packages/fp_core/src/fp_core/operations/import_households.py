"""导入采集表: a county's household forms from one workbook, all of it or nothing, in a fixed number of statements."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from fp_core import regions
from fp_core.change import change, mark_dirty
from fp_core.commands import describe, operation
from fp_core.db import ScopedSession
from fp_core.errors import Invalid, NotFound, Problem
from fp_core.events import Happened
from fp_core.excel.reading import Content, Progress, Rows, in_order, read_rows, read_workbook
from fp_core.excel.rows import CellError
from fp_core.forms import form_of
from fp_core.models.imports import ImportBatch
from fp_core.models.years import DataYear
from fp_core.operations.households import require_open
from fp_core.operations.import_checks import register_errors
from fp_core.operations.import_rows import write_households
from fp_core.operations.people import today

FORM = "FH"
RIGHT = "household:import"


class ImportRefused(Problem):
    """The workbook has bad cells; nothing of it was imported. `errors` names every one."""

    code = "IMPORT_REFUSED"

    def __init__(self, errors: tuple[CellError, ...]) -> None:
        self.errors = errors
        first = errors[0]
        super().__init__(
            f"文件有 {len(errors)} 处错误，未导入任何数据；首处：{first.sheet} {first.cell} {first.zh}",
            f"the file has {len(errors)} bad cells and nothing was imported; the first: {first.sheet} {first.cell} {first.en}",
        )


@dataclass(frozen=True, kw_only=True)
class ImportHouseholds:
    """导入采集表: register the households of a workbook in the county's open data year."""

    county_code: str = field(metadata=describe("县", "12-digit code of the county"))
    year: int = field(metadata=describe("年度", "data year"))
    file_hash: str = field(metadata=describe("文件摘要", "SHA-256 of the file: what the command is known by"))
    file_name: str = field(metadata=describe("文件名", "name of the file"))
    content: Content = field(metadata=describe("内容", "rows read from the file", bulk=True))
    progress: Progress | None = field(default=None, metadata=describe("进度", "told how far it is", bulk=True))


@dataclass(frozen=True, kw_only=True)
class ImportReport:
    """What became of a workbook: taken in as a batch, or not at all because of `errors`."""

    batch: str | None
    households: int = 0
    persons: int = 0
    seconds: float = 0.0
    errors: tuple[CellError, ...] = ()
    replayed: bool = False
    """The same file had been imported before; nothing was changed now."""

    @property
    def rows_per_second(self) -> float:
        return (self.households + self.persons) / self.seconds if self.seconds else 0.0


def import_workbook(
    session: ScopedSession,
    path: Path,
    *,
    county_code: str,
    year: int,
    key: str | None = None,
    file_name: str | None = None,
    progress: Progress | None = None,
) -> ImportReport:
    """Check a filled workbook and import it whole. Bad cells come back in the report; a file that is none is a `Problem`.

    `progress` is called while the file is read and while rows are written; an exception it raises undoes everything.
    """
    with path.open("rb") as file:
        file_hash = hashlib.file_digest(file, "sha256").hexdigest()
    about = _About(county_code, year, file_hash, (file_name or path.name)[-200:], key, progress)
    return _import(session, about, partial(read_workbook, path, progress=progress))


def import_rows(
    session: ScopedSession,
    rows: Mapping[str, Rows],
    *,
    county_code: str,
    year: int,
    key: str,
    progress: Progress | None = None,
) -> ImportReport:
    """The same of rows that stand in no file: by name of the sheet, the names of its columns and tuples in that order.

    A code is written by its identifier or its label, a set of codes as a tuple, an amount as a Decimal. `key` names the
    delivery: the same key again changes nothing. An error names the cell that the value would have in the template.
    """
    about = _About(county_code, year, hashlib.sha256(key.encode()).hexdigest(), key[-200:], key, progress)
    return _import(session, about, partial(read_rows, rows))


@dataclass(frozen=True)
class _About:
    """What is known of a delivery before it is read."""

    county_code: str
    year: int
    file_hash: str
    name: str
    key: str | None
    progress: Progress | None

    @property
    def batch(self) -> str:
        return batch_code(self.county_code, self.file_hash)


def _import(session: ScopedSession, about: _About, read: Callable[..., Content]) -> ImportReport:
    session.actor.require(RIGHT)
    began = time.perf_counter()
    _check_county(session, about.county_code)
    if (known := session.get(ImportBatch, about.batch)) is not None:
        return _report(_same_year(known, about.year), began, replayed=True)
    require_open(session, about.county_code, about.year)
    session.rollback()  # no transaction is held while the rows are read
    form = form_of(session.host, FORM)
    command = ImportHouseholds(
        county_code=about.county_code,
        year=about.year,
        file_hash=about.file_hash,
        file_name=about.name,
        content=read(form, session.host, year=about.year, region=about.county_code, today=today()),
        progress=about.progress,
    )
    try:
        done = change(session, command, key=about.key or f"import {about.batch}")
    except ImportRefused as refused:
        return ImportReport(batch=None, errors=refused.errors, seconds=time.perf_counter() - began)
    return _report(session.get_one(ImportBatch, done.subject_code), began, replayed=done.replayed)


def _same_year(known: ImportBatch, year: int) -> ImportBatch:
    if known.year != year:
        raise Invalid(
            "year",
            f"该文件已于 {known.year} 年度导入，不能再导入 {year} 年度",
            f"this file was imported for {known.year}; it cannot be imported for {year} as well",
        )
    return known


def batch_code(county_code: str, file_hash: str) -> str:
    """The key of a batch: the county, and as much of the hash as never meets another file by chance."""
    return f"{county_code}-{file_hash[:24]}"


def lock_import(session: ScopedSession, command: ImportHouseholds) -> DataYear:
    """The county's open data year, locked: two imports into a county follow each other."""
    _check_county(session, command.county_code)
    return require_open(session, command.county_code, command.year, alone=True)


@operation(ImportHouseholds, right=RIGHT, label="导入采集表", english="import collection forms", lock=lock_import)
def import_households(session: ScopedSession, command: ImportHouseholds, _year: DataYear) -> Happened:
    """Write every household, or none and name every bad cell."""
    code = batch_code(command.county_code, command.file_hash)
    if session.get(ImportBatch, code) is not None:
        raise Invalid("file_hash", f"该文件已导入（批次 {code}）", f"this file was imported before, as batch {code}")
    content, county = command.content, command.county_code
    numbers = content.tables["person"]["id_number"]
    index_by_number = {number: session.keys.index(number[:18]) for number in numbers if number is not None}
    found = register_errors(session, content, county, index_by_number)
    if errors := in_order(content.form, (*content.errors, *found)):
        raise ImportRefused(errors)
    villages = write_households(
        session, content, county, index_by_number, key=f"import {code}", progress=command.progress
    )
    mark_dirty(session, command.year, *villages)
    batch = _batch(command, code)
    session.add(batch)
    return Happened("IMPORTED", batch, region_code=command.county_code, year=command.year, persons=batch.persons)


def _check_county(session: ScopedSession, code: str) -> None:
    if not session.actor.scope.contains(code) or regions.level_of(code) is not regions.Level.COUNTY:
        raise NotFound("县 county", code)


def _batch(command: ImportHouseholds, code: str) -> ImportBatch:
    tables = command.content.tables
    return ImportBatch(
        batch_code=code,
        county_code=command.county_code,
        file_hash=command.file_hash,
        file_name=command.file_name,
        form=command.content.form.code,
        year=command.year,
        households=len(tables["household"]),
        persons=len(tables["person"]),
        imported_on=datetime.now(UTC),
        version=0,
    )


def _report(batch: ImportBatch, began: float, *, replayed: bool) -> ImportReport:
    return ImportReport(
        batch=batch.batch_code,
        households=batch.households,
        persons=batch.persons,
        seconds=time.perf_counter() - began,
        replayed=replayed,
    )
