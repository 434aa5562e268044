"""疑点数据: the suspects of a region and year, page by page in order, and how many rows fail each check.

A page is two statements, the counts are one, whatever the region holds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_, union_all

from fp_core import regions
from fp_core.db import ScopedSession
from fp_core.models.household import HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.checks import Checks, Finding, of_households, of_members, on_register
from fp_core.operations.pages import Page, no_cursor, page_of, require_size, require_within

PORTION = 2_000


class Place(NamedTuple):
    """Where a suspect stands: by village, household and member, where 0 is the household itself."""

    village_code: str
    household_code: str
    member_no: int

    @property
    def cursor(self) -> str:
        return ":".join(map(str, self))


@dataclass(frozen=True)
class Suspect:
    """A household or a member with all that is doubtful about it in a year."""

    place: Place
    year: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Only:
    """Only findings of this rule and of this clause; None is any."""

    rule: str | None = None
    clause: str | None = None

    def of(self, checks: Checks) -> Checks:
        return [
            check
            for check in checks
            if self.rule in (None, check[0].rule) and self.clause in (None, check[0].clause.id)
        ]


ANY = Only()


def suspects(session: ScopedSession, region: str, year: int, *, only: Only = ANY) -> Iterator[Suspect]:
    """Every suspect of a region and year in order, read in portions: no more than one is held at a time."""
    require_within(session, region)
    checks = _checks(session, region, year, only)
    after, more = None, True
    while more:
        found = _read(session, region, year, checks, after, PORTION)
        yield from found.items
        after, more = found.items[-1].place if found.items else None, found.has_next


def page(
    session: ScopedSession, region: str, year: int, *, first: int = 50, after: Place | None = None, only: Only = ANY
) -> Page[Suspect]:
    """The first suspects of a region and year behind a place."""
    require_within(session, region)
    require_size(first)
    return _read(session, region, year, _checks(session, region, year, only), after, first)


def counts(session: ScopedSession, region: str, year: int) -> dict[Finding, int]:
    """How many rows of a region and year have each finding, also where none has it."""
    require_within(session, region)
    of = _checks(session, region, year, ANY)
    bases = (_households(region, year), _members(region, year))
    width = max(map(len, of))
    parts = [
        base.with_only_columns(literal(n), *_counted(checks, width))
        for n, (base, checks) in enumerate(zip(bases, of, strict=True))
    ]
    held = {row[0]: row[1:] for row in session.execute(union_all(*parts))}
    return {finding: int(held[n][i]) for n, checks in enumerate(of) for i, (finding, _) in enumerate(checks)}


def place_of(cursor: str) -> Place:
    """The place that a cursor names."""
    village, household, number = (*cursor.split(":"), "", "")[:3]
    if not all(part.isascii() and part.isdigit() and len(part) <= 16 for part in (village, household, number)):
        raise no_cursor()
    return Place(village, household, int(number))


def _checks(session: ScopedSession, region: str, year: int, only: Only) -> tuple[Checks, Checks]:
    """Those of households and those of members."""
    return only.of(of_households(session, region, year)), only.of(of_members(year))


def _read(
    session: ScopedSession, region: str, year: int, checks: tuple[Checks, Checks], after: Place | None, first: int
) -> Page[Suspect]:
    bases = (_households(region, year), _members(region, year))
    found = (_failing(session, base, of, after, first + 1) for base, of in zip(bases, checks, strict=True))
    merged = (Suspect(place, year, what) for place, what in merge(*found, key=itemgetter(0)))
    return page_of(list(islice(merged, first + 1)), first)


def _households(region: str, year: int) -> Any:
    mine = HouseholdYear.village_code.between(*regions.span(region))
    keys = (HouseholdYear.village_code, HouseholdYear.household_code)
    return select(*keys).where(HouseholdYear.year == year, mine, on_register())


def _members(region: str, year: int) -> Any:
    person = and_(Member.household_code == MemberYear.household_code, Member.member_no == MemberYear.member_no)
    mine = MemberYear.village_code.between(*regions.span(region))
    keys = (MemberYear.village_code, MemberYear.household_code, MemberYear.member_no)
    valid = MemberYear.member_status == "VALID"
    return select(*keys).join(Member, person).where(MemberYear.year == year, mine, valid)


def _failing(
    session: ScopedSession, base: Any, checks: Checks, after: Place | None, limit: int
) -> Iterator[tuple[Place, tuple[Finding, ...]]]:
    """The first rows that fail a check, by their place."""
    if not checks:
        return
    keys = list(base.selected_columns)
    behind = () if after is None else (tuple_(*keys) > tuple_(*after[: len(keys)]),)
    asked = base.add_columns(*(failed.label(f"c{n}") for n, (_, failed) in enumerate(checks)))
    asked = asked.where(or_(*(failed for _, failed in checks)), *behind).order_by(*keys).limit(limit)
    for row in session.execute(asked).all():
        place, verdicts = row[: len(keys)], row[len(keys) :]
        findings = tuple(finding for (finding, _), failed in zip(checks, verdicts, strict=True) if failed)
        yield Place(*(*place, 0)[:3]), findings


def _counted(checks: Checks, width: int) -> Sequence[ColumnElement[int]]:
    counted: list[ColumnElement[int]] = [func.count().filter(failed) for _, failed in checks]
    return counted + [literal(0)] * (width - len(counted))
