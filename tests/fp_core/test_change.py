"""change(): one key has one effect, no update is lost, every change is an event, and a refusal leaves nothing behind."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from fp_core import change
from fp_core.change import Done
from fp_core.commands import describe, operation
from fp_core.db import ScopedSession, make_engine
from fp_core.errors import Conflict, Invalid, Problem
from fp_core.events import Happened
from fp_core.hookspecs import hookimpl
from fp_core.keys import Keys
from fp_core.models.events import Event, Idempotency
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import MemberYear
from fp_core.operations.edit import EditHousehold, Value
from fp_core.operations.households import OfHousehold
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.testing import plugin
from tests.actors import operator
from tests.households import (
    VILLAGE,
    edit,
    everything,
    exit_,
    household,
    identified,
    key,
    open_years,
    rich_enough,
    run,
    version_of,
)
from tests.places import QIANXI, YANGJIADIAN

Answer = Callable[[Happened, ScopedSession], Happened | None]


@pytest.fixture
def answering(database: str, keys: Keys) -> Iterator[Callable[[Answer], Registry]]:
    """A registry with a plugin that answers every change so."""
    opened: list[Registry] = []

    def registry(answer: Answer) -> Registry:
        def fp_on(event: Happened, session: ScopedSession) -> Happened | None:
            return answer(event, session)

        host = Host.load(extra=(("answer", plugin("answer", fp_on=hookimpl(fp_on))),))
        opened.append(Registry(make_engine(database), host, keys))
        return opened[-1]

    yield registry
    for one in opened:
        one.close()


def events_of(registry: Registry, code: str) -> list[Event]:
    with registry.system_session() as session:
        return list(session.scalars(select(Event).where(Event.subject_code == code).order_by(Event.event_no)))


def test_twenty_at_once_with_one_key_have_one_effect(registry: Registry) -> None:
    open_years(registry, 2016)
    command, once = household(), key()

    with ThreadPoolExecutor(20) as pool:
        answers: list[Done] = list(pool.map(lambda _: run(registry, command, as_key=once), range(20)))

    assert sorted(a.replayed for a in answers) == [False] + [True] * 19
    assert {(a.subject_code, a.version, a.event_type) for a in answers} == {(VILLAGE + "0001", 1, "IDENTIFIED")}
    with registry.system_session() as session:
        assert session.scalars(select(Household.household_code)).all() == [VILLAGE + "0001"]
        assert session.scalars(select(Idempotency.key).where(Idempotency.key == once)).all() == [once]


def test_of_ten_who_saw_the_same_version_one_changes_and_nine_are_told(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)

    def write(number: int) -> str:
        values = (Value(name="wage_income", value=str(9000 + number)),)
        command = EditHousehold(household_code=code, year=2016, version=1, values=values)
        try:
            return run(registry, command).event_type
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(write, range(10)))

    assert sorted(answers) == [Conflict.code] * 9 + ["EDITED"]
    assert version_of(registry, code) == 2
    with registry.system_session() as session:
        assert session.get_one(HouseholdYear, (code, 2016)).wage_income == 9000 + answers.index("EDITED")


def test_changes_of_many_at_once_are_events_without_a_gap(registry: Registry) -> None:
    open_years(registry, 2016)
    codes = [identified(registry), identified(registry, village=YANGJIADIAN)]

    def write(number: int) -> None:
        while True:
            try:
                edit(registry, codes[number % 2], 2016, wage_income=str(1000 + number))
                return
            except Conflict:
                continue

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))

    for code in codes:
        assert [e.event_no for e in events_of(registry, code)] == [1, 2, 3, 4, 5, 6, 7]
        assert version_of(registry, code) == 7


def test_new_household_is_recorded_with_every_row_and_every_column(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry, net_income=Decimal("4000.5"))

    (event,) = events_of(registry, code)

    assert [(r["table"], r["key"], r["before"]) for r in sorted(event.rows, key=lambda r: (r["table"], r["key"]))] == [
        ("household", code, None),
        ("household_year", f"{code}:2016", None),
        ("member", f"{code}:1", None),
        ("member", f"{code}:2", None),
        ("member_year", f"{code}:1:2016", None),
        ("member_year", f"{code}:2:2016", None),
    ]
    year = next(r["after"] for r in event.rows if r["table"] == "household_year")
    assert set(year) == {c.name for c in HouseholdYear.__table__.columns}  # type: ignore[attr-defined]
    assert (year["wage_income"], year["net_income_per_capita"], year["member_count"]) == ("4000.50", "2000.25", 2)
    assert (event.operator, event.region_code, event.persons) == ("county-520522", VILLAGE, 2)


def test_edit_is_recorded_as_what_changed_and_nothing_else(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)

    edit(registry, code, 2016, wage_income="5000.10", other_causes="缺技术、因残")

    (row,) = events_of(registry, code)[-1].rows
    assert row["before"] == {
        "wage_income": "4000.00",
        "gross_income": "4000.00",
        "net_income": "4000.00",
        "net_income_per_capita": "2000.00",
        "other_causes": None,
    }
    assert row["after"] == {
        "wage_income": "5000.10",
        "gross_income": "5000.10",
        "net_income": "5000.10",
        "net_income_per_capita": "2500.05",
        "other_causes": ["DISABILITY", "NO_SKILL"],
    }


@dataclass(frozen=True, kw_only=True)
class StrikeMember(OfHousehold):
    """Deletes the row of a member's year, which no operation of the register does."""

    member_no: int = field(metadata=describe("成员序号", "number of the member"))


