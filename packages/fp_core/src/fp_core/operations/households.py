"""What the operations on households share: locking one, its open year, its members, and what is computed from them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fp_core import regions
from fp_core.commands import describe
from fp_core.db import ScopedSession
from fp_core.errors import FailedClause, Invalid, NotFound, Refused
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.years import DataYear
from fp_core.rulebook import year_end
from fp_core.rules import Record

TRANSFERS = (
    "family_planning_benefit",
    "subsistence_allowance",
    "five_guarantee_allowance",
    "pension_benefit",
    "ecological_compensation",
    "other_transfer_income",
)
CENT = Decimal("0.01")
ZERO = Decimal("0.00")


@dataclass(frozen=True, kw_only=True)
class OfHousehold:
    """What every command on one household names: the household, the data year, and the version that was seen."""

    household_code: str = field(metadata=describe("户编号", "household code"))
    year: int = field(metadata=describe("年度", "data year"))
    version: int = field(metadata=describe("版本", "version of the household that was seen"))


def lock_household(session: Session, command: Any) -> Household:
    """The household a command names, its year held open and itself locked; outside the scope it does not exist."""
    found = lock_any_household(session, command)
    if found.is_closed:
        raise Invalid(
            "household_code",
            f"贫困户 {found.household_code} 已销户，不能再办理业务",
            f"household {found.household_code} is closed; nothing more can be done with it",
        )
    return found


def lock_any_household(session: Session, command: Any) -> Household:
    """The same, also when the household is closed. The year comes first: whoever opens the next one takes it alone."""
    mine = Household.household_code == command.household_code
    village = session.scalar(select(Household.village_code).where(mine))
    if village is None:
        raise NotFound("贫困户 household", command.household_code)
    require_open(session, village, command.year)
    return session.execute(select(Household).where(mine).with_for_update()).scalar_one()


def household_year(session: Session, household_code: str, year: int) -> HouseholdYear:
    """The household's record of a data year."""
    found = session.get(HouseholdYear, (household_code, year))
    if found is None:
        raise NotFound("年度记录 household year", f"{household_code} {year}")
    return found


def require_open(session: Session, region: str, year: int, *, alone: bool = False) -> DataYear:
    """The data year of the county a region lies in; refused unless it is opened, not closed, and the latest.

    It is held until the transaction ends: shared, so that it is neither closed nor followed meanwhile, or `alone`.
    """
    county = regions.at_level(region, regions.Level.COUNTY)
    held = select(DataYear).where(DataYear.county_code == county).order_by(DataYear.year)
    session.execute(held.with_for_update(read=not alone))
    years = session.scalars(held.execution_options(populate_existing=True)).all()  # what was waited for is seen now
    if not years:
        raise Invalid(
            "year",
            f"{county} 尚未开放任何年度，请先开年（openYear）",
            f"{county} has no data year yet; open one with openYear",
        )
    if years[-1].year != year or years[-1].closed_on is not None:
        raise _not_current(county, year, years[-1])
    return years[-1]


def _not_current(county: str, year: int, latest: DataYear) -> Invalid:
    if latest.closed_on is not None:
        return Invalid(
            "year",
            f"{county} 的 {latest.year} 年度已关闭，业务须在下一年度开放（openYear）后办理，不能办理 {year} 年度",
            f"{latest.year} is closed in {county}; open the next data year with openYear, {year} takes no changes",
        )
    return Invalid(
        "year",
        f"{county} 的当前年度是 {latest.year}，业务只能在当前年度办理，不能办理 {year} 年度",
        f"the current data year of {county} is {latest.year}; changes go to it, {year} takes none",
    )


def members_of(session: Session, household_code: str, year: int) -> list[tuple[MemberYear, Member]]:
    """The members of a household in a year, valid or not, in order of their number."""
    rows = session.execute(
        select(MemberYear, Member)
        .join(Member, (Member.household_code == MemberYear.household_code) & (Member.member_no == MemberYear.member_no))
        .where(MemberYear.household_code == household_code, MemberYear.year == year)
        .order_by(MemberYear.member_no)
    )
    return [(m, person) for m, person in rows]


def load_record(session: ScopedSession, year: HouseholdYear) -> Record:
    """The household-year whole: its row, members, and the rows plugins keep beside it."""
    key = (year.household_code, year.year)
    extensions = {e.name: session.get(e.model, key) for e in session.host.extensions if e.of is HouseholdYear}
    return Record(year, tuple(members_of(session, *key)), extensions)


def require(session: ScopedSession, rule: str, year: HouseholdYear) -> None:
    """Refuse with the failing clauses unless the rule in force in the household's village holds."""
    failing = session.host.rules.failing(
        rule, load_record(session, year), region=year.village_code, on=year_end(year.year)
    )
    if failing:
        raise Refused(rule, failing)


def refuse(rule: str, zh: str, en: str) -> Refused:
    """A refusal by one clause that is not part of a rule over facts, such as an order of steps."""
    return Refused(rule, (FailedClause(rule, zh, en),))


def recount(year: HouseholdYear, members: Sequence[tuple[MemberYear, Member]]) -> None:
    """Compute what is never typed: the number of members, the head's name, and the sums of income."""
    valid = [(m, person) for m, person in members if m.member_status == "VALID"]
    year.member_count = len(valid)
    year.head_name = next((p.name for m, p in valid if m.relation_to_head == "HEAD"), None)
    transfer = sum((getattr(year, name) or ZERO for name in TRANSFERS), ZERO)
    gross = (year.wage_income or ZERO) + (year.business_income or ZERO) + (year.property_income or ZERO) + transfer
    net = gross - (year.business_expense or ZERO)
    year.transfer_income, year.gross_income, year.net_income = transfer, gross, net
    year.net_income_per_capita = per_head(net, len(valid))


def per_head(amount: Decimal, persons: int) -> Decimal:
    """Yuan per head, half up to the cent; nobody has nothing."""
    return (amount / persons).quantize(CENT, ROUND_HALF_UP) if persons else ZERO
