"""脱贫, 稳定脱贫, 返贫: who may, who may not and why, and that a refusal changes nothing."""

from decimal import Decimal

import pytest

from fp_core.errors import Conflict, Forbidden, KeyReused, NotFound, Refused
from fp_core.operations.status import ExitForGood, ExitHousehold, Relapse
from fp_core.registry import Registry
from tests.households import (
    COUNTY,
    edit,
    everything,
    exit_,
    identified,
    key,
    open_years,
    person,
    rich_enough,
    run,
    version_of,
    year_of,
)
from tests.places import DUAN, JINBI, ZHONGZHAI


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


def test_edit_that_leaves_no_head_or_two_is_refused(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        edit(registry, code, 2016, members={2: {"relation_to_head": "户主"}})

    assert [c.id for c in refused.value.clauses] == ["MEM-ONEHEAD"]
    assert everything(registry) == before
