"""Kinds of fund movements as data: what a kind uses up, what it does to the balance, how it is entered, what must hold."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from fp_core.codes import CodeAddition, Dictionary, Item
from fp_core.db import ScopedSession
from fp_core.errors import Invalid, PluginError
from fp_core.parts import Permission
from fp_core.rules import Clause
from fp_funds.models import FundEntry


class Effect(IntEnum):
    """What an entry does to what its region has left unassigned."""

    COMES_IN = 1
    NONE = 0
    GOES_OUT = -1


@dataclass(frozen=True)
class Posting:
    """An entry about to be written, with the one it refers to."""

    session: ScopedSession
    kind: "FundKind"
    entry: FundEntry
    origin: FundEntry | None


Check = Callable[[Posting], Mapping[Clause, bool]]
"""Named conditions of an entry. A clause that is only a warning lets the entry pass when a note says why."""


@dataclass(frozen=True)
class Form:
    """One way to enter a kind: its command, and which indicators of FundEntry are its fields."""

    command: str
    label: str
    english: str
    required: tuple[str, ...]
    optional: tuple[str, ...] = ("note",)


@dataclass(frozen=True, kw_only=True)
class FundKind:
    """A kind of fund movement. Its commands, their input types, and its value in FUND_KIND come from this."""

    code: str
    label: str
    english: str
    event: str
    right: Permission
    forms: tuple[Form, ...]
    effect: Effect
    follows: frozenset[str] = frozenset()
    """Kinds of entries it may refer to. A form asks for `refers_to` where it must."""
    of_counterpart: bool = False
    """Whether the entry referred to is another region's and addressed to this one, instead of the region's own."""
    uses_up: Clause | None = None
    """It uses up what it refers to; this fails when more would be used than is there."""
    checks: tuple[Check, ...] = ()

    @property
    def item(self) -> Item:
        return Item(self.code, self.label, self.english)


Kinds = Mapping[str, FundKind]
REVERSED = Item("FUNDS_REVERSED", "资金冲销", "an entry was taken back")


def kinds_of(collect: Callable[[str], Iterator[tuple[str, Any]]]) -> dict[str, FundKind]:
    """The kinds of all plugins by code. A code, event or command given twice, or an unknown kind to follow, is refused."""
    found: dict[str, FundKind] = {}
    owners: dict[str, str] = {}
    for plugin, kinds in collect("fp_fund_kinds"):
        for kind in kinds:
            _claim(owners, plugin, (kind.code, kind.event, *(form.command for form in kind.forms)))
            found[kind.code] = kind
    for kind in found.values():
        for unknown in sorted(kind.follows - set(found)):
            raise PluginError(
                f"plugin {owners[kind.code]!r}: fund kind {kind.code!r} follows the unknown kind {unknown!r}; "
                f"known are {', '.join(sorted(found))}"
            )
    return found


def rights_of(kinds: Kinds) -> tuple[Permission, ...]:
    """The named rights of the kinds; several kinds may share one."""
    return tuple(dict.fromkeys(kind.right for kind in kinds.values()))


def kind_named(kinds: Kinds, code: str) -> FundKind:
    """The kind with this code; an unknown one is refused with the known."""
    if code not in kinds:
        known = "、".join(f"{k.code}（{k.label}）" for k in kinds.values())
        raise Invalid("kind", f"没有资金业务类型 {code!r}，现有：{known}", f"no fund kind {code!r}; known are {known}")
    return kinds[code]


def dictionary(kinds: Kinds) -> Dictionary:
    """FUND_KIND, the code list of the kinds."""
    return Dictionary("FUND_KIND", "资金业务类型", "kind of fund movement", tuple(k.item for k in kinds.values()))


def events_of(kinds: Kinds) -> tuple[CodeAddition, ...]:
    """What can happen to money: each kind's event, and that an entry was taken back."""
    items = (*(Item(k.event, k.label, k.english) for k in kinds.values()), REVERSED)
    return tuple(CodeAddition("EVENT_TYPE", item) for item in items)


def _claim(owners: dict[str, str], plugin: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name in owners:
            raise PluginError(
                f"plugins {owners[name]!r} and {plugin!r} both define {name!r} for a fund kind; rename one of them"
            )
        owners[name] = plugin
