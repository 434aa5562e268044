"""The scope: every way of reading and writing through a session stays inside the actor's region, on both databases."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import delete, exists, func, insert, literal_column, select, text, union, update
from sqlalchemy.orm import aliased

from fp_core import change
from fp_core.commands import describe, operation
from fp_core.db import ScopedSession, ScopeError
from fp_core.errors import Forbidden, NotFound
from fp_core.events import Happened
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import OfHousehold
from fp_core.operations.status import ExitHousehold
from fp_core.registry import Registry
from fp_core.scope import Actor, Scope
from fp_core.testing import random_household_years
from tests.actors import operator
from tests.households import household, identified, key, open_years, rich_enough, run
from tests.places import DINGFU, DUAN, GUANGXI, JINBI, NATION, QIANXI, YANGJIADIAN, ZHONGZHAI

HERE, THERE = ZHONGZHAI + "0001", DINGFU + "0002"
Way = Callable[[Any], Any]


@pytest.fixture
def peopled(registry: Registry) -> Registry:
    """Two households, each with three members: the first here in Guizhou, the second there in Guangxi."""
    random_household_years(registry, villages=[DINGFU, ZHONGZHAI], count=2, seed=11)
    return registry


def codes(rows: Any) -> set[str]:
    return {row if isinstance(row, str) else row.household_code for row in rows}


OTHER = aliased(Household)
INNER = select(Household).subquery()
CTE = select(HouseholdYear.household_code).cte()

READS: dict[str, Way] = {
    "select": lambda s: codes(s.scalars(select(Household))),
    "column": lambda s: codes(s.scalars(select(HouseholdYear.household_code))),
    "query": lambda s: codes(s.query(Household).all()),
    "get": lambda s: {code for code in (HERE, THERE) if s.get(Household, code)},
    "get one year": lambda s: {code for code in (HERE, THERE) if s.get(HouseholdYear, (code, 2017))},
    "join": lambda s: codes(
        s.scalars(
            select(Household.household_code).join(
                HouseholdYear, HouseholdYear.household_code == Household.household_code
            )
        )
    ),
    "subquery": lambda s: codes(s.scalars(select(INNER.c.household_code))),
    "cte": lambda s: codes(s.scalars(select(CTE.c.household_code))),
    "in a subquery": lambda s: codes(
        s.scalars(select(Household).where(Household.household_code.in_(select(HouseholdYear.household_code))))
    ),
    "alias": lambda s: codes(s.scalars(select(OTHER))),
    "union": lambda s: codes(s.scalars(union(select(Household.household_code), select(HouseholdYear.household_code)))),
    "refreshed": lambda s: {s.refresh(h) or h.household_code for h in s.scalars(select(Household))},
    "expired": lambda s: {s.expire(h) or h.household_code for h in s.scalars(select(Household))},
}


COUNTS: dict[str, Any] = {
    "count": select(func.count()).select_from(Household),
    "count of a column": select(func.count(HouseholdYear.household_code)),
    "scalar subquery": select(select(func.count()).select_from(Household).scalar_subquery()),
    "exists": select(func.count())
    .select_from(Household)
    .where(exists().where(HouseholdYear.household_code == Household.household_code)),
}


@pytest.mark.parametrize("way", READS.values(), ids=READS.keys())
def test_every_way_of_reading_ends_at_the_region(peopled: Registry, way: Way) -> None:
    with peopled.session(Scope.region(QIANXI)) as session:
        assert way(session) == {HERE}
    with peopled.session(Scope.nation()) as session:
        assert way(session) == {HERE, THERE}


@pytest.mark.parametrize("counted", COUNTS.values(), ids=COUNTS.keys())
def test_every_way_of_counting_ends_at_the_region(peopled: Registry, counted: Any) -> None:
    with peopled.session(Scope.region(QIANXI)) as session:
        assert session.scalar(counted) == 1
    with peopled.session(Scope.nation()) as session:
        assert session.scalar(counted) == 2


def test_whether_something_exists_elsewhere_is_not_told(peopled: Registry) -> None:
    there = select(exists(select(Household).where(Household.household_code == THERE)))

    with peopled.session(Scope.region(QIANXI)) as session:
        assert session.scalar(there) in (False, 0)
    with peopled.session(Scope.region(GUANGXI)) as session:
        assert session.scalar(there) in (True, 1)


TABLE: Any = Household.__table__  # type: ignore[attr-defined]
PEOPLE: Any = Member.__table__  # type: ignore[attr-defined]

AROUND: dict[str, Way] = {
    "table": lambda s: s.execute(select(TABLE)),
    "column of a table": lambda s: s.execute(select(TABLE.c.household_code)),
    "text": lambda s: s.execute(text("select * from household")),
    "text as a model": lambda s: s.execute(select(Household).from_statement(text("select * from household"))),
    "table as a model": lambda s: s.execute(select(Household).from_statement(select(TABLE))),
    "table beside a model": lambda s: s.execute(select(HouseholdYear.year, PEOPLE.c.name)),
    "table beside its alias": lambda s: s.execute(select(OTHER.household_code, TABLE.c.household_code)),
    "table in exists": lambda s: s.execute(select(HouseholdYear).where(exists(select(TABLE)))),
    "table in a subquery": lambda s: s.execute(
        select(HouseholdYear.year, select(func.max(PEOPLE.c.name)).scalar_subquery())
    ),
    "text in a model": lambda s: s.execute(select(Household.version, literal_column("(select max(name) from member)"))),
    "text in a condition": lambda s: s.execute(select(Household).where(text("exists (select 1 from member)"))),
    "connection": lambda s: s.connection(),
    "bulk update": lambda s: s.execute(update(Household).values(version=9)),
    "bulk delete": lambda s: s.execute(delete(Household)),
    "insert": lambda s: s.execute(insert(Household), [{"household_code": HERE, "village_code": ZHONGZHAI}]),
    "bulk save": lambda s: s.bulk_save_objects([Household(household_code=HERE, village_code=ZHONGZHAI)]),
    "bulk mappings": lambda s: s.bulk_insert_mappings(Household, [{"household_code": HERE}]),
    "flush of an edit": lambda s: flushed_edit(s),
    "commit of a new row": lambda s: (
        s.add(Household(household_code=HERE[:-1] + "9", village_code=ZHONGZHAI)) or s.commit()
    ),
    "flush of a deletion": lambda s: s.delete(s.get_one(MemberYear, (HERE, 1, 2017))) or s.flush(),
}


def flushed_edit(session: ScopedSession) -> None:
    session.get_one(Household, HERE).address = "别处"
    session.flush()


@pytest.mark.parametrize("way", AROUND.values(), ids=AROUND.keys())
def test_ways_around_the_scope_are_refused_and_change_nothing(peopled: Registry, way: Way) -> None:
    before = stored(peopled)

    with peopled.session(operator(peopled, QIANXI)) as session, pytest.raises(ScopeError):
        way(session)

    assert stored(peopled) == before


def stored(registry: Registry) -> list[Any]:
    with registry.engine.connect() as connection:
        tables = [TABLE, PEOPLE, HouseholdYear.__table__, MemberYear.__table__, Event.__table__]  # type: ignore[attr-defined]
        return [sorted(map(repr, connection.execute(select(table)))) for table in tables]


@dataclass(frozen=True, kw_only=True)
class Try(OfHousehold):
    """A command whose operation does what it should not."""

    what: str = field(metadata=describe("做法", "one of WRITES"))


def new_person(session: ScopedSession, code: str, village: str) -> None:
    session.add(MemberYear(household_code=code, member_no=1, year=2018, village_code=village))


WRITES: dict[str, tuple[type[Exception], Callable[[ScopedSession, Household], Any]]] = {
    "new row outside": (
        NotFound,
        lambda s, h: s.add(Household(household_code=DINGFU + "0077", village_code=DINGFU)),
    ),
    "row moved outside": (NotFound, lambda s, h: setattr(h, "village_code", DINGFU)),
    "row of a household outside": (NotFound, lambda s, h: new_person(s, THERE, ZHONGZHAI)),
    "insert outside": (
        NotFound,
        lambda s, h: s.execute(insert(Household), [{"household_code": DINGFU + "0077", "village_code": DINGFU}]),
    ),
    "insert of values outside": (
        NotFound,
        lambda s, h: s.execute(insert(Household).values(household_code=DINGFU + "0077", village_code=DINGFU)),
    ),
    "bulk move outside": (NotFound, lambda s, h: s.execute(update(Household).values(village_code=DINGFU))),
    "commit": (ScopeError, lambda s, h: s.commit()),
    "change within": (
        ScopeError,
        lambda s, h: change(s, Try(household_code=HERE, year=2017, version=0, what="nothing"), key=key()),
    ),
    "bulk save": (ScopeError, lambda s, h: s.bulk_save_objects([h])),
}


@operation(
    Try, right="household:edit", label="试", english="try", lock=lambda s, c: s.get_one(Household, c.household_code)
)
def try_it(session: ScopedSession, command: Try, locked: Household) -> Happened:
    locked.address = "先改的"
    session.flush()
    WRITES[command.what][1](session, locked)
    return Happened("EDITED", locked, region_code=ZHONGZHAI)


@pytest.mark.parametrize("what", WRITES)
def test_operation_cannot_write_outside_the_region_nor_end_the_transaction(peopled: Registry, what: str) -> None:
    before = stored(peopled)

    with pytest.raises(WRITES[what][0]):
        run(peopled, Try(household_code=HERE, year=2017, version=0, what=what))

    assert stored(peopled) == before


def test_bulk_statements_of_an_operation_touch_the_region_only(peopled: Registry) -> None:
    WRITES["all addresses"] = (Exception, lambda s, h: s.execute(update(Household).values(address="统一")))
    WRITES["every member-year"] = (Exception, lambda s, h: s.execute(delete(MemberYear)))
    with peopled.system_session() as session:
        there = session.get_one(Household, THERE).address
        people = session.scalar(select(func.count()).where(MemberYear.household_code == THERE))

    run(peopled, Try(household_code=HERE, year=2017, version=0, what="every member-year"))
    run(peopled, Try(household_code=HERE, year=2017, version=1, what="all addresses"))

    with peopled.system_session() as session:
        assert session.get_one(Household, THERE).address == there
        assert session.get_one(Household, HERE).address == "统一"
        assert session.scalar(select(func.count()).where(MemberYear.household_code == THERE)) == people
        assert session.scalar(select(func.count()).where(MemberYear.household_code == HERE)) == 0


def test_unsaved_edits_are_not_swept_along_by_a_change(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)

    with registry.session(operator(registry, QIANXI)) as session:
        session.get_one(Household, code).address = "顺手改的"
        with pytest.raises(ScopeError, match="the session holds unsaved objects; hand a command to change"):
            change(session, household(), key=key())

    with registry.system_session() as session:
        assert [h.address for h in session.scalars(select(Household))] == [None]


@pytest.mark.parametrize(
    ("region", "rights", "error"),
    [
        (QIANXI, None, Forbidden),
        (QIANXI, ("household:exit",), Forbidden),
        (DUAN, (), NotFound),
        (YANGJIADIAN, None, Forbidden),
        (JINBI, (), None),
        (QIANXI, (), None),
    ],
    ids=["nobody", "no right", "wrong region", "village", "town", "county"],
)
def test_exit_needs_the_right_and_the_region(
    registry: Registry, region: str, rights: tuple[str, ...] | None, error: type[Exception] | None
) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    before = stored(registry)
    actor = Actor("nobody", Scope.region(region)) if rights is None else operator(registry, region, without=rights)
    command = ExitHousehold(household_code=code, year=2016, version=2, basis="核查")

    with registry.session(actor) as session:
        if error is None:
            assert change(session, command, key=key()).event_type == "EXITED"
            return
        with pytest.raises(error):
            change(session, command, key=key())
    assert stored(registry) == before


def test_household_is_identified_in_villages_of_ones_own_region_only(registry: Registry) -> None:
    open_years(registry, 2016)
    before = stored(registry)

    with pytest.raises(NotFound):
        run(registry, household(village=DINGFU), region=QIANXI)

    assert stored(registry) == before


@pytest.mark.parametrize(
    ("region", "inside", "outside"),
    [
        (NATION, "999999999999", None),
        (QIANXI, "520522999999", "520523000000"),
        (JINBI, "520522101999", "520522102000"),
        (ZHONGZHAI, ZHONGZHAI, YANGJIADIAN),
    ],
)
def test_scope_is_a_range_of_codes(region: str, inside: str, outside: str | None) -> None:
    scope = Scope.region(region)

    assert scope.contains(region)
    assert scope.contains(inside)
    assert outside is None or not scope.contains(outside)
