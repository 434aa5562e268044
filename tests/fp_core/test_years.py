"""Years by SQL: as many statements for one household as for a hundred, and the same sums as for one loaded record."""

from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, true

from fp_core.models.events import DirtyMark, Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.village import Village, VillageYear
from fp_core.operations.households import recount
from fp_core.operations.recount import recount_where
from fp_core.operations.years import CloseYear
from fp_core.registry import Registry
from fp_core.testing import load_records, random_household_years
from fp_guangxi.models import GuangxiHouseholdYear
from tests.households import identified, open_years, run
from tests.places import DINGFU, DUAN, LATU, LONGCHANG, QIANXI, SANLIAN, YANGJIADIAN, ZHONGZHAI
from tests.projects import saved
from tests.statements import counted

IN_QIANXI = [ZHONGZHAI, YANGJIADIAN, LONGCHANG, LATU]
COPIED: tuple[Any, ...] = (HouseholdYear, MemberYear, VillageYear)
OPENING, CLOSING = 20, 10
"""The most statements that opening and closing a year take."""

COMPUTED = ("member_count", "head_name", "transfer_income", "gross_income", "net_income", "net_income_per_capita")


def add_village_year(registry: Registry, village: str, year: int) -> None:
    with registry.system_session() as session:
        session.merge(Village(village_code=village))
        session.flush()
        session.merge(VillageYear(village_code=village, year=year))
        session.commit()


def marks_of(registry: Registry, year: int) -> dict[str, datetime]:
    with registry.system_session() as session:
        marks = session.scalars(select(DirtyMark).where(DirtyMark.year == year)).all()
    return {mark.region_code: mark.marked_at for mark in marks}


def test_opening_a_year_takes_as_many_statements_whatever_is_copied(registry: Registry) -> None:
    open_years(registry, 2016)
    numbers = []

    for year, more, villages in ((2016, 1, [ZHONGZHAI]), (2017, 9, [ZHONGZHAI, LATU]), (2018, 200, IN_QIANXI)):
        random_household_years(registry, villages=villages, count=more, year=year, seed=year)
        for village in villages:
            add_village_year(registry, village, year)
        with counted(registry) as sent:
            open_years(registry, year + 1)
        numbers.append(len(sent))

    assert len(set(numbers)) == 1
    assert numbers[0] <= OPENING
    with registry.system_session() as session:
        copied = [session.scalars(select(func.count()).where(model.year == 2019)).one() for model in COPIED]
    assert copied[0] > 100 and copied[1] > 50 and copied[2] == 4


def test_closing_a_year_takes_as_many_statements_for_one_household_as_for_two_hundred(registry: Registry) -> None:
    numbers = []

    for year, more in ((2016, 1), (2017, 200)):
        open_years(registry, year)
        random_household_years(registry, villages=IN_QIANXI, count=more, year=year, seed=year)
        with counted(registry) as sent:
            run(registry, CloseYear(county_code=QIANXI, year=year, version=1))
        numbers.append(len(sent))

    assert numbers[0] == numbers[1] <= CLOSING


def test_recount_is_one_statement_however_many_it_counts(registry: Registry) -> None:
    numbers = []

    for more in (1, 200):
        random_household_years(registry, villages=IN_QIANXI, count=more, seed=more)
        with counted(registry) as sent, registry.system_session() as session:
            recount_where(session, true())
            session.commit()
        numbers.append(len(sent))

    assert numbers == [1, 1]


def test_new_year_marks_each_village_once_also_one_without_households(registry: Registry) -> None:
    open_years(registry, 2016)
    random_household_years(registry, villages=[ZHONGZHAI, LATU], count=30, year=2016)
    add_village_year(registry, ZHONGZHAI, 2016)
    add_village_year(registry, LONGCHANG, 2016)

    open_years(registry, 2017)

    assert sorted(marks_of(registry, 2017)) == [QIANXI, ZHONGZHAI, LONGCHANG, LATU]


def test_year_opens_though_something_of_it_was_marked_before(registry: Registry) -> None:
    open_years(registry, 2016)
    identified(registry)
    saved(registry, region=ZHONGZHAI, region_code=ZHONGZHAI, project_year=2017, implement_year=2017)
    before = marks_of(registry, 2017)[ZHONGZHAI]

    open_years(registry, 2017)

    assert marks_of(registry, 2017)[ZHONGZHAI] > before


