"""The plugin host: whatever two plugins both claim, or one gets wrong, stops the start with their names and the way out."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, ClassVar

import pytest
from sqlalchemy import inspect
from sqlmodel import Field, SQLModel

from fp_core.codes import CodeAddition, Dictionary, Item
from fp_core.errors import PluginError
from fp_core.forms import Form
from fp_core.hookspecs import hookimpl
from fp_core.indicators import indicator
from fp_core.models.household import HouseholdYear
from fp_core.national.rules import may_exit
from fp_core.parts import Extension, RuleSet, Tables
from fp_core.permissions import right
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.rules import Clause, Conditions, Fact, Override, Rule, overrides, rule
from fp_core.scope import Scope, by
from fp_core.testing import plugin, registry_for
from tests.households import identified, open_years, rich_enough
from tests.places import DINGFU

YUNNAN = "530000000000"
ROOF = Clause("YN-ROOF", "有屋顶", "has a roof")


class Tea(SQLModel, table=True):
    """A table as it should be."""

    __tablename__ = "r53_tea"
    __scope__: ClassVar[Any] = by("village_code")

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16)
    year: int = indicator("年度", "data year", primary_key=True)
    village_code: str = indicator("所在村", "village", max_length=12, nullable=False)
    tea_area: int | None = indicator("茶园面积", "tea gardens", unit="亩")


class Unscoped(SQLModel, table=True):
    __tablename__ = "r53_unscoped"

    code: str = indicator("编号", "code", primary_key=True, max_length=12)


class Astray(SQLModel, table=True):
    __tablename__ = "r53_astray"
    __scope__: ClassVar[Any] = by("hamlet_code")

    code: str = indicator("编号", "code", primary_key=True, max_length=12)


class Unmeant(SQLModel, table=True):
    __tablename__ = "r53_unmeant"
    __scope__: ClassVar[Any] = by("code")

    code: str = indicator("编号", "code", primary_key=True, max_length=12)
    size: int = Field(default=0)


class Uncoded(SQLModel, table=True):
    __tablename__ = "r53_uncoded"
    __scope__: ClassVar[Any] = by("code")

    code: str = indicator("编号", "code", primary_key=True, max_length=12)
    tea: str | None = indicator("茶", "tea", codes="TEA_OF_NOBODY")


@rule("status.may_exit", of=HouseholdYear, since=date(2016, 1, 1), cites="测试")
def second_may_exit(h: Any, p: Any) -> Conditions:
    """A rule whose name is taken."""
    return {ROOF: h.house_area > 0}


@rule("yunnan.has_roof", of=HouseholdYear, since=date(2016, 1, 1), cites="测试")
def has_roof(h: Any, p: Any) -> Conditions:
    """A household has a roof over its head."""
    return {ROOF: h.house_area > 0}


def in_region(region: str, name: str = "status.may_exit") -> Override:
    @overrides(name, region=region, since=date(2016, 1, 1), cites="测试")
    def with_roof(h: Any, p: Any, upper: Conditions) -> Conditions:
        """Whatever the level above asks, and a roof."""
        return {**upper, ROOF: h.house_area > 0}

    return with_roof


def returning(**hooks: Any) -> dict[str, Callable[[], Any]]:
    """A plugin whose hooks return these."""
    return {name: hookimpl(lambda value=value: value) for name, value in hooks.items()}


def tables(*models: type[SQLModel], label: str = "yunnan", **more: Any) -> Tables:
    return Tables(label, models, Path(), "r53_", **more)


def rules(*given: Rule | Override | Fact) -> RuleSet:
    return RuleSet(
        rules=tuple(g for g in given if isinstance(g, Rule)),
        overrides=tuple(g for g in given if isinstance(g, Override)),
        facts=tuple(g for g in given if isinstance(g, Fact)),
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
        "plugin 'yunnan' overrides the unknown rule 'status.may_leave'; known are status.may_enter, status.may_exit",
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


def test_misspelt_hook_is_refused_and_the_hooks_are_listed() -> None:
    wrong = plugin("yunnan", **returning(fp_tabels=tables(Tea)))

    with pytest.raises(PluginError) as refused:
        Host.load(extra=(("yunnan", wrong),))

    assert str(refused.value).startswith("plugin 'yunnan' does not fit its hook: unknown hook 'fp_tabels'")
    assert "the hooks are fp_codes, fp_forms, fp_fund_kinds" in str(refused.value)


def test_hook_that_asks_for_what_is_not_offered_is_refused() -> None:
    wrong = plugin("yunnan", fp_rules=hookimpl(lambda database: RuleSet()))

    with pytest.raises(PluginError, match="plugin 'yunnan' does not fit its hook"):
        Host.load(extra=(("yunnan", wrong),))


def test_hook_without_its_mark_is_not_passed_over() -> None:
    wrong = plugin("yunnan", fp_rules=lambda: RuleSet())

    with pytest.raises(PluginError, match="plugin 'yunnan': fp_rules is not marked; write @hookimpl above it"):
        Host.load(extra=(("yunnan", wrong),))


def test_hook_that_fails_names_the_plugin() -> None:
    wrong = plugin("yunnan", fp_rules=hookimpl(lambda: RuleSet(rules=1 / 0)))  # type: ignore[arg-type]

    with pytest.raises(PluginError, match="plugin 'yunnan' fails in fp_rules: ZeroDivisionError: division by zero"):
        Host.load(extra=(("yunnan", wrong),))


def test_two_plugins_of_one_name_are_refused() -> None:
    with pytest.raises(PluginError, match="two plugins are called 'guangxi'"):
        Host.load(extra=(("guangxi", plugin("guangxi")),))


def installed(folder: Path, source: str) -> None:
    """A package with the plugin `tea_region`, installed in the folder."""
    (folder / "tea_region.py").write_text(source, encoding="utf-8")
    info = folder / "tea_region-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: tea-region\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[fp]\ntea = tea_region\n", encoding="utf-8")


def test_plugin_that_does_not_import_stops_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "import tea_leaves\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    with pytest.raises(PluginError) as refused:
        Host.load()

    assert str(refused.value) == (
        "plugin 'tea' (tea_region) does not import: ModuleNotFoundError: No module named 'tea_leaves'; "
        "mend or uninstall it, or start lenient to leave it out"
    )


def test_lenient_start_leaves_the_plugin_out_whole_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(tmp_path, "import tea_leaves\n")
    monkeypatch.syspath_prepend(str(tmp_path))

    host = Host.load(strict=False)

    assert "tea" not in host.plugins
    assert [(f.plugin, f.reason.split(": ")[1]) for f in host.failures] == [("tea", "ModuleNotFoundError")]


def test_plugin_brings_a_table_a_rule_and_a_right_together() -> None:
    tea = plugin(
        "yunnan",
        **returning(
            fp_tables=tables(Tea, extensions=(Extension(HouseholdYear, Tea, "r53", YUNNAN),)),
            fp_rules=rules(has_roof, in_region(YUNNAN)),
            fp_permissions=(right("yunnan:tea", "茶园", "tea gardens"),),
        ),
    )

    host = Host.load(extra=(("yunnan", tea),))

    assert Tea in host.models
    assert host.rules["yunnan.has_roof"].meaning == "A household has a roof over its head."
    assert host.rules.chain("status.may_exit", YUNNAN, date(2017, 12, 31))[0] is may_exit
    assert [type(step).__name__ for step in host.rules.chain("status.may_exit", YUNNAN, date(2017, 12, 31))] == [
        "Rule",
        "Override",
    ]
    assert "yunnan:tea" in {p.name for p in host.permissions}


def test_removing_guangxi_leaves_its_tables_and_the_rest_working(registry: Registry) -> None:
    open_years(registry, 2016, county="451228000000")
    code = identified(registry, village=DINGFU)
    rich_enough(registry, code, 2016)
    left = Registry(registry.engine, Host.load(without=("guangxi",)), registry.keys)

    left.migrate()
    open_years(left, 2017, county="451228000000")

    assert "r45_household_year" in inspect(left.engine).get_table_names()
    with left.session(Scope.nation()) as session:
        assert session.get_one(HouseholdYear, (code, 2017)).exit_status == "NOT_EXITED"
    assert [c.id for c in left.rules.explain("status.may_exit", DINGFU, date(2016, 12, 31))[0]] == [
        "EXIT-INCOME",
        "EXIT-WATER-DIFF",
        "EXIT-WATER-SAFE",
        "EXIT-HOUSE",
        "EXIT-MED",
        "EXIT-EDU",
    ]


def test_registry_of_a_test_has_what_the_test_asks_for(tmp_path: Path) -> None:
    roof = plugin("roof", **returning(fp_rules=rules(has_roof)))

    with registry_for(tmp_path, plugins={"roof": roof}, without=("guangxi",)) as registry:
        open_years(registry, 2016)

        assert identified(registry) == "5205221012030001"
        assert "guangxi" not in registry.host.plugins
        assert registry.host.plugins[-1] == "roof"
