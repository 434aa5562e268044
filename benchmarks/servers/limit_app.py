"""The limit as a server: one statement a query, whose bytes are passed on; no GraphQL, no login.

BENCH_DATABASE is the address of the database, BENCH_REGION the operator's region.
"""

import json
import os
import re
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Protocol

import asyncpg  # type: ignore[import-untyped]
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from benchmarks.servers.limit_sql import Postgresql, Sqlite, statements
from fp_core.regions import span

POOL = 8
DATABASE, REGION = os.environ["BENCH_DATABASE"], os.environ["BENCH_REGION"]
SCOPE = dict(zip(("from", "to"), span(REGION), strict=True))
Answer = Callable[[str, dict[str, Any]], Awaitable[bytes]]


class Database(Protocol):
    """Answers a query by its name."""

    async def open(self) -> None: ...
    async def answer(self, query: str, given: dict[str, Any]) -> bytes: ...
    async def close(self) -> None: ...


class OnPostgresql:
    """asyncpg, prepared statements, JSON as bytes."""

    pool: Any

    def __init__(self) -> None:
        self.statements = {name: _numbered(sql) for name, sql in statements(Postgresql()).items()}

    async def open(self) -> None:
        self.pool = await asyncpg.create_pool(
            DATABASE, min_size=POOL, max_size=POOL, init=_json_as_bytes, reset=_as_it_is
        )

    async def answer(self, query: str, given: dict[str, Any]) -> bytes:
        sql, names = self.statements[query]
        found: bytes = await self.pool.fetchval(sql, *(given[name] for name in names))
        return found

    async def close(self) -> None:
        await self.pool.close()


class OnSqlite:
    """The standard library's module, in the thread of the loop: the least there can be."""

    connection: sqlite3.Connection

    def __init__(self) -> None:
        self.statements = statements(Sqlite())

    async def open(self) -> None:
        self.connection = sqlite3.connect(DATABASE.removeprefix("sqlite:///"), isolation_level=None)

    async def answer(self, query: str, given: dict[str, Any]) -> bytes:
        text: str = self.connection.execute(self.statements[query], given).fetchone()[0]
        return text.encode()

    async def close(self) -> None:
        self.connection.close()


def parameters(variables: dict[str, Any]) -> dict[str, Any]:
    """What the statements bind, from the variables of a query."""
    given = {**variables, **SCOPE}
    if "region" in variables:
        given["low"], given["high"] = span(variables["region"])
    if "after" in variables:
        after = (variables["after"] or "::0").split(":")
        given["code"], given["last_year"] = after[1], int(after[2])
    return given


async def _json_as_bytes(connection: Any) -> None:
    await connection.set_type_codec("json", schema="pg_catalog", format="binary", encoder=bytes, decoder=bytes)


async def _as_it_is(_connection: Any) -> None:
    """Nothing is to be put back: a connection only reads."""


def _numbered(sql: str) -> tuple[str, Sequence[str]]:
    """The statement with $1, $2 … for :name, and the names in that order."""
    names: list[str] = []

    def number(found: re.Match[str]) -> str:
        if found[1] not in names:
            names.append(found[1])
        return f"${names.index(found[1]) + 1}"

    return re.sub(r"(?<!:):([a-z_]+)", number, sql), names


database: Database = OnSqlite() if DATABASE.startswith("sqlite") else OnPostgresql()


@asynccontextmanager
async def lifespan(_app: Starlette) -> AsyncIterator[None]:
    await database.open()
    yield
    await database.close()


async def answer(request: Request) -> Response:
    asked = json.loads(await request.body())
    found = await database.answer(asked["operationName"], parameters(asked["variables"]))
    return Response(found, media_type="application/json")


app = Starlette(routes=[Route("/graphql", answer, methods=["POST"])], lifespan=lifespan)
