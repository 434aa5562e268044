"""证件号码重复: numbers that several valid members of a year bear, found by the blind index in the whole register.

A group is shown where one of its members lies in the region asked for. Of members outside the operator's own region no
more is told than their county. Nobody without a number is in a group.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, func, literal, select

from fp_core import regions
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.errors import Invalid
from fp_core.models import regions as divisions
from fp_core.models.member import Member, MemberYear
from fp_core.operations.pages import MOST_FIRST, Page, no_cursor, page_of, require_size, require_within

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
        """The Chinese words for the distance."""
        return _WORDS[self][0]

    @property
    def english(self) -> str:
        """The English words for it."""
        return _WORDS[self][1]


_WORDS = {
    Distance.HOUSEHOLD: ("同户", "in one household"),
    Distance.VILLAGE: ("同村不同户", "in one village"),
    Distance.COUNTY: ("同县不同村", "in one county"),
    Distance.PROVINCE: ("同省不同县", "in one province"),
    Distance.NATION: ("不同省", "in several provinces"),
}


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


def duplicates(session: ScopedSession, region: str, year: int) -> Iterator[Group]:
    """Every group of a region and year in order, read page by page: no more than a page is held at a time."""
    after, more = None, True
    while more:
        found = page(session, region, year, first=MOST_FIRST, after=after)
        yield from found.items
        after, more = found.items[-1].cursor if found.items else None, found.has_next


def page(
    session: ScopedSession,
    region: str,
    year: int,
    *,
    first: int = 50,
    after: str | None = None,
    distances: Collection[Distance] = (),
) -> Page[Group]:
    """The first groups behind a cursor: a statement for the groups, one for who is in them, one for names of regions."""
    require_within(session, region)
    require_size(first)
    place = func.min(_place(region))
    asked = _groups(place.label("place"), _distance().label("distance"), func.count().label("persons"), year=year)
    asked = asked.add_columns(Member.id_index).having(place.is_not(None)).order_by(place).limit(first + 1)
    if after is not None:
        asked = asked.having(place > _checked(after))
    if distances:
        asked = asked.having(_distance().in_(sorted(distances)))
    found = page_of(session.execute(asked, execution_options=UNSCOPED).all(), first)
    holders = _holders(session, [row.id_index for row in found.items], year) if found.items else {}
    groups = [Group(r.place, Distance(r.distance), r.persons, tuple(holders[r.id_index])) for r in found.items]
    return Page(tuple(groups), found.has_next)


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
