"""Where compiled statements run: they cannot write, end in time, and tell a walled database whose region is read."""

import asyncio
import json
from typing import Any

import pytest

from fp_core.db import make_engine
from fp_core.graphql.compiled.reads import Unread
from fp_core.registry import Registry
from fp_core.scope import Scope
from fp_gateway.reads import PostgresReads, TooSlow, reads_of
from fp_gateway.settings import Settings
from tests.places import QIANXI

SCOPE = Scope.region(QIANXI)
ENDLESS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT to_json(pg_sleep(30)::text)",
}


def opened(registry: Registry, **settings: Any) -> Any:
    return reads_of(registry.engine, Settings(**settings))


def nothing(registry: Registry) -> Any:
    """No values, in the form that the driver takes."""
    return {} if registry.engine.dialect.name == "sqlite" else []


async def test_statement_that_writes_is_not_run(registry: Registry) -> None:
    reads = opened(registry)
    with pytest.raises(Unread):
        await reads.fetch("DELETE FROM region", nothing(registry), SCOPE)
    await reads.close()


async def test_statement_that_takes_too_long_is_ended_and_the_next_one_runs(registry: Registry) -> None:
    reads = opened(registry, statement_timeout=0.3, pool=1)
    with pytest.raises(TooSlow) as slow:
        await reads.fetch(ENDLESS[registry.engine.dialect.name], nothing(registry), SCOPE)
    assert "0.3" in slow.value.en
    assert await reads.fetch("SELECT '1'", nothing(registry), SCOPE) is not None
    await reads.close()


async def test_first_statements_that_come_together_share_the_connections(registry: Registry) -> None:
    reads = opened(registry, pool=2)
    together = (reads.fetch("SELECT '1'", nothing(registry), SCOPE) for _ in range(20))
    assert [row[0] for row in await asyncio.gather(*together)] == ["1"] * 20
    await reads.close()


async def test_database_that_was_away_is_asked_again(registry: Registry) -> None:
    reads = opened(registry)
    if isinstance(reads, PostgresReads):
        known, reads.dsn = reads.dsn, "postgresql://fp@127.0.0.1:1/nowhere"
        with pytest.raises(Unread):
            await reads.fetch("SELECT '1'", [], SCOPE)
        reads.dsn = known
    assert await reads.fetch("SELECT '1'", nothing(registry), SCOPE) is not None
    await reads.close()


async def test_wrong_statement_is_left_to_the_ordinary_way(registry: Registry) -> None:
    reads = opened(registry)
    with pytest.raises(Unread) as unread:
        await reads.fetch("SELECT nothing FROM nowhere", nothing(registry), SCOPE)
    assert "nowhere" not in str(unread.value)
    await reads.close()


async def test_walled_database_is_told_the_region_for_one_transaction(registry: Registry) -> None:
    if registry.engine.dialect.name == "sqlite":
        return
    own = registry.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    told = "SELECT json_build_array(current_setting('fp.low', true), current_setting('fp.high', true))"
    walled = PostgresReads(own, 1, 5, walls=True)
    row = await walled.fetch(told, [], SCOPE)
    assert row is not None and json.loads(row[0] or "") == list(SCOPE.span)

    walled.walls = False
    row = await walled.fetch(told, [], SCOPE)
    assert row is not None and set(json.loads(row[0] or "")) <= {None, ""}
    await walled.close()


def test_database_in_memory_has_no_second_connection_to_read_by() -> None:
    assert reads_of(make_engine("sqlite://"), Settings()) is None
