"""The Guangxi plugin: its facts are entered by the national edit, its rule holds in region 45 alone, and it is small."""

from datetime import date
from pathlib import Path

import pytest

import fp_guangxi
from fp_core.errors import Invalid, Refused
from fp_core.models.household import HouseholdYear
from fp_core.operations.status import ExitHousehold
from fp_core.registry import Registry
from fp_core.scope import Scope
from fp_core.testing import assert_rule_parity
from fp_guangxi.models import GuangxiHouseholdYear
from fp_guangxi.plugin import GUANGXI
from tests.households import edit, everything, identified, open_years, person, rich_enough, run, version_of
from tests.places import DINGFU, DUAN, GUIZHOU, ZHONGZHAI

RULE = "status.may_exit"


def exit_in(registry: Registry, code: str) -> str:
    command = ExitHousehold(household_code=code, year=2016, version=version_of(registry, code), basis="双认定")
    return run(registry, command, region=f"{code[:6]}000000").event_type


@pytest.fixture
def household(registry: Registry) -> str:
    """A household in Guangxi over the line and in a safe house, with power and television, but without land and road."""
    open_years(registry, 2016, county=DUAN)
    code = identified(registry, village=DINGFU, members=(person("韦大山", has_serious_illness_insurance=False),))
    rich_enough(registry, code, 2016)
    edit(registry, code, 2016, has_living_power="是", has_broadcast="是")
    return code


def test_exit_in_guangxi_asks_for_its_own_haves(registry: Registry, household: str) -> None:
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        exit_in(registry, household)

    assert [c.id for c in refused.value.clauses] == ["GX-INCOME-SOURCE", "GX-ROAD"]
    assert everything(registry) == before


def test_household_leaves_poverty_when_guangxi_s_facts_are_entered(registry: Registry, household: str) -> None:
    edit(registry, household, 2016, has_hamlet_road="是", has_breeding_income="是", dual_confirmed_on="2016-11-20")

    assert exit_in(registry, household) == "EXITED"
    with registry.session(Scope.region(GUANGXI)) as session:
        row = session.get_one(GuangxiHouseholdYear, (household, 2016))
        assert (row.village_code, row.has_hamlet_road, row.dual_confirmed_on) == (DINGFU, True, date(2016, 11, 20))
    with registry.session(Scope.region(GUIZHOU)) as session:
        assert session.get(GuangxiHouseholdYear, (household, 2016)) is None


def test_guangxi_s_facts_are_not_asked_for_elsewhere(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)

    with pytest.raises(Invalid, match="has_hamlet_road"):
        edit(registry, code, 2016, has_hamlet_road="是")


def test_national_rule_holds_outside_guangxi(registry: Registry) -> None:
    clauses = {
        village: [c.id for c in registry.rules.explain(RULE, village, date(2016, 12, 31))[0]]
        for village in (DINGFU, ZHONGZHAI)
    }

    assert clauses[ZHONGZHAI] == [
        "EXIT-INCOME",
        "EXIT-WATER-DIFF",
        "EXIT-WATER-SAFE",
        "EXIT-HOUSE",
        "EXIT-MED",
        "EXIT-EDU",
    ]
    assert clauses[DINGFU] == [
        "GX-INCOME-SOURCE",
        "EXIT-HOUSE",
        "GX-MEDICAL",
        "EXIT-EDU",
        "GX-ROAD",
        "EXIT-WATER-SAFE",
        "EXIT-POWER",
        "EXIT-TV",
        "EXIT-INCOME",
    ]


def test_rule_means_the_same_for_a_record_and_in_sql(registry: Registry) -> None:
    satisfying = assert_rule_parity(registry, RULE, region=GUANGXI, count=200, seed=45)

    assert 0 < len(satisfying) < 200
    with registry.session(Scope.region(GUANGXI)) as session:
        assert all(session.get(HouseholdYear, key) for key in satisfying)


def test_plugin_with_a_table_a_rule_and_fields_is_under_sixty_lines() -> None:
    written = [
        line
        for name in ("plugin.py", "models.py")
        for line in (Path(fp_guangxi.__file__).parent / name).read_text(encoding="utf-8").splitlines()
        if line.strip() and not line.startswith(("from ", "import ", "#"))
    ]

    assert len(written) < 60
