"""Facts about a household in a year that need its members: for a loaded record, and their SQL twins."""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, case, extract, func, or_, select, type_coerce

from fp_core.models.household import HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import ZERO, per_head
from fp_core.rules import Fact, Record
from fp_core.types import divided

SCHOOL_MONTH = 9
"""The school year begins on 1 September: a child is as old as on 31 August."""


def _uninsured(record: Record) -> int:
    return sum(1 for m, _ in _valid(record) if not m.has_serious_illness_insurance and not m.is_active_soldier)


def _uninsured_sql(year: Any) -> ColumnElement[int]:
    return _count(
        year,
        func.coalesce(MemberYear.has_serious_illness_insurance, False).is_(False),
        func.coalesce(MemberYear.is_active_soldier, False).is_(False),
    )


def _out_of_school(record: Record, least: int, most: int) -> int:
    return sum(
        1
        for m, person in _valid(record)
        if least <= school_age(person.birth_date, m.year) <= most
        and (m.student_status or "NOT_STUDENT") == "NOT_STUDENT"
        and not _too_ill(m, person)
    )


def _out_of_school_sql(year: Any, least: int, most: int) -> ColumnElement[int]:
    born = Member.birth_date
    age = MemberYear.year - extract("year", born) - case((extract("month", born) >= SCHOOL_MONTH, 1), else_=0)
    severe = or_(
        func.coalesce(MemberYear.health_status, "").contains(",SERIOUS_ILLNESS,"),
        func.coalesce(Member.disability_grade, 9) <= 2,
    )
    return _count(
        year,
        age.between(least, most),
        func.coalesce(MemberYear.student_status, "NOT_STUDENT") == "NOT_STUDENT",
        ~severe,
    )


def _without_medical(record: Record) -> int:
    return sum(
        1 for m, _ in _valid(record) if not (m.has_resident_medical or m.has_employee_medical or m.is_active_soldier)
    )


def _without_medical_sql(year: Any) -> ColumnElement[int]:
    flags = (MemberYear.has_resident_medical, MemberYear.has_employee_medical, MemberYear.is_active_soldier)
    return _count(year, *(func.coalesce(flag, False).is_(False) for flag in flags))


def _working(record: Record, months: int) -> int:
    return sum(1 for m, _ in _valid(record) if (m.work_months or 0) >= months)


def _working_sql(year: Any, months: int) -> ColumnElement[int]:
    return _count(year, MemberYear.work_months >= months)


def _per_head(record: Record, name: str) -> Decimal:
    return per_head(getattr(record.row, name) or ZERO, record.row.member_count or 0)


def _per_head_sql(year: Any, name: str) -> Any:
    column = getattr(year, name)
    amount = func.coalesce(type_coerce(column, BigInteger), 0)
    return type_coerce(divided(amount, func.coalesce(year.member_count, 0)), column.type)


def school_age(birth_date: Any, year: int) -> int:
    """Age on 31 August of the year; a person without a birth date is nobody's school child."""
    if birth_date is None:
        return -1
    return int(year - birth_date.year - (birth_date.month >= SCHOOL_MONTH))


def _too_ill(m: Any, person: Any) -> bool:
    return "SERIOUS_ILLNESS" in (m.health_status or ()) or (person.disability_grade or 9) <= 2


def _valid(record: Record) -> list[Any]:
    return [(m, person) for m, person in record.members if m.member_status == "VALID"]


def _count(year: Any, *conditions: Any) -> ColumnElement[int]:
    """How many valid members of the household-year meet the conditions, as a correlated sub-select."""
    person = and_(Member.household_code == MemberYear.household_code, Member.member_no == MemberYear.member_no)
    return (
        select(func.count())
        .select_from(MemberYear)
        .join(Member, person)
        .where(
            MemberYear.household_code == year.household_code,
            MemberYear.year == year.year,
            MemberYear.member_status == "VALID",
            *conditions,
        )
        .correlate(year)
        .scalar_subquery()
    )


FACTS = (
    Fact(HouseholdYear, "uninsured_members", _uninsured, _uninsured_sql),
    Fact(HouseholdYear, "members_without_medical", _without_medical, _without_medical_sql),
    Fact(HouseholdYear, "members_working", _working, _working_sql),
    Fact(HouseholdYear, "per_head", _per_head, _per_head_sql),
    Fact(HouseholdYear, "out_of_school_members", _out_of_school, _out_of_school_sql),
)
