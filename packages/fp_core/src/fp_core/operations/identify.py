"""新识别: a household that was not registered enters the register as poor, without any quota."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from fp_core import regions
from fp_core.commands import describe, operation
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.errors import Invalid, NotFound
from fp_core.events import Happened
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.regions import find
from fp_core.operations.households import recount, refuse, require, require_open
from fp_core.operations.people import Person, new_member, refuse_duplicates, today
from fp_core.operations.status import happened

MOST_HOUSEHOLDS = 9999
"""A household code has four digits for the household in its village."""


@dataclass(frozen=True, kw_only=True)
class IdentifyHousehold:
    """新识别: register a household with its members and the facts that show why it is poor."""

    village_code: str = field(metadata=describe("所在村", "12-digit code of the village"))
    year: int = field(metadata=describe("年度", "data year"))
    identified_on: date = field(metadata=describe("识别时间", "day of identification"))
    attribute: str = field(metadata=describe("贫困户属性", "attribute", codes="HH_ATTRIBUTE"))
    standard: str = field(metadata=describe("识别标准", "standard", codes="ID_STANDARD"), default="NATIONAL")
    main_cause: str = field(metadata=describe("主要致贫原因", "main cause", codes="CAUSE_MAIN"))
    members: tuple[Person, ...] = field(metadata=describe("家庭成员", "members, one of them the head"))
    net_income: Decimal = field(metadata=describe("年纯收入", "net income of the household in yuan, as wages"))
    house_area: Decimal = field(metadata=describe("住房面积", "area of the house in m²"))
    is_dangerous_house: bool = field(metadata=describe("是否危房户", "whether the house is dangerous"))
    water_safe: bool = field(metadata=describe("饮水是否安全", "whether water is safe"))
    water_difficult: bool = field(metadata=describe("饮水是否困难", "whether water is difficult to get"))


def lock_village(session: ScopedSession, command: Any) -> None:
    """The village whose next household number is taken: its county's year is held alone, so that no two take the same."""
    code = command.village_code
    if not session.actor.scope.contains(code) or regions.level_of(code) is not regions.Level.VILLAGE:
        raise NotFound("行政村 village", code)
    require_open(session, code, command.year, alone=True)
    if find(session, code, command.year) is None:
        raise refuse(
            "HH-VILLAGE",
            f"所在村 {code} 在 {command.year} 年不存在或已停用",
            f"there is no village {code} in {command.year}",
        )


@operation(
    IdentifyHousehold, right="household:identify", label="新识别", english="identify a household", lock=lock_village
)
def identify_household(session: ScopedSession, command: IdentifyHousehold, _locked: None) -> Happened:
    """Create the household as NOT_EXITED when the entry rule holds; every number must be free."""
    code = next_household_code(session, command.village_code)
    household, year = _rows(session, command, code)
    members = [
        new_member(session, person, code, number, command.village_code, command.year)
        for number, person in enumerate(command.members, start=1)
    ]
    for _, member in members:
        member.add_reason = "INITIAL"
    _check_members(session, command, members)
    recount(year, members)
    session.add_all((household, year))
    session.flush()
    session.add_all(row for pair in members for row in pair)
    session.flush()
    require(session, "status.may_enter", year)
    return happened("IDENTIFIED", household, year, was_poor=False)


def next_household_code(session: ScopedSession, village_code: str) -> str:
    """The next free 16-digit code of a village; numbers are never used twice, wherever the household is now."""
    low, high = village_code + "0000", village_code + "9999"
    given = select(func.max(Household.household_code)).where(Household.household_code.between(low, high))
    last = session.scalar(given, execution_options=UNSCOPED)
    serial = int(last[12:]) + 1 if last else 1
    if serial > MOST_HOUSEHOLDS:
        raise refuse(
            "HH-CODE", f"{village_code} 的户编号已用完", f"village {village_code} has used all household codes"
        )
    return f"{village_code}{serial:04d}"


def _rows(session: ScopedSession, command: IdentifyHousehold, code: str) -> tuple[Household, HouseholdYear]:
    codes, year = session.host.codes, command.year
    if not 2013 <= command.identified_on.year <= year or command.identified_on > today():
        raise Invalid(
            "identified_on",
            "识别时间应在 2013 年以后且不晚于数据年度",
            "identification lies between 2013 and the data year",
        )
    household = Household(
        household_code=code,
        village_code=command.village_code,
        identified_on=command.identified_on,
        identified_year=year,
        origin="IDENTIFIED",
        version=0,
    )
    annual = HouseholdYear(
        household_code=code,
        year=year,
        village_code=command.village_code,
        exit_status="NOT_EXITED",
        household_attribute=codes["HH_ATTRIBUTE"].read(command.attribute, year),
        identification_standard=codes["ID_STANDARD"].read(command.standard, year),
        main_cause=codes["CAUSE_MAIN"].read(command.main_cause, year),
        wage_income=command.net_income,
        house_area=command.house_area,
        is_dangerous_house=command.is_dangerous_house,
        water_safe=command.water_safe,
        water_difficult=command.water_difficult,
    )
    return household, annual


def _check_members(session: ScopedSession, command: IdentifyHousehold, members: list[Any]) -> None:
    heads = [m for m, _ in members if m.relation_to_head == "HEAD"]
    if len(heads) != 1:
        raise refuse("MEM-ONEHEAD", "每户必须且只能有一名户主", "a household has exactly one head")
    refuse_duplicates(session, [member.id_index for _, member in members if member.id_index])