def _household(session: ScopedSession, command: StrikeMember) -> Household:
    return session.get_one(Household, command.household_code)


@operation(StrikeMember, right="household:edit", label="删除", english="delete", lock=_household)
def strike_member(session: ScopedSession, command: StrikeMember, locked: Household) -> Happened:
    session.delete(session.get_one(MemberYear, (locked.household_code, command.member_no, command.year)))
    return Happened("EDITED", locked, region_code=VILLAGE)


def test_deleted_row_is_recorded_as_it_was(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)

    run(registry, StrikeMember(household_code=code, year=2016, version=1, member_no=2))

    (row,) = events_of(registry, code)[-1].rows
    assert (row["table"], row["key"], row["after"]) == ("member_year", f"{code}:2:2016", None)
    assert (row["before"]["relation_to_head"], row["before"]["health_status"]) == ("SPOUSE", ["HEALTHY"])


def test_plugin_that_refuses_takes_the_whole_change_back(
    registry: Registry, answering: Callable[[Answer], Registry]
) -> None:
    def refuse(event: Happened, session: ScopedSession) -> None:
        if event.type == "EXITED":
            raise Invalid("version", "省里不同意", "the province disagrees")

    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    before = everything(registry)

    with pytest.raises(Invalid, match="the province disagrees"):
        exit_(answering(refuse), code, 2016)

    assert everything(registry) == before
    assert exit_(registry, code, 2016).event_type == "EXITED"


def test_plugin_that_changes_another_subject_returns_what_happened_to_it(
    registry: Registry, answering: Callable[[Answer], Registry]
) -> None:
    open_years(registry, 2016)
    code, other = identified(registry), identified(registry, village=YANGJIADIAN)
    rich_enough(registry, code, 2016)

    def follow(event: Happened, session: ScopedSession) -> Happened | None:
        if event.type != "EXITED":
            return None
        neighbour = session.get_one(Household, other)
        neighbour.group_name = "一组"
        return Happened("EDITED", neighbour, region_code=YANGJIADIAN, year=2016)

    done = exit_(answering(follow), code, 2016)

    assert (done.subject_code, done.version) == (code, 3)
    assert [(e.event_no, e.event_type) for e in events_of(registry, other)] == [(1, "IDENTIFIED"), (2, "EDITED")]
    assert [r["after"] for r in events_of(registry, other)[-1].rows] == [{"group_name": "一组"}]


def test_subject_that_changed_without_an_event_is_refused(
    registry: Registry, answering: Callable[[Answer], Registry]
) -> None:
    open_years(registry, 2016)
    code, other = identified(registry), identified(registry, village=YANGJIADIAN)
    before = everything(registry)

    def meddle(event: Happened, session: ScopedSession) -> None:
        session.get_one(Household, other).group_name = "一组"

    with pytest.raises(RuntimeError, match=f"household {other} changed without an event; the operation must return"):
        edit(answering(meddle), code, 2016, wage_income="9000")

    assert everything(registry) == before


@pytest.mark.parametrize("short", ["", "1234567", "k" * 81])
def test_key_that_is_no_key_is_refused(registry: Registry, short: str) -> None:
    with registry.session(operator(registry, QIANXI)) as session, pytest.raises(Invalid, match="8 to 80 characters"):
        change(session, household(), key=short)


@pytest.mark.parametrize("thing", ["exit", object(), Value(name="a", value=None)], ids=["text", "object", "value"])
def test_what_is_no_command_is_refused(registry: Registry, thing: Any) -> None:
    with registry.session(operator(registry, QIANXI)) as session, pytest.raises(TypeError, match="is no command"):
        change(session, thing, key=key())


def test_two_operators_may_use_the_same_key(registry: Registry) -> None:
    open_years(registry, 2016)
    once = key()

    answers = [
        run(registry, household(), region=QIANXI, as_key=once),
        run(registry, household(), region="520522101000", as_key=once),
    ]

    assert [(a.subject_code[-4:], a.replayed) for a in answers] == [("0001", False), ("0002", False)]
