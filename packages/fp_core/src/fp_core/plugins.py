"""The plugin host: finds plugins by entry point, takes in what they return, and refuses to start on any clash, naming both."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from inspect import isfunction
from typing import Any, TypeVar

import pluggy
from sqlmodel import SQLModel

from fp_core import clashes, hookspecs
from fp_core.codes import Codes
from fp_core.errors import PluginError
from fp_core.parts import Extension, Permission, RuleSet, Tables
from fp_core.rulebook import Rulebook

GROUP = "fp"
Part = TypeVar("Part")


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
        tables = clashes.in_order(list(_returned(manager, "fp_tables", Tables)))
        clashes.checked_models(tables)
        codes = clashes.joined_codes(collect(manager, "fp_codes"))
        clashes.checked_code_lists(tables, codes)
        rights = clashes.unique(items(manager, "fp_permissions"), lambda r: r.name, "the right", "name one otherwise")
        forms = clashes.unique(items(manager, "fp_forms"), lambda f: f.code, "the form", "give one another code")
        return cls(
            manager=manager,
            plugins=tuple(name for name, _ in [*found, *extra]),
            failures=tuple(failures),
            tables=tuple(t for _, t in tables),
            codes=codes,
            rules=clashes.joined_rules(list(_returned(manager, "fp_rules", RuleSet)), tables),
            permissions=tuple(rights.values()),
            forms=tuple(forms.values()),
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
        given = (offered[name] for name in implementation.argnames)
        try:
            returned = implementation.function(*given)
        except PluginError:
            raise
        except Exception as error:
            plugin = implementation.plugin_name
            raise PluginError(f"plugin {plugin!r} fails in {hook}: {type(error).__name__}: {error}") from error
        yield implementation.plugin_name, returned


def items(manager: pluggy.PluginManager, hook: str) -> Iterator[tuple[str, Any]]:
    """(plugin name, item) for hooks that return several items."""
    for plugin, returned in collect(manager, hook):
        for item in returned:
            yield plugin, item


def _returned(manager: pluggy.PluginManager, hook: str, kind: type[Part]) -> Iterator[tuple[str, Part]]:
    """(plugin name, returned value), which must be of the class the hook asks for."""
    for plugin, returned in collect(manager, hook):
        if not isinstance(returned, kind):
            raise PluginError(
                f"plugin {plugin!r}: {hook} returns {kind.__name__}(…), but here it is {type(returned).__name__}"
            )
        yield plugin, returned


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
                raise PluginError(
                    f"{reason}; mend or uninstall it, or leave it out with FP_STRICT_PLUGINS=false"
                ) from error
            failures.append(Failure(entry.name, reason))
    return found, failures


def _register(plugins: Iterable[tuple[str, Any]]) -> pluggy.PluginManager:
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(hookspecs)
    for name, plugin in plugins:
        if manager.has_plugin(name):
            raise PluginError(f"two plugins are called {name!r}; rename the entry point of one")
        _refuse_unmarked(name, plugin)
        with _named(manager, name):
            manager.register(plugin, name)
    for name, specs in collect(manager, "fp_hookspecs"):
        with _named(manager, name):
            manager.add_hookspecs(specs)
    with _named(manager, ""):
        manager.check_pending()
    return manager


def _refuse_unmarked(name: str, plugin: Any) -> None:
    """A function called like a hook that lacks the mark would be passed over in silence."""
    for attribute, value in vars(plugin).items():
        hook_like = attribute.startswith(f"{GROUP}_") and isfunction(value)
        if hook_like and not hasattr(value, f"{GROUP}_impl"):
            raise PluginError(f"plugin {name!r}: {attribute} is not marked; write @hookimpl above it, or rename it")


@contextmanager
def _named(manager: pluggy.PluginManager, name: str) -> Iterator[None]:
    """What pluggy refuses is told with the plugin's name and the hooks there are."""
    try:
        yield
    except pluggy.PluginValidationError as error:
        known = ", ".join(sorted(name for name, hook in vars(manager.hook).items() if hook.has_spec()))
        plugin = manager.get_name(error.plugin) or name
        raise PluginError(f"plugin {plugin!r} does not fit its hook: {error}; the hooks are {known}") from error
