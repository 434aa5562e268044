"""The hooks of the core. Each returns data; docs/hooks.md shows one real use of every hook.

Where a hook offers `collect`, a plugin that others plug into may take it: `collect("fp_fund_kinds")` gives (plugin, returned).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from fp_core.codes import Dictionary
    from fp_core.events import Happened
    from fp_core.parts import CodeAddition, Invariant, Loader, Permission, RuleSet, Tables

    Collect = Callable[[str], Iterator[tuple[str, Any]]]

hookspec = pluggy.HookspecMarker("fp")
hookimpl = pluggy.HookimplMarker("fp")


@hookspec
def fp_tables(collect: "Collect") -> "Tables":
    """Models and their migrations folder, together."""
    raise NotImplementedError


@hookspec
def fp_rules(collect: "Collect") -> "RuleSet":
    """Rules, overrides, facts and the files of dated parameters."""
    raise NotImplementedError


@hookspec
def fp_codes(collect: "Collect") -> "Iterable[CodeAddition | Dictionary]":
    """Additions to the dated dictionaries: values of lists that exist, and whole lists."""
    raise NotImplementedError


@hookspec
def fp_forms() -> "Iterable[Any]":
    """Collection forms: a form is a list of indicators; its template, import and print come from it."""
    raise NotImplementedError


@hookspec
def fp_permissions(collect: "Collect") -> "Iterable[Permission]":
    """Named rights with their default levels."""
    raise NotImplementedError


@hookspec
def fp_on(event: "Happened", session: "Session") -> "Happened | None":
    """Called inside the transaction after a change was applied. An exception refuses the whole change.

    A plugin that changes another subject in answer returns what happened to it.
    """
    raise NotImplementedError


@hookspec
def fp_invariants(collect: "Collect") -> "Iterable[Invariant]":
    """Invariants that `fp verify` recounts, each a check that returns what violates it."""
    raise NotImplementedError


@hookspec
def fp_hookspecs() -> ModuleType:
    """A plugin's own hook specifications, so that others can plug into it."""
    raise NotImplementedError


@hookspec
def fp_graphql(collect: "Collect") -> Any:
    """The plugin's part of the schema, as `fp_core.graphql.parts.GraphQL`. Import the web library inside the function."""
    raise NotImplementedError


@hookspec
def fp_loaders() -> "Mapping[str, Loader]":
    """Named batch loads for resolvers; the gateway makes one aiodataloader of each per request."""
    raise NotImplementedError
