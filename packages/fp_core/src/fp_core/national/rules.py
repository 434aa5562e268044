"""The national rules: who may leave the register, and who may enter or come back."""

from datetime import date
from typing import Any

from fp_core.models.household import HouseholdYear
from fp_core.rules import Clause, Conditions, Term, no, rule

EXIT_DOCUMENT = "厅字〔2016〕16号 关于建立贫困退出机制的意见"
ENTRY_DOCUMENT = "国开办发〔2014〕24号 扶贫开发建档立卡工作方案"

INCOME = Clause("EXIT-INCOME", "家庭人均纯收入超过脱贫标准", "net income per head exceeds the line")
WATER_EASY = Clause("EXIT-WATER-DIFF", "饮水不困难", "water is not difficult to get")
WATER_SAFE = Clause("EXIT-WATER-SAFE", "饮水安全", "water is safe")
HOUSE = Clause("EXIT-HOUSE", "住房安全有保障", "the house is safe")
MEDICAL = Clause("EXIT-MED", "家庭成员均参加大病保险", "every member has serious-illness insurance")
SCHOOL = Clause("EXIT-EDU", "适龄子女义务教育有保障", "every child of school age is at school")
POWER = Clause("EXIT-POWER", "通生活用电", "the house has power")
BROADCAST = Clause("EXIT-TV", "通广播电视", "radio and television are received")
ELIGIBLE = Clause(
    "INC-ELIG",
    "人均纯收入未达标或“两不愁三保障”有缺项",
    "income is not over the line, or one of the guarantees is missing",
)


def over_line(h: Any, p: Any) -> Term:
    """Whether income exceeds the line, or reaches it where the province says so."""
    over: Term = (
        h.net_income_per_capita >= p.poverty_line
        if p.income_comparator == ">="
        else h.net_income_per_capita > p.poverty_line
    )
    return over


def guarantees(h: Any, p: Any) -> dict[Clause, Term]:
    """Safe water, a safe house, medical care and schooling: the conditions besides income."""
    return {
        WATER_EASY: no(h.water_difficult),
        WATER_SAFE: h.water_safe,
        HOUSE: no(h.is_dangerous_house) & (h.house_area > 0),
        MEDICAL: h.uninsured_members() == 0,
        SCHOOL: h.out_of_school_members(p.edu_min_age, p.edu_max_age) == 0,
    }


@rule("status.may_exit", of=HouseholdYear, since=date(2014, 4, 2), cites=f"{ENTRY_DOCUMENT}；{EXIT_DOCUMENT}")
def may_exit(h: Any, p: Any) -> Conditions:
    """A household may be marked out of poverty when its income is over the line and no guarantee is open."""
    return {
        INCOME: over_line(h, p),
        **guarantees(h, p),
        **({POWER: h.has_living_power} if p.exit_power else {}),
        **({BROADCAST: h.has_broadcast} if p.exit_broadcast else {}),
    }


@rule("status.may_enter", of=HouseholdYear, since=date(2014, 4, 2), cites=ENTRY_DOCUMENT)
def may_enter(h: Any, p: Any) -> Conditions:
    """A household may be identified, or fall back, when its income is not over the line or one guarantee is missing."""
    missing = no(over_line(h, p))
    for held in guarantees(h, p).values():
        missing = missing | no(held)
    return {ELIGIBLE: missing}


RULES = (may_exit, may_enter)
