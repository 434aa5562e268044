"""开年 and 关年: a county's new data year is copied from the last one in a fixed number of statements, whatever its size."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, insert, literal, select, true, union, update
from sqlmodel import SQLModel

from fp_core import regions
from fp_core.commands import describe, operation
from fp_core.db import ScopedSession, insert_of
from fp_core.errors import Invalid, NotFound
from fp_core.events import Happened
from fp_core.indicators import Indicator, indicators
from fp_core.models.county import CountyYear
from fp_core.models.events import DirtyMark, Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import MemberYear
from fp_core.models.village import VillageYear
from fp_core.models.years import DataYear
from fp_core.operations.recount import recount_where
from fp_core.parts import Extension
from fp_core.rulebook import year_end

FIRST_YEAR = 2014
"""Registration began in 2014; no data year is before it."""

YEARLY: tuple[type[SQLModel], ...] = (HouseholdYear, MemberYear, VillageYear, CountyYear)


@dataclass(frozen=True, kw_only=True)
class OpenYear:
    """开年: open a county's data year as a copy of the year before."""

    county_code: str = field(metadata=describe("县", "12-digit code of the county"))
    year: int = field(metadata=describe("年度", "data year to open"))


@dataclass(frozen=True, kw_only=True)
class CloseYear:
    """关年: close a county's data year; after that only the province corrects it."""

    county_code: str = field(metadata=describe("县", "12-digit code of the county"))
    year: int = field(metadata=describe("年度", "data year to close"))
    version: int = field(metadata=describe("版本", "version of the data year that was seen"))


def lock_county(session: ScopedSession, command: OpenYear) -> DataYear | None:
    """The county's latest data year, locked; None where none was ever opened."""
    if not session.actor.scope.contains(command.county_code):
        raise NotFound("县 county", command.county_code)
    if regions.level_of(command.county_code) is not regions.Level.COUNTY:
        raise Invalid("county_code", f"{command.county_code} 不是县级代码", f"{command.county_code} is no county")
    latest = select(DataYear).where(DataYear.county_code == command.county_code).order_by(DataYear.year.desc())
    return session.execute(latest.limit(1).with_for_update()).scalar_one_or_none()


def lock_year(session: ScopedSession, command: CloseYear) -> DataYear:
    """The data year a command names, locked."""
    found = session.execute(
        select(DataYear)
        .where(DataYear.county_code == command.county_code, DataYear.year == command.year)
        .with_for_update()
    ).scalar_one_or_none()
    if found is None or not session.actor.scope.contains(command.county_code):
        raise NotFound("年度 data year", f"{command.county_code} {command.year}")
    return found


@operation(OpenYear, right="year:open", label="开年", english="open a data year", lock=lock_county)
def open_year(session: ScopedSession, command: OpenYear, latest: DataYear | None) -> Happened:
    """Copy every open household, valid member, village and county record of the year before. The first year is empty."""
    _check_next(command, latest)
    opened = DataYear(county_code=command.county_code, year=command.year, opened_on=datetime.now(UTC), version=0)
    session.add(opened)
    session.flush()
    persons = _copy(session, command) if latest is not None else 0
    return Happened("YEAR_OPENED", opened, region_code=command.county_code, year=command.year, persons=persons)


@operation(CloseYear, right="year:close", label="关年", english="close a data year", lock=lock_year)
def close_year(session: ScopedSession, command: CloseYear, year: DataYear) -> Happened:
    """Close the year; what was entered stays as it is."""
    if year.closed_on is not None:
        raise Invalid(
            "year", f"{command.year} 年度已于 {year.closed_on:%Y-%m-%d} 关闭", f"{command.year} is closed already"
        )
    year.closed_on = datetime.now(UTC)
    return Happened("YEAR_CLOSED", year, region_code=command.county_code, year=command.year)


def _check_next(command: OpenYear, latest: DataYear | None) -> None:
    if command.year < FIRST_YEAR:
        raise Invalid("year", f"建档立卡自 {FIRST_YEAR} 年起", f"the register begins in {FIRST_YEAR}")
    if latest is not None and command.year != latest.year + 1:
        raise Invalid(
            "year",
            f"{command.county_code} 最近的年度是 {latest.year}，下一个只能是 {latest.year + 1}",
            f"the latest data year of {command.county_code} is {latest.year}; the next one to open is {latest.year + 1}",
        )


