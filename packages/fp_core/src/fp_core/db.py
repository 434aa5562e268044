"""The database: an engine that behaves the same on SQLite and PostgreSQL, and the session that cannot be had without a scope."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from sqlalchemy import Engine, create_engine, event, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria
from sqlmodel import SQLModel

from fp_core import bare
from fp_core.entered import refuse_misfit
from fp_core.errors import NotFound
from fp_core.indicators import indicators
from fp_core.scope import Actor, By

WRITE = {"fp_write": True}
UNSCOPED = {"fp_unscoped": True}


class ScopeError(RuntimeError):
    """Code tried to go around the scope. A mistake of the programmer, never of the operator."""


def make_engine(url: str, **options: Any) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://…`; values of statements never reach an error text or log."""
    where = _driver(make_url(url))
    engine = create_engine(where, hide_parameters=True, pool_pre_ping=where.get_backend_name() != "sqlite", **options)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _prepare_postgres)
    return engine


def _driver(url: URL) -> URL:
    if url.drivername in ("postgres", "postgresql"):
        return url.set(drivername="postgresql+psycopg")
    return url


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=10000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgres(connection: Any, _record: Any) -> None:
    """Without just-in-time compilation: for one page of rules it takes fifty times what it saves."""
    connection.execute("SET jit = off")
    connection.commit()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once, so that what it reads first cannot change before it writes."""
    writes = connection.get_execution_options().get("fp_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def insert_of(session: Session) -> Callable[..., Any]:
    """The dialect's insert, which knows what to do on a conflict; spelt the same on both databases."""
    return postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert


class ScopedSession(Session):
    """A session bound to an actor. Every select, update and delete of a scoped model is limited to the actor's region.

    Writes go through `change()`; statements over bare tables or text would escape the scope and are refused.
    """

    def __init__(
        self, engine: Engine, actor: Actor, models: tuple[type[SQLModel], ...], host: Any = None, keys: Any = None
    ) -> None:
        super().__init__(engine, expire_on_commit=False)
        self.actor = actor
        self.host = host
        self.keys = keys
        self.models = models
        self.recorder: Any = None
        self._criteria = _criteria(models, actor.scope.span)
        event.listen(self, "do_orm_execute", self._limit)
        event.listen(self, "before_flush", self._check)

    def connection(self, *args: Any, **kwargs: Any) -> Connection:
        """Refused: a raw connection knows no scope."""
        raise ScopeError("a scoped session gives no connection; use select() on models, or change()")

    def begin_write(self) -> None:
        """Start the transaction as a writer. `change()` calls it; what was only read before is read anew."""
        if self.recorder is not None:
            raise ScopeError("change() is not called inside a change; an operation or fp_on returns what else happened")
        if self.new or self.dirty or self.deleted:
            raise ScopeError("the session holds unsaved objects; hand a command to change() instead of editing objects")
        self.rollback()
        Session.connection(self, execution_options=WRITE)

    def bulk_save_objects(self, *args: Any, **kwargs: Any) -> None:
        """Refused, as its two sisters: rows written so are neither checked nor recorded."""
        raise ScopeError("rows are changed by change() only; add objects to the session inside an operation")

    bulk_insert_mappings = bulk_update_mappings = bulk_save_objects

    def commit(self) -> None:
        """Commit what was only read; a change is committed by `change()`, whole."""
        if self.recorder is not None:
            raise ScopeError("an operation or fp_on does not commit; change() does, when all of it has succeeded")
        super().commit()

    def _limit(self, state: ORMExecuteState) -> None:
        if state.execution_options.get("fp_unscoped"):
            return
        if not (state.is_orm_statement or state.is_column_load or state.is_relationship_load):
            raise ScopeError(
                "only statements over models are run in a scoped session; this one is over bare tables or text"
            )
        if found := bare.found_in(state):
            raise ScopeError(
                f"a scoped session reads models only; this statement has a bare table or text in it: {found}"
            )
        if state.is_select or state.is_update or state.is_delete:
            state.statement = state.statement.options(*self._criteria)
        if not state.is_select and self.recorder is None:
            raise ScopeError("rows are changed by change() only; see docs/index.md on commands")
        if state.is_insert or state.is_update:
            _check_regions(state, self.actor)

    def _check(self, _session: Session, _context: Any, _instances: Any) -> None:
        if self.recorder is None and (self.new or self.dirty or self.deleted):
            raise ScopeError("rows are changed by change() only; see docs/index.md on commands")
        for row in (*self.new, *self.dirty, *self.deleted):
            _check_owner(row, self.actor)
        for row in (*self.new, *self.dirty):
            _check_values(row)
        new = {(type(row), _key_of(row)) for row in self.new}
        for row in self.new:
            _check_targets(self, row, new)
        if self.recorder is not None:
            self.recorder.look(self)


@lru_cache(maxsize=512)
def _criteria(models: tuple[type[SQLModel], ...], span: tuple[str, str]) -> tuple[Any, ...]:
    """What limits every statement to a region. To make it costs more than most statements."""
    return tuple(
        with_loader_criteria(m, m.__scope__.visible(m, span), include_aliases=True)  # type: ignore[attr-defined]
        for m in models
        if isinstance(m.__scope__, By)  # type: ignore[attr-defined]
    )


def _check_values(row: SQLModel) -> None:
    """What was set fits its column, on whatever database."""
    known = indicators(row.__class__)
    for attribute in inspect(row).attrs:
        if attribute.history.added and attribute.key in known:
            refuse_misfit(known[attribute.key], attribute.history.added[0])


def _check_owner(row: Any, actor: Actor) -> None:
    """The region that owns a row, before and after the change, lies inside the scope."""
    if not isinstance(row.__scope__, By):
        return
    name = row.__scope__.columns[0]
    history = inspect(row).attrs[name].history
    for code in (*history.added, *history.unchanged, *history.deleted):
        _check_region(code, actor)


def _check_regions(state: ORMExecuteState, actor: Actor) -> None:
    """Rows written by a statement: no value puts one outside the scope."""
    model = state.bind_mapper.class_ if state.bind_mapper is not None else None
    if not isinstance(getattr(model, "__scope__", None), By):
        return
    name = model.__scope__.columns[0]  # type: ignore[union-attr]
    given = state.parameters or {}
    for row in given if isinstance(given, list) else [given]:
        if name in row:
            _check_region(row[name], actor)
    for column, value in (getattr(state.statement, "_values", None) or {}).items():
        if getattr(column, "key", column) == name:
            _check_region(getattr(value, "value", value), actor)


def _check_region(code: Any, actor: Actor) -> None:
    if not (isinstance(code, str) and actor.scope.contains(code)):
        raise NotFound("行政区划 region", code)


def _check_targets(session: ScopedSession, row: Any, new: set[Any]) -> None:
    """What a new row refers to is new as well, or seen by the actor: a foreign key alone would accept any that exists."""
    for foreign in row.__table__.foreign_key_constraints:
        target = next(m for m in session.models if m.__table__ is foreign.referred_table)  # type: ignore[attr-defined]
        given = {e.column.key: getattr(row, e.parent.key) for e in foreign.elements}
        key = tuple(given[c.key] for c in foreign.referred_table.primary_key)
        if None not in key and (target, key) not in new and session.get(target, key) is None:
            raise NotFound(str(target.__tablename__), ":".join(map(str, key)))


def _key_of(row: Any) -> tuple[Any, ...]:
    return tuple(getattr(row, str(c.key)) for c in inspect(type(row)).primary_key)
