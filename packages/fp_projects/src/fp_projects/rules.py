"""The national rules of projects: entering the library, approval, taking funds, spending, and who may benefit."""

from datetime import date
from typing import Any

from fp_core.models.household import HouseholdYear
from fp_core.rules import Clause, Conditions, rule
from fp_core.status import POOR
from fp_projects.models import Project

LIBRARY_DOCUMENT = "国开办发〔2018〕10号 关于完善县级脱贫攻坚项目库建设的指导意见"
FUND_DOCUMENT = "财农〔2017〕8号 中央财政专项扶贫资金管理办法"
BENEFIT_DOCUMENT = "厅字〔2016〕16号：脱贫不脱政策"
SINCE = date(2014, 1, 1)

TARGET = Clause(
    "PRJ-TARGET", "未设定绩效目标的项目不得纳入项目库", "a project without a target does not enter the library"
)
PLAN = Clause("PRJ-PLAN", "计划总投资应大于 0", "money is planned for it")
YEARS = Clause("PRJ-DATE", "实施年度不能晚于完结年度", "the first year is not after the last")
PEOPLE = Clause("PRJ-POOR", "贫困户数和贫困人口不能超过受益户数和人数", "the poor are among those who are to benefit")
OVER = Clause("PRJ-OVER", "批复金额应大于 0 且不超过计划总投资", "the amount approved lies within the plan")
RUNNING = Clause(
    "FND-PROJ", "项目未立项或已完工，不能安排资金", "funds go to projects that are approved and not finished"
)
WITHIN = Clause("FND-PROJ-SUM", "安排资金合计超过批复金额", "all that is arranged lies within the amount approved")
FUNDED = Clause("PRJ-FUND", "支出超过已安排资金", "no more is spent than was arranged")
POLICY = Clause("BEN-POOR", "该户已不再享受政策", "the household is poor, or has left and policies go on")


@rule("project.may_enter_library", of=Project, since=SINCE, cites=LIBRARY_DOCUMENT)
def may_enter_library(h: Any, p: Any) -> Conditions:
    """A project enters the library when it has a target, a plan, and years in order."""
    return {
        TARGET: h.performance_target != "",
        PLAN: h.total_plan > 0,
        YEARS: h.implement_year <= h.end_year,
        PEOPLE: (h.plan_poor_households <= h.plan_households) & (h.plan_poor_people <= h.plan_people),
    }


@rule("project.may_be_approved", of=Project, since=SINCE, cites=FUND_DOCUMENT)
def may_be_approved(h: Any, p: Any) -> Conditions:
    """The amount approved lies within the plan of the library."""
    return {OVER: (h.approved_amount > 0) & (h.approved_amount <= h.total_plan)}


@rule("project.may_take_funds", of=Project, since=SINCE, cites=FUND_DOCUMENT)
def may_take_funds(h: Any, p: Any) -> Conditions:
    """Funds are arranged to a project that is approved and not finished, up to the amount approved."""
    return {RUNNING: h.state.isin(("APPROVED", "IN_PROGRESS")), WITHIN: h.arranged <= h.approved_amount}


@rule("project.may_spend", of=Project, since=SINCE, cites=FUND_DOCUMENT)
def may_spend(h: Any, p: Any) -> Conditions:
    """A project spends what was arranged to it."""
    return {FUNDED: h.spent <= h.arranged}


@rule("project.may_benefit", of=HouseholdYear, since=SINCE, cites=BENEFIT_DOCUMENT)
def may_benefit(h: Any, p: Any) -> Conditions:
    """Poor households benefit; those that left poverty too, where policies go on after the exit."""
    served = (*POOR, "EXITED") if p.exited_may_benefit else tuple(POOR)
    return {POLICY: h.exit_status.isin(served)}


RULES = (may_enter_library, may_be_approved, may_take_funds, may_spend, may_benefit)
