"""信息维护: the collected indicators of a household and its members in the current year, each checked as its form's cell is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import SQLModel

from fp_core import regions
from fp_core.commands import describe, operation
from fp_core.db import ScopedSession
from fp_core.errors import FailedClause, Invalid, NotFound, Refused
from fp_core.events import Happened
from fp_core.excel.cells import Wrong, read_cell
from fp_core.excel.columns import Column, column
from fp_core.indicators import Indicator, indicators
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import (
    OfHousehold,
    household_year,
    lock_household,
    members_of,
    recount,
    refuse,
)
from fp_core.operations.status import happened
from fp_core.status import POOR


@dataclass(frozen=True, kw_only=True)
class Value:
    """One indicator and what it is to hold, written as in the form: 是, 12000, 因病、因残."""

    name: str = field(metadata=describe("指标", "name of the indicator, as wageIncome or wage_income"))
    value: str | None = field(metadata=describe("内容", "what it holds; null empties it"))


@dataclass(frozen=True, kw_only=True)
class MemberValues:
    """The indicators of one member."""

    member_no: int = field(metadata=describe("成员序号", "number of the member"))
    values: tuple[Value, ...] = field(metadata=describe("指标内容", "indicators and what they hold"))


@dataclass(frozen=True, kw_only=True)
class EditHousehold(OfHousehold):
    """信息维护: write collected indicators of the household, of its members, and of what a province adds."""

    values: tuple[Value, ...] = field(default=(), metadata=describe("户指标", "indicators of the household"))
    members: tuple[MemberValues, ...] = field(default=(), metadata=describe("成员指标", "indicators of members"))


@operation(EditHousehold, right="household:edit", label="信息维护", english="edit collected facts", lock=lock_household)
def edit_household(session: ScopedSession, command: EditHousehold, household: Household) -> Happened:
    """Write the values; what is locked, computed, or not collected in the year is refused. Sums follow."""
    year = household_year(session, household.household_code, command.year)
    members = members_of(session, household.household_code, command.year)
    _write(session, command.values, _rows_of(session, year), command.year)
    known = {m.member_no: m for m, _ in members}
    for given in command.members:
        if given.member_no not in known:
            raise NotFound("家庭成员 member", given.member_no)
        _write(session, given.values, [(MemberYear, known[given.member_no])], command.year)
    _require_one_head(members)
    recount(year, members)
    return happened("EDITED", household, year, year.exit_status in POOR, persons=0)


def _require_one_head(members: list[tuple[MemberYear, Member]]) -> None:
    heads = [m for m, _ in members if m.member_status == "VALID" and m.relation_to_head == "HEAD"]
    if len(heads) != 1:
        raise refuse("MEM-ONEHEAD", "每户必须且只能有一名户主", "a household has exactly one head")


Place = tuple[type[SQLModel], Any]


def _rows_of(session: ScopedSession, year: HouseholdYear) -> list[Place]:
    """The rows a household's indicators stand on: its year, and the plugins' rows collected in its region."""
    places: list[Place] = [(HouseholdYear, year)]
    for extension in session.host.extensions:
        if extension.of is HouseholdYear and regions.contains(extension.region, year.village_code):
            row = session.get(extension.model, (year.household_code, year.year))
            places.append((extension.model, row or _new_row(extension.model, year)))
    return places


def _new_row(model: type[SQLModel], year: HouseholdYear) -> Any:
    return model(household_code=year.household_code, year=year.year, village_code=year.village_code)


def _write(session: ScopedSession, values: Iterable[Value], places: list[Place], year: int) -> None:
    wrong: list[FailedClause] = []
    for given in values:
        row, meaning = _find(given.name, places, year)
        try:
            held = read_cell(_cell(session, meaning, year), given.value)
        except Wrong as error:
            wrong.append(FailedClause(error.rule, error.zh, error.en))
            continue
        setattr(row, meaning.name, tuple(held) if isinstance(held, list) else held)
        session.add(row)
    if wrong:
        raise Refused("household.form", tuple(wrong))


def _cell(session: ScopedSession, meaning: Indicator, year: int) -> Column:
    """The indicator as a cell of its form. Nothing is required of an edit: what is not known yet may stay empty."""
    return column(meaning.name, meaning, session.host.codes, year, required=False, sealed=False, rule=None)


def _find(name: str, places: list[Place], year: int) -> tuple[Any, Indicator]:
    wanted = name.replace("_", "").lower()
    for model, row in places:
        for meaning in indicators(model).values():
            if meaning.name.replace("_", "") == wanted and meaning.form:
                _check_editable(meaning, year)
                return row, meaning
    known = sorted(i.name for model, _ in places for i in indicators(model).values() if _editable(i, year))
    raise Invalid(
        "name",
        f"没有可维护的指标 {name!r}，可用：{'、'.join(known)}",
        f"there is no indicator {name!r} to edit; known are {', '.join(known)}",
    )


def _editable(meaning: Indicator, year: int) -> bool:
    return (
        bool(meaning.form) and not (meaning.locked or meaning.computed or meaning.primary_key) and meaning.in_year(year)
    )


def _check_editable(meaning: Indicator, year: int) -> None:
    if _editable(meaning, year):
        return
    if meaning.locked:
        raise Invalid(
            meaning.name,
            f"{meaning.label}不可在基础信息维护中修改，请由省级用户在后台数据管理中办理",
            f"{meaning.english} is locked; the province changes it in the back office",
        )
    raise Invalid(
        meaning.name,
        f"{meaning.label}由系统生成或 {year} 年不采集",
        f"{meaning.english} is computed, or not collected in {year}",
    )
