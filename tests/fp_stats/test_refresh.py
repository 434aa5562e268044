"""A refresh costs as many statements for a thousand villages as for one, waits for no change, and is whole or not at all."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event, text

from fp_core.db import make_engine
from fp_core.hookspecs import hookimpl
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.testing import plugin
from fp_stats.operations import table
from fp_stats.tables import Counted, Statistic
from tests import statements
from tests.actors import operator
from tests.databases import Postgres
from tests.fp_stats.levels import MARK, add_household, counted, kept, marked, write
from tests.households import identified, open_years
from tests.places import DINGFU, DUAN, GUIZHOU, JINBI, LONGCHANG, NATION, QIANXI, ZHONGZHAI

EXITED = "UPDATE household_year SET exit_status = 'EXITED' WHERE village_code = :place AND year = :year"


def poor(registry: Registry, region: str, code: str = "poor") -> int:
    """Households in the first column of a region's table of 2016."""
    line = table(registry, operator(registry, NATION), code, region, 2016)[-1]
    return next(iter(line.cells.values())).households


def sent(registry: Registry, region: str = QIANXI) -> list[str]:
    """The statements of a reading, but for the lock that PostgreSQL needs."""
    with statements.counted(registry) as found:
        poor(registry, region)
    return [statement for statement in found if "pg_advisory" not in statement]


def wide(columns: int) -> Host:
    """A host with a table of many columns: who are more than so many persons."""

    def more_than(number: int) -> Callable[[Any], Any]:
        return lambda h: h.member_count > number

    given = tuple(Counted(f"over_{n}", f"超过{n}人", f"more than {n}", more_than(n)) for n in range(columns))
    statistic = Statistic("wide", "宽表", "many columns", given)
    return Host.load(extra=[("yunnan", plugin("yunnan", fp_statistics=hookimpl(lambda: (statistic,))))])


def test_reading_of_what_did_not_change_is_three_statements_and_writes_nothing(registry: Registry) -> None:
    add_household(registry, ZHONGZHAI)
    poor(registry, NATION)

    found = {region: sent(registry, region) for region in (NATION, GUIZHOU, QIANXI, JINBI, ZHONGZHAI)}

    assert {region: len(each) for region, each in found.items()} == dict.fromkeys(found, 3)
    assert all(statement.startswith("SELECT") for each in found.values() for statement in each)


def test_change_elsewhere_makes_no_work_for_a_reading(registry: Registry) -> None:
    poor(registry, NATION)
    add_household(registry, DINGFU)

    assert len(sent(registry, QIANXI)) == 3
    assert marked(registry) == [(2016, DINGFU)]


def test_refresh_is_three_statements_more_for_one_village_and_for_many(registry: Registry) -> None:
    poor(registry, NATION)
    add_household(registry, ZHONGZHAI)
    one = sent(registry)
    for number in range(150):
        add_household(registry, f"520522{200 + number % 10}{200 + number}")
    many = sent(registry)

    assert [len(one), len(many)] == [6, 6]
    assert poor(registry, QIANXI) == 151
    assert kept(registry, 2016) == counted(registry, 2016)
    assert marked(registry) == []


def test_columns_of_all_tables_are_counted_by_the_same_statement(registry: Registry) -> None:
    with Registry(registry.engine, wide(450), registry.keys) as later:
        poor(later, NATION)
        add_household(later, ZHONGZHAI, persons=3)

        assert len(sent(later)) == 6
        line = table(later, operator(later, NATION), "wide", JINBI, 2016)[0]

    assert [line.cells[f"over_{n}"].persons for n in (0, 2, 3, 449)] == [3, 3, 0, 0]


def test_number_that_falls_to_zero_is_zero_at_every_level(registry: Registry) -> None:
    add_household(registry, ZHONGZHAI)
    assert poor(registry, GUIZHOU) == 1
    write(registry, EXITED, MARK, place=ZHONGZHAI, year=2016)

    assert poor(registry, GUIZHOU) == 0
    assert kept(registry, 2016) == counted(registry, 2016)
    assert {key[0] for key in kept(registry, 2016)} == {"exited"}


