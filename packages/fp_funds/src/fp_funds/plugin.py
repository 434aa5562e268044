"""The funds as a plugin: the ledger, its code lists and rights, and the national kinds through the hook that all kinds use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from fp_core import codes
from fp_core.hookspecs import hookimpl
from fp_core.parts import Invariant, Permission, Tables
from fp_funds import hookspecs
from fp_funds.invariants import invariants_of
from fp_funds.kinds import FundKind, dictionary, events_of, kinds_of, rights_of
from fp_funds.models import FundAccount, FundEntry
from fp_funds.operations import KINDS, REVERSE

HERE = Path(__file__).parent
Collect = Callable[[str], Iterator[tuple[str, Any]]]


@hookimpl
def fp_hookspecs() -> ModuleType:
    """The hook for kinds of fund movements."""
    return hookspecs


@hookimpl
def fp_fund_kinds() -> tuple[FundKind, ...]:
    """下拨, 到账, 安排 and 结余."""
    return KINDS


@hookimpl
def fp_tables() -> Tables:
    """The ledger and its accounts."""
    return Tables("funds", (FundEntry, FundAccount), HERE / "migrations")


@hookimpl
def fp_codes(collect: Collect) -> tuple[codes.Dictionary | codes.CodeAddition, ...]:
    """The code lists of the funds, the kinds of every plugin as one more, and what happens by each kind."""
    kinds = kinds_of(collect)
    return (*codes.read(HERE / "codes.toml"), dictionary(kinds), *events_of(kinds))


@hookimpl
def fp_permissions(collect: Collect) -> tuple[Permission, ...]:
    """The rights of every kind, and that of taking entries back."""
    return (*rights_of(kinds_of(collect)), REVERSE)


@hookimpl
def fp_invariants(collect: Collect) -> tuple[Invariant, ...]:
    """The identities of the money."""
    return invariants_of(kinds_of(collect))


@hookimpl
def fp_graphql(collect: Collect) -> Any:
    """The ledger's type, mutations and balance."""
    from fp_funds.graphql import funds_graphql

    return funds_graphql(collect)
