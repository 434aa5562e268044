"""Clashes: whatever two plugins both claim, or one gets wrong, stops the start with their names and the way out."""

from pathlib import Path
from typing import Any

import pytest

from fp_core.codes import CodeAddition, Dictionary, Item
from fp_core.errors import PluginError
from fp_core.forms import Form
from fp_core.models.household import HouseholdYear
from fp_core.parts import Extension, RuleSet, Tables
from fp_core.permissions import right
from fp_core.plugins import Host
from fp_core.rules import Fact
from fp_core.testing import plugin
from tests.yunnan import (
    YUNNAN,
    Astray,
    Tea,
    Uncoded,
    Unmeant,
    Unscoped,
    in_region,
    returning,
    rules,
    second_may_exit,
    tables,
)


def fact(name: str) -> Fact:
    return Fact(HouseholdYear, name, lambda record: 0, lambda year: 0)


def parameters(folder: Path, text: str) -> RuleSet:
    (folder / "params.toml").write_text(text, encoding="utf-8")
    return RuleSet(parameters=(folder / "params.toml",))


LINE = """
[poverty_line]
label = "脱贫标准"
english = "line"
values = [{ since = 2016-01-01, value = 3000, cites = "测试" }]
"""

REFUSALS: dict[str, tuple[dict[str, Any], str]] = {
    "no scope": ({"fp_tables": tables(Unscoped)}, "plugin 'yunnan': Unscoped declares no __scope__; write"),
    "scope of an unknown column": (
        {"fp_tables": tables(Astray)},
        "plugin 'yunnan': Astray.__scope__ names 'hamlet_code', which it does not have; it has code",
    ),
    "field that is no indicator": (
        {"fp_tables": tables(Unmeant)},
        "plugin 'yunnan': r53_unmeant.size is not declared by indicator(); give it a label and a meaning",
    ),
    "code list nobody brings": (
        {"fp_tables": tables(Uncoded)},
        "plugin 'yunnan': Uncoded.tea uses the code list 'TEA_OF_NOBODY', which nobody brings; return it from fp_codes",
    ),
    "table without the prefix": (
        {"fp_tables": Tables("yunnan", (Tea,), Path(), "r54_")},
        "plugin 'yunnan': table 'r53_tea' does not begin with the plugin's prefix 'r54_'",
    ),
    "table of another plugin": (
        {"fp_tables": Tables("yunnan", (HouseholdYear,), Path())},
        "plugins 'national' and 'yunnan' both have a table 'household_year'; give it the plugin's own prefix",
    ),
    "label of another plugin": (
        {"fp_tables": tables(Tea, label="core")},
        "plugins 'national' and 'yunnan' both have tables labelled 'core'; take another label",
    ),
    "requirement that is not there": (
        {"fp_tables": tables(Tea, requires=("core", "tea"))},
        "plugin 'yunnan' requires the tables of 'tea', which no installed plugin has; install it, or leave 'yunnan'",
    ),
    "tables that are none": (
        {"fp_tables": [Tea]},
        "plugin 'yunnan': fp_tables returns Tables(…), but here it is list",
    ),
    "extension that takes a field's name": (
        {"fp_tables": tables(Tea, extensions=(Extension(HouseholdYear, Tea, "water_safe"),))},
        "plugin 'yunnan': HouseholdYear already has an operand 'water_safe'; name the extension otherwise",
    ),
    "extension of another region code": (
        {"fp_tables": tables(Tea, extensions=(Extension(HouseholdYear, Tea, "r53", "53"),))},
        "plugin 'yunnan': the extension 'r53' has a wrong region: region code '53' is wrong",
    ),
    "rule defined twice": (
        {"fp_rules": rules(second_may_exit)},
        "plugins 'national' and 'yunnan' both have the rule 'status.may_exit'; the second uses @overrides",
    ),
    "override of an unknown rule": (
        {"fp_rules": rules(in_region(YUNNAN, "status.may_leave"))},
        "plugin 'yunnan' overrides the unknown rule 'status.may_leave'; known are check.household, status.may_enter,",
    ),
    "two overrides in one place": (
        {"fp_rules": rules(in_region(YUNNAN), in_region(YUNNAN))},
        "both have an override of 'status.may_exit in 530000000000 since 2016-01-01'; take another region or another date",
    ),
    "override in no region": (
        {"fp_rules": rules(in_region("53"))},
        "plugin 'yunnan': the override of 'status.may_exit' has a wrong region: region code '53' is wrong",
    ),
    "fact of another plugin": (
        {"fp_rules": rules(fact("per_head"))},
        "plugins 'national' and 'yunnan' both have the fact 'HouseholdYear.per_head'; name one otherwise",
    ),
    "fact that hides a field": (
        {"fp_rules": rules(fact("water_safe"))},
        "plugin 'yunnan': HouseholdYear already has an operand 'water_safe'; name the fact otherwise",
    ),
    "code that clashes": (
        {"fp_codes": (CodeAddition("FUEL", Item("DUNG", "柴草", "dung")),)},
        "plugins 'national' and 'yunnan' clash: new code 'DUNG' (柴草) of list FUEL clashes with",
    ),
    "code list that clashes": (
        {"fp_codes": (Dictionary("SEX", "性别", "sex", ()),)},
        "plugins 'national' and 'yunnan' clash: there is a code list 'SEX' already",
    ),
    "code of an unknown list": (
        {"fp_codes": (CodeAddition("TEA", Item("GREEN", "绿茶", "green")),)},
        "plugin 'yunnan' adds a code that cannot be: there is no code list 'TEA'; known are",
    ),
    "right of another plugin": (
        {"fp_permissions": (right("household:exit", "脱贫", "exit"),)},
        "plugins 'national' and 'yunnan' both have the right 'household:exit'; name one otherwise",
    ),
    "form of another plugin": (
        {"fp_forms": (Form("FH", "采集表", "form", ()),)},
        "plugins 'national' and 'yunnan' both have the form 'FH'; give one another code",
    ),
}


