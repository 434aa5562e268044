"""Rules: one text for a record and for SQL, guards against what would differ in silence, chains by region and date."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from fp_core.hookspecs import hookimpl
from fp_core.indicators import Indicator, indicators
from fp_core.models.household import HouseholdYear
from fp_core.parts import RuleSet
from fp_core.plugins import Host
from fp_core.rulebook import Rulebook, year_end
from fp_core.rules import Clause, Conditions, Fact, Record, Rule, RuleError, Term, no, rule
from fp_core.testing import assert_rule_parity, plugin, registry_for
from fp_guangxi.models import GuangxiHouseholdYear
from tests.places import NATION, ZHONGZHAI

ON = date(2017, 12, 31)
RICH = Clause("TEST-RICH", "收入高", "income is high")
HOUSED = Clause("TEST-HOUSED", "有房", "has a house")
WATERED = Clause("TEST-WATER", "有水", "has water")
YEAR = HouseholdYear(
    household_code="5205221012030001", year=2017, village_code=ZHONGZHAI, net_income_per_capita=Decimal("3000")
)

Write = Callable[[Any, Any], Any]


def a_rule(clauses: Callable[[Any, Any], Any], name: str = "test.rule") -> Rule:
    return rule(name, of=HouseholdYear, since=date(2014, 1, 1), cites="测试")(clauses)


def judged(host: Host, write: Write) -> tuple[Any, ...]:
    """What a rule with this one condition says of a record, and its SQL: both are asked."""
    book = Rulebook({"test.rule": a_rule(lambda h, p: {RICH: write(h, p)})}, (), host.rules.facts)
    failing = book.failing("test.rule", Record(YEAR), region=ZHONGZHAI, on=ON)
    book.where("test.rule", NATION, ON)
    return failing


@pytest.mark.parametrize(
    "write",
    [
        lambda h, p: h.water_safe and h.has_broadcast,
        lambda h, p: h.water_safe or h.has_broadcast,
        lambda h, p: not h.water_safe,
        lambda h, p: h.house_area > 0 if h.water_safe else h.house_area > 20,
        lambda h, p: 0 < h.house_area < 100,
        lambda h, p: h.exit_status in ("EXITED", "STABLE_EXITED"),
    ],
    ids=["and", "or", "not", "if", "between", "in"],
)
def test_words_of_python_that_would_look_at_the_expression_raise(host: Host, write: Write) -> None:
    with pytest.raises(RuleError, match=r"write &, \| and no\(…\), and put if on parameters only"):
        judged(host, write)


@pytest.mark.parametrize(
    ("write", "message"),
    [
        (lambda h, p: h.net_income > 2952.5, "2952.5 is a float, which holds no exact amount; write Decimal('2952.5')"),
        (lambda h, p: h.net_income > Decimal("0.005"), "has 2 decimal places and 0.005 has 3"),
        (lambda h, p: h.net_income > h.member_count, "has 2 decimal places and"),
        (lambda h, p: h.member_count > h.net_income, "has 2 decimal places and"),
        (lambda h, p: h.house_area, "is no condition; compare a fact with something"),
        (lambda h, p: no(h.house_area), "is no condition"),
        (lambda h, p: True, "True is no condition"),
        (
            lambda h, p: h.house_areas > 0,
            "HouseholdYear has no fact or indicator 'house_areas'; it has access_road_type",
        ),
    ],
    ids=["float", "fine decimal", "column and count", "count and column", "number", "no number", "bare", "unknown"],
)
def test_what_would_differ_between_a_record_and_sql_is_refused(host: Host, write: Write, message: str) -> None:
    with pytest.raises(RuleError) as refused:
        judged(host, write)

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("write", "holds"),
    [
        (lambda h, p: h.net_income_per_capita == 3000, True),
        (lambda h, p: h.net_income_per_capita != Decimal("3000.00"), False),
        (lambda h, p: no(h.net_income_per_capita < 3000) & (h.net_income_per_capita <= 3000), True),
        (lambda h, p: h.net_income_per_capita - h.net_income >= Decimal("3000"), True),
        (lambda h, p: h.net_income_per_capita + h.net_income > 3000, False),
        (lambda h, p: h.exit_status.isin(("NOT_EXITED", "RELAPSED")), True),
        (lambda h, p: h.water_difficult | h.water_safe, True),
        (lambda h, p: h.other_causes.has("ILLNESS"), False),
        (lambda h, p: h.key_target_on > date(2014, 1, 1), False),
        (lambda h, p: h.exit_year == 0, True),
    ],
)
def test_operators_mean_what_they_say(host: Host, write: Write, holds: bool) -> None:
    assert (judged(host, write) == ()) is holds


def test_what_is_not_reported_counts_as_unfavourable(host: Host) -> None:
    failing = host.rules.failing("status.may_exit", Record(YEAR), region=ZHONGZHAI, on=date(2016, 12, 31))

    assert [c.id for c in failing] == ["EXIT-WATER-DIFF", "EXIT-WATER-SAFE", "EXIT-HOUSE"]


@pytest.mark.parametrize(
    ("area", "persons", "each"),
    [("1.00", 3, "0.33"), ("2.00", 3, "0.67"), ("0.01", 2, "0.01"), ("-0.01", 2, "-0.01"), ("5.00", 0, "0.00")],
)
def test_amount_per_head_is_exact_half_up_and_nothing_for_nobody(
    host: Host, area: str, persons: int, each: str
) -> None:
    year = HouseholdYear(arable_area=Decimal(area), member_count=persons)

    assert host.rules.operands(HouseholdYear, Record(year)).per_head("arable_area").raw == Decimal(each)


def term_of(meaning: Indicator) -> Write:
    """A condition on one indicator that is true of some rows and false of others."""
    name = meaning.name
    if meaning.type is bool:
        return lambda h, p: getattr(h, name)
    if meaning.many:
        return lambda h, p: getattr(h, name).has("ILLNESS")
    if meaning.type is str:
        return lambda h, p: getattr(h, name) == ("NATIONAL" if meaning.codes else "甲")
    if meaning.type is date:
        return lambda h, p: getattr(h, name) >= date(1990, 1, 1)
    return lambda h, p: getattr(h, name) >= 2


def every_indicator() -> Rule:
    """One rule that reads every indicator of the household-year and of Guangxi's table, each under a clause of its name."""
    own = [(i.name, term_of(i)) for i in indicators(HouseholdYear).values()]
    beside = [(i.name, term_of(i)) for i in indicators(GuangxiHouseholdYear).values() if not i.primary_key]

    def reads_all(h: Any, p: Any) -> Conditions:
        found = {Clause(name, name, name): term(h, p) for name, term in own}
        return found | {Clause(f"r45.{name}", name, name): term(h.r45, p) for name, term in beside}

    return a_rule(reads_all, "test.every_indicator")


