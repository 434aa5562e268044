"""导入: rows that stand in no file, imports that are stopped, and imports at once with others."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from fp_core.db import make_engine
from fp_core.errors import Invalid
from fp_core.excel.reading import Rows, sheets_of
from fp_core.forms import form_of
from fp_core.keys import Keys
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.import_households import ImportReport, import_rows
from fp_core.operations.recount import recount_where
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.verify import verify
from tests.actors import operator
from tests.households import everything, identified, open_years
from tests.imports import filled, row_counts, take_in
from tests.places import DINGFU, DUAN, LATU, QIANXI, ZHONGZHAI
from tests.workbooks import couple, household, person, write


def delivered(registry: Registry, households: list[Any], persons: list[Any]) -> dict[str, Rows]:
    """These rows as tuples, in the order of the template."""
    sheets = sheets_of(form_of(registry.host, "FH"), registry.host, 2016, QIANXI)
    names = {name: [column.name for column in sheet.columns] for name, sheet in sheets.items()}
    given = (("household", households), ("person", persons))
    return {sheet: (names[sheet], [tuple(map(row.get, names[sheet])) for row in rows]) for sheet, rows in given}


def take_rows(registry: Registry, rows: dict[str, Rows], key: str = "delivery of May", **more: Any) -> ImportReport:
    with registry.session(operator(registry, QIANXI)) as session:
        return import_rows(session, rows, county_code=QIANXI, year=2016, key=key, **more)


UNLIKE = {"id_number_cipher", "disability_card_cipher", "happened_at", "idempotency_key"}


def kept(registry: Registry) -> dict[str, list[str]]:
    """What the register holds of households, but for what is made anew each time."""
    found = {}
    with registry.system_session() as session:
        for model in (Household, HouseholdYear, Member, MemberYear, Event):
            rows = (row.model_dump(exclude=UNLIKE) for row in session.scalars(select(model)))
            found[model.__name__] = sorted(repr(row) for row in rows if row.get("event_type") in (None, "REGISTERED"))
    return found


def test_rows_that_stand_in_no_file_are_taken_in_as_those_of_a_workbook(
    backend: Any, host: Host, keys: Keys, tmp_path: Path
) -> None:
    households = [household(village_code=LATU), household(2), household(3, village_code=LATU, phone="13985700000")]
    child = person(3, "DAUGHTER", date(2010, 3, 1), student_status="PRIMARY", labour_capacity="NONE")
    persons = [person(2), person(1), person(3), person(1, "SPOUSE"), child]
    held: list[dict[str, list[Any]]] = []
    for way in (
        lambda registry: take_in(registry, write(tmp_path / "form.xlsx", registry.host, households, persons)),
        lambda registry: take_rows(registry, delivered(registry, households, persons)),
    ):
        with backend.copy() as url, Registry(make_engine(url), host, keys) as registry:
            open_years(registry, 2016)
            report = way(registry)
            assert (report.errors, report.households, report.persons) == ((), 3, 5)
            held.append(kept(registry))

    assert held[0] == held[1]


def test_bad_row_is_named_by_the_cell_it_would_have_in_the_template(registry: Registry) -> None:
    open_years(registry, 2016)
    before = row_counts(registry)
    rows = delivered(registry, [household(main_cause="因懒", village_code=DINGFU)], [person(), person(relation="HEAD")])

    report = take_rows(registry, rows)

    found = [(e.sheet, e.cell, e.rule) for e in report.errors]
    assert found == [("户", "B3", "HH-VILLAGE"), ("户", "M3", "CODE"), ("人", "M4", "MEM-ONEHEAD")]
    assert row_counts(registry) == before


def test_rows_with_a_column_that_is_none_are_refused_and_one_that_is_lacking_is_empty(registry: Registry) -> None:
    open_years(registry, 2016)
    rows: dict[str, Rows] = {"household": (["serial", "colour"], [(1, "red")]), "person": (["serial"], [])}
    with pytest.raises(Invalid, match="户没有栏目 colour，现有：serial、village_code"):
        take_rows(registry, rows)

    report = take_rows(registry, {"household": (["serial"], [(1,)]), "person": (["serial"], [])})

    assert ("户", "B3", "REQUIRED") in [(e.sheet, e.cell, e.rule) for e in report.errors]
    assert row_counts(registry)["household"] == 0


def test_same_delivery_twice_changes_nothing(registry: Registry) -> None:
    open_years(registry, 2016)
    head = person()
    first = take_rows(registry, delivered(registry, [household()], [head]))
    before = row_counts(registry)

    again = take_rows(registry, delivered(registry, [household()], [head]))

    assert (first.replayed, again.replayed, again.batch) == (False, True, first.batch)
    assert row_counts(registry) == before


class Stopped(Exception):
    """Somebody pressed the key that stops."""


@pytest.mark.parametrize("stage", ["户", "人", "household", "member_year", "event"])
def test_import_that_is_stopped_leaves_nothing(registry: Registry, tmp_path: Path, stage: str) -> None:
    open_years(registry, 2016)
    path = couple(tmp_path / "form.xlsx", registry.host)
    before = everything(registry)
    told: list[tuple[str, int, int]] = []

    def progress(title: str, done: int, total: int) -> None:
        told.append((title, done, total))
        if title == stage:
            raise Stopped

    with pytest.raises(Stopped):
        take_in(registry, path, progress=progress)

    assert told[-1][0] == stage
    assert everything(registry) == before
    assert take_in(registry, path).errors == ()


def test_progress_is_told_for_each_sheet_read_and_each_table_written(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    told: list[tuple[str, int, int]] = []

    take_in(registry, couple(tmp_path / "form.xlsx", registry.host), progress=lambda *at: told.append(at))

    written = [("household", 1, 1), ("household_year", 1, 1), ("member", 2, 2), ("member_year", 2, 2), ("event", 1, 1)]
    assert told == [("户", 3, 3), ("人", 4, 4), *written]


def test_what_is_computed_is_what_a_recount_gives(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    filled(registry, tmp_path / "form.xlsx", 80)
    take_in(registry, tmp_path / "form.xlsx")
    before = kept(registry)

    with registry.system_session() as session:
        recount_where(session, HouseholdYear.year == 2016)
        session.commit()

    assert kept(registry) == before


def test_two_files_with_the_same_person_at_once_are_taken_in_once(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    open_years(registry, 2016, county=DUAN)
    head = person()
    places = {QIANXI: ZHONGZHAI, DUAN: DINGFU}
    paths = {
        county: write(
            tmp_path / f"{county}.xlsx", registry.host, [household(village_code=village)], [head], region=county
        )
        for county, village in places.items()
    }

    with ThreadPoolExecutor(2) as pool:
        imports = [pool.submit(take_in, registry, paths[c], region=c, county=c) for c in (QIANXI, DUAN)]
        reports = [one.result() for one in imports]

    assert sorted([e.rule for e in report.errors] for report in reports) == [[], ["ID-DUP"]]
    assert row_counts(registry)["member"] == 1


def test_import_and_a_household_identified_at_once_get_codes_and_numbers_of_their_own(
    registry: Registry, tmp_path: Path
) -> None:
    open_years(registry, 2016)
    paths = [couple(tmp_path / f"{number}.xlsx", registry.host) for number in range(3)]

    with ThreadPoolExecutor(6) as pool:
        imports = [pool.submit(take_in, registry, path) for path in paths]
        singles = [pool.submit(identified, registry) for _ in range(6)]
        done = [one.result() for one in (*imports, *singles)]

    assert [report.errors for report in done[:3]] == [(), (), ()]
    with registry.system_session() as session:
        codes = session.scalars(select(Household.household_code).order_by(Household.household_code)).all()
    assert codes == [f"{ZHONGZHAI}{number:04d}" for number in range(1, 10)]
    assert [r.invariant.id for r in verify(registry) if r.violations] == []


def test_imported_register_keeps_every_invariant(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    filled(registry, tmp_path / "form.xlsx", 80)
    take_in(registry, tmp_path / "form.xlsx")

    with registry.system_session() as session:
        broken = {
            invariant.id: found
            for _, given in registry.host.collect("fp_invariants")
            for invariant in given
            if (found := invariant.check(session))
        }
        statuses = Counter(session.scalars(select(MemberYear.member_status)))

    assert broken == {}
    assert set(statuses) == {"VALID"}
