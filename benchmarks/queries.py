"""The four queries that every contender answers: their fields, their text in our schema, and 400 sets of variables each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.engine import Connection
from strawberry.utils.str_converters import to_camel_case

from benchmarks.rows import YEAR

HOUSEHOLD = "household_code village_code group_name address identified_on origin is_closed longitude"
ANNUAL = (
    "year exit_status exit_year member_count head_name household_attribute main_cause other_causes phone bank_account "
    "arable_area house_area is_dangerous_house wage_income net_income_per_capita"
)
MEMBER = "member_no name id_number_masked sex birth_date ethnicity"
PERSON = "name sex birth_date"
MEMBER_ANNUAL = (
    "relation_to_head member_status education_level health_status labour_capacity work_months has_resident_medical"
)
BENEFIT = "benefited_on amount note"
PROJECT = "project_code project_name sub_type project_level state"

NAMES = ("Q1", "Q2", "Q3", "Q4")
TITLES = {
    "Q1": "one household with its years, members and their years",
    "Q2": "page of 50 households in a year with members",
    "Q3": "page of 200 with members and benefits of projects",
    "Q4": "statistics of a county by township",
}
PAGES = {"Q2": 50, "Q3": 200}
STATISTIC = "poor"
SETS = 400
STATUSES = ("EXITED", "NOT_EXITED", "STABLE_EXITED")
PAGES_DEEP = 4

Variables = dict[str, Any]
Ask = Callable[[str, Variables], Any]
"""Sends a query with variables to a gateway and gives its data."""


def fields(names: str) -> str:
    """Fields as a query writes them."""
    return " ".join(map(to_camel_case, names.split()))


def _page(first: int, more: str = "") -> str:
    members = f"members {{ memberNo {fields(MEMBER_ANNUAL)} member {{ {fields(PERSON)} }} }}"
    return (
        "($region: String!, $year: Int!, $status: ExitStatus!, $after: String) { householdYears(region: $region, "
        f"year: $year, where: {{exitStatus: {{eq: $status}}}}, first: {first}, after: $after) "
        f"{{ nodes {{ householdCode {fields(ANNUAL)} {members} {more} }} pageInfo {{ hasNextPage endCursor }} }} }}"
    )


_BENEFITS = f"benefits {{ {fields(BENEFIT)} project {{ {fields(PROJECT)} }} }}"
TEXTS = {
    "Q1": f"query Q1($code: String!) {{ household(householdCode: $code) {{ {fields(HOUSEHOLD)} "
    f"years {{ {fields(ANNUAL)} }} members {{ {fields(MEMBER)} years {{ year {fields(MEMBER_ANNUAL)} }} }} }} }}",
    "Q2": f"query Q2{_page(PAGES['Q2'])}",
    "Q3": f"query Q3{_page(PAGES['Q3'], _BENEFITS)}",
    "Q4": f'query Q4($region: String!, $year: Int!) {{ statistics(code: "{STATISTIC}", region: $region, year: $year) '
    "{ rows { regionCode name cells { column households persons } } } }",
}
CURSORS = (
    "query Cursors($region: String!, $year: Int!, $status: ExitStatus!, $after: String) { householdYears(region: "
    "$region, year: $year, where: {exitStatus: {eq: $status}}, first: 200, after: $after) "
    "{ pageInfo { hasNextPage endCursor } } }"
)


@dataclass(frozen=True)
class Sets:
    """The variables of every query, the same for every contender."""

    by_query: dict[str, list[Variables]]

    def of(self, query: str) -> list[Variables]:
        return self.by_query[query]


def sets(connection: Connection, province: str, ask: Ask) -> Sets:
    """400 sets of variables for each query, over the filled counties of a province; the cursors come from real answers."""
    like = {"like": f"{province[:2]}%"}
    counties = connection.execute(text(_COUNTIES), like).scalars().all()
    codes = connection.execute(text(_CODES), {**like, "most": SETS}).scalars().all()
    starts = [
        {"region": county, "year": YEAR, "status": status, "after": after}
        for county in counties
        for status in STATUSES
        for after in _cursors(ask, county, status)
    ]
    pages, tables = _cycled(starts), _cycled([{"region": county, "year": YEAR} for county in counties])
    return Sets({"Q1": _cycled([{"code": code} for code in codes]), "Q2": pages, "Q3": pages, "Q4": tables})


_COUNTIES = (
    "select distinct substr(village_code, 1, 6) || '000000' from household where village_code like :like order by 1"
)
_CODES = (
    "select household_code from (select household_code, row_number() over (order by household_code) as n, count(*) "
    "over () as all_of_them from household where village_code like :like) numbered "
    "where n % (all_of_them / :most + 1) = 0 order by substr(household_code, 16), household_code"
)


def _cursors(ask: Ask, county: str, status: str) -> list[str | None]:
    """Where the first pages of a county begin."""
    found: list[str | None] = [None]
    for _ in range(PAGES_DEEP):
        given = {"region": county, "year": YEAR, "status": status, "after": found[-1]}
        page = ask(CURSORS, given)["householdYears"]["pageInfo"]
        if not page["hasNextPage"]:
            break
        found.append(page["endCursor"])
    return found


def _cycled(found: list[Variables]) -> list[Variables]:
    """As many as are wanted, those that are there over and over, neighbours apart."""
    if not found:
        raise ValueError("the registry has no rows to ask for; choose a larger --size")
    step = next(n for n in (7, 11, 13, 1) if len(found) % n or n == 1)
    return [found[i * step % len(found)] for i in range(SETS)]
