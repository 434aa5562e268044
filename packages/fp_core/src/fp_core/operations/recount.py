"""The computed columns of many households at once: the SQL twin of `households.recount`, in one statement."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, select, type_coerce, update
from sqlalchemy.orm import Session

from fp_core.models.household import HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import TRANSFERS
from fp_core.types import divided


def recount_where(session: Session, condition: ColumnElement[bool]) -> None:
    """Set member_count, head_name and the sums of income of every household-year that meets the condition."""
    count, transfer, gross, net = _count(), _cents(*TRANSFERS), _gross(), _gross() - _cents("business_expense")
    session.execute(
        update(HouseholdYear)
        .where(condition)
        .values(
            member_count=count,
            head_name=_head(),
            transfer_income=_money(transfer),
            gross_income=_money(gross),
            net_income=_money(net),
            net_income_per_capita=_money(divided(net, count)),
        ),
        execution_options={"synchronize_session": False},
    )


def _gross() -> ColumnElement[int]:
    return _cents("wage_income", "business_income", "property_income", *TRANSFERS)


def _cents(*names: str) -> ColumnElement[int]:
    """The sum of money columns in whole 分; nothing stored is nothing earned."""
    total: Any = 0
    for name in names:
        total = total + func.coalesce(type_coerce(getattr(HouseholdYear, name), BigInteger), 0)
    return total  # type: ignore[no-any-return]


def _money(cents: ColumnElement[int]) -> Any:
    return type_coerce(cents, BigInteger)


def _valid(*columns: Any) -> Any:
    return (
        select(*columns)
        .where(
            MemberYear.household_code == HouseholdYear.household_code,
            MemberYear.year == HouseholdYear.year,
            MemberYear.member_status == "VALID",
        )
        .correlate(HouseholdYear)
    )


def _count() -> ColumnElement[int]:
    return _valid(func.count()).select_from(MemberYear).scalar_subquery()  # type: ignore[no-any-return]


def _head() -> ColumnElement[str]:
    """The lowest-numbered head's name; a correct household has one."""
    person = (Member.household_code == MemberYear.household_code) & (Member.member_no == MemberYear.member_no)
    return (  # type: ignore[no-any-return]
        _valid(Member.name)
        .select_from(MemberYear)
        .join(Member, person)
        .where(MemberYear.relation_to_head == "HEAD")
        .order_by(MemberYear.member_no)
        .limit(1)
        .scalar_subquery()
    )
