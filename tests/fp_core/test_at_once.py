"""Several at once: no number given twice, and no change that falls between two years."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from fp_core.errors import Invalid, Problem
from fp_core.models.household import HouseholdYear
from fp_core.operations.status import ExitHousehold
from fp_core.operations.years import OpenYear
from fp_core.registry import Registry
from fp_core.verify import verify
from tests.households import VILLAGE, identified, open_years, rich_enough, run
from tests.places import QIANXI


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
