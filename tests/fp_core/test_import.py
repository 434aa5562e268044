"""导入采集表: a county's forms are taken in whole or not at all, once, by those who may, in a fixed number of statements."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, func, select

from fp_core import identity
from fp_core.db import make_engine
from fp_core.demo.mistakes import Planted
from fp_core.demo.workbook import Written, write_demo_workbook
from fp_core.errors import Forbidden, Invalid, KeyReused, NotFound
from fp_core.excel.columns import HEADER_ROWS
from fp_core.excel.reading import Rows, sheets_of
from fp_core.forms import form_of
from fp_core.keys import Keys
from fp_core.models.events import DirtyMark, Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.import_households import ImportReport, import_rows, import_workbook
from fp_core.operations.recount import recount_where
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.verify import verify
from tests.actors import operator
from tests.households import everything, identified, open_years
from tests.places import DINGFU, DUAN, GUIZHOU, LATU, LONGCHANG, NATION, QIANXI, YANGJIADIAN, ZHONGZHAI
from tests.workbooks import couple, household, person, write

VILLAGES = (ZHONGZHAI, YANGJIADIAN, LONGCHANG, LATU)


def take_in(registry: Registry, path: Path, *, region: str = QIANXI, county: str = QIANXI, **more: Any) -> ImportReport:
    with registry.session(operator(registry, region)) as session:
        return import_workbook(session, path, county_code=county, year=2016, **more)


def filled(registry: Registry, path: Path, households: int, bad_share: float = 0.0, seed: int = 1) -> Written:
    places: dict[str, Any] = {"county_code": QIANXI, "villages": VILLAGES, "year": 2016}
    return write_demo_workbook(path, registry.host, households=households, seed=seed, bad_share=bad_share, **places)


def row_counts(registry: Registry) -> dict[str, int]:
    with registry.system_session() as session:
        return {
            str(model.__tablename__): session.scalar(select(func.count()).select_from(model)) or 0
            for model in registry.host.models
        }


@contextmanager
def counted(registry: Registry) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(registry.engine, "before_cursor_execute", note)
    yield sent
    event.remove(registry.engine, "before_cursor_execute", note)


def test_sound_workbook_is_taken_in_whole(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    written = filled(registry, tmp_path / "form.xlsx", 60)

    report = take_in(registry, tmp_path / "form.xlsx")

    assert report.errors == ()
    assert (report.households, report.persons) == (60, written.persons)
    counts = row_counts(registry)
    assert [counts[t] for t in ("household", "household_year", "import_batch")] == [60, 60, 1]
    assert [counts[t] for t in ("member", "member_year")] == [written.persons] * 2
    with registry.system_session() as session:
        kinds = session.execute(select(Event.event_type, func.count()).group_by(Event.event_type))
        assert dict(kinds.all()) == {"YEAR_OPENED": 1, "REGISTERED": 60, "IMPORTED": 1}
        assert set(session.scalars(select(DirtyMark.region_code))) == {QIANXI, *VILLAGES}


def test_imported_household_holds_what_was_filled_and_what_is_computed(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    head, spouse = person(), person(relation="SPOUSE", birth=date(1980, 2, 29))
    take_in(
        registry, write(tmp_path / "form.xlsx", registry.host, [household(arable_area=Decimal("3.25"))], [head, spouse])
    )

    with registry.session(operator(registry, ZHONGZHAI)) as session:
        year = session.scalars(select(HouseholdYear)).one()
        persons = session.scalars(select(Member).order_by(Member.member_no)).all()
        assert session.scalars(select(Household.version)).one() == 1

    assert (year.household_code, year.village_code, year.exit_status) == (f"{ZHONGZHAI}0001", ZHONGZHAI, "NOT_EXITED")
    assert (year.arable_area, year.other_causes) == (Decimal("3.25"), ("NO_FUNDS", "POOR_TRAFFIC"))
    assert (year.member_count, year.head_name) == (2, "王建国")
    assert (year.gross_income, year.net_income, year.net_income_per_capita) == (
        Decimal("3601.50"),
        Decimal("2401.00"),
        Decimal("1200.50"),
    )
    assert [(p.sex, p.birth_date) for p in persons] == [("MALE", date(1975, 5, 1)), ("FEMALE", date(1980, 2, 29))]
    assert [p.id_number_masked for p in persons] == [identity.mask(p["id_number"]) for p in (head, spouse)]
    assert registry.keys is not None
    sealed = persons[1].id_number_cipher
    assert sealed is not None
    assert registry.keys.decrypt(sealed, f"{ZHONGZHAI}0001:2") == spouse["id_number"]


def test_province_s_own_columns_are_kept_beside_the_household_year(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016, county=DUAN)
    own = {"village_code": DINGFU, "r45.has_hamlet_road": True}
    path = couple(tmp_path / "form.xlsx", registry.host, region=DUAN, of_household=own)

    take_in(registry, path, region=DUAN, county=DUAN)

    model = next(e.model for e in registry.host.extensions if e.name == "r45")
    with registry.session(operator(registry, DUAN)) as session:
        kept: Any = session.scalars(select(model)).one()
    assert (kept.household_code, kept.year, kept.has_hamlet_road) == (f"{DINGFU}0001", 2016, True)
    assert kept.has_breeding_income is None


def test_every_planted_mistake_is_found_and_nothing_is_taken_in(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    written = filled(registry, tmp_path / "form.xlsx", 250, bad_share=0.06)
    before = row_counts(registry)

    report = take_in(registry, tmp_path / "form.xlsx")

    assert len({planted.rule for planted in written.planted}) == 21
    found = [(e.sheet, e.row, e.column, e.rule) for e in report.errors]
    assert sorted(found) == sorted(_seen(planted) for planted in written.planted)
    assert report.batch is None
    assert row_counts(registry) == before


def _seen(planted: Planted) -> tuple[str, int, str, str]:
    title = {"household": "户", "person": "人"}[planted.sheet]
    return title, planted.row + HEADER_ROWS + 1, planted.column, planted.rule


def test_same_file_twice_changes_nothing(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    path = couple(tmp_path / "form.xlsx", registry.host)
    first = take_in(registry, path)
    before = row_counts(registry)

    again = take_in(registry, path)
    by_another = take_in(registry, path, region=GUIZHOU)

    assert not first.replayed
    assert again.replayed and by_another.replayed
    assert again.batch == by_another.batch == first.batch
    assert row_counts(registry) == before


def test_same_people_in_another_file_are_refused_by_number(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    persons = [person(), person(relation="SPOUSE")]
    take_in(registry, write(tmp_path / "one.xlsx", registry.host, [household()], persons))
    moved = [household(village_code=LATU), household(2)]
    other = write(tmp_path / "two.xlsx", registry.host, moved, [*persons, person(2)])
    before = row_counts(registry)

    report = take_in(registry, other)

    where = f"该证件号码已登记在{ZHONGZHAI}0001 户"
    assert [(e.cell, e.rule, e.zh) for e in report.errors] == [("D3", "ID-DUP", where), ("D4", "ID-DUP", where)]
    assert row_counts(registry) == before


def test_number_held_in_another_region_is_refused_without_saying_where(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    open_years(registry, 2016, county=DUAN)
    head = person()
    take_in(registry, write(tmp_path / "one.xlsx", registry.host, [household()], [head]))
    there = [household(village_code=DINGFU)]
    path = write(tmp_path / "two.xlsx", registry.host, there, [head], region=DUAN)

    report = take_in(registry, path, region=DUAN, county=DUAN)

    assert [(e.rule, e.zh) for e in report.errors] == [("ID-DUP", "该证件号码已登记在其他地区")]


def test_village_outside_the_county_is_refused_by_its_row(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    path = couple(tmp_path / "form.xlsx", registry.host, of_household={"village_code": DINGFU})

    report = take_in(registry, path, region=GUIZHOU)

    message = f"2016 年 {QIANXI} 没有村级代码 {DINGFU}，请核对行政区划代码"
    assert [(e.cell, e.rule, e.zh) for e in report.errors] == [("B3", "HH-VILLAGE", message)]


def test_codes_go_on_after_the_last_household_of_the_village(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    take_in(registry, couple(tmp_path / "one.xlsx", registry.host))
    households = [household(), household(2, village_code=LATU), household(3)]
    more = write(tmp_path / "two.xlsx", registry.host, households, [person(1), person(2), person(3)])

    take_in(registry, more)

    with registry.session(operator(registry, QIANXI)) as session:
        codes = session.scalars(select(Household.household_code).order_by(Household.household_code)).all()
    assert codes == [f"{ZHONGZHAI}0001", f"{ZHONGZHAI}0002", f"{ZHONGZHAI}0003", f"{LATU}0001"]


def test_key_used_for_another_file_is_refused(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    take_in(registry, couple(tmp_path / "one.xlsx", registry.host), key="import-of-may")
    before = row_counts(registry)

    with pytest.raises(KeyReused, match="import-of-may"):
        take_in(registry, couple(tmp_path / "two.xlsx", registry.host), key="import-of-may")

    assert row_counts(registry) == before


def test_file_for_a_year_that_is_not_open_is_refused(registry: Registry, tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="尚未开放任何年度，请先开年"):
        take_in(registry, couple(tmp_path / "form.xlsx", registry.host))


@pytest.mark.parametrize(("region", "refusal"), [(ZHONGZHAI, Forbidden), (NATION, Forbidden), (DUAN, NotFound)])
def test_only_the_county_and_the_province_above_it_import(
    registry: Registry, tmp_path: Path, region: str, refusal: type[Exception]
) -> None:
    open_years(registry, 2016)
    path = couple(tmp_path / "form.xlsx", registry.host)
    before = row_counts(registry)

    with pytest.raises(refusal):
        take_in(registry, path, region=region)

    assert row_counts(registry) == before


def test_number_of_statements_does_not_grow_with_the_file(registry: Registry, tmp_path: Path) -> None:
    open_years(registry, 2016)
    sent: list[int] = []
    for seed, households in ((1, 8), (2, 120)):
        filled(registry, tmp_path / f"{seed}.xlsx", households, seed=seed)
        with counted(registry) as statements:
            assert take_in(registry, tmp_path / f"{seed}.xlsx").errors == ()
        sent.append(len(statements))

    assert sent[0] == sent[1]


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
