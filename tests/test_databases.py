"""The databases that every test gets: filled once, copied for each, thrown away."""

import pytest
from sqlalchemy import delete, func, select

from fp_core.db import make_engine
from fp_core.models.regions import Region, children
from fp_core.registry import Registry
from fp_core.scope import Scope
from tests import databases, places, postgres


def test_a_registry_starts_with_the_divisions_of_the_tests_and_nothing_else(registry: Registry) -> None:
    with registry.session(Scope.nation()) as session:
        count = session.scalar(select(func.count()).select_from(Region))
        towns = [town.name for town in children(session, places.QIANXI, 2017)]

    assert (count, towns) == (16, ["金碧镇", "雨朵镇"])


def test_what_one_test_writes_no_other_test_sees(backend: databases.Backend) -> None:
    counts = []
    for _ in range(2):
        with backend.copy() as url:
            engine = make_engine(url)
            with engine.begin() as connection:
                counts.append(connection.scalar(select(func.count()).select_from(Region)))
                connection.execute(delete(Region))
            engine.dispose()

    assert counts == [16, 16]


def test_a_missing_program_is_named_with_the_way_to_install_it() -> None:
    with pytest.raises(postgres.NoPostgres) as missing:
        postgres.binary("no-such-program")

    assert str(missing.value) == (
        "PostgreSQL's no-such-program was found neither on PATH nor in /usr/lib/postgresql/*/bin; "
        "install a server (Debian and Ubuntu: apt-get install postgresql) to run these tests"
    )
