"""Several at once: no number given twice, and no change that falls between two years."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy import select

from fp_core.errors import Invalid, Problem, Refused
from fp_core.models.household import HouseholdYear
from fp_core.operations.natural_change import AddMember
from fp_core.operations.status import ExitHousehold
from fp_core.operations.years import OpenYear
from fp_core.registry import Registry
from fp_core.verify import verify
from tests.households import VILLAGE, identified, open_years, person, rich_enough, run
from tests.places import DINGFU, DUAN, QIANXI


def test_households_identified_at_once_get_numbers_of_their_own(registry: Registry) -> None:
    open_years(registry, 2016)

    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: identified(registry), range(16)))

    assert sorted(codes) == [f"{VILLAGE}{number:04d}" for number in range(1, 17)]
    assert [r.invariant.id for r in verify(registry) if r.violations] == []


def test_exit_is_before_the_new_year_or_refused_but_never_lost_between(registry: Registry) -> None:
    open_years(registry, 2016)
    codes = [identified(registry) for _ in range(12)]
    for code in codes:
        rich_enough(registry, code, 2016)

    def leave(code: str) -> str:
        try:
            return run(registry, ExitHousehold(household_code=code, year=2016, version=2, basis="核查")).event_type
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(leave, code) for code in codes[:6]]
        opened = pool.submit(run, registry, OpenYear(county_code=QIANXI, year=2017))
        done += [pool.submit(leave, code) for code in codes[6:]]
    opened.result()

    assert {future.result() for future in done} <= {"EXITED", Invalid.code}
    by_year = {year: statuses(registry, year) for year in (2016, 2017)}
    assert len(by_year[2017]) == 12
    assert by_year[2016] == by_year[2017]


def statuses(registry: Registry, year: int) -> dict[str, str]:
    with registry.system_session() as session:
        found = session.scalars(select(HouseholdYear).where(HouseholdYear.year == year))
        return {row.household_code: row.exit_status for row in found}


def test_household_identified_while_the_year_opens_is_in_the_new_year_or_refused(registry: Registry) -> None:
    open_years(registry, 2016)

    def identify(_: int) -> str:
        try:
            return identified(registry)
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(8) as pool:
        done = [pool.submit(identify, number) for number in range(6)]
        opened = pool.submit(run, registry, OpenYear(county_code=QIANXI, year=2017))
        done += [pool.submit(identify, number) for number in range(6)]
    opened.result()

    entered = {future.result() for future in done} - {Invalid.code}
    assert statuses(registry, 2016).keys() == statuses(registry, 2017).keys() == entered


def test_number_entered_in_two_households_at_once_is_taken_by_one(registry: Registry) -> None:
    open_years(registry, 2016)
    someone = person("赵大山", "SON")
    homes = [identified(registry) for _ in range(6)]

    def add(code: str) -> str:
        command = {"household_code": code, "year": 2016, "version": 1, "reason": "MOVE_IN", "month": "2016-02"}
        try:
            return run(registry, AddMember(person=someone, **command)).event_type
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(add, homes))

    assert sorted(done) == ["MEMBER_ADDED", *["REFUSED"] * 5]


def test_person_of_a_county_that_is_a_year_behind_is_known(registry: Registry) -> None:
    open_years(registry, 2016)
    someone = person()
    identified(registry, members=(someone,), net_income=Decimal("1000"))
    open_years(registry, 2016, 2017, county=DUAN)

    with pytest.raises(Refused) as refused:
        identified(registry, DINGFU, 2017, members=(someone,), net_income=Decimal("1000"))

    assert (refused.value.clauses[0].id, "其他地区" in refused.value.clauses[0].zh) == ("ID-DUP", True)


def test_first_year_opened_twice_at_once_opens_once(registry: Registry) -> None:
    def open_it(_: int) -> str:
        try:
            return run(registry, OpenYear(county_code=QIANXI, year=2016)).event_type
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(4) as pool:
        done = sorted(pool.map(open_it, range(4)))

    assert done.count("YEAR_OPENED") == 1
    assert set(done) <= {"YEAR_OPENED", "INVALID", "COLLISION"}
