"""Events: what happened, in the past tense, with the touched rows before and after, captured from the session."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from fp_core.commands import plain
from fp_core.models.events import DirtyMark, Event, Idempotency
from fp_core.types import CodeSet, Scaled


@dataclass(frozen=True)
class Happened:
    """One thing that happened to one subject (the row that carries the version)."""

    type: str
    subject: Any
    region_code: str
    year: int | None = None
    month: str | None = None
    reason: str | None = None
    note: str | None = None
    document_number: str | None = None
    persons: int = 0
    was_poor: bool | None = None
    reverses: int | None = None
    also: tuple["Happened", ...] = field(default=())
    """What happened to other subjects by the same command: the new household of a split, the issue behind a receipt."""

    def all(self) -> Iterator["Happened"]:
        yield self
        for other in self.also:
            yield from other.all()

    @property
    def key(self) -> tuple[str, str]:
        return subject_of(self.subject)


def subject_of(row: Any) -> tuple[str, str]:
    """The subject a row belongs to: itself if it carries a version, else the one its key begins with.

    A model whose key begins with something else says which of its columns names the subject: `__subject__ = "project_code"`.
    """
    keys = [str(c.key) for c in inspect(type(row)).primary_key]
    if hasattr(row, "version"):
        return str(row.__tablename__), ":".join(str(getattr(row, k)) for k in keys)
    name = getattr(row, "__subject__", keys[0])
    return name.removesuffix("_code").removesuffix("_id"), str(getattr(row, name))


BOOKKEEPING = (Event, Idempotency, DirtyMark)


class Recorder:
    """Watches a session's flushes and keeps, for each row touched, its values before and after."""

    def __init__(self, key: str) -> None:
        self.key = key
        self._rows: dict[tuple[str, str], tuple[Any, dict[str, Any] | None]] = {}
        self._gone: set[tuple[str, str]] = set()

    def look(self, session: Session) -> None:
        for row in session.new:
            self._note(row, None)
        for row in session.dirty:
            if session.is_modified(row):
                self._note(row, _before(row))
        for row in session.deleted:
            self._note(row, _before(row))
            self._gone.add(_place(row))

    def touched(self) -> dict[tuple[str, str], list[dict[str, Any]]]:
        """By subject: table, key, and the changed columns before and after. A new row has no before, a deleted no after."""
        found: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for place, (row, before) in self._rows.items():
            after = None if place in self._gone else _values(row)
            if before is not None and after is not None:
                before, after = _changed(before, after)
            if before or after:
                one = {"table": place[0], "key": place[1], "before": before, "after": after}
                found.setdefault(subject_of(row), []).append(one)
        return found

    def _note(self, row: Any, before: dict[str, Any] | None) -> None:
        if not isinstance(row, BOOKKEEPING):
            self._rows.setdefault(_place(row), (row, before))


def _place(row: Any) -> tuple[str, str]:
    keys = inspect(type(row)).primary_key
    return str(row.__tablename__), ":".join(str(getattr(row, str(c.key))) for c in keys)


def _values(row: Any) -> dict[str, Any]:
    """The columns as they are stored: amounts at their places, sets of codes in order."""
    columns = {a.key: a.columns[0].type for a in inspect(type(row)).column_attrs if a.key != "version"}
    return {name: plain(_stored(kind, getattr(row, name))) for name, kind in columns.items()}


def _stored(kind: Any, value: Any) -> Any:
    if value is None or not isinstance(kind, (Scaled, CodeSet)):
        return value
    return kind.round(value) if isinstance(kind, Scaled) else sorted(set(value))


def _before(row: Any) -> dict[str, Any]:
    values = _values(row)
    for attribute in inspect(row).attrs:
        if attribute.key in values and attribute.history.deleted:
            kind = inspect(type(row)).column_attrs[attribute.key].columns[0].type
            values[attribute.key] = plain(_stored(kind, attribute.history.deleted[0]))
    return values


def _changed(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    names = [name for name in after if before[name] != after[name]]
    return {n: before[n] for n in names}, {n: after[n] for n in names}


def written(happened: Happened, rows: list[dict[str, Any]], *, operator: str, key: str) -> Event:
    """The event row of something that happened. The subject's version has already been raised."""
    kind, code = happened.key
    return Event(
        subject_code=code,
        subject_type=kind,
        event_no=happened.subject.version,
        event_type=happened.type,
        year=happened.year,
        region_code=happened.region_code,
        month=happened.month,
        reason=happened.reason,
        note=happened.note,
        document_number=happened.document_number,
        persons=happened.persons,
        was_poor=happened.was_poor,
        reverses=happened.reverses,
        operator=operator,
        happened_at=datetime.now(UTC),
        idempotency_key=key,
        rows=rows,
    )