def _copy(session: ScopedSession, command: OpenYear) -> int:
    last, span = command.year - 1, regions.span(command.county_code)
    copied = HouseholdYear.exit_status.not_in(("REMOVED", "CLOSED"))
    keep_income = session.host.rules.parameters.at(command.county_code, year_end(command.year)).copy_income_to_new_year
    conditions = (copied, _in_open_household(last), None, None)
    for model, condition in zip(YEARLY, conditions, strict=True):
        _copy_rows(session, model, command.year, span, condition, keep_income)
    for extension in session.host.extensions:
        if extension.of in YEARLY:
            _copy_rows(session, extension.model, command.year, span, _of_copied(extension, command.year), keep_income)
    _raise_versions(session, command, span)
    new = (HouseholdYear.year == command.year) & HouseholdYear.village_code.between(*span)
    recount_where(session, new)
    _mark_villages(session, command.year, span)
    return int(session.scalar(select(func.coalesce(func.sum(HouseholdYear.member_count), 0)).where(new)) or 0)


def _in_open_household(last: int) -> ColumnElement[bool]:
    """Valid members, but of no household that was struck out or closed: those rows have no valid member left."""
    return (MemberYear.member_status == "VALID") & MemberYear.household_code.in_(
        select(HouseholdYear.household_code).where(
            HouseholdYear.year == last,
            HouseholdYear.exit_status.not_in(("REMOVED", "CLOSED")),
        )
    )


def _of_copied(extension: Extension, year: int) -> ColumnElement[bool]:
    """A plugin's row goes on where the row it stands beside does."""
    keys = [c.key for c in extension.of.__table__.primary_key if c.key != "year"]  # type: ignore[attr-defined]
    same = and_(*(getattr(extension.of, key) == getattr(extension.model, key) for key in keys))
    return exists().where(extension.of.year == year, same)  # type: ignore[attr-defined]


def _copy_rows(
    session: ScopedSession, model: type[SQLModel], year: int, span: tuple[str, str], condition: Any, keep_income: bool
) -> None:
    values = {name: _carried(model, i, year, keep_income) for name, i in indicators(model).items()}
    region = getattr(model, model.__scope__.columns[0])  # type: ignore[attr-defined]
    rows = select(*values.values()).where(model.year == year - 1, region.between(*span))  # type: ignore[attr-defined]
    if condition is not None:
        rows = rows.where(condition)
    session.execute(insert(model).from_select(list(values), rows))


def _carried(model: type[SQLModel], meaning: Indicator, year: int, keep_income: bool) -> Any:
    """What a column of the new year starts with: last year's value, or nothing where it must be collected anew."""
    if meaning.name == "year":
        return literal(year)
    column = getattr(model, meaning.name)
    if not meaning.in_year(year) or (meaning.fresh and not keep_income):
        return literal(None, column.type)
    return column


def _raise_versions(session: ScopedSession, command: OpenYear, span: tuple[str, str]) -> None:
    """Each household copied gets its event, so that a version is the number of events of the household."""
    copied = select(HouseholdYear.household_code).where(
        HouseholdYear.year == command.year,
        HouseholdYear.village_code.between(*span),
    )
    mine = Household.household_code.in_(copied)
    session.execute(
        update(Household).where(mine).values(version=Household.version + 1),
        execution_options={"synchronize_session": False},
    )
    values: Mapping[str, Any] = {
        "subject_code": Household.household_code,
        "subject_type": literal("household"),
        "event_no": Household.version,
        "event_type": literal("YEAR_OPENED"),
        "year": literal(command.year),
        "region_code": Household.village_code,
        "persons": literal(0),
        "operator": literal(session.actor.name),
        "happened_at": literal(datetime.now(UTC), Event.happened_at.type),
        "idempotency_key": literal(session.recorder.key),
    }
    session.execute(insert(Event).from_select(list(values), select(*values.values()).where(mine)))


def _mark_villages(session: ScopedSession, year: int, span: tuple[str, str]) -> None:
    """The statistics of every village that has a household or a form of its own in the new year are to be counted.

    Some may be marked: a project of the new year may have been planned before the register's year was opened.
    """
    now = datetime.now(UTC)
    villages = union(*(_villages(model, year, span) for model in (HouseholdYear, VillageYear))).subquery()
    marked = select(literal(year), villages.c.village_code, literal(now, DirtyMark.marked_at.type)).where(true())
    insertion = insert_of(session)(DirtyMark).from_select(["year", "region_code", "marked_at"], marked)
    session.execute(insertion.on_conflict_do_update(index_elements=["year", "region_code"], set_={"marked_at": now}))


def _villages(model: Any, year: int, span: tuple[str, str]) -> Any:
    return select(model.village_code).where(model.year == year, model.village_code.between(*span))
