"""The start: what a plugin misspelt or forgot is said then, with its name and what there is instead, and not when it is used."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fp_core.db import make_engine
from fp_core.errors import Invalid, PluginError
from fp_core.migrate import pending
from fp_core.models.household import HouseholdYear
from fp_core.parts import Extension, RuleSet, Tables
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.rules import Clause, Conditions, Override, Rule, overrides, rule
from fp_core.testing import plugin, registry_for
from tests.places import NATION, ZHONGZHAI
from tests.yunnan import YUNNAN, Tea, returning, tables

TEA = Clause("YN-TEA", "有茶园", "has tea gardens")
Write = Callable[[Any, Any], Any]


def overriding(write: Write, region: str = YUNNAN, since: date = date(2016, 1, 1)) -> Override:
    @overrides("status.may_exit", region=region, since=since, cites="测试")
    def with_tea(h: Any, p: Any, upper: Conditions) -> Conditions:
        """Whatever the level above asks, and one condition more."""
        return {**upper, TEA: write(h, p)}

    return with_tea


def ruling(write: Write) -> Rule:
    return rule("yunnan.tea", of=HouseholdYear, since=date(2016, 1, 1), cites="测试")(lambda h, p: {TEA: write(h, p)})


def started(*steps: Rule | Override, parameters: tuple[Path, ...] = ()) -> Host:
    """The host with a plugin of these rules and of the table that they read as `h.r53`."""
    given = RuleSet(
        rules=tuple(s for s in steps if isinstance(s, Rule)),
        overrides=tuple(s for s in steps if isinstance(s, Override)),
        parameters=parameters,
    )
    extended = tables(Tea, extensions=(Extension(HouseholdYear, Tea, "r53", YUNNAN),))
    return Host.load(extra=(("yunnan", plugin("yunnan", **returning(fp_tables=extended, fp_rules=given))),))


def refusal(*steps: Rule | Override, parameters: tuple[Path, ...] = ()) -> str:
    with pytest.raises(PluginError) as refused:
        started(*steps, parameters=parameters)
    return str(refused.value)


WRONG: dict[str, tuple[Write, str]] = {
    "operand": (lambda h, p: h.nonsense > 0, "HouseholdYear has no fact or indicator 'nonsense'; it has access_road"),
    "operand of the own table": (
        lambda h, p: h.r53.tea_areas > 0,
        "Tea (h.r53) has no fact or indicator 'tea_areas'; it has household_code, tea_area, village_code, year",
    ),
    "extension": (lambda h, p: h.r54.tea_area > 0, "HouseholdYear has no fact or indicator 'r54'; it has access_road"),
    "parameter": (
        lambda h, p: h.house_area > p.nonsense,
        "there is no parameter 'nonsense'; known are copy_income_to_new_year, edu_max_age",
    ),
    "fact's argument": (lambda h, p: h.per_head("nonsense") > 0, "AttributeError: "),
    "no condition": (lambda h, p: h.house_area, "is no condition; compare a fact with something"),
    "word of Python": (lambda h, p: h.water_safe and h.has_broadcast, "a rule cannot use and, or, not, if"),
}


@pytest.mark.parametrize(("write", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_in_a_rule_stops_the_start(write: Write, message: str) -> None:
    said = refusal(ruling(write))

    assert said.startswith("plugin 'yunnan': the rule 'yunnan.tea', tried for 000000000000 on 2016-01-01: ")
    assert message in said


@pytest.mark.parametrize(("write", "message"), WRONG.values(), ids=WRONG.keys())
def test_what_is_wrong_in_an_override_stops_the_start(write: Write, message: str) -> None:
    said = refusal(overriding(write, since=date(2018, 7, 1)))

    assert said.startswith(
        "plugin 'yunnan': the override of 'status.may_exit' in 530000000000 since 2018-07-01, "
        "tried for 530000000000 on 2018-07-01: "
    )
    assert message in said


def test_rule_that_reads_what_there_is_starts() -> None:
    host = started(overriding(lambda h, p: (h.r53.tea_area > 0) & (h.net_income > p.poverty_line)))

    assert [type(step).__name__ for step in host.rules.chain("status.may_exit", YUNNAN, date(2017, 12, 31))] == [
        "Rule",
        "Override",
    ]


def test_branch_that_a_parameter_opens_later_is_tried_too(tmp_path: Path) -> None:
    later = tmp_path / "params.toml"
    later.write_text(
        '[tea_asked]\nlabel = "茶园"\nenglish = "tea is asked for"\nvalues = [\n'
        '{ since = 2014-01-01, value = false, cites = "测试" },\n'
        '{ since = 2019-01-01, value = true, cites = "测试", region = "530000000000" }]\n',
        encoding="utf-8",
    )

    said = refusal(ruling(lambda h, p: h.nonsense > 0 if p.tea_asked else h.house_area > 0), parameters=(later,))

    assert "the rule 'yunnan.tea', tried for 530000000000 on 2019-01-01: HouseholdYear has no fact" in said


def test_override_that_takes_over_what_is_no_longer_asked_above_stops_the_start() -> None:
    @overrides("status.may_exit", region=NATION, since=date(2019, 1, 1), cites="测试")
    def only_tea(h: Any, p: Any, upper: Conditions) -> Conditions:
        """Nothing of what was asked before."""
        return {TEA: h.house_area > 0}

    said = refusal(only_tea)

    assert said.startswith("plugin 'guangxi': the override of 'status.may_exit' in 450000000000 since 2016-01-01")
    assert "tried for 450000000000 on 2019-01-01: KeyError: Clause(id='EXIT-HOUSE'" in said


def test_rule_is_not_asked_for_a_day_before_it_is_in_force(host: Host) -> None:
    with pytest.raises(Invalid) as refused:
        host.rules.chain("status.may_exit", ZHONGZHAI, date(2014, 4, 1))

    assert refused.value.zh == (
        "规则 'status.may_exit' 自 2014-04-02 起施行，2014-04-01 尚未施行，请改用施行之后的日期"
    )
    assert refused.value.en == (
        "the rule 'status.may_exit' is in force since 2014-04-02, not yet on 2014-04-01; ask for that day or a later one"
    )
    assert len(host.rules.chain("status.may_exit", ZHONGZHAI, date(2014, 4, 2))) == 1


@pytest.fixture
def unwritten(tmp_path: Path) -> dict[str, Any]:
    """A plugin with a table and an empty folder of migrations."""
    (tmp_path / "migrations").mkdir()
    given = Tables("yunnan", (Tea,), tmp_path / "migrations", "r53_")
    return {"yunnan": plugin("yunnan", **returning(fp_tables=given))}


REASON = "plugin 'yunnan': its tables r53_tea have no migration; write one: docs/plugin.md"


def test_tables_without_a_migration_are_not_migrated_in_silence(tmp_path: Path, unwritten: dict[str, Any]) -> None:
    with pytest.raises(PluginError) as refused:
        registry_for(tmp_path, plugins=unwritten)

    assert str(refused.value) == REASON


def test_tables_without_a_migration_are_pending_with_the_reason(registry: Registry, unwritten: dict[str, Any]) -> None:
    assert pending(registry.engine, registry.host.tables) == []

    assert pending(registry.engine, Host.load(extra=tuple(unwritten.items())).tables) == [REASON]


def test_folder_of_migrations_that_does_not_exist_is_pending_too(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/fp.db")

    assert pending(engine, [Tables("yunnan", (Tea,), tmp_path / "nowhere", "r53_")]) == [REASON]


def test_misspelt_hook_is_not_listed_among_the_hooks_there_are() -> None:
    wrong = plugin("yunnan", **returning(fp_tabels=tables(Tea)))

    with pytest.raises(PluginError) as refused:
        Host.load(extra=(("yunnan", wrong),))

    known = str(refused.value).split("; the hooks are ")[1].split(", ")
    assert "fp_tabels" not in known
    assert {"fp_tables", "fp_rules", "fp_hookspecs", "fp_fund_kinds", "fp_statistics"} <= set(known)


def test_plugin_that_does_not_import_says_how_to_leave_it_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tmp_path / "broken-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: broken\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[fp]\nbroken = broken_tea\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(PluginError, match="mend or uninstall it, or leave it out with FP_STRICT_PLUGINS=false"):
        Host.load()