def test_every_household_of_the_new_year_has_its_event(registry: Registry) -> None:
    open_years(registry, 2016)
    random_household_years(registry, villages=[ZHONGZHAI], count=40, year=2016)

    open_years(registry, 2017)

    with registry.system_session() as session:
        copied = set(session.scalars(select(HouseholdYear.household_code).where(HouseholdYear.year == 2017)))
        raised = set(session.scalars(select(Household.household_code).where(Household.version == 1)))
        told = set(session.scalars(select(Event.subject_code).where(Event.subject_type == "household")))
        struck_out = select(HouseholdYear.household_code).where(HouseholdYear.exit_status.in_(("REMOVED", "CLOSED")))
        gone = set(session.scalars(struck_out))
    assert copied == raised == told
    assert len(copied | gone) == 40
    assert not copied & gone


def test_rows_a_plugin_keeps_beside_a_household_go_into_the_new_year(registry: Registry) -> None:
    open_years(registry, 2016, county=DUAN)
    random_household_years(registry, villages=[DINGFU, SANLIAN], count=40, year=2016)

    open_years(registry, 2017, county=DUAN)

    with registry.system_session() as session:
        copied = set(session.scalars(select(HouseholdYear.household_code).where(HouseholdYear.year == 2017)))
        rows = {
            year: {
                r.household_code: (r.village_code, r.has_hamlet_road, r.has_other_income)
                for r in session.scalars(select(GuangxiHouseholdYear).where(GuangxiHouseholdYear.year == year))
            }
            for year in (2016, 2017)
        }
    assert rows[2017] == {code: row for code, row in rows[2016].items() if code in copied}
    assert 0 < len(rows[2017]) < len(rows[2016])


@pytest.mark.parametrize("seed", range(3))
def test_sums_in_sql_are_the_sums_of_the_loaded_record(registry: Registry, seed: int) -> None:
    keys = random_household_years(registry, villages=[ZHONGZHAI], count=150, seed=seed)
    of_objects = {}
    for key, record in load_records(registry, HouseholdYear, keys):
        recount(record.row, record.members)
        of_objects[key] = [getattr(record.row, name) for name in COMPUTED]

    with registry.system_session() as session:
        recount_where(session, true())
        session.commit()

    of_sql = {
        key: [getattr(record.row, name) for name in COMPUTED]
        for key, record in load_records(registry, HouseholdYear, keys)
    }
    assert of_sql == of_objects
    assert min(row[4] for row in of_sql.values()) < 0 < max(row[5] for row in of_sql.values())


@pytest.mark.parametrize(
    ("wages", "expense", "persons", "each"),
    [
        ("0.01", "0.00", 2, "0.01"),
        ("0.00", "0.01", 2, "-0.01"),
        ("0.05", "0.00", 2, "0.03"),
        ("100.00", "0.00", 3, "33.33"),
        ("200.00", "0.00", 3, "66.67"),
        ("0.00", "200.00", 3, "-66.67"),
        ("0.01", "0.00", 3, "0.00"),
        ("500.00", "0.00", 0, "0.00"),
        ("9999999999.99", "0.00", 1, "9999999999.99"),
    ],
)
def test_income_per_head_is_rounded_half_away_from_nothing(
    registry: Registry, wages: str, expense: str, persons: int, each: str
) -> None:
    village = ZHONGZHAI
    code = village + "0001"
    keys: dict[str, Any] = {"household_code": code, "village_code": village}
    with registry.system_session() as session:
        session.add(Household(**keys))
        session.flush()
        year = HouseholdYear(**keys, year=2017, wage_income=Decimal(wages), business_expense=Decimal(expense))
        session.add(year)
        session.add_all(Member(**keys, member_no=n, name="某人") for n in range(1, persons + 1))
        session.flush()
        session.add_all(MemberYear(**keys, member_no=n, year=2017) for n in range(1, persons + 1))
        session.flush()

        recount_where(session, HouseholdYear.household_code == code)
        session.expire_all()

        assert (year.member_count, year.net_income_per_capita) == (persons, Decimal(each))
