"""Households for the tests: invented people in real villages, entered by the same commands as everyone's."""

import uuid
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy import select

from fp_core import change
from fp_core.change import Done
from fp_core.identity import check_digit
from fp_core.models.household import Household, HouseholdYear
from fp_core.operations.edit import EditHousehold, MemberValues, Value
from fp_core.operations.identify import IdentifyHousehold
from fp_core.operations.people import Person
from fp_core.operations.status import ExitHousehold
from fp_core.operations.years import OpenYear
from fp_core.registry import Registry
from tests.actors import operator
from tests.places import QIANXI, ZHONGZHAI

COUNTY = QIANXI
VILLAGE = ZHONGZHAI
_serial = count(1)


def key() -> str:
    """A new idempotency key."""
    return str(uuid.uuid4())


def run(registry: Registry, command: Any, *, region: str = COUNTY, as_key: str | None = None) -> Done:
    """A command run by the default operator of a region."""
    with registry.session(operator(registry, region)) as session:
        return change(session, command, key=as_key or key())


def open_years(registry: Registry, *years: int, county: str = COUNTY) -> None:
    for year in years:
        run(registry, OpenYear(county_code=county, year=year), region=county)


def id_number(birth: date = date(1975, 5, 1), *, male: bool = True, prefix: str = "520522") -> str:
    """An invented valid number that no other test of the run has."""
    serial = next(_serial) * 2 + male
    day, order = divmod(serial, 1000)
    first = f"{prefix}{birth.year}{birth.month:02d}{birth.day + day % 20:02d}{order:03d}"
    return first + check_digit(first)


def person(name: str = "王建国", relation: str = "HEAD", **more: Any) -> Person:
    birth = more.pop("birth", date(1975, 5, 1))
    number = id_number(birth, male=more.pop("male", True))
    given = {"labour_capacity": "ABLE", "has_resident_medical": True, "has_serious_illness_insurance": True, **more}
    return Person(name=name, relation=relation, id_number=number, **given)


def household(village: str = VILLAGE, year: int = 2016, **more: Any) -> IdentifyHousehold:
    """A command that identifies a household of two whose house is dangerous."""
    given: dict[str, Any] = {
        "identified_on": date(year, 6, 1),
        "attribute": "GENERAL",
        "main_cause": "ILLNESS",
        "members": (person(), person("李秀英", "SPOUSE", male=False)),
        "net_income": Decimal("4000"),
        "house_area": Decimal("60"),
        "is_dangerous_house": True,
        "water_safe": True,
        "water_difficult": False,
        **more,
    }
    return IdentifyHousehold(village_code=village, year=year, **given)


def identified(registry: Registry, village: str = VILLAGE, year: int = 2016, **more: Any) -> str:
    """The code of a new household."""
    county = f"{village[:6]}000000"
    return run(registry, household(village, year, **more), region=county).subject_code


def edit(
    registry: Registry, code: str, year: int, *, members: dict[int, dict[str, str]] | None = None, **values: str
) -> Done:
    """Write indicators of a household and of its members."""
    lines = tuple(
        MemberValues(member_no=number, values=tuple(Value(name=n, value=v) for n, v in given.items()))
        for number, given in (members or {}).items()
    )
    command = EditHousehold(
        household_code=code,
        year=year,
        version=version_of(registry, code),
        values=tuple(Value(name=n, value=v) for n, v in values.items()),
        members=lines,
    )
    return run(registry, command, region=f"{code[:6]}000000")


def version_of(registry: Registry, code: str) -> int:
    with registry.system_session() as session:
        return session.get_one(Household, code).version


def rich_enough(registry: Registry, code: str, year: int) -> None:
    """Bring a household to where the national exit rule holds."""
    edit(registry, code, year, wage_income="20000", is_dangerous_house="否", danger_grade="", house_area="80")


def year_of(registry: Registry, code: str, year: int) -> HouseholdYear:
    with registry.system_session() as session:
        return session.get_one(HouseholdYear, (code, year))


def everything(registry: Registry) -> dict[str, list[Any]]:
    """Every row of the register, to show that a refusal changed none."""
    with registry.engine.connect() as connection:
        return {
            str(m.__tablename__): sorted(map(repr, connection.execute(select(m.__table__)).all()))  # type: ignore[attr-defined]
            for m in registry.host.models
            if m.__tablename__ != "region"
        }


def exit_(registry: Registry, code: str, year: int, **more: Any) -> Any:
    command = ExitHousehold(
        household_code=code, year=year, version=version_of(registry, code), basis="入户核查、评议通过", **more
    )
    return run(registry, command)
