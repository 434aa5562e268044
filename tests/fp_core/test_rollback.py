"""综合回退: everything is as before, only the last step of this year, and the books still hold."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from fp_core.errors import Forbidden, Invalid, Refused
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.operations.natural_change import AddMember, RemoveMember
from fp_core.operations.rollback import RollBack
from fp_core.registry import Registry
from fp_core.verify import verify
from tests.households import (
    edit,
    everything,
    exit_,
    identified,
    open_years,
    person,
    rich_enough,
    run,
    year_of,
)
from tests.places import GUIZHOU


def test_household_without_a_member_closes_and_rollback_opens_it_again(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry, members=(person(),), net_income=Decimal("1000"))
    before = everything(registry)
    run(registry, RemoveMember(household_code=code, year=2016, version=1, member_no=1, reason="DEATH", month="2016-05"))
    assert year_of(registry, code, 2016).exit_status == "CLOSED"

    run(registry, RollBack(household_code=code, year=2016, version=2, note="误操作"), region=GUIZHOU)

    after = everything(registry)
    for table in ("household_year", "member", "member_year"):
        assert after[table] == before[table]
    with registry.system_session() as session:
        assert session.get_one(Household, code).is_closed is False


def test_rollback_restores_the_state_before_the_exit_and_is_an_event(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    before = everything(registry)["household_year"]
    exit_(registry, code, 2016)

    with pytest.raises(Forbidden):
        run(registry, RollBack(household_code=code, year=2016, version=3, note="错退"))
    run(registry, RollBack(household_code=code, year=2016, version=3, note="错退"), region=GUIZHOU)

    assert everything(registry)["household_year"] == before
    with registry.system_session() as session:
        last = session.scalars(select(Event).order_by(Event.happened_at.desc())).first()  # type: ignore[attr-defined]
        assert last is not None
        assert (last.event_type, last.reverses, last.event_no) == ("ROLLED_BACK", 3, 4)


def test_edit_after_the_exit_stays_when_the_exit_is_undone(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)
    edit(registry, code, 2016, phone="13800000000")

    run(registry, RollBack(household_code=code, year=2016, version=4, note="错退"), region=GUIZHOU)

    year = year_of(registry, code, 2016)
    assert (year.exit_status, year.exit_year, year.phone) == ("NOT_EXITED", None, "13800000000")


def test_undo_that_would_lose_a_later_edit_is_refused(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    gone = {"household_code": code, "year": 2016, "version": 1, "member_no": 2, "reason": "DEATH", "month": "2016-05"}
    run(registry, RemoveMember(**gone))
    edit(registry, code, 2016, wage_income="5000")
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        run(registry, RollBack(household_code=code, year=2016, version=3, note="误报"), region=GUIZHOU)

    assert refused.value.clauses[0].id == "RB-STATE"
    assert everything(registry) == before


def test_only_the_last_change_of_this_year_is_undone(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)
    baby = person("王小宝", "SON", birth=date(2016, 3, 1))
    run(registry, AddMember(household_code=code, year=2016, version=3, person=baby, reason="BIRTH", month="2016-03"))

    with pytest.raises(Refused) as last:
        run(registry, RollBack(household_code=code, year=2016, version=4, note="错退"), region=GUIZHOU)
    assert last.value.clauses[0].id == "RB-LAST"

    open_years(registry, 2017)
    with pytest.raises(Invalid):
        run(registry, RollBack(household_code=code, year=2016, version=5, note="错退"), region=GUIZHOU)
    with pytest.raises(Refused) as earlier:
        run(registry, RollBack(household_code=code, year=2017, version=5, note="错退"), region=GUIZHOU)
    assert earlier.value.clauses[0].id == "RB-LAST"


def test_person_entered_elsewhere_meanwhile_does_not_come_back(registry: Registry) -> None:
    open_years(registry, 2016)
    bride = person("李新娘", "DAUGHTER", birth=date(1994, 5, 1), male=False)
    home, new_home = identified(registry, members=(person(), bride)), identified(registry)
    gone = {"household_code": home, "year": 2016, "version": 1, "member_no": 2}
    run(registry, RemoveMember(reason="MARRY_OUT", month="2016-05", **gone))
    came = {
        "household_code": new_home,
        "year": 2016,
        "version": 1,
        "person": replace(bride, relation="DAUGHTER_IN_LAW"),
    }
    run(registry, AddMember(reason="MARRY_IN", month="2016-05", **came))
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        run(registry, RollBack(household_code=home, year=2016, version=2, note="误报"), region=GUIZHOU)

    assert refused.value.clauses[0].id == "ID-DUP"
    assert everything(registry) == before


def test_every_invariant_holds_after_a_life_and_a_broken_count_is_found(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)
    run(registry, RollBack(household_code=code, year=2016, version=3, note="错退"), region=GUIZHOU)
    assert [r.invariant.id for r in verify(registry) if r.violations] == []

    with registry.system_session() as session:
        session.get_one(HouseholdYear, (code, 2016)).member_count = 7
        session.commit()

    assert [r.invariant.id for r in verify(registry) if r.violations] == ["C3a", "C1"]