@pytest.mark.parametrize(("hooks", "message"), REFUSALS.values(), ids=REFUSALS.keys())
def test_host_refuses_to_start_and_names_the_plugins(hooks: dict[str, Any], message: str) -> None:
    wrong = plugin("yunnan", **returning(**hooks))

    with pytest.raises(PluginError) as refused:
        Host.load(without=("funds", "projects", "stats", "guangxi"), extra=(("yunnan", wrong),))

    assert message in str(refused.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LINE, "plugin 'yunnan' gives parameter 'poverty_line' for 000000000000 since 2016-01-01 once more"),
        ("[poverty_line", "plugin 'yunnan': the parameter file"),
        (LINE.replace('cites = "测试"', "unit = 1"), "plugin 'yunnan': params.toml, parameter 'poverty_line':"),
        (LINE.replace('label = "脱贫标准"', ""), "needs label, english and values"),
        (LINE.replace("cites", 'region = "53", cites'), "region code '53' is wrong"),
    ],
)
def test_parameter_file_that_is_wrong_names_the_plugin(tmp_path: Path, text: str, message: str) -> None:
    wrong = plugin("yunnan", **returning(fp_rules=parameters(tmp_path, text)))

    with pytest.raises(PluginError) as refused:
        Host.load(extra=(("yunnan", wrong),))

    assert message in str(refused.value)


def test_code_that_clashes_with_another_province_names_both() -> None:
    coal = CodeAddition("FUEL", Item("PEAT", "泥炭", "peat"))
    plugins = tuple((name, plugin(name, **returning(fp_codes=(coal,)))) for name in ("yunnan", "sichuan"))

    with pytest.raises(PluginError) as refused:
        Host.load(extra=plugins)

    assert str(refused.value).startswith("plugins 'yunnan' and 'sichuan' clash: new code 'PEAT'")


def test_tables_that_require_each_other_are_refused() -> None:
    one = plugin("one", **returning(fp_tables=Tables("one", (), Path(), requires=("two",))))
    two = plugin("two", **returning(fp_tables=Tables("two", (), Path(), requires=("one",))))

    with pytest.raises(PluginError, match="plugins 'one' and 'two' require each other's tables"):
        Host.load(extra=(("one", one), ("two", two)))
