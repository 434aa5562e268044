"""The nation's checks of the data: what is doubtful (疑点) in a household on the register, whatever its status."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from fp_core.codes import has
from fp_core.models.household import HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.rules import Clause, Conditions, Fact, Record, no, rule
from fp_core.status import POOR

CITES = "国开办发〔2014〕24号 扶贫开发建档立卡工作方案"

HEAD = Clause("MEM-ONEHEAD", "每户必须且只能有一名户主", "a household has exactly one head")
KEY = Clause("KEY-POOR", "重点帮扶对象是未脱贫或返贫户", "a key target is poor")
CARD = Clause("HEALTH-DIS", "残疾人员填有残疾证号", "every disabled member has a disability card", warning=True)
MEDICAL = Clause("MED-ALL", "家庭成员均参加基本医疗保险", "every member has basic medical insurance", warning=True)
DROPOUTS = Clause(
    "DROP-COUNT",
    "因贫辍学人数与家庭成员信息一致",
    "the number of children out of school is that of the members",
    warning=True,
)
ORCHARD = Clause("LAND-ORCH", "林果面积不超过耕地与林地之和", "the orchard is part of the land", warning=True)


@rule("check.household", of=HouseholdYear, since=date(2014, 4, 2), cites=CITES)
def sound(h: Any, p: Any) -> Conditions:
    """A household's record agrees with itself and with its members."""
    return {
        HEAD: h.heads() == 1,
        KEY: no(h.is_key_target) | h.exit_status.isin(sorted(POOR)),
        CARD: h.disabled_without_card() == 0,
        MEDICAL: h.members_without_medical() == 0,
        DROPOUTS: h.dropout_count == h.out_of_school_members(p.edu_min_age, p.edu_max_age),
        ORCHARD: h.orchard_area <= h.arable_area + h.forest_area,
    }


def _heads(record: Record) -> int:
    return sum(1 for m, _ in _valid(record) if m.relation_to_head == "HEAD")


def _heads_sql(year: Any) -> ColumnElement[int]:
    return _count(year, MemberYear.relation_to_head == "HEAD")


def _without_card(record: Record) -> int:
    return sum(
        1 for m, person in _valid(record) if "DISABLED" in (m.health_status or ()) and not person.disability_card_masked
    )


def _without_card_sql(year: Any) -> ColumnElement[int]:
    disabled = has(func.coalesce(MemberYear.health_status, ""), "DISABLED")
    return _count(year, disabled, func.coalesce(Member.disability_card_masked, "") == "")


def _valid(record: Record) -> list[Any]:
    return [(m, person) for m, person in record.members if m.member_status == "VALID"]


def _count(year: Any, *conditions: Any) -> ColumnElement[int]:
    person = and_(Member.household_code == MemberYear.household_code, Member.member_no == MemberYear.member_no)
    mine = and_(MemberYear.household_code == year.household_code, MemberYear.year == year.year)
    counted = select(func.count()).select_from(MemberYear).join(Member, person)
    return counted.where(mine, MemberYear.member_status == "VALID", *conditions).correlate(year).scalar_subquery()


CHECKS = (sound,)

CHECK_FACTS = (
    Fact(HouseholdYear, "heads", _heads, _heads_sql),
    Fact(HouseholdYear, "disabled_without_card", _without_card, _without_card_sql),
)
