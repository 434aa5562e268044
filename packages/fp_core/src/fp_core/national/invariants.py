"""What must always hold for households and people, recounted from the rows by `fp verify`."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session, aliased

from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.parts import Invariant

LIMIT = 20
"""How many violations of one invariant are listed."""

GONE = ("REMOVED", "CLOSED")


def _listing(sentence: str, statement: Callable[[], Any]) -> Callable[[Session], list[str]]:
    def check(session: Session) -> list[str]:
        return [sentence.format(*row) for row in session.execute(statement().limit(LIMIT))]

    return check


def _versions() -> Any:
    counted = (
        select(Event.subject_code, func.count().label("events"), func.max(Event.event_no).label("last"))
        .where(Event.subject_type == "household")
        .group_by(Event.subject_code)
        .subquery()
    )
    return (
        select(Household.household_code, Household.version, counted.c.events)
        .outerjoin(counted, counted.c.subject_code == Household.household_code)
        .where(
            or_(counted.c.events.is_(None), Household.version != counted.c.events, Household.version != counted.c.last)
        )
    )


def _valid_members() -> Any:
    return (
        select(
            MemberYear.household_code,
            MemberYear.year,
            func.count().label("persons"),
            func.count().filter(MemberYear.relation_to_head == "HEAD").label("heads"),
        )
        .where(MemberYear.member_status == "VALID")
        .group_by(MemberYear.household_code, MemberYear.year)
        .subquery()
    )


def _counts() -> Any:
    valid = _valid_members()
    same = and_(valid.c.household_code == HouseholdYear.household_code, valid.c.year == HouseholdYear.year)
    persons = func.coalesce(valid.c.persons, 0)
    return (
        select(HouseholdYear.household_code, HouseholdYear.year, HouseholdYear.member_count, persons)
        .outerjoin(valid, same)
        .where(func.coalesce(HouseholdYear.member_count, 0) != persons)
    )


def _heads() -> Any:
    valid = _valid_members()
    same = and_(valid.c.household_code == HouseholdYear.household_code, valid.c.year == HouseholdYear.year)
    heads = func.coalesce(valid.c.heads, 0)
    return (
        select(HouseholdYear.household_code, HouseholdYear.year, heads)
        .outerjoin(valid, same)
        .where(HouseholdYear.exit_status.not_in(GONE), heads != 1)
    )


def _places() -> Any:
    same = and_(MemberYear.household_code == HouseholdYear.household_code, MemberYear.year == HouseholdYear.year)
    return (
        select(MemberYear.household_code, MemberYear.member_no, MemberYear.year)
        .join(HouseholdYear, same)
        .where(MemberYear.village_code != HouseholdYear.village_code)
    )


def _numbers() -> Any:
    person = and_(Member.household_code == MemberYear.household_code, Member.member_no == MemberYear.member_no)
    return (
        select(func.min(Member.household_code), MemberYear.year, func.count())
        .join(MemberYear, person)
        .where(MemberYear.member_status == "VALID", Member.id_index.is_not(None))
        .group_by(Member.id_index, MemberYear.year)
        .having(func.count() > 1)
    )


def _attributes() -> Any:
    return select(HouseholdYear.household_code, HouseholdYear.year, HouseholdYear.household_attribute).where(
        HouseholdYear.exit_status.in_(("NOT_EXITED", "RELAPSED")),
        HouseholdYear.household_attribute.is_(None),
    )


def _reversals() -> Any:
    return (
        select(Event.subject_code, Event.reverses, func.count())
        .where(Event.reverses.is_not(None))
        .group_by(Event.subject_type, Event.subject_code, Event.reverses)
        .having(func.count() > 1)
    )


def _rolled_back_ahead() -> Any:
    undone = aliased(Event)
    same = and_(undone.subject_type == Event.subject_type, undone.subject_code == Event.subject_code)
    return (
        select(Event.subject_code, Event.event_no, Event.reverses)
        .outerjoin(undone, and_(same, undone.event_no == Event.reverses))
        .where(
            Event.reverses.is_not(None),
            or_(undone.event_no.is_(None), undone.event_no >= Event.event_no),
        )
    )


INVARIANTS = (
    Invariant(
        "A1",
        "每户版本号等于其变更记录数",
        "a household's version is the number of its events",
        _listing("{0}: version {1}, events {2}", _versions),
    ),
    Invariant(
        "C3a",
        "家庭人口数等于有效成员数",
        "member_count is the number of valid members",
        _listing("{0} {1}: member_count {2}, valid members {3}", _counts),
    ),
    Invariant(
        "C3b",
        "每个在册户有且只有一名户主",
        "every household on the register has exactly one head",
        _listing("{0} {1}: {2} heads", _heads),
    ),
    Invariant(
        "C2", "每个贫困户都有贫困户属性", "every poor household has an attribute", _listing("{0} {1}: {2}", _attributes)
    ),
    Invariant(
        "S3",
        "成员与其户在同一村",
        "members are in the village of their household",
        _listing("{0} member {1} {2}", _places),
    ),
    Invariant(
        "I2",
        "一个证件号码只属于一名有效成员",
        "an ID number belongs to one valid member",
        _listing("{0} {1}: {2} times", _numbers),
    ),
    Invariant(
        "R3a",
        "一项业务最多回退一次",
        "an event is reversed at most once",
        _listing("{0} event {1}: {2} times", _reversals),
    ),
    Invariant(
        "R3b",
        "回退只指向更早的业务",
        "a rollback names an earlier event of the same subject",
        _listing("{0} event {1} reverses {2}", _rolled_back_ahead),
    ),
)
