"""The one write path: every change by a person, a file or a plugin is one command, run here in one transaction."""

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from fp_core.commands import canonical, operation_of
from fp_core.db import ScopedSession, insert_of
from fp_core.errors import Collision, Conflict, Invalid, KeyReused
from fp_core.events import Happened, Recorder, subject_of, written
from fp_core.models.events import DirtyMark, Idempotency


@dataclass(frozen=True)
class Done:
    """What a command did: the subject it changed, the subject's version now, and whether the answer is a repeated one."""

    subject_type: str
    subject_code: str
    version: int
    event_type: str
    replayed: bool = False


def change(session: ScopedSession, command: Any, *, key: str) -> Done:
    """Run a command: rights, idempotency, lock, version, rules, apply, events, statistics marks, commit.

    The same `key` with the same command answers as before and changes nothing. Any refusal rolls everything back.
    """
    operation = operation_of(command)
    session.actor.require(operation.right)
    _check_key(key)
    with _collisions_named():
        session.begin_write()
        session.recorder = Recorder(key)
        try:
            done = _answered(session, command, key) or _apply(session, command, key)
            session.recorder = None
            session.commit()
            return done
        finally:
            session.recorder = None
            session.rollback()


COLLISIONS = frozenset({"40001", "40P01", "55P03", "23505"})


@contextmanager
def _collisions_named() -> Iterator[None]:
    try:
        yield
    except (OperationalError, IntegrityError) as error:
        if _collided(error):
            raise Collision from error
        raise


def _collided(error: DBAPIError) -> bool:
    """Whether the database gave way to another transaction: serialization, deadlock, a lock not had, a key just taken."""
    state: str = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", None) or ""
    return state in COLLISIONS or state.startswith(
        ("SQLITE_BUSY", "SQLITE_CONSTRAINT_PRIMARYKEY", "SQLITE_CONSTRAINT_UNIQUE")
    )


def _check_key(key: str) -> None:
    if not 8 <= len(key) <= 80:
        raise Invalid(
            "key",
            f"幂等键长度须为 8 至 80 个字符，现为 {len(key)}；每项新操作用一个新的 UUID",
            f"an idempotency key has 8 to 80 characters, this one has {len(key)}; use a new UUID for each new command",
        )


def _answered(session: ScopedSession, command: Any, key: str) -> Done | None:
    """The stored answer if this key was used, else None and the key is taken, in this transaction."""
    text = json.dumps(canonical(command), sort_keys=True, ensure_ascii=False)
    request_hash = hashlib.sha256(text.encode()).hexdigest()
    row = {"operator": session.actor.name, "key": key, "request_hash": request_hash, "happened_at": datetime.now(UTC)}
    take = insert_of(session)(Idempotency).values(row).on_conflict_do_nothing().returning(Idempotency.key)
    if session.scalar(take) is not None:
        return None
    held = session.execute(
        select(Idempotency).where(Idempotency.operator == session.actor.name, Idempotency.key == key)
    ).scalar_one()
    if held.request_hash != request_hash:
        raise KeyReused(key)
    return Done(**{**held.response, "replayed": True})


def _apply(session: ScopedSession, command: Any, key: str) -> Done:
    operation = operation_of(command)
    locked = operation.lock(session, command)
    _check_version(command, locked)
    happened: Happened = operation.apply(session, command, locked)
    session.flush()
    all_of_it = [one for first in happened.all() for one in (first, *_followed(session, first))]
    session.flush()
    _write_events(session, all_of_it, key)
    done = _done(happened)
    _keep_answer(session, key, done)
    return done


def _check_version(command: Any, locked: Any) -> None:
    seen, version = getattr(command, "version", None), getattr(locked, "version", None)
    if seen is not None and version is not None and seen != version:
        raise Conflict(*subject_of(locked), seen, version)


def _followed(session: ScopedSession, one: Happened) -> list[Happened]:
    """Let plugins refuse the change or follow it up; what they changed on other subjects are events of their own."""
    answers = session.host.manager.hook.fp_on(event=one, session=session)
    return [answer for answer in answers if answer is not None]


def _write_events(session: ScopedSession, all_of_it: list[Happened], key: str) -> None:
    touched = session.recorder.touched()
    known = {item.name for item in session.host.codes["EVENT_TYPE"]}
    for one in all_of_it:
        if one.type not in known:
            raise RuntimeError(f"event {one.type!r} is in no code list; return it from fp_codes as an EVENT_TYPE")
        one.subject.version += 1
        rows = touched.pop(one.key, [])
        session.add(written(one, rows, operator=session.actor.name, key=key))
        if one.year is not None:
            mark_dirty(session, one.year, one.region_code)
    if touched:
        names = ", ".join(f"{kind} {code}" for kind, code in touched)
        raise RuntimeError(f"{names} changed without an event; the operation must return a Happened for each subject")
    session.flush()


def mark_dirty(session: ScopedSession, year: int, *region_codes: str) -> None:
    """Note that the statistics of these villages in a year are to be counted anew."""
    now = datetime.now(UTC)
    statement = insert_of(session)(DirtyMark).on_conflict_do_update(
        index_elements=["year", "region_code"], set_={"marked_at": now}
    )
    rows = [{"year": year, "region_code": code, "marked_at": now} for code in region_codes]
    session.execute(statement, rows)


def _keep_answer(session: ScopedSession, key: str, done: Done) -> None:
    held = session.get_one(Idempotency, (session.actor.name, key))
    held.response = {k: v for k, v in asdict(done).items() if k != "replayed"}
    session.flush()


def _done(happened: Happened) -> Done:
    kind, code = happened.key
    return Done(kind, code, happened.subject.version, happened.type)
