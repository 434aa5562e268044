"""自然变更: members who are born, die, marry in or out, move; poor and exited households alike."""

import re
from dataclasses import dataclass, field
from datetime import date

from fp_core.commands import describe, operation
from fp_core.db import ScopedSession
from fp_core.errors import Invalid, NotFound
from fp_core.events import Happened
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import (
    OfHousehold,
    household_year,
    lock_household,
    members_of,
    recount,
    refuse,
)
from fp_core.operations.people import Person, new_member, refuse_duplicates, today
from fp_core.operations.status import happened
from fp_core.status import POOR

MOST_MEMBERS = 99
"""A person code has two digits for the member."""


@dataclass(frozen=True, kw_only=True)
class AddMember(OfHousehold):
    """自然增加: a birth, a marriage into the household, a move, a release, an adoption."""

    person: Person = field(metadata=describe("新增人员", "the person who joins"))
    reason: str = field(metadata=describe("增加原因", "reason", codes="INCREASE_REASON"))
    month: str = field(metadata=describe("新增月份", "month, YYYY-MM"))


@dataclass(frozen=True, kw_only=True)
class NewRelation:
    """What a member who stays is to the new head."""

    member_no: int = field(metadata=describe("成员序号", "number of the member"))
    relation: str = field(metadata=describe("与户主关系", "relation to the new head", codes="RELATION"))


@dataclass(frozen=True, kw_only=True)
class RemoveMember(OfHousehold):
    """自然减少: a death, a marriage out, a move, imprisonment, a person lost from sight."""

    member_no: int = field(metadata=describe("成员序号", "number of the member who leaves"))
    reason: str = field(metadata=describe("减少原因", "reason", codes="DECREASE_REASON"))
    month: str = field(metadata=describe("减少月份", "month, YYYY-MM"))
    new_relations: tuple[NewRelation, ...] = field(
        default=(), metadata=describe("新的与户主关系", "relations to the new head, when the head leaves")
    )


@operation(AddMember, right="household:member", label="自然增加", english="add a member", lock=lock_household)
def add_member(session: ScopedSession, command: AddMember, household: Household) -> Happened:
    """A person joins as a valid member; counts and income per head follow."""
    year = household_year(session, household.household_code, command.year)
    reason = session.host.codes["INCREASE_REASON"].read(command.reason, command.year)
    _check_month(command.month, command.year)
    members = members_of(session, household.household_code, command.year)
    number = max((m.member_no for m, _ in members), default=0) + 1
    if number > MOST_MEMBERS:
        raise refuse("PER-CODE", "户内人编号已用完（01–99）", "the household has used all member numbers (01–99)")
    annual, member = new_member(
        session, command.person, household.household_code, number, household.village_code, command.year
    )
    if member.id_index is not None:
        refuse_duplicates(session, [member.id_index])
    if annual.relation_to_head == "HEAD":
        raise refuse("MEM-ONEHEAD", "每户只能有一名户主", "a household has exactly one head")
    member.add_reason, member.add_month = reason, command.month
    session.add_all((member, annual))
    recount(year, [*members, (annual, member)])
    return _happened("MEMBER_ADDED", household, year, reason, command.month)


@operation(RemoveMember, right="household:member", label="自然减少", english="take a member off", lock=lock_household)
def remove_member(session: ScopedSession, command: RemoveMember, household: Household) -> Happened:
    """A member stays visible but is counted no more; without any valid member the household closes."""
    year = household_year(session, household.household_code, command.year)
    reason = session.host.codes["DECREASE_REASON"].read(command.reason, command.year)
    _check_month(command.month, command.year)
    members = members_of(session, household.household_code, command.year)
    annual, member = _valid_member(members, command.member_no)
    was_poor = year.exit_status in POOR
    annual.member_status = "DECEASED" if reason == "DEATH" else "LEFT"
    member.leave_reason, member.leave_month = reason, command.month
    staying = [m for m, _ in members if m.member_status == "VALID"]
    if annual.relation_to_head == "HEAD" and staying:
        _name_new_head(session, command, staying)
    recount(year, members)
    if not staying:
        _close(household, year)
    event = "MEMBER_LEFT" if staying else "HOUSEHOLD_CLOSED"
    return _happened(event, household, year, reason, command.month, was_poor)


def _happened(
    event: str, household: Household, year: HouseholdYear, reason: str, month: str, was_poor: bool | None = None
) -> Happened:
    poor = year.exit_status in POOR if was_poor is None else was_poor
    return happened(event, household, year, poor, persons=1, reason=reason, month=month)


def _check_month(month: str, year: int) -> None:
    """NAT-MONTH: a month of the data year, and not one to come."""
    now = today()
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", month) or not month.startswith(f"{year}-") or month > f"{now:%Y-%m}":
        raise Invalid(
            "month",
            f"变更月份 {month!r} 应为 {year} 年内的 YYYY-MM，且不能晚于当前月份",
            f"month {month!r} must be a YYYY-MM of {year} and not after the current month",
        )


def _valid_member(members: list[tuple[MemberYear, Member]], number: int) -> tuple[MemberYear, Member]:
    for annual, member in members:
        if annual.member_no == number and annual.member_status == "VALID":
            return annual, member
    raise NotFound("有效家庭成员 valid member", number)


def _name_new_head(session: ScopedSession, command: RemoveMember, staying: list[MemberYear]) -> None:
    """MEM-NEWHEAD: every member who stays gets a relation to the new head, and one is the head."""
    relation = session.host.codes["RELATION"]
    given = {r.member_no: relation.read(r.relation, command.year) for r in command.new_relations}
    if set(given) != {m.member_no for m in staying} or list(given.values()).count("HEAD") != 1:
        raise refuse(
            "MEM-NEWHEAD",
            "户主减少后须指定一名新户主，并给出每名留户成员与新户主的关系",
            "when the head leaves, name one new head and the relation of every member who stays",
        )
    for m in staying:
        m.relation_to_head = given[m.member_no]


def _close(household: Household, year: HouseholdYear) -> None:
    household.is_closed, household.closed_on, household.close_reason = True, date(year.year, 12, 31), "ALL_MEMBERS_GONE"
    year.exit_status = "CLOSED"
