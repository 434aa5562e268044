"""综合回退: the last operation of this year is undone, and the household is exactly as it was before it."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlmodel import SQLModel

from fp_core.commands import describe, operation, plain, require_text
from fp_core.db import ScopedSession
from fp_core.events import Happened
from fp_core.indicators import indicators
from fp_core.models.events import Event
from fp_core.models.household import Household
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import OfHousehold, household_year, lock_any_household, refuse
from fp_core.operations.people import refuse_duplicates
from fp_core.operations.status import happened
from fp_core.status import POOR, TRANSITIONS

REVERSIBLE = frozenset({t.event for t in TRANSITIONS if t.can_be_rolled_back} | {"MEMBER_LEFT", "HOUSEHOLD_CLOSED"})
"""What can be undone so far: the marks of status and the seven kinds of natural decrease."""


@dataclass(frozen=True, kw_only=True)
class RollBack(OfHousehold):
    """综合回退: undo the household's last operation of the current year."""

    note: str = field(metadata=describe("回退原因", "why it is undone"))


@operation(
    RollBack, right="household:rollback", label="综合回退", english="undo the last step", lock=lock_any_household
)
def roll_back(session: ScopedSession, command: RollBack, household: Household) -> Happened:
    """Restore every column the last operation changed; refused when anything touched them since."""
    require_text(command, "note")
    year = household_year(session, household.household_code, command.year)
    last = last_effective(session, household.household_code)
    if last is None or last.year != command.year:
        raise refuse("RB-YEAR", "只能回退本年度的业务操作", "only an operation of the current year can be undone")
    if last.event_type not in REVERSIBLE:
        raise refuse(
            "RB-LAST",
            f"最近一次业务是 {last.event_type}，不能综合回退",
            f"the last operation is {last.event_type}, which is not undone by a rollback",
        )
    was_poor = year.exit_status in POOR
    _restore(session, last)
    return happened(
        "ROLLED_BACK",
        household,
        year,
        was_poor,
        persons=last.persons,
        reason=last.event_type,
        note=command.note,
        reverses=last.event_no,
    )


def last_effective(session: ScopedSession, household_code: str) -> Event | None:
    """The latest event that changed the household's state: no edit, no rollback, and not rolled back."""
    events = session.scalars(
        select(Event)
        .where(Event.subject_type == "household", Event.subject_code == household_code)
        .order_by(Event.event_no.desc())
    )
    undone: set[int] = set()
    for event in events:
        if event.reverses is not None:
            undone.add(event.reverses)
        elif event.event_no not in undone and event.event_type != "EDITED":
            return event
    return None


def _restore(session: ScopedSession, last: Event) -> None:
    models = {str(m.__tablename__): m for m in session.host.models}
    for touched in last.rows:
        model = models[touched["table"]]
        if touched["before"] is None:  # a row that came with the operation goes with it
            session.delete(_row(session, model, touched["key"]))
            continue
        row = _row(session, model, touched["key"])
        for name, before in touched["before"].items():
            _refuse_edited(model, name, plain(getattr(row, name)), touched["after"][name])
            setattr(row, name, _typed(model, name, before))
        if isinstance(row, MemberYear) and row.member_status == "VALID":
            _refuse_taken(session, row)


def _refuse_edited(model: type[SQLModel], name: str, now: Any, after: Any) -> None:
    if now != after:
        raise refuse(
            "RB-STATE",
            f"{indicators(model)[name].label}在该业务之后又被修改，不能回退",
            f"{indicators(model)[name].english} was edited after that operation; undo would lose it",
        )


def _refuse_taken(session: ScopedSession, row: MemberYear) -> None:
    """A person who comes back must not have been entered elsewhere meanwhile."""
    member = session.get_one(Member, (row.household_code, row.member_no))
    if member.id_index is not None:
        with session.no_autoflush:
            refuse_duplicates(session, [member.id_index], but=row.household_code)


def _row(session: ScopedSession, model: type[SQLModel], key: str) -> Any:
    kinds = [indicators(model)[c.key].type for c in model.__table__.primary_key]  # type: ignore[attr-defined]
    return session.get_one(model, tuple(kind(part) for kind, part in zip(kinds, key.split(":"), strict=True)))


def _typed(model: type[SQLModel], name: str, value: Any) -> Any:
    """A value as the event keeps it, back in the type of its column."""
    kind = indicators(model)[name].type
    if value is None:
        return None
    if kind is tuple:
        return tuple(value)
    if kind is Decimal:
        return Decimal(value)
    if kind in (date, datetime):
        return kind.fromisoformat(value)
    return bytes.fromhex(value) if kind is bytes else value
