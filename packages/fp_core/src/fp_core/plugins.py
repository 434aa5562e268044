"""The plugin host: finds plugins by entry point, takes in what they return, and refuses to start on any clash, naming both."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from typing import Any

import pluggy
from sqlmodel import SQLModel

from fp_core import hookspecs, params
from fp_core.codes import Codes
from fp_core.errors import PluginError
from fp_core.indicators import indicators
from fp_core.parts import Extension, Permission, Tables
from fp_core.rulebook import Rulebook, unique
from fp_core.scope import PUBLIC, SYSTEM, By

GROUP = "fp"


@dataclass(frozen=True)
class Failure:
    """A plugin that was left out, and why. Only in lenient mode; a strict host does not start."""

    plugin: str
    reason: str


@dataclass(frozen=True)
class Host:
    """The installed plugins and everything they gave. Built once by `Host.load`; each application and test owns its own."""

    manager: pluggy.PluginManager
    plugins: tuple[str, ...]
    failures: tuple[Failure, ...]
    tables: tuple[Tables, ...]
    codes: Codes
    rules: Rulebook
    permissions: tuple[Permission, ...]
    forms: tuple[Any, ...]

    @classmethod
    def load(cls, *, strict: bool = True, without: Sequence[str] = (), extra: Sequence[tuple[str, Any]] = ()) -> "Host":
        """Take in every installed plugin but those named in `without`, and the modules in `extra`."""
        found, failures = _import(without, strict)
        manager = _register([*found, *extra])
        tables = tuple(_sorted_by_requires(list(collect(manager, "fp_tables"))))
        _check_models(tables)
        return cls(
            manager=manager,
            plugins=tuple(name for name, _ in [*found, *extra]),
            failures=tuple(failures),
            tables=tuple(t for _, t in tables),
            codes=_codes(manager),
            rules=_rulebook(manager, [t for _, t in tables]),
            permissions=_permissions(manager),
            forms=tuple(form for _, form in items(manager, "fp_forms")),
        )

    @property
    def models(self) -> tuple[type[SQLModel], ...]:
        return tuple(model for t in self.tables for model in t.models)

    @property
    def extensions(self) -> tuple[Extension, ...]:
        return tuple(extension for t in self.tables for extension in t.extensions)

    def collect(self, hook: str) -> Iterator[tuple[str, Any]]:
        """(plugin name, returned value) of a hook that one of the plugins specified."""
        return collect(self.manager, hook)


def collect(manager: pluggy.PluginManager, hook: str) -> Iterator[tuple[str, Any]]:
    """(plugin name, returned value) for each implementation, in order of registration.

    An implementation that takes `collect` is given this very function: it reads what others returned to a hook of its own.
    """
    offered = {"collect": partial(collect, manager)}
    for implementation in getattr(manager.hook, hook).get_hookimpls():
        yield implementation.plugin_name, implementation.function(*(offered[name] for name in implementation.argnames))


def items(manager: pluggy.PluginManager, hook: str) -> Iterator[tuple[str, Any]]:
    """(plugin name, item) for hooks that return several items."""
    for plugin, returned in collect(manager, hook):
        for item in returned:
            yield plugin, item


def _import(without: Sequence[str], strict: bool) -> tuple[list[tuple[str, Any]], list[Failure]]:
    found, failures = [], []
    for entry in sorted(entry_points(group=GROUP), key=lambda e: (e.name != "national", e.name)):
        if entry.name in without:
            continue
        try:
            found.append((entry.name, entry.load()))
        except Exception as error:
            reason = f"plugin {entry.name!r} ({entry.value}) does not import: {type(error).__name__}: {error}"
            if strict:
                raise PluginError(f"{reason}; mend or uninstall it, or start lenient to leave it out") from error
            failures.append(Failure(entry.name, reason))
    return found, failures


def _register(plugins: Iterable[tuple[str, Any]]) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    for name, plugin in plugins:
        if manager.has_plugin(name):
            raise PluginError(f"two plugins are called {name!r}; rename the entry point of one")
        manager.register(plugin, name)
    for _, specs in collect(manager, "fp_hookspecs"):
        manager.add_hookspecs(specs)
    try:
        manager.check_pending()
    except pluggy.PluginValidationError as error:
        raise PluginError(
            f"plugin {manager.get_name(error.plugin)!r} implements a hook that does not exist: {error}; see docs/hooks.md"
        ) from error
    return manager


def _sorted_by_requires(given: list[tuple[str, Tables]]) -> Iterator[tuple[str, Tables]]:
    """Tables whose requirements stand before them; the order of migrations."""
    done: set[str] = set()
    waiting = given
    while waiting:
        ready = [(p, t) for p, t in waiting if set(t.requires) - {t.label} <= done]
        if not ready:
            plugin, tables = waiting[0]
            lacking = ", ".join(sorted(set(tables.requires) - done))
            raise PluginError(f"plugin {plugin!r} requires tables of {lacking}, which no installed plugin has")
        yield from ready
        done |= {t.label for _, t in ready}
        waiting = [item for item in waiting if item not in ready]


def _check_models(given: Sequence[tuple[str, Tables]]) -> None:
    owners: dict[str, str] = {}
    for plugin, tables in given:
        for model in tables.models:
            _check_model(plugin, model, tables.prefix)
            name = str(model.__tablename__)
            if name in owners:
                raise PluginError(f"plugins {owners[name]!r} and {plugin!r} both have a table {name!r}; use a prefix")
            owners[name] = plugin


def _check_model(plugin: str, model: type[SQLModel], prefix: str) -> None:
    name = str(model.__tablename__)
    if not name.startswith(prefix):
        raise PluginError(f"plugin {plugin!r}: table {name!r} does not begin with the plugin's prefix {prefix!r}")
    scope = getattr(model, "__scope__", None)
    if not isinstance(scope, By) and scope not in (PUBLIC, SYSTEM):
        raise PluginError(
            f"plugin {plugin!r}: {model.__name__} declares no __scope__; write __scope__ = by('village_code') or PUBLIC"
        )
    known = indicators(model)
    unknown = [c for c in scope.columns if c not in known] if isinstance(scope, By) else []
    if unknown:
        raise PluginError(f"plugin {plugin!r}: {model.__name__}.__scope__ names {unknown[0]!r}, which it does not have")


def _codes(manager: pluggy.PluginManager) -> Codes:
    codes = Codes.builtin()
    for plugin, additions in collect(manager, "fp_codes"):
        try:
            codes = codes.with_items(tuple(additions))
        except Exception as error:
            raise PluginError(f"plugin {plugin!r} adds codes that clash: {error}") from error
    return codes


def _rulebook(manager: pluggy.PluginManager, tables: Sequence[Tables]) -> Rulebook:
    sets = list(collect(manager, "fp_rules"))
    rules = unique((plugin, rule) for plugin, s in sets for rule in s.rules)
    parameters = params.Parameters()
    for plugin, s in sets:
        for path in s.parameters:
            parameters = parameters.joined(params.read(path), plugin)
    for plugin, s in sets:
        for override in s.overrides:
            if override.rule not in rules:
                known = ", ".join(sorted(rules))
                raise PluginError(f"plugin {plugin!r} overrides the unknown rule {override.rule!r}; known are {known}")
    return Rulebook(
        rules=rules,
        overrides=_unclashing(sets),
        facts=tuple(fact for _, s in sets for fact in s.facts),
        extensions=_extensions([e for t in tables for e in t.extensions]),
        parameters=parameters,
    )


def _unclashing(sets: Sequence[tuple[str, Any]]) -> tuple[Any, ...]:
    owners: dict[tuple[str, str, Any], str] = {}
    for plugin, s in sets:
        for o in s.overrides:
            place = (o.rule, o.region, o.since)
            if place in owners:
                raise PluginError(
                    f"plugins {owners[place]!r} and {plugin!r} both override {o.rule!r} in {o.region} since {o.since}"
                )
            owners[place] = plugin
    return tuple(o for _, s in sets for o in s.overrides)


def _extensions(given: Sequence[Extension]) -> dict[type[SQLModel], dict[str, type[SQLModel]]]:
    found: dict[type[SQLModel], dict[str, type[SQLModel]]] = {}
    for extension in given:
        names = found.setdefault(extension.of, {})
        if extension.name in names or extension.name in indicators(extension.of):
            raise PluginError(
                f"{extension.of.__name__} already has an operand {extension.name!r}; name the extension otherwise"
            )
        names[extension.name] = extension.model
    return found


def _permissions(manager: pluggy.PluginManager) -> tuple[Permission, ...]:
    owners: dict[str, str] = {}
    found: list[Permission] = []
    for plugin, permission in items(manager, "fp_permissions"):
        if permission.name in owners:
            raise PluginError(
                f"plugins {owners[permission.name]!r} and {plugin!r} both define the right {permission.name!r}"
            )
        owners[permission.name] = plugin
        found.append(permission)
    return tuple(found)
