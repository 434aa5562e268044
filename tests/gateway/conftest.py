"""Operators that can log in, for the tests of the gateway, with passwords hashed cheaply, and a filled PostgreSQL for its roles."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from sqlalchemy.engine import make_url

from fp_core.db import make_engine
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway import auth
from tests.households import identified, open_years
from tests.money import county_money
from tests.places import DINGFU, DUAN, LATU, QIANXI, ZHONGZHAI

CHEAP = auth.Passwords(memory_kib=8, passes=1)
COUNTY, PASSWORD, WRONG = "520522000000", "qianxi-2016-脱贫", "qianxi-2016-wrong"


@pytest.fixture
def operators(registry: Registry) -> Registry:
    """The registry with a county operator, one whose account is closed, and one with a first password."""
    with registry.system_session() as session:
        create = {"password": PASSWORD, "passwords": CHEAP}
        auth.create_operator(session, "county", COUNTY, must_change_password=False, **create)  # type: ignore[arg-type]
        auth.create_operator(session, "newcomer", COUNTY, **create)  # type: ignore[arg-type]
        closed = auth.create_operator(session, "closed", COUNTY, must_change_password=False, **create)  # type: ignore[arg-type]
        closed.is_active = False
        session.commit()
    return registry


@contextmanager
def connected(url: str, user: str = "fp") -> Iterator[psycopg.Connection]:
    parts = make_url(url)
    with psycopg.connect(dbname=parts.database, host=str(parts.query["host"]), user=user, autocommit=True) as found:
        yield found


@pytest.fixture
def migrated(postgresql: Any, host: Host, keys: Keys) -> Iterator[tuple[str, Registry]]:
    """A PostgreSQL database with households of two counties, and money that went from one region to another."""
    with postgresql.copy() as url, Registry(make_engine(url), host, keys) as registry:
        for county, villages in ((QIANXI, (ZHONGZHAI, ZHONGZHAI, LATU)), (DUAN, (DINGFU,))):
            open_years(registry, 2016, county=county)
            for village in villages:
                identified(registry, village)
        county_money(registry)
        yield url, registry
