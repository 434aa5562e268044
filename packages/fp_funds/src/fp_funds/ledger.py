"""Writing the ledger: how an entry of any kind is locked, filled in, checked and added, and how one is taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from fp_core import regions
from fp_core.commands import operation
from fp_core.db import ScopedSession
from fp_core.entered import command_fields, command_type, entered
from fp_core.errors import FailedClause, NotFound, Refused
from fp_core.events import Happened
from fp_core.operations.households import refuse
from fp_core.rules import Clause
from fp_funds.balance import unassigned, used
from fp_funds.checks import every_entry
from fp_funds.kinds import REVERSED, Form, FundKind, Posting, kind_named, kinds_of
from fp_funds.models import FundAccount, FundEntry

INHERITED = ("fund_level", "fund_class", "special_direction", "fund_name", "document_number", "batch")
"""What an entry takes over from the one it refers to, unless it says otherwise."""


@dataclass(frozen=True)
class Locked:
    """What is held while an entry is written: the account, by the number it gave, and the entry referred to."""

    region_code: str
    fund_year: int
    serial: int
    origin: FundEntry | None


@cache
def command_of(kind: FundKind, form: Form) -> type[Any]:
    """The command of a form, bound to the one operation that writes entries."""
    made_of = command_fields(FundEntry, required=form.required, optional=form.optional)
    command = command_type(form.command, f"{form.label} · {form.english}", made_of)
    names = {"right": kind.right.name, "label": form.label, "english": form.english}
    operation(command, lock=partial(lock, kind), **names)(partial(post, kind, form))
    return command


def commands_of(kind: FundKind) -> tuple[type[Any], ...]:
    """The commands by which a kind is entered, one for each of its forms."""
    return tuple(command_of(kind, form) for form in kind.forms)


def lock(kind: FundKind, session: ScopedSession, command: Any) -> Locked:
    """The account and the entry that a command refers to."""
    known = kinds_of(session.host.collect)
    kind_named(known, kind.code)
    code = getattr(command, "refers_to", None)
    if code is None:
        return lock_account(session, command.region_code, command.fund_year)
    origin = entry_named(session, code)
    region = origin.counterpart_code if kind.of_counterpart else origin.region_code
    if origin.kind not in kind.follows or region is None:
        labels = "、".join(known[name].label for name in sorted(kind.follows))
        raise refuse(
            "FND-REF",
            f"{kind.label}的来源应为：{labels}；{code} 是{kind_named(known, origin.kind).label}",
            f"{kind.english} refers to {', '.join(sorted(kind.follows))}; {code} is {origin.kind}",
        )
    return lock_account(session, region, origin.fund_year, origin)


def lock_account(session: ScopedSession, region: str, year: int, entry: FundEntry | None = None) -> Locked:
    """Take the account, then the entry: always in this order, so that two writers never wait for each other in a ring."""
    regions.level_of(region)
    if not session.actor.scope.contains(region):
        raise NotFound("单位 region", region)
    serial = _next_serial(session, region, year)
    return Locked(region, year, serial, entry and entry_named(session, entry.entry_code, for_update=True))


def entry_named(session: ScopedSession, code: str, *, for_update: bool = False) -> FundEntry:
    """An entry that is visible in the session's scope."""
    statement = select(FundEntry).where(FundEntry.entry_code == code)
    found = session.scalars(statement.with_for_update() if for_update else statement).one_or_none()
    if found is None:
        raise NotFound("资金流水 fund entry", code)
    return found


def post(kind: FundKind, form: Form, session: ScopedSession, command: Any, locked: Locked) -> Happened:
    """Write an entry: its fields from the command and from what it refers to, then every condition of the kind."""
    given = {name: getattr(command, name) for name in (*form.required, *form.optional)}
    year = locked.fund_year
    values = entered(session.host.codes, FundEntry, given, year, required=form.required)
    told = {name: value for name, value in values.items() if value is not None}
    entry = _entry(locked, {**_inherited(kind, locked.origin), **told, "kind": kind.code})
    entry.unassigned_after = unassigned(session, locked.region_code, year) + kind.effect * entry.amount
    _require(Posting(session, kind, entry, locked.origin))
    session.add(entry)
    return _happened(kind.event, entry)


def take_back(session: ScopedSession, kind: FundKind, locked: Locked, told: Mapping[str, Any]) -> Happened:
    """Write the entry that reverses the locked one; both stay in the ledger and count no more."""
    reversed_one = locked.origin
    assert reversed_one is not None
    copied = {name: getattr(reversed_one, name) for name in FundEntry.model_fields}
    entry = _entry(locked, {**copied, **told, "reverses": reversed_one.entry_code})
    entry.unassigned_after = unassigned(session, locked.region_code, locked.fund_year) - kind.effect * entry.amount
    session.add(entry)
    return _happened(REVERSED.name, entry, reason=kind.event)


def _next_serial(session: ScopedSession, region: str, year: int) -> int:
    """Lock the account of a region and year, which is made when it is first used, and take its next number."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    first = insert(FundAccount).values(region_code=region, fund_year=year, serial=1)
    raised = first.on_conflict_do_update(
        index_elements=["region_code", "fund_year"], set_={"serial": FundAccount.serial + 1}
    )
    return int(session.execute(raised.returning(FundAccount.serial)).scalar_one())


def _entry(locked: Locked, values: Mapping[str, Any]) -> FundEntry:
    own = {
        "entry_code": f"{locked.region_code}-{locked.fund_year}-{locked.serial:06d}",
        "region_code": locked.region_code,
        "fund_year": locked.fund_year,
        "version": 0,
    }
    return FundEntry(**{**values, **own})


def _inherited(kind: FundKind, origin: FundEntry | None) -> dict[str, Any]:
    if origin is None:
        return {}
    from_whom = {"counterpart_code": origin.region_code} if kind.of_counterpart else {}
    return {**from_whom, **{name: getattr(origin, name) for name in INHERITED}}


def _require(p: Posting) -> None:
    """Refuse with the clauses that fail. A warning does not count when a note says why."""
    conditions = dict(every_entry(p))
    for check in p.kind.checks:
        conditions.update(check(p))
    failing = [c.failed() for c, holds in conditions.items() if not holds and not (c.warning and p.entry.note)]
    if p.kind.uses_up and p.origin is not None:
        failing += _overspent(p, p.origin, p.kind.uses_up)
    if failing:
        raise Refused(f"funds.{p.kind.code.lower()}", tuple(failing))


def _overspent(p: Posting, origin: FundEntry, clause: Clause) -> list[FailedClause]:
    left = origin.amount - used(p.session, origin)
    if p.entry.amount <= left:
        return []
    zh, en = (
        f"{clause.zh}：可用 {left} 万元，本次 {p.entry.amount} 万元",
        f"{clause.en}: {left} left, {p.entry.amount} asked",
    )
    return [FailedClause(clause.id, zh, en)]


def _happened(event: str, entry: FundEntry, reason: str | None = None) -> Happened:
    return Happened(
        event,
        entry,
        region_code=entry.region_code,
        year=entry.fund_year,
        reason=reason,
        note=entry.note,
        document_number=entry.document_number,
    )
