"""Fixtures for all tests: a registry with every installed plugin, on SQLite and on PostgreSQL, empty but for some regions."""

import os
import secrets
from collections.abc import Iterator

import pytest

from fp_core.db import make_engine
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from tests import databases, places, postgres


@pytest.fixture(scope="session")
def host() -> Host:
    """Every installed plugin."""
    return Host.load()


@pytest.fixture(scope="session")
def keys() -> Keys:
    """Keys for identity numbers that live as long as the test run."""
    return Keys({1: secrets.token_bytes(32)})


@pytest.fixture(scope="session")
def fill(host: Host, keys: Keys) -> databases.Fill:
    """Makes the tables by the packages' own migrations, and adds the regions of tests/places.py."""

    def fill(url: str) -> None:
        with Registry(make_engine(url), host, keys) as registry:
            registry.migrate()
            places.add_to(registry)

    return fill


@pytest.fixture(scope="session")
def sqlite(fill: databases.Fill) -> Iterator[databases.Sqlite]:
    """Fresh SQLite databases."""
    with databases.sqlite(fill) as source:
        yield source


@pytest.fixture(scope="session")
def postgresql(fill: databases.Fill) -> Iterator[databases.Postgres]:
    """Fresh PostgreSQL databases; skipped without a server's programs, a failure when FP_REQUIRE_PG=1."""
    try:
        postgres.binary("initdb")
    except postgres.NoPostgres as missing:
        if os.environ.get("FP_REQUIRE_PG") == "1":
            pytest.fail(f"FP_REQUIRE_PG=1, but {missing}")
        pytest.skip(str(missing))
    with databases.postgresql(fill) as source:
        yield source


@pytest.fixture(params=["sqlite", "postgresql"])
def backend(request: pytest.FixtureRequest) -> databases.Backend:
    """SQLite and PostgreSQL in turn."""
    source: databases.Backend = request.getfixturevalue(request.param)
    return source


@pytest.fixture
def empty_database(backend: databases.Backend) -> Iterator[str]:
    """The address of a database without tables."""
    with backend.empty() as url:
        yield url


@pytest.fixture
def database(backend: databases.Backend) -> Iterator[str]:
    """The address of a database with all tables and the regions of tests/places.py."""
    with backend.copy() as url:
        yield url


@pytest.fixture
def registry(database: str, host: Host, keys: Keys) -> Iterator[Registry]:
    """A registry with every installed plugin, empty but for the regions of tests/places.py."""
    with Registry(make_engine(database), host, keys) as opened:
        yield opened
