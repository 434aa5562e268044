"""Keeping the cells: places that changed are counted anew before a table is read, by as many statements for one as for all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    delete,
    exists,
    func,
    literal,
    select,
    text,
    true,
    tuple_,
    union,
    update,
)
from sqlalchemy.orm import Session

from fp_core import regions
from fp_core.db import UNSCOPED, WRITE, ScopedSession, insert_of
from fp_core.models.events import DirtyMark, Event
from fp_core.models.household import HouseholdYear
from fp_core.registry import Registry
from fp_stats.cells import PLACE, carry
from fp_stats.models import StatCell, StatDefinition
from fp_stats.tables import Statistic

SET_WISE = {"synchronize_session": False}
_LOCK = int.from_bytes(hashlib.sha256(b"fp statistics").digest()[:7], "big")


@dataclass(frozen=True)
class Part:
    """What a reading rests on: a region with all below it, in a run of years."""

    region: str
    first: int
    last: int

    @property
    def bounds(self) -> dict[str, Any]:
        low, high = regions.span(self.region)
        return {"first": self.first, "last": self.last, "low": low, "high": high}


MARKED: tuple[ColumnElement[bool], ...] = (
    DirtyMark.year.between(bindparam("first"), bindparam("last")),
    DirtyMark.region_code.between(bindparam("low"), bindparam("high")),
)
"""The marks of a part, whoever holds them."""

# Made once: to put a statement together costs more than the database needs to answer it.
PLACES: Any = select(DirtyMark.year, DirtyMark.region_code).where(*MARKED)
LOOK = select(StatDefinition.statistic, StatDefinition.columns, exists().where(*MARKED).label("dirty"))
MARKS: Any = DirtyMark.__table__  # type: ignore[attr-defined]
CLAIM = (
    update(MARKS)
    .where(tuple_(MARKS.c.year, MARKS.c.region_code).in_(PLACES.with_for_update(skip_locked=True)))
    .values(claim=bindparam("mine"))
)
TAKE_OFF = delete(MARKS).where(*MARKED, MARKS.c.claim == bindparam("mine"))
ALONE = select(func.pg_advisory_xact_lock(_LOCK))


def make_exact(session: ScopedSession, registry: Registry, statistics: Mapping[str, Statistic], part: Part) -> None:
    """Make the cells of a part exact as of now. Where nothing changed since they were counted, it is one statement."""
    seen = session.execute(LOOK, part.bounds, execution_options=UNSCOPED).all()
    wanted = {statistic.code: statistic.digest for statistic in statistics.values()}
    defined = {row.statistic: row.columns for row in seen} == wanted
    if defined and not any(row.dirty for row in seen):
        return
    session.rollback()  # what was read here must not be older than what is counted now
    if not defined:
        define(registry, wanted)
    refresh(registry, tuple(statistics.values()), part)


def refresh(registry: Registry, statistics: tuple[Statistic, ...], part: Part) -> None:
    """Count the marked places of a part anew, and take off the marks that no change under way holds.

    A mark that such a change holds stays, and its place is counted as it was before the change. So a refresh waits for
    no change; a change that marks a place which is being counted waits for the count.
    """
    values = {**part.bounds, "mine": str(uuid4())}
    with registry.system_session() as session:
        connection = _alone(session)
        connection.execute(CLAIM, values)
        connection.execute(_counted(insert_of(session), statistics), part.bounds)
        connection.execute(TAKE_OFF, values)
        session.commit()


@lru_cache(maxsize=8)
def _counted(insert: Any, statistics: tuple[Statistic, ...]) -> Any:
    """The statement is long, so it is made once for the tables of a host."""
    return carry(insert, statistics, PLACES)


def _alone(session: Session) -> Connection:
    """One refresh after the other: they share the cells of the regions above, and none may count a place twice."""
    connection = session.connection(execution_options=WRITE)
    if connection.dialect.name == "postgresql":
        connection.execute(ALONE)
    return connection


def define(registry: Registry, wanted: Mapping[str, str]) -> None:
    """Note the columns of the installed tables, and mark every place there is when a table is new or has other ones.

    A table that is no longer installed is forgotten: it is counted anew should it come back.
    """
    with registry.system_session() as session:
        _alone(session)
        known = {held.statistic: held.columns for held in session.scalars(select(StatDefinition))}
        gone = delete(StatDefinition).where(StatDefinition.statistic.not_in(wanted))
        session.execute(gone, execution_options=SET_WISE)
        changed = [
            {"statistic": code, "columns": digest} for code, digest in wanted.items() if known.get(code) != digest
        ]
        if changed:
            _mark_all(session)
            noted = insert_of(session)(StatDefinition)
            noted = noted.on_conflict_do_update(index_elements=["statistic"], set_={"columns": noted.excluded.columns})
            session.execute(noted, changed)
        session.commit()


def _mark_all(session: Session) -> None:
    """Mark every place with anything to count or counted. It waits for the changes under way before it marks the first."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("LOCK TABLE dirty_mark IN SHARE ROW EXCLUSIVE MODE"))
    places = union(
        select(HouseholdYear.year, HouseholdYear.village_code),
        select(Event.year, Event.region_code).where(Event.year.is_not(None)),
        select(StatCell.year, StatCell.region_code).where(StatCell.level == PLACE.value),
    ).subquery()
    now = literal(datetime.now(UTC), DirtyMark.marked_at.type)
    marks = insert_of(session)(DirtyMark).from_select(
        ["year", "region_code", "marked_at"], select(places.c[0], places.c[1], now).where(true())
    )
    session.execute(marks.on_conflict_do_nothing())
