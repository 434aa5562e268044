"""The plugin host: what is installed is taken in whole, or not at all and said so."""

from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import inspect

from fp_core.errors import PluginError
from fp_core.hookspecs import hookimpl
from fp_core.models.household import HouseholdYear
from fp_core.national.rules import may_exit
from fp_core.parts import Extension, RuleSet
from fp_core.permissions import right
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.scope import Scope
from fp_core.testing import add_regions, plugin, registry_for
from tests.households import identified, open_years, rich_enough
from tests.places import DINGFU, ZHONGZHAI
from tests.yunnan import YUNNAN, Tea, has_roof, in_region, returning, rules, tables


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
        "mend or uninstall it, or leave it out with FP_STRICT_PLUGINS=false"
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
        add_regions(registry, ZHONGZHAI)
        open_years(registry, 2016)

        assert identified(registry) == "5205221012030001"
        assert "guangxi" not in registry.host.plugins
        assert registry.host.plugins[-1] == "roof"