@contextmanager
def broken(registry: Registry, beginning: str) -> Iterator[None]:
    """The connection is lost at a statement that begins so."""

    def fail(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(beginning):
            raise ConnectionError(statement)

    event.listen(registry.engine, "before_cursor_execute", fail)
    yield
    event.remove(registry.engine, "before_cursor_execute", fail)


@pytest.mark.parametrize("beginning", ["WITH places", "DELETE FROM dirty_mark"])
def test_refresh_that_dies_leaves_nothing_half_done(registry: Registry, beginning: str) -> None:
    add_household(registry, ZHONGZHAI)
    poor(registry, NATION)
    for number, place in enumerate((ZHONGZHAI, LONGCHANG), 2):
        add_household(registry, place, number)
    before = kept(registry, 2016), marked(registry)

    with broken(registry, beginning), pytest.raises(ConnectionError):
        poor(registry, NATION)

    assert (kept(registry, 2016), marked(registry)) == before
    assert poor(registry, NATION) == 3
    assert kept(registry, 2016) == counted(registry, 2016)


def test_table_that_goes_and_comes_back_is_counted_anew(registry: Registry) -> None:
    add_household(registry, ZHONGZHAI)
    with Registry(registry.engine, wide(1), registry.keys) as more:
        assert poor(more, QIANXI, "wide") == 1
        poor(registry, QIANXI)
        add_household(registry, LONGCHANG)
        assert poor(registry, QIANXI) == 2

        assert poor(more, NATION, "wide") == 2
        assert kept(more, 2016) == counted(more, 2016)


def test_readers_of_many_regions_and_writers_at_once_leave_exact_cells(registry: Registry) -> None:
    for county in (QIANXI, DUAN):
        open_years(registry, 2016, county=county)

    def work(number: int) -> int:
        if number % 3 == 0:
            identified(registry, (ZHONGZHAI, LONGCHANG, DINGFU)[number // 3 % 3])
        return poor(registry, (NATION, QIANXI, DUAN, JINBI, GUIZHOU)[number % 5])

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(work, range(45)))

    assert max(seen) <= 15
    assert (poor(registry, NATION), poor(registry, QIANXI), poor(registry, DUAN)) == (15, 10, 5)
    assert kept(registry, 2016) == counted(registry, 2016)
    assert marked(registry) == []


@pytest.fixture
def on_postgresql(postgresql: Postgres, host: Host, keys: Keys) -> Iterator[Registry]:
    """Two poor households in two villages, both counted and both marked again."""
    with postgresql.copy() as url, Registry(make_engine(url), host, keys) as registry:
        for place in (ZHONGZHAI, LONGCHANG):
            add_household(registry, place)
        poor(registry, NATION)
        for place in (ZHONGZHAI, LONGCHANG):
            write(registry, MARK, place=place, year=2016)
        yield registry


def test_refresh_does_not_wait_for_a_change_nor_stop_it(on_postgresql: Registry) -> None:
    first, second = {"place": ZHONGZHAI, "year": 2016}, {"place": LONGCHANG, "year": 2016}
    with on_postgresql.engine.connect() as change:
        change.execute(text(EXITED), first)
        change.execute(text(MARK), first)

        before = poor(on_postgresql, QIANXI)
        left = marked(on_postgresql)
        change.execute(text(EXITED), second)
        change.execute(text(MARK), second)
        change.commit()

    assert (before, left) == (2, [(2016, ZHONGZHAI)])
    assert poor(on_postgresql, QIANXI) == 0
    assert kept(on_postgresql, 2016) == counted(on_postgresql, 2016)


def test_new_table_lets_a_change_that_is_under_way_finish_first(on_postgresql: Registry) -> None:
    first, second = {"place": ZHONGZHAI, "year": 2016}, {"place": DINGFU, "year": 2016}
    with (
        Registry(on_postgresql.engine, wide(1), on_postgresql.keys) as later,
        on_postgresql.engine.connect() as change,
        ThreadPoolExecutor(1) as pool,
    ):
        change.execute(text(MARK), first)
        reading = pool.submit(poor, later, NATION, "wide")
        _until_somebody_waits(on_postgresql)
        change.execute(text(MARK), second)
        change.commit()

        assert reading.result(timeout=60) == 2
        assert kept(later, 2016) == counted(later, 2016)


def _until_somebody_waits(registry: Registry) -> None:
    with registry.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while not connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            time.sleep(0.02)
