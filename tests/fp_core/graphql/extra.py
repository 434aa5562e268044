"""A plugin for these tests: a table beside the household-year, a command with every kind of field, resolvers and a loader."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import MetaData, func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel
from strawberry import Info, Parent

from fp_core.codes import CodeAddition, Item
from fp_core.commands import describe, operation
from fp_core.errors import NotFound
from fp_core.events import Happened
from fp_core.graphql import Context, GraphQL, extends
from fp_core.graphql import field as resolved
from fp_core.hookspecs import hookimpl
from fp_core.indicators import indicator
from fp_core.models.household import Household, HouseholdYear
from fp_core.parts import Extension, Loader, Permission, Tables
from fp_core.permissions import right
from fp_core.regions import Level
from fp_core.scope import by


class SilverYear(SQLModel, table=True):
    """What this plugin collects beside the household-year."""

    metadata: ClassVar[MetaData] = MetaData()
    __tablename__ = "t99_silver_year"
    __label__: ClassVar[tuple[str, str]] = ("白银年度信息", "silver in a data year")
    __scope__: ClassVar[Any] = by("village_code")

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16)
    year: int = indicator("年度", "data year", primary_key=True)
    village_code: str = indicator("所在村", "village", max_length=12, nullable=False)
    silver_grams: Decimal | None = indicator("白银", "silver", unit="克", places=2)


@dataclass(frozen=True, kw_only=True)
class Relative:
    """A part of the command."""

    relation: str = field(metadata=describe("与户主关系", "relation", codes="RELATION"))
    born_on: date | None = field(default=None, metadata=describe("出生日期", "birth date"))


@dataclass(frozen=True, kw_only=True)
class MoveGroup:
    """A household moves to another group of the village."""

    household_code: str = field(metadata=describe("户编号", "household code"))
    version: int = field(metadata=describe("版本", "version that was seen"))
    group_name: str = field(metadata=describe("村组", "group"))
    distance: Decimal = field(default=Decimal("1.50"), metadata=describe("距离", "distance in km"))
    causes: tuple[str, ...] = field(default=("DISASTER",), metadata=describe("原因", "causes", codes="CAUSE_OTHER"))
    relatives: tuple[Relative, ...] = field(default=(), metadata=describe("亲属", "relatives who come along"))
    note: str | None = field(default=None, metadata=describe("说明", "note"))


def _lock(session: Session, command: Any) -> Household:
    found = session.get(Household, command.household_code)
    if found is None:
        raise NotFound("贫困户 household", command.household_code)
    return found


@operation(MoveGroup, right="extra:move", label="迁组", english="move to another group", lock=_lock)
def move_group(session: Session, command: MoveGroup, household: Household) -> Happened:
    """Write down the group, and the rest as a note."""
    household.group_name = command.group_name
    relatives = [(r.relation, r.born_on and r.born_on.isoformat()) for r in command.relatives]
    note = f"{command.distance} {command.causes} {relatives} {command.note}"
    return Happened("GROUP_MOVED", household, household.village_code, note=note)


@extends(HouseholdYear)
class SilverFields:
    """Computed fields."""

    @resolved("收入翻倍", "twice the net income")
    @staticmethod
    def double_income(year: Parent[HouseholdYear]) -> Decimal:
        return (year.net_income or Decimal(0)) * 2

    @resolved("历年次数", "number of years the household is in")
    @staticmethod
    async def year_count(year: Parent[HouseholdYear], info: Info[Context]) -> int:
        return int(await info.context.loaders["year_count"].load(year.household_code))


class SilverQueries:
    """Rows that a resolver picks."""

    @resolved("较富裕的", "household-years above an income", than="收入 · net income")
    @staticmethod
    async def richer(info: Info[Context], than: Decimal) -> list[HouseholdYear]:
        return await info.context.rows(info, HouseholdYear, HouseholdYear.net_income > than)

    @resolved("未遮盖的", "a model's own object, by mistake")
    @staticmethod
    def unmasked() -> Household | None:
        return Household(household_code="5205221012030001", village_code="520522101203")


def year_count(session: Session, keys: list[Any]) -> Mapping[Any, Any]:
    """Years by household."""
    counted = select(HouseholdYear.household_code, func.count()).group_by(HouseholdYear.household_code)
    return dict(list(session.execute(counted.where(HouseholdYear.household_code.in_(keys)))))


@hookimpl
def fp_tables() -> Tables:
    extension = Extension(of=HouseholdYear, model=SilverYear, name="silver")
    return Tables("extra", (SilverYear,), Path(__file__).parent, prefix="t99_", extensions=(extension,))


@hookimpl
def fp_codes() -> list[CodeAddition]:
    return [CodeAddition("EVENT_TYPE", Item("GROUP_MOVED", "村组变更", "moved to another group"))]


@hookimpl
def fp_permissions() -> list[Permission]:
    return [right("extra:move", "迁组", "move to another group", Level.COUNTY)]


@hookimpl
def fp_graphql() -> GraphQL:
    return GraphQL(commands=(MoveGroup,), extensions=(SilverFields,), queries=(SilverQueries,))


@hookimpl
def fp_loaders() -> Mapping[str, Loader]:
    return {"year_count": year_count}
