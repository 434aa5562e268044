"""The house rules: what holds for every model, command, rule, hook and parameter, so that what comes later is held to it."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.metadata import entry_points
from types import ModuleType
from typing import Any, get_args, get_type_hints

import pytest

from fp_core import hookspecs
from fp_core.commands import Operation
from fp_core.indicators import indicators
from fp_core.migrate import differences
from fp_core.plugins import GROUP, Host
from fp_core.registry import Registry
from fp_core.rules import Override, Rule
from fp_core.scope import SYSTEM
from fp_core.testing import assert_rule_parity
from tests.places import NATION


def modules() -> Iterator[ModuleType]:
    """Every module of every package that brings a plugin."""
    for name in sorted({entry.value.split(".")[0] for entry in entry_points(group=GROUP)}):
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}."):
            if ".migrations" not in found.name:
                yield importlib.import_module(found.name)


def commands() -> list[type]:
    """Every command: a frozen dataclass bound to an operation, each once."""
    found = {
        value
        for module in modules()
        for value in vars(module).values()
        if inspect.isclass(value) and isinstance(vars(value).get("__operation__"), Operation)
    }
    return sorted(found, key=lambda c: f"{c.__module__}.{c.__name__}")


def parts_of(command: type) -> Iterator[type]:
    """The command, and every dataclass that its fields are made of; not the rows of a file, which are no input of anyone."""
    yield command
    hints = get_type_hints(command)
    for one in fields(command):
        for kind in (hints[one.name], *get_args(hints[one.name])) if not one.metadata.get("bulk") else ():
            if inspect.isclass(kind) and is_dataclass(kind):
                yield from parts_of(kind)


COMMANDS = pytest.mark.parametrize("command", commands(), ids=lambda c: c.__name__)


def is_chinese(text: str) -> bool:
    return any("\u4e00" <= c <= "\u9fff" for c in text)


def test_there_are_commands() -> None:
    assert {"ExitHousehold", "OpenYear", "ImportHouseholds"} <= {c.__name__ for c in commands()}


@COMMANDS
def test_every_field_of_a_command_is_described_in_both_languages(command: type) -> None:
    undescribed = [
        f"{part.__name__}.{f.name}"
        for part in parts_of(command)
        for f in fields(part)
        if not f.metadata.get("bulk")
        if not (is_chinese(f.metadata.get("label", "")) and f.metadata.get("english", "").strip())
    ]

    assert undescribed == []


@COMMANDS
def test_every_command_is_frozen_and_says_what_it_does(command: Any) -> None:
    operation: Operation = command.__operation__

    assert command.__dataclass_params__.frozen
    assert is_chinese(command.__doc__)
    assert is_chinese(operation.label)
    assert operation.english
    assert operation.apply.__doc__


@COMMANDS
def test_every_operation_needs_a_right_that_is_declared(command: Any, host: Host) -> None:
    assert command.__operation__.right in {p.name for p in host.permissions}


@COMMANDS
def test_every_code_of_a_command_names_a_list(command: type, host: Host) -> None:
    named = {f.metadata.get("codes") for part in parts_of(command) for f in fields(part)}

    assert named - {None} <= set(host.codes)


def test_every_right_is_named_in_both_languages_and_held_by_somebody(host: Host) -> None:
    wrong = [p.name for p in host.permissions if not (is_chinese(p.label) and p.english and p.levels)]

    assert wrong == []


def test_every_model_is_labelled_and_says_what_it_is(host: Host) -> None:
    unlabelled = [
        m.__name__
        for m in host.models
        if not m.__doc__ or (m.__scope__ is not SYSTEM and not is_chinese(getattr(m, "__label__", ("",))[0]))  # type: ignore[attr-defined]
    ]

    assert unlabelled == []


def test_every_indicator_of_every_plugin_is_labelled_in_both_languages(host: Host) -> None:
    wrong = [
        f"{model.__name__}.{name}"
        for model in host.models
        for name, i in indicators(model).items()
        if not (is_chinese(i.label) and i.english.strip())
    ]

    assert wrong == []


def test_every_rule_and_override_cites_a_document_and_says_what_it_means(host: Host) -> None:
    rules: list[Rule | Override] = [*host.rules.rules.values(), *host.rules.overrides]
    silent = [r.cites for r in rules if not (is_chinese(r.cites) and r.meaning.endswith("."))]

    assert silent == []


def test_every_clause_has_one_meaning_in_both_languages(host: Host) -> None:
    meanings: dict[str, set[tuple[str, str]]] = {}
    for name, rule in host.rules.rules.items():
        for region in (NATION, *(o.region for o in host.rules.overrides if o.rule == name)):
            on = max(rule.since, *(o.since for o in host.rules.overrides))
            for clause in host.rules.explain(name, region, on)[0]:
                meanings.setdefault(clause.id, set()).add((clause.zh, clause.en))

    assert [i for i, said in meanings.items() if len(said) > 1] == []
    assert [i for i, said in meanings.items() for zh, en in said if not (is_chinese(zh) and en)] == []


def test_every_value_of_a_parameter_cites_its_source(host: Host) -> None:
    silent = [
        f"{p.name} {v.since}"
        for p in host.rules.parameters
        for v in p.values
        if not (v.cites.strip() and is_chinese(p.label) and p.english)
    ]

    assert silent == []


def hooks(host: Host) -> dict[str, Any]:
    """Every hook specification of the core and of the plugins."""
    specifications = [hookspecs, *(module for _, module in host.collect("fp_hookspecs"))]
    return {
        name: function
        for module in specifications
        for name, function in vars(module).items()
        if hasattr(function, f"{GROUP}_spec")
    }


def test_every_hook_says_what_it_is_for(host: Host) -> None:
    assert [name for name, function in hooks(host).items() if not (function.__doc__ or "").strip()] == []


def test_every_hook_has_a_real_plugin_that_uses_it(host: Host) -> None:
    unused = [name for name in hooks(host) if not getattr(host.manager.hook, name).get_hookimpls()]

    assert unused == []


def test_every_implementation_of_a_hook_says_what_it_gives(host: Host) -> None:
    silent = [
        f"{implementation.plugin_name}.{name}"
        for name in hooks(host)
        for implementation in getattr(host.manager.hook, name).get_hookimpls()
        if not (implementation.function.__doc__ or "").strip()
    ]

    assert silent == []


def test_migrations_make_what_the_models_say(registry: Registry) -> None:
    with registry.engine.connect() as connection:
        assert differences(connection, registry.host.tables) == []


@pytest.mark.parametrize("year", [2016, 2020])
def test_every_rule_means_the_same_for_a_record_and_in_sql(registry: Registry, year: int) -> None:
    for name in registry.rules.rules:
        overridden = [o.region for o in registry.rules.overrides if o.rule == name]
        for region in (NATION, *overridden):
            assert_rule_parity(registry, name, region=region, count=60, seed=year, year=year)
