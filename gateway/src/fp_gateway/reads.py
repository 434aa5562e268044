"""Where compiled statements run: a pool of asyncpg in the loop, or threads with plain sqlite3 beside the one writer."""

import asyncio
import os
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import asyncpg  # type: ignore[import-untyped]
from sqlalchemy import Engine, make_url

from fp_core.errors import Problem
from fp_core.graphql.compiled.reads import Texts, Unread, Values
from fp_core.row_security import set_local
from fp_core.scope import Scope
from fp_gateway.settings import Settings

STATEMENTS = 1_000  # prepared statements that a connection keeps
LOOK = 20_000  # steps of SQLite between two looks at the clock


class TooSlow(Problem):
    """A request did not end within its time."""

    code = "TOO_SLOW"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"查询超过 {seconds:g} 秒，请缩小范围；若为办理，请用同一幂等键重试以得到结果",
            f"the request took over {seconds:g} s; ask for less, "
            "or repeat a change with the same key to learn its outcome",
        )


class PostgresReads:
    """A pool of connections that only read, made in the loop that first asks."""

    def __init__(self, dsn: str, size: int, seconds: float, walls: bool) -> None:
        self.dsn, self.size, self.seconds, self.walls = dsn, size, seconds, walls
        self._opening: asyncio.Task[Any] | None = None

    async def fetch(self, statement: str, values: Values, scope: Scope) -> Texts | None:
        """The one row of a statement."""
        assert not isinstance(values, Mapping)
        try:
            pool = await self._opened()
            read = (
                self._behind_walls(pool, statement, values, scope) if self.walls else pool.fetchrow(statement, *values)
            )
            row: Texts | None = await read
            return row
        except asyncpg.QueryCanceledError:
            raise TooSlow(self.seconds) from None
        except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
            raise Unread(f"{type(error).__name__}: the database did not answer the statement") from error

    async def close(self) -> None:
        """Close the connections."""
        opening, self._opening = self._opening, None
        if opening is not None and opening.get_loop() is asyncio.get_running_loop():
            await (await opening).close()

    async def _behind_walls(self, pool: Any, statement: str, values: Sequence[Any], scope: Scope) -> Any:
        """The row as the policies of the database let it through, which are told the region for this transaction."""
        async with pool.acquire() as connection, connection.transaction(readonly=True):
            await connection.execute(set_local(scope))
            return await connection.fetchrow(statement, *values)

    async def _opened(self) -> Any:
        """The pool of this loop. Requests that come together wait for one; where it failed, the next one tries anew."""
        opening = self._opening
        if opening is None or opening.get_loop() is not asyncio.get_running_loop() or _failed(opening):
            opening = self._opening = asyncio.create_task(self._open())
        return opening.result() if opening.done() else await asyncio.shield(opening)

    async def _open(self) -> Any:
        settings = {
            "application_name": "fp reads",
            "default_transaction_read_only": "on",
            "statement_timeout": str(int(self.seconds * 1000)),
            "jit": "off",
        }
        return await asyncpg.create_pool(
            self.dsn,
            min_size=1,
            max_size=self.size,
            init=_prepare,
            reset=_nothing,
            statement_cache_size=STATEMENTS,
            max_cacheable_statement_size=0,
            max_cached_statement_lifetime=0,
            max_inactive_connection_lifetime=0,
            server_settings=settings,
        )


def _failed(opening: asyncio.Task[Any]) -> bool:
    return opening.done() and (opening.cancelled() or opening.exception() is not None)


async def _prepare(connection: Any) -> None:
    """JSON goes through as bytes; days and moments go in as text, since asyncpg takes the first and last day for infinity."""
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)
    for kind in ("date", "timestamptz"):
        await connection.set_type_codec(kind, schema="pg_catalog", format="text", encoder=_iso, decoder=str)


def _iso(value: date) -> str:
    return value.isoformat()


async def _nothing(_connection: Any) -> None:
    """A connection that only runs single reads has nothing to be reset, and the reset would cost as much as a read."""


class SqliteReads:
    """A thread for each core, each with a connection of its own that cannot write."""

    def __init__(self, path: str, seconds: float) -> None:
        self.path, self.seconds = path, seconds
        self._threads = ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="fp-read")
        self._own = threading.local()

    async def fetch(self, statement: str, values: Values, scope: Scope) -> Texts | None:
        """The one row of a statement."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, statement, values)

    async def close(self) -> None:
        """End the threads and their connections."""
        self._threads.shutdown(wait=False)

    def _run(self, statement: str, values: Values) -> Texts | None:
        until = time.monotonic() + self.seconds
        try:
            connection = self._connection()
            connection.set_progress_handler(lambda: time.monotonic() > until, LOOK)
            row: Texts | None = connection.execute(statement, values).fetchone()
            return row
        except sqlite3.Error as error:
            if time.monotonic() > until:
                raise TooSlow(self.seconds) from None
            raise Unread(f"{type(error).__name__}: the database did not answer the statement") from error

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._own, "connection"):
            connection = sqlite3.connect(self.path, isolation_level=None, cached_statements=STATEMENTS)
            connection.execute("PRAGMA query_only=ON")
            connection.execute("PRAGMA busy_timeout=10000")
            self._own.connection = connection
        found: sqlite3.Connection = self._own.connection
        return found


def reads_of(engine: Engine, settings: Settings) -> PostgresReads | SqliteReads | None:
    """Where the compiled reads of this registry run; nowhere for a database that lives in one connection."""
    seconds, url = settings.statement_timeout, engine.url
    if engine.dialect.name == "postgresql":
        read = make_url(settings.read_dsn) if settings.read_dsn else url
        dsn = read.set(drivername="postgresql").render_as_string(hide_password=False)
        return PostgresReads(dsn, settings.pool, seconds, settings.row_security)
    return SqliteReads(url.database, seconds) if url.database and url.database != ":memory:" else None
