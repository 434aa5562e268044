"""The rulebook: the chain of nation, province and county in force on a day, applied to the whole nation in one statement."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from fp_core.errors import Invalid
from fp_core.models.household import HouseholdYear
from fp_core.national.rules import may_exit
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.rulebook import Rulebook, year_end
from fp_core.rules import Clause, Conditions, Override, overrides, rule
from fp_core.scope import Scope
from fp_core.testing import random_household_years
from tests.places import BIJIE, DINGFU, GUANGXI, GUIZHOU, NATION, QIANXI, ZHONGZHAI
from tests.statements import counted

ON = year_end(2017)
RICH = Clause("TEST-RICH", "收入高", "income is high")
HOUSED = Clause("TEST-HOUSED", "有房", "has a house")
WATERED = Clause("TEST-WATER", "有水", "has water")


def asking(clause: Clause, region: str, since: date) -> Override:
    @overrides("test.rule", region=region, since=since, cites=f"{region} {since}")
    def also(h: Any, p: Any, upper: Conditions) -> Conditions:
        """One clause more than the level above."""
        return {**upper, clause: h.house_area > 0}

    return also


@pytest.fixture
def chained() -> Rulebook:
    """A rule that Guizhou changes in 2016 and again in 2018, and its county 黔西 in 2017."""
    first = rule("test.rule", of=HouseholdYear, since=date(2014, 1, 1), cites="测试")(
        lambda h, p: {RICH: h.net_income_per_capita > 3000}
    )
    provincial = [asking(HOUSED, GUIZHOU, date(2016, 1, 1)), asking(WATERED, GUIZHOU, date(2018, 1, 1))]
    county = asking(Clause("TEST-COUNTY", "县", "county"), QIANXI, date(2017, 7, 1))
    return Rulebook({"test.rule": first}, (county, *provincial))


@pytest.mark.parametrize(
    ("region", "on", "clauses"),
    [
        (GUANGXI, date(2018, 12, 31), ["TEST-RICH"]),
        (GUIZHOU, date(2015, 12, 31), ["TEST-RICH"]),
        (GUIZHOU, date(2016, 1, 1), ["TEST-RICH", "TEST-HOUSED"]),
        (BIJIE, date(2018, 1, 1), ["TEST-RICH", "TEST-WATER"]),
        (QIANXI, date(2017, 6, 30), ["TEST-RICH", "TEST-HOUSED"]),
        (QIANXI, date(2017, 7, 1), ["TEST-RICH", "TEST-HOUSED", "TEST-COUNTY"]),
        (ZHONGZHAI, date(2018, 12, 31), ["TEST-RICH", "TEST-WATER", "TEST-COUNTY"]),
    ],
)
def test_nation_province_and_county_chain_by_region_and_date(
    chained: Rulebook, region: str, on: date, clauses: list[str]
) -> None:
    assert [c.id for c in chained.explain("test.rule", region, on)[0]] == clauses


def test_explanation_cites_the_documents_of_each_step_and_number(host: Host) -> None:
    steps = host.rules.chain("status.may_exit", DINGFU, ON)
    _, parameters = host.rules.explain("status.may_exit", DINGFU, ON)

    assert [s.cites for s in steps] == [
        may_exit.cites,
        "广西精准脱贫摘帽实施方案（2016年）八有一超",
    ]
    line = parameters.used()["poverty_line"]
    assert (line.value, line.since) == (3335, date(2017, 1, 1))


def test_whole_nation_is_judged_in_one_statement_each_region_by_its_own_rule(registry: Registry) -> None:
    keys = random_household_years(registry, villages=[ZHONGZHAI, DINGFU], count=80, seed=5)

    with counted(registry) as sent, registry.session(Scope.nation()) as session:
        failing = registry.rules.failing_where(
            session, "status.may_exit", HouseholdYear.year == 2017, region=NATION, on=ON
        )

    assert len(sent) == 1
    assert failing.keys() == set(keys)
    ids = {v: {c.id for k, f in failing.items() if k[0].startswith(v) for c in f} for v in (DINGFU, ZHONGZHAI)}
    assert {"GX-INCOME-SOURCE", "GX-ROAD", "EXIT-TV"} <= ids[DINGFU]
    assert "EXIT-MED" in ids[ZHONGZHAI]
    assert not ids[ZHONGZHAI] & {"GX-INCOME-SOURCE", "GX-ROAD", "GX-MEDICAL", "EXIT-TV"}
    assert "EXIT-MED" not in ids[DINGFU]


def test_household_outside_the_region_asked_for_is_not_judged(registry: Registry) -> None:
    random_household_years(registry, villages=[ZHONGZHAI, DINGFU], count=10)

    with registry.session(Scope.nation()) as session:
        failing = registry.rules.failing_where(
            session, "status.may_exit", HouseholdYear.year == 2017, region=GUANGXI, on=ON
        )
        allowed = registry.rules.where("status.may_exit", GUANGXI, ON)
        held = session.scalars(select(HouseholdYear.village_code).where(allowed))

        assert {key[0][:12] for key in failing} == {DINGFU}
        assert set(held) <= {DINGFU}


def satisfying(registry: Registry, rules: Rulebook) -> int:
    with registry.session(Scope.nation()) as session:
        found = select(HouseholdYear.household_code).where(rules.where("status.may_exit", NATION, ON))
        return len(session.scalars(found).all())


def test_what_if_the_line_were_another_answers_and_changes_no_row(registry: Registry) -> None:
    random_household_years(registry, villages=[ZHONGZHAI], count=200, seed=1)
    in_force = satisfying(registry, registry.rules)

    with counted(registry) as sent:
        without_line = satisfying(registry, registry.rules.assuming(poverty_line=Decimal("-9999")))
        endless_line = satisfying(registry, registry.rules.assuming(poverty_line=Decimal("9999999")))

    assert endless_line == 0 < in_force < without_line
    assert [s.split()[0] for s in sent] == ["SELECT", "SELECT"]
    assert satisfying(registry, registry.rules) == in_force


def test_unknown_rule_and_parameter_list_the_known_ones(host: Host) -> None:
    with pytest.raises(Invalid) as unknown:
        host.rules.where("status.may_leave", NATION, ON)
    assert unknown.value.en.startswith("there is no rule 'status.may_leave'; known are ")
    assert "status.may_enter, status.may_exit" in unknown.value.en

    with pytest.raises(Invalid) as assumed:
        host.rules.assuming(poverty_limit=3000)
    assert assumed.value.en.startswith("there is no parameter 'poverty_limit'; known are copy_income_to_new_year")
    assert "poverty_line" in assumed.value.zh
