"""Guangxi (45): 八有一超 in place of the national exit rule, with the facts it needs."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fp_core.hookspecs import hookimpl
from fp_core.models.household import HouseholdYear
from fp_core.national import rules as national
from fp_core.parts import Extension, RuleSet, Tables
from fp_core.rules import Clause, Conditions, no, overrides
from fp_guangxi.models import GuangxiHouseholdYear

SOURCE = Clause("GX-INCOME-SOURCE", "有收入来源", "a source of income, or subsistence allowance")
MEDICAL = Clause("GX-MEDICAL", "有基本医疗保障", "every member has basic medical insurance")
ROAD = Clause("GX-ROAD", "有路通村屯", "a hardened road reaches the hamlet")
GUANGXI = "450000000000"


@overrides(
    "status.may_exit", region=GUANGXI, since=date(2016, 1, 1), cites="广西精准脱贫摘帽实施方案（2016年）八有一超"
)
def eight_haves_one_over(h: Any, p: Any, upper: Conditions) -> Conditions:
    """Eight things a household must have, and one line its income must exceed; the nation's list does not apply."""
    land = (h.per_head("arable_area") >= Decimal("0.5")) | (h.per_head("forest_area") >= Decimal("1"))
    steady = (h.property_income > 0) | h.r45.has_breeding_income | (h.members_working(6) > 0) | h.r45.has_other_income
    return {
        SOURCE: land | steady | (h.household_attribute == "SUBSISTENCE_POOR"),
        national.HOUSE: upper[national.HOUSE],
        MEDICAL: h.members_without_medical() == 0,
        national.SCHOOL: upper[national.SCHOOL],
        ROAD: h.r45.has_hamlet_road,
        national.WATER_SAFE: h.water_safe & no(h.water_difficult),
        national.POWER: h.has_living_power,
        national.BROADCAST: h.has_broadcast,
        national.INCOME: upper[national.INCOME],
    }


@hookimpl
def fp_tables() -> Tables:
    """Guangxi's table; its indicators become fields and filters of HouseholdYear, and `h.r45.…` in rules."""
    extension = Extension(HouseholdYear, GuangxiHouseholdYear, "r45", GUANGXI)
    return Tables(
        "guangxi", (GuangxiHouseholdYear,), Path(__file__).parent / "migrations", "r45_", extensions=(extension,)
    )


@hookimpl
def fp_rules() -> RuleSet:
    """The exit rule of the region."""
    return RuleSet(overrides=(eight_haves_one_over,))
