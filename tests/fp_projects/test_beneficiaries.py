"""Beneficiaries: who may be added to a project, once, in its place and time, within what it spent."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from fp_core import change
from fp_core.errors import Forbidden, Invalid, NotFound, Refused
from fp_core.models.events import Event
from fp_core.operations.status import ExitForGood, ExitHousehold
from fp_core.registry import Registry
from fp_projects.models import ProjectBeneficiary
from fp_projects.types.industry import BeneficiaryIndustry
from tests.actors import operator
from tests.households import identified, key, open_years, rich_enough, run, version_of
from tests.money import violated
from tests.places import DUAN, JINBI, LONGCHANG, QIANXI, ZHONGZHAI
from tests.projects import benefit, funded, progressed, project, under_way


def added(
    registry: Registry, code: str, household: str, amount: str = "3000", region: str = JINBI, **more: object
) -> None:
    run(registry, benefit(code, household, amount, **more), region=region)


def refused_by(registry: Registry, command: object, region: str = JINBI) -> list[str]:
    """The clauses that fail; nothing must have been written."""
    with registry.system_session() as session:
        before = list(session.scalars(select(ProjectBeneficiary.household_code)))
    with pytest.raises(Refused) as refused:
        run(registry, command, region=region)
    with registry.system_session() as session:
        assert list(session.scalars(select(ProjectBeneficiary.household_code))) == before
    return [c.id for c in refused.value.clauses]


def test_a_poor_household_benefits_from_industry(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)

    added(registry, code, household, "3000.50", dividend=Decimal("800"), participation_mode="入股分红")

    with registry.system_session() as session:
        row = session.get_one(ProjectBeneficiary, (household, code))
        own = session.get_one(BeneficiaryIndustry, (household, code))
        event = session.get_one(Event, (code, "project", project(registry, code).version))
    assert (row.amount, row.year, row.village_code) == (Decimal("3000.50"), 2016, ZHONGZHAI)
    assert (own.dividend, own.participation_mode, own.village_code) == (Decimal("800"), "SHARES", ZHONGZHAI)
    assert event.event_type == "BENEFICIARY_ADDED"
    assert [r["table"] for r in event.rows] == ["project_beneficiary", "beneficiary_industry"]
    assert violated(registry) == []


def test_a_household_is_added_once(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)
    added(registry, code, household)

    assert refused_by(registry, benefit(code, household, "1")) == ["BEN-DUP"]


def test_households_of_another_town_are_refused(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry, LONGCHANG), under_way(registry)

    assert refused_by(registry, benefit(code, household), QIANXI) == ["BEN-REG"]


def test_before_the_works_nobody_benefits(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), funded(registry)

    assert refused_by(registry, benefit(code, household)) == ["BEN-STATE", "BEN-DATE", "BEN-SUM"]


def test_households_get_no_more_than_the_project_spent(registry: Registry) -> None:
    open_years(registry, 2016)
    first, second, code = identified(registry), identified(registry), under_way(registry)
    added(registry, code, first, "79999.99")

    assert refused_by(registry, benefit(code, second, "0.02")) == ["BEN-SUM"]
    added(registry, code, second, "0.01")
    assert violated(registry) == []


@pytest.mark.parametrize("day", [date(2016, 8, 31), date(2016, 7, 1)])
def test_nobody_benefits_before_the_project_began(registry: Registry, day: date) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)

    assert refused_by(registry, benefit(code, household, benefited_on=day)) == ["BEN-DATE"]


def exited(registry: Registry, for_good: bool) -> str:
    """A household that left poverty in 2017, with the policies that go on or without."""
    open_years(registry, 2016)
    household = identified(registry)
    open_years(registry, 2017)
    rich_enough(registry, household, 2017)
    seen = {"household_code": household, "year": 2017, "version": version_of(registry, household)}
    if for_good:
        run(registry, ExitForGood(**seen, ground="OTHER", basis="评议"))
    else:
        run(registry, ExitHousehold(**seen, basis="评议"))
    return household


def test_policies_go_on_after_the_exit(registry: Registry) -> None:
    household, code = exited(registry, for_good=False), under_way(registry)

    added(registry, code, household, benefited_on=date(2017, 8, 1))

    assert violated(registry) == []


def test_policies_end_with_a_lasting_exit(registry: Registry) -> None:
    household, code = exited(registry, for_good=True), under_way(registry)

    assert refused_by(registry, benefit(code, household, benefited_on=date(2017, 8, 1))) == ["BEN-POOR"]


def test_industry_gives_a_household_something(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)

    assert refused_by(registry, benefit(code, household, "0")) == ["IND-GAIN"]
    added(registry, code, household, "0", labour_income=Decimal("1200"))


def test_what_the_type_requires_is_asked_for(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)

    with pytest.raises(Invalid, match="请填写参与方式"):
        added(registry, code, household, participation_mode="")


def test_a_household_without_a_record_of_that_year_is_not_found(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)

    with pytest.raises(NotFound, match="2017"):
        added(registry, code, household, benefited_on=date(2017, 1, 5))


@pytest.mark.parametrize("who", ["nobody", "no right", "wrong region", "right"])
def test_only_who_has_the_right_and_the_region_adds_households(registry: Registry, who: str) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)
    actors = {
        "nobody": (operator(registry, JINBI).scope, Forbidden),
        "no right": (operator(registry, JINBI, without=("projects:benefit",)), Forbidden),
        "wrong region": (operator(registry, DUAN), NotFound),
        "right": (operator(registry, JINBI), None),
    }
    actor, refusal = actors[who]

    with registry.session(actor) as session:
        if refusal is None:
            change(session, benefit(code, household), key=key())
            return
        with pytest.raises(refusal):
            change(session, benefit(code, household), key=key())
    with registry.system_session() as session:
        assert session.get(ProjectBeneficiary, (household, code)) is None


def test_the_same_key_adds_once(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code, once = identified(registry), under_way(registry), key()

    first = run(registry, benefit(code, household), region=JINBI, as_key=once)
    again = run(registry, benefit(code, household), region=JINBI, as_key=once)

    assert (first.replayed, again.replayed, again.version) == (False, True, first.version)


def test_a_project_still_spends_while_households_are_added(registry: Registry) -> None:
    open_years(registry, 2016)
    household, code = identified(registry), under_way(registry)
    added(registry, code, household)

    assert progressed(registry, code, "80", "12") == "PROGRESS_RECORDED"
    assert project(registry, code).spent == Decimal("20")
    assert violated(registry) == []
