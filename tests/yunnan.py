"""A province made for the tests: a table as it should be, some as they should not, and rules to clash with."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

from sqlmodel import Field, SQLModel

from fp_core.hookspecs import hookimpl
from fp_core.indicators import indicator
from fp_core.models.household import HouseholdYear
from fp_core.parts import RuleSet, Tables
from fp_core.rules import Clause, Conditions, Fact, Override, Rule, overrides, rule
from fp_core.scope import by

YUNNAN = "530000000000"
ROOF = Clause("YN-ROOF", "有屋顶", "has a roof")


class Tea(SQLModel, table=True):
    """A table as it should be."""

    __tablename__ = "r53_tea"
    __scope__: ClassVar[Any] = by("village_code")

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16)
    year: int = indicator("年度", "data year", primary_key=True)
    village_code: str = indicator("所在村", "village", max_length=12, nullable=False)
    tea_area: int | None = indicator("茶园面积", "tea gardens", unit="亩")


class Unscoped(SQLModel, table=True):
    __tablename__ = "r53_unscoped"

    code: str = indicator("编号", "code", primary_key=True, max_length=12)


class Astray(SQLModel, table=True):
    __tablename__ = "r53_astray"
    __scope__: ClassVar[Any] = by("hamlet_code")

    code: str = indicator("编号", "code", primary_key=True, max_length=12)


class Unmeant(SQLModel, table=True):
    __tablename__ = "r53_unmeant"
    __scope__: ClassVar[Any] = by("code")

    code: str = indicator("编号", "code", primary_key=True, max_length=12)
    size: int = Field(default=0)


class Uncoded(SQLModel, table=True):
    __tablename__ = "r53_uncoded"
    __scope__: ClassVar[Any] = by("code")

    code: str = indicator("编号", "code", primary_key=True, max_length=12)
    tea: str | None = indicator("茶", "tea", codes="TEA_OF_NOBODY")


@rule("status.may_exit", of=HouseholdYear, since=date(2016, 1, 1), cites="测试")
def second_may_exit(h: Any, p: Any) -> Conditions:
    """A rule whose name is taken."""
    return {ROOF: h.house_area > 0}


@rule("yunnan.has_roof", of=HouseholdYear, since=date(2016, 1, 1), cites="测试")
def has_roof(h: Any, p: Any) -> Conditions:
    """A household has a roof over its head."""
    return {ROOF: h.house_area > 0}


def in_region(region: str, name: str = "status.may_exit") -> Override:
    @overrides(name, region=region, since=date(2016, 1, 1), cites="测试")
    def with_roof(h: Any, p: Any, upper: Conditions) -> Conditions:
        """Whatever the level above asks, and a roof."""
        return {**upper, ROOF: h.house_area > 0}

    return with_roof


def returning(**hooks: Any) -> dict[str, Callable[[], Any]]:
    """A plugin whose hooks return these."""
    return {name: hookimpl(lambda value=value: value) for name, value in hooks.items()}


def tables(*models: type[SQLModel], label: str = "yunnan", **more: Any) -> Tables:
    return Tables(label, models, Path(), "r53_", **more)


def rules(*given: Rule | Override | Fact) -> RuleSet:
    return RuleSet(
        rules=tuple(g for g in given if isinstance(g, Rule)),
        overrides=tuple(g for g in given if isinstance(g, Override)),
        facts=tuple(g for g in given if isinstance(g, Fact)),
    )