def test_every_indicator_a_rule_may_read_is_the_same_in_sql(database: str, tmp_path: Path) -> None:
    everything = plugin("test", fp_rules=hookimpl(lambda: RuleSet(rules=(every_indicator(),))))

    with registry_for(tmp_path, plugins={"test": everything}, url=database) as registry:
        assert_rule_parity(registry, "test.every_indicator", count=60)


def test_warning_is_told_by_no_refusal(host: Host) -> None:
    warning = Clause("TEST-WARN", "提示", "a hint", warning=True)
    book = Rulebook({"test.rule": a_rule(lambda h, p: {warning: h.house_area > 0, RICH: h.net_income > 0})})

    failing = book.failing("test.rule", Record(YEAR), region=ZHONGZHAI, on=ON)

    assert [c.id for c in failing] == ["TEST-RICH"]


def test_parity_names_the_rows_on_which_a_fact_and_its_twin_differ(tmp_path: Path) -> None:
    careless = Fact(HouseholdYear, "has_land", lambda r: (r.row.arable_area or 0) > 0, lambda y: y.arable_area >= 0)
    given = RuleSet(rules=(a_rule(lambda h, p: {HOUSED: h.has_land()}),), facts=(careless,))

    with (
        registry_for(tmp_path, plugins={"careless": plugin("careless", fp_rules=hookimpl(lambda: given))}) as registry,
        pytest.raises(AssertionError, match=r"rule 'test.rule' means different things for \d+ of 100 rows"),
    ):
        assert_rule_parity(registry, "test.rule")


@pytest.mark.parametrize("value", [Term(1), Term(Decimal("2"))])
def test_term_shows_what_it_holds(value: Term) -> None:
    assert repr(value) == f"Term({value.raw})"


def test_data_year_is_judged_on_its_last_day() -> None:
    assert year_end(2017) == ON
