"""证件号码重复: numbers that several valid members of a year bear, found by the blind index in the whole register.

A group is shown where one of its members lies in the region asked for. Of members outside the operator's own region no
more is told than their county. Nobody without a number is in a group.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, select

from fp_core import regions
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.errors import Invalid
from fp_core.models import regions as divisions
from fp_core.models.member import Member, MemberYear
from fp_core.operations.pages import no_cursor, require_size, require_within

MOST_HOLDERS = 10_000
"""How many members one page of groups may bring; more is refused, never cut off silently."""


class Distance(StrEnum):
    """How far apart those who bear one number are."""

    HOUSEHOLD = "HOUSEHOLD"
    VILLAGE = "VILLAGE"
    COUNTY = "COUNTY"
    PROVINCE = "PROVINCE"
    NATION = "NATION"

    @property
    def label(self) -> str:
        """The Chinese word for the distance."""
        return {"HOUSEHOLD": "同户", "VILLAGE": "同村不同户", "COUNTY": "同县不同村", "PROVINCE": "同省不同县"}.get(
            self, "不同省"
        )


@dataclass(frozen=True)
class Holder:
    """Who bears the number: in the operator's region by household and member, elsewhere only by county."""

    region_code: str
    region_name: str | None
    household_code: str | None = None
    member_no: int | None = None
    name: str | None = None
    id_number_masked: str | None = None


@dataclass(frozen=True)
class Group:
    """Those who bear one number in a year; `cursor` is the first of them in the region asked for."""

    cursor: str
    distance: Distance
    persons: int
    holders: tuple[Holder, ...]


@dataclass(frozen=True)
class Count:
    """Groups of one distance, their members, and the groups of three and more."""

    distance: Distance
    groups: int
    persons: int
    of_three_and_more: int


def duplicates(
    session: ScopedSession,
    region: str,
    year: int,
    *,
    first: int = 50,
    after: str | None = None,
    distances: Collection[Distance] = (),
) -> list[Group]:
    """The first groups of a region and year behind a cursor: one statement for the groups, one for who is in them."""
    require_within(session, region)
    require_size(first)
    place = func.min(_place(region))
    found = _groups(place.label("place"), _distance().label("distance"), func.count().label("persons"), year=year)
    found = found.add_columns(Member.id_index).having(place.is_not(None)).order_by(place).limit(first)
    if after is not None:
        found = found.having(place > _checked(after))
    if distances:
        found = found.having(_distance().in_(sorted(distances)))
    groups = session.execute(found, execution_options=UNSCOPED).all()
    holders = _holders(session, [group.id_index for group in groups], year) if groups else {}
    return [Group(g.place, Distance(g.distance), g.persons, tuple(holders[g.id_index])) for g in groups]


def counts(session: ScopedSession, region: str, year: int) -> list[Count]:
    """How many groups of a region and year there are of each distance, the nearest first; one statement."""
    require_within(session, region)
    found = _groups(_distance().label("distance"), func.count().label("persons"), year=year)
    each = found.having(func.min(_place(region)).is_not(None)).subquery()
    many = func.count().filter(each.c.persons > 2)
    summed = select(each.c.distance, func.count(), func.sum(each.c.persons), many).group_by(each.c.distance)
    held = {row[0]: row[1:] for row in session.execute(summed, execution_options=UNSCOPED)}
    return [Count(distance, *map(int, held.get(distance, (0, 0, 0)))) for distance in Distance]


def _groups(*columns: Any, year: int) -> Any:
    """Every number that more than one valid member of the year bears, wherever they are."""
    person = and_(Member.household_code == MemberYear.household_code, Member.member_no == MemberYear.member_no)
    return (
        select(*columns)
        .select_from(MemberYear)
        .join(Member, person)
        .where(MemberYear.year == year, MemberYear.member_status == "VALID", Member.id_index.is_not(None))
        .group_by(Member.id_index)
        .having(func.count() > 1)
    )


def _place(region: str) -> ColumnElement[str | None]:
    """Household and member as 18 digits, for members in the region; nothing for others."""
    number = cast(MemberYear.member_no, String)
    two_digits = case((MemberYear.member_no < 10, literal("0").concat(number)), else_=number)
    inside = MemberYear.village_code.between(*regions.span(region))
    return case((inside, MemberYear.household_code.concat(two_digits)), else_=None)


def _distance() -> ColumnElement[str]:
    low, high = func.min(MemberYear.village_code), func.max(MemberYear.village_code)

    def same(digits: int) -> ColumnElement[bool]:
        return func.substr(low, 1, digits) == func.substr(high, 1, digits)

    one_household = func.min(MemberYear.household_code) == func.max(MemberYear.household_code)
    return case(
        (one_household, Distance.HOUSEHOLD),
        (low == high, Distance.VILLAGE),
        (same(regions.Level.COUNTY.digits), Distance.COUNTY),
        (same(regions.Level.PROVINCE.digits), Distance.PROVINCE),
        else_=Distance.NATION,
    )


def _holders(session: ScopedSession, indexes: Sequence[str], year: int) -> dict[str, list[Holder]]:
    """Who bears these numbers, those in the operator's own region first."""
    person = and_(Member.household_code == MemberYear.household_code, Member.member_no == MemberYear.member_no)
    key = (MemberYear.village_code, MemberYear.household_code, MemberYear.member_no)
    asked = (
        select(Member.id_index, *key, Member.name, Member.id_number_masked)
        .join(MemberYear, person)
        .where(Member.id_index.in_(indexes), MemberYear.year == year, MemberYear.member_status == "VALID")
        .order_by(MemberYear.village_code.between(*session.actor.scope.span).desc(), *key)
        .limit(MOST_HOLDERS + 1)
    )
    rows = session.execute(asked, execution_options=UNSCOPED).all()
    if len(rows) > MOST_HOLDERS:
        zh = f"本页重复人员超过 {MOST_HOLDERS} 人，请减少 first"
        raise Invalid("first", zh, f"this page of groups has more than {MOST_HOLDERS} members; ask for a smaller one")
    told = [(row.id_index, _told(session, row)) for row in rows]
    names = divisions.names(session, {holder["region_code"] for _, holder in told}, year)
    found: dict[str, list[Holder]] = defaultdict(list)
    for index, holder in told:
        found[index].append(Holder(region_name=names.get(holder["region_code"]), **holder))
    return found


def _told(session: ScopedSession, row: Any) -> dict[str, Any]:
    """What the operator may know of a member."""
    if not session.actor.scope.contains(row.village_code):
        return {"region_code": regions.at_level(row.village_code, regions.Level.COUNTY)}
    shown = ("household_code", "member_no", "name", "id_number_masked")
    return {"region_code": row.village_code, **{name: getattr(row, name) for name in shown}}


def _checked(cursor: str) -> str:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) == 18):
        raise no_cursor()
    return cursor
