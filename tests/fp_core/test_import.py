"""导入采集表: a county's forms are taken in whole or not at all, once, by those who may, in a fixed number of statements."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from fp_core import identity
from fp_core.demo.mistakes import Planted
from fp_core.errors import Forbidden, Invalid, KeyReused, NotFound
from fp_core.excel.columns import HEADER_ROWS
from fp_core.models.events import DirtyMark, Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member
from fp_core.registry import Registry
from tests.actors import operator
from tests.households import open_years
from tests.imports import VILLAGES, counted, filled, row_counts, take_in
from tests.places import DINGFU, DUAN, GUIZHOU, LATU, NATION, QIANXI, ZHONGZHAI
from tests.workbooks import couple, household, person, write


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
