"""Years by SQL: as many statements for one household as for a hundred, and the same sums as for one loaded record."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select, true

from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import recount
from fp_core.operations.recount import recount_where
from fp_core.registry import Registry
from fp_core.testing import load_records, random_household_years
from fp_guangxi.models import GuangxiHouseholdYear
from tests.households import open_years
from tests.places import DINGFU, DUAN, LATU, SANLIAN, ZHONGZHAI
from tests.statements import counted

COMPUTED = ("member_count", "head_name", "transfer_income", "gross_income", "net_income", "net_income_per_capita")


def test_opening_a_year_takes_as_many_statements_for_one_household_as_for_a_hundred(registry: Registry) -> None:
    open_years(registry, 2016)
    numbers = []

    for year, more in ((2016, 1), (2017, 9), (2018, 90)):
        random_household_years(registry, villages=[ZHONGZHAI, LATU], count=more, year=year, seed=year)
        with counted(registry) as sent:
            open_years(registry, year + 1)
        numbers.append(len(sent))

    assert len(set(numbers)) == 1
    with registry.system_session() as session:
        assert session.scalars(select(func.count()).where(HouseholdYear.year == 2018)).one() > 90


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
