"""新识别, 脱贫, 返贫, 自然变更, 综合回退: what each does, what it refuses, and that a refusal changes nothing."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from fp_core.errors import Conflict, Forbidden, Invalid, KeyReused, NotFound, Refused
from fp_core.models.events import DirtyMark, Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.natural_change import AddMember, NewRelation, RemoveMember
from fp_core.operations.rollback import RollBack
from fp_core.operations.status import ExitForGood, ExitHousehold, Relapse
from fp_core.registry import Registry
from fp_core.verify import verify
from tests.households import (
    COUNTY,
    VILLAGE,
    edit,
    household,
    identified,
    key,
    open_years,
    person,
    rich_enough,
    run,
    version_of,
)
from tests.places import DUAN, GUIZHOU, JINBI, ZHONGZHAI

PROVINCE = GUIZHOU


def year_of(registry: Registry, code: str, year: int) -> HouseholdYear:
    with registry.system_session() as session:
        return session.get_one(HouseholdYear, (code, year))


def everything(registry: Registry) -> dict[str, list[Any]]:
    """Every row of the register, to show that a refusal changed none."""
    with registry.engine.connect() as connection:
        return {
            str(m.__tablename__): sorted(map(repr, connection.execute(select(m.__table__)).all()))  # type: ignore[attr-defined]
            for m in registry.host.models
            if m.__tablename__ != "region"
        }


def exit_(registry: Registry, code: str, year: int, **more: Any) -> Any:
    command = ExitHousehold(
        household_code=code, year=year, version=version_of(registry, code), basis="入户核查、评议通过", **more
    )
    return run(registry, command)


def test_identified_household_is_poor_with_its_members_counted(registry: Registry) -> None:
    open_years(registry, 2016)

    code = identified(registry)

    year = year_of(registry, code, 2016)
    assert code == VILLAGE + "0001"
    assert (year.exit_status, year.member_count, year.head_name) == ("NOT_EXITED", 2, "王建国")
    assert year.net_income_per_capita == Decimal("2000.00")
    assert version_of(registry, code) == 1


def test_household_above_the_line_with_every_guarantee_may_not_be_identified(registry: Registry) -> None:
    open_years(registry, 2016)
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        run(registry, household(net_income=Decimal("20000"), is_dangerous_house=False))

    assert [c.id for c in refused.value.clauses] == ["INC-ELIG"]
    assert everything(registry) == before


def test_person_registered_once_cannot_be_registered_again(registry: Registry) -> None:
    open_years(registry, 2016)
    again = household()
    run(registry, again)
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        run(registry, again)

    assert refused.value.clauses[0].id == "ID-DUP"
    assert VILLAGE + "0001" in refused.value.clauses[0].zh
    assert everything(registry) == before


def test_exit_with_an_open_guarantee_is_refused_with_the_failing_clauses(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry, members=(person(has_serious_illness_insurance=False),), net_income=Decimal("2000"))
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        exit_(registry, code, 2016)

    assert [c.id for c in refused.value.clauses] == ["EXIT-INCOME", "EXIT-HOUSE", "EXIT-MED"]
    assert everything(registry) == before


def test_household_that_meets_every_clause_leaves_poverty(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)

    done = exit_(registry, code, 2016)

    year = year_of(registry, code, 2016)
    assert (year.exit_status, year.exit_year) == ("EXITED", 2016)
    assert (done.event_type, done.version) == ("EXITED", 3)


def test_same_key_answers_again_and_changes_nothing(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    command = ExitHousehold(household_code=code, year=2016, version=2, basis="核查")
    once = key()
    first = run(registry, command, as_key=once)
    before = everything(registry)

    second = run(registry, command, as_key=once)

    assert (second.version, second.replayed) == (first.version, True)
    assert everything(registry) == before
    with pytest.raises(KeyReused):
        run(registry, ExitHousehold(household_code=code, year=2016, version=2, basis="另一依据"), as_key=once)


def test_version_that_is_no_longer_in_force_is_a_conflict(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)

    with pytest.raises(Conflict) as conflict:
        run(registry, ExitHousehold(household_code=code, year=2016, version=1, basis="核查"))

    assert conflict.value.version == 2


@pytest.mark.parametrize(
    ("region", "error"),
    [(DUAN, NotFound), (ZHONGZHAI, Forbidden), (JINBI, None), (COUNTY, None)],
)
def test_exit_needs_the_right_and_the_region(registry: Registry, region: str, error: type[Exception] | None) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    command = ExitHousehold(household_code=code, year=2016, version=2, basis="核查")
    before = everything(registry)

    if error is None:
        assert run(registry, command, region=region).event_type == "EXITED"
        return
    with pytest.raises(error):
        run(registry, command, region=region)
    assert everything(registry) == before


def test_household_of_an_earlier_exit_falls_back_when_it_is_poor_again(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)
    open_years(registry, 2017)
    command = {"household_code": code, "year": 2017, "causes": ("ILLNESS", "DISASTER")}

    run(registry, Relapse(version=version_of(registry, code), **command))

    year = year_of(registry, code, 2017)
    assert (year.exit_status, year.relapse_year, year.relapse_causes) == ("RELAPSED", 2017, ("DISASTER", "ILLNESS"))
    assert year_of(registry, code, 2016).exit_status == "EXITED"


def test_relapse_in_the_year_of_the_exit_is_refused(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)

    with pytest.raises(Refused) as refused:
        run(registry, Relapse(household_code=code, year=2016, version=3, causes=("ILLNESS",)))

    assert refused.value.clauses[0].id == "REL-YEAR"


def test_exited_household_leaves_for_good_and_keeps_its_exit_year(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)
    open_years(registry, 2017)
    version = version_of(registry, code)

    done = run(registry, ExitForGood(household_code=code, year=2017, version=version, ground="CAR", basis="购置轿车"))

    year = year_of(registry, code, 2017)
    assert done.event_type == "OLD_STABLE_EXITED"
    assert (year.exit_status, year.exit_year, year.stable_year) == ("STABLE_EXITED", 2016, 2017)


def test_birth_and_death_change_the_count_and_the_income_per_head(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    baby = person("王小宝", "SON", birth=date(2016, 3, 1), labour_capacity="NONE")

    run(registry, AddMember(household_code=code, year=2016, version=1, person=baby, reason="BIRTH", month="2016-03"))
    assert year_of(registry, code, 2016).member_count == 3
    assert year_of(registry, code, 2016).net_income_per_capita == Decimal("1333.33")

    run(registry, RemoveMember(household_code=code, year=2016, version=2, member_no=2, reason="DEATH", month="2016-05"))
    assert year_of(registry, code, 2016).net_income_per_capita == Decimal("2000.00")
    with registry.system_session() as session:
        assert session.get_one(MemberYear, (code, 2, 2016)).member_status == "DECEASED"


def test_head_who_leaves_must_be_followed_by_a_new_head(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    leave = {"household_code": code, "year": 2016, "version": 1, "member_no": 1, "reason": "DEATH", "month": "2016-05"}

    with pytest.raises(Refused) as refused:
        run(registry, RemoveMember(**leave))
    assert refused.value.clauses[0].id == "MEM-NEWHEAD"

    run(registry, RemoveMember(**leave, new_relations=(NewRelation(member_no=2, relation="HEAD"),)))
    assert year_of(registry, code, 2016).head_name == "李秀英"


def test_household_without_a_member_closes_and_rollback_opens_it_again(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry, members=(person(),), net_income=Decimal("1000"))
    before = everything(registry)
    run(registry, RemoveMember(household_code=code, year=2016, version=1, member_no=1, reason="DEATH", month="2016-05"))
    assert year_of(registry, code, 2016).exit_status == "CLOSED"

    run(registry, RollBack(household_code=code, year=2016, version=2, note="误操作"), region=PROVINCE)

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
    run(registry, RollBack(household_code=code, year=2016, version=3, note="错退"), region=PROVINCE)

    assert everything(registry)["household_year"] == before
    with registry.system_session() as session:
        last = session.scalars(select(Event).order_by(Event.happened_at.desc())).first()  # type: ignore[attr-defined]
        assert last is not None
        assert (last.event_type, last.reverses, last.event_no) == ("ROLLED_BACK", 3, 4)


def test_rollback_of_an_edit_or_of_an_earlier_year_is_refused(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)
    edit(registry, code, 2016, wage_income="30000")

    with pytest.raises(Refused) as last:
        run(registry, RollBack(household_code=code, year=2016, version=4, note="错退"), region=PROVINCE)
    assert last.value.clauses[0].id == "RB-LAST"

    open_years(registry, 2017)
    with pytest.raises(Invalid):
        run(registry, RollBack(household_code=code, year=2016, version=5, note="错退"), region=PROVINCE)


def test_new_year_copies_open_households_and_valid_members_only(registry: Registry) -> None:
    open_years(registry, 2016)
    kept = identified(registry)
    run(registry, RemoveMember(household_code=kept, year=2016, version=1, member_no=2, reason="DEATH", month="2016-05"))
    closed = identified(registry, members=(person("赵大山"),), net_income=Decimal("1000"))
    run(
        registry,
        RemoveMember(household_code=closed, year=2016, version=1, member_no=1, reason="DEATH", month="2016-06"),
    )

    open_years(registry, 2017)

    with registry.system_session() as session:
        years = session.scalars(select(HouseholdYear).where(HouseholdYear.year == 2017)).all()
        people = session.scalars(select(MemberYear.member_no).where(MemberYear.year == 2017)).all()
        marks = session.scalars(select(DirtyMark.region_code).where(DirtyMark.year == 2017)).all()
    assert [(y.household_code, y.exit_status, y.member_count, y.wage_income) for y in years] == [
        (kept, "NOT_EXITED", 1, None)
    ]
    assert list(people) == [1]
    assert VILLAGE in marks
    assert version_of(registry, kept) == 3


def test_year_opens_in_order_and_changes_go_to_the_latest_only(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)

    with pytest.raises(Invalid) as jump:
        open_years(registry, 2018)
    assert "2017" in jump.value.en

    open_years(registry, 2017)
    with pytest.raises(Invalid) as late:
        edit(registry, code, 2016, wage_income="1")
    assert late.value.field == "year"


def test_number_is_sealed_and_masked_and_never_stored_in_clear(registry: Registry) -> None:
    open_years(registry, 2016)
    someone = person()
    code = identified(registry, members=(someone,), net_income=Decimal("1000"))

    with registry.system_session() as session:
        stored = session.get_one(Member, (code, 1))
    assert registry.keys is not None
    assert stored.id_number_masked == f"5205{'*' * 10}{str(someone.id_number)[-2:]}"
    assert registry.keys.decrypt(stored.id_number_cipher or b"", f"{code}:1") == someone.id_number
    assert str(someone.id_number) not in str(everything(registry))


def test_every_invariant_holds_after_a_life_and_a_broken_count_is_found(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    exit_(registry, code, 2016)
    run(registry, RollBack(household_code=code, year=2016, version=3, note="错退"), region=PROVINCE)
    assert [r.invariant.id for r in verify(registry) if r.violations] == []

    with registry.system_session() as session:
        session.get_one(HouseholdYear, (code, 2016)).member_count = 7
        session.commit()

    assert [r.invariant.id for r in verify(registry) if r.violations] == ["C3a"]
