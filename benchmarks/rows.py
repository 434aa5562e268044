"""The rows of a benchmark registry, table by table, as SELECT statements over the villages and over each other."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, Text, case, cast, func, literal, null, select, true, union_all
from sqlmodel import SQLModel, col

from benchmarks.drawn import STAMP, Drawn, digits, draw, pick
from fp_core.codes import Codes
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.regions import Region
from fp_core.models.years import DataYear
from fp_core.regions import Level
from fp_core.status import OUT
from fp_core.types import UtcDateTime
from fp_projects.models import Project, ProjectBeneficiary

YEARS = (2019, 2020)
YEAR = YEARS[-1]
HOUSEHOLDS_EACH = 84
"""In a village."""
MOST_MEMBERS = 6
MEMBERS_EACH = (1 + MOST_MEMBERS) / 2
"""In a household, on average."""
PROJECTS_EACH = 40
"""In a county and year."""
STATUSES = ("NOT_EXITED",) * 4 + ("EXITED",) * 11 + ("STABLE_EXITED",) * 3 + ("RELAPSED", "REMOVED")
MONTHS = tuple(f"201{year}-0{month}" for year in range(4, 10) for month in (1, 5, 9))


@dataclass(frozen=True)
class Rows:
    """Makes the statement that gives every row of a table."""

    codes: Codes
    is_postgresql: bool

    def of(self, model: type[SQLModel]) -> Select[Any]:
        """The rows of a table, in the order of its key."""
        return _MADE[model](self)

    def drawn(self, number: Any) -> Drawn:
        return Drawn(number, self.codes, YEAR, self.is_postgresql)


def _data_years(rows: Rows) -> Select[Any]:
    counties, years = _counties(), _years()
    row = {
        "county_code": counties.c.code,
        "year": years.c.year,
        "opened_on": literal(STAMP, UtcDateTime()),
        "closed_on": null(),
        "version": 1,
    }
    return _select(row, counties, years)


def _households(rows: Rows) -> Select[Any]:
    villages, each = _villages(), _numbers(HOUSEHOLDS_EACH)
    row = rows.drawn(villages.c.number * HOUSEHOLDS_EACH + each.c.n).row(
        Household,
        household_code=villages.c.code + digits(each.c.n, 4),
        village_code=villages.c.code,
        is_closed=False,
        split_from_code=null(),
        version=1,
    )
    return _select(row, villages, each)


def _members(rows: Rows) -> Select[Any]:
    homes, each = _numbered(Household, "village_code"), _numbers(MOST_MEMBERS)
    number = homes.c.number * MOST_MEMBERS + each.c.n
    has_left = (each.c.n > 1) & (draw(number, "left", 20) == 0)
    reasons = [item.name for item in rows.codes["LEAVE_REASON"].items_in(YEAR)]
    row = rows.drawn(number).row(
        Member,
        **_same(homes, "household_code", "village_code"),
        member_no=each.c.n,
        id_type="RESIDENT_ID",
        add_month=pick(number, "added", MONTHS),
        leave_reason=case((has_left, pick(number, "reason", reasons)), else_=null()),
        leave_month=case((has_left, pick(number, "leaving", MONTHS)), else_=null()),
        split_to=null(),
    )
    return _select(row, homes, each).where(each.c.n <= draw(homes.c.number, "members", MOST_MEMBERS) + 1)


def _household_years(rows: Rows) -> Select[Any]:
    homes, years, valid = _numbered(Household, "village_code"), _years(), _valid_members()
    number = homes.c.number * len(YEARS) + years.c.year
    status = pick(number, "status", STATUSES)
    row = rows.drawn(number).row(
        HouseholdYear,
        **_same(homes, "household_code", "village_code"),
        year=years.c.year,
        exit_status=status,
        exit_year=case((status.in_(sorted(OUT)), draw(number, "exit", YEAR - 2013) + 2014), else_=null()),
        member_count=valid.c.persons,
    )
    return _select(row, homes, years).join(valid, valid.c.household_code == homes.c.household_code)


def _member_years(rows: Rows) -> Select[Any]:
    people, years = _numbered(Member, "village_code", "leave_reason"), _years()
    number = people.c.number * len(YEARS) + years.c.year
    others = [item.name for item in rows.codes["RELATION"].items_in(YEAR) if item.name != "HEAD"]
    row = rows.drawn(number).row(
        MemberYear,
        **_same(people, "household_code", "member_no", "village_code"),
        year=years.c.year,
        member_status=case((people.c.leave_reason.is_(None), "VALID"), else_="LEFT"),
        relation_to_head=case((people.c.member_no == 1, "HEAD"), else_=pick(people.c.number, "relation", others)),
    )
    return _select(row, people, years)


def _projects(rows: Rows) -> Select[Any]:
    counties, years, each = _counties(), _years(), _numbers(PROJECTS_EACH)
    number = counties.c.number * 1000 + each.c.n * 10 + years.c.year
    row = rows.drawn(number).row(
        Project,
        project_code=_project_code(years.c.year, counties.c.code, each.c.n),
        region_code=counties.c.code,
        county_code=counties.c.code,
        project_year=years.c.year,
        project_type="INDUSTRY",
        state="IN_PROGRESS",
        version=1,
    )
    return _select(row, counties, years, each)


def _beneficiaries(rows: Rows) -> Select[Any]:
    homes, years, each = _numbered(Household, "village_code"), _years(), _numbers(2)
    number = homes.c.number * len(YEARS) + years.c.year
    serial = draw(number, "project", PROJECTS_EACH // 2) * 2 + each.c.n
    row = rows.drawn(number * 2 + each.c.n).row(
        ProjectBeneficiary,
        **_same(homes, "household_code", "village_code"),
        project_code=_project_code(years.c.year, homes.c.village_code, serial),
        year=years.c.year,
    )
    return _select(row, homes, years, each).where(each.c.n <= draw(number, "benefits", 3))


def _events(rows: Rows) -> Select[Any]:
    homes = _numbered(Household, "village_code")
    row = rows.drawn(homes.c.number).row(
        Event,
        subject_code=homes.c.household_code,
        subject_type="household",
        event_no=1,
        event_type="REGISTERED",
        year=YEARS[0] + draw(homes.c.number, "event", len(YEARS)),
        region_code=homes.c.village_code,
        reverses=null(),
        rows=null(),
        operator="bench",
    )
    return _select(row, homes)


_MADE: Mapping[type[SQLModel], Callable[[Rows], Select[Any]]] = {
    DataYear: _data_years,
    Household: _households,
    Member: _members,
    HouseholdYear: _household_years,
    MemberYear: _member_years,
    Project: _projects,
    ProjectBeneficiary: _beneficiaries,
    Event: _events,
}


def _select(row: Mapping[str, Any], first: Any, *others: Any) -> Select[Any]:
    """Every combination of the rows of these, as one row of the table each."""
    made = select(*(_expression(value).label(name) for name, value in row.items())).select_from(first)
    for other in others:
        made = made.join(other, true())
    return made.order_by(*(one.c[0] for one in (first, *others)))


def _expression(value: Any) -> Any:
    return literal(value) if isinstance(value, int | str) else value


def _same(of: Any, *names: str) -> dict[str, Any]:
    return {name: of.c[name] for name in names}


def _numbered(model: type[SQLModel], *names: str) -> Any:
    """The rows of a table in the order of its key, with a number each."""
    table: Any = model.__table__  # type: ignore[attr-defined]
    key = list(table.primary_key)
    number = func.row_number().over(order_by=key).label("number")
    return select(number, *key, *(table.c[name] for name in names)).subquery()


def _villages() -> Any:
    number = func.row_number().over(order_by=Region.code).label("number")
    return select(number, Region.code).where(Region.level == Level.VILLAGE).subquery("villages")


def _counties() -> Any:
    villages = _villages()
    code = (func.substr(villages.c.code, 1, 6) + "000000").label("code")
    found = select(code).distinct().subquery()
    return select(func.row_number().over(order_by=found.c.code).label("number"), found.c.code).subquery("counties")


def _valid_members() -> Any:
    """How many valid members each household has."""
    count = func.count().filter(col(Member.leave_reason).is_(None)).label("persons")
    return select(Member.household_code, count).group_by(Member.household_code).subquery()


def _years() -> Any:
    return union_all(*(select(literal(year).label("year")) for year in YEARS)).subquery("years")


def _numbers(count: int) -> Any:
    """The numbers from 1 to a count, made by recursion: both databases know it."""
    first = select(literal(1).label("n")).cte(f"numbers_{count}", recursive=True)
    return first.union_all(select(first.c.n + 1).where(first.c.n < count))


def _project_code(year: Any, place: Any, serial: Any) -> Any:
    return cast(year, Text) + func.substr(place, 1, 6) + "1" + digits(serial, 5)
