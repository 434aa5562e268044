"""Exports are streamed: a file ten times as long takes no more memory, and one that nobody wants is not made."""

import tracemalloc
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from time import sleep

import pytest
from sqlalchemy import func, insert, literal, select

from fp_core.graphql.export_files import as_csv, as_xlsx
from fp_core.graphql.exports import PORTION, Reading, export_of
from fp_core.graphql.joint import Joint
from fp_core.models.regions import Region
from fp_core.registry import Registry
from tests.actors import operator
from tests.fp_core.test_exports import joint, reading
from tests.places import QIANXI
from tests.statements import counted

__all__ = ["joint"]
FEW, MANY = 2_000, 20_000
OF_QIANXI = 7
"""Divisions of 黔西县 that every registry of the tests has."""

SLACK = 2**20
"""Memory may grow by so much though the rows are ten times as many: one portion is half of it."""


def add_regions(registry: Registry, numbers: range) -> None:
    """Villages of 黔西县 that are no real ones, as many as are to be exported."""
    rows = [
        {"code": f"5205221{n:05d}", "valid_from": 2016, "name": f"第{n}村村民委员会", "level": "VILLAGE"}
        for n in numbers
    ]
    with registry.engine.begin() as connection:
        connection.execute(insert(Region), rows)


def grown(registry: Registry, joint: Joint, chunks: Callable[[Reading], Iterator[bytes]]) -> tuple[int, int]:
    """Rows exported, and by how much memory stood higher meanwhile."""
    read = reading(registry, joint, "region", QIANXI, None)
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for _ in chunks(read):
        pass
    peak = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    return read.rows, peak


@pytest.mark.parametrize("chunks", [as_csv, as_xlsx])
def test_ten_times_the_rows_take_no_more_memory_and_no_more_queries(
    registry: Registry, joint: Joint, chunks: Callable[[Reading], Iterator[bytes]]
) -> None:
    add_regions(registry, range(10_000, 10_000 + FEW))
    grown(registry, joint, chunks)  # what is made once and kept is not of the rows
    few, low = grown(registry, joint, chunks)

    add_regions(registry, range(10_000 + FEW, 10_000 + MANY))
    with counted(registry) as sent:
        many, high = grown(registry, joint, chunks)

    assert (few - OF_QIANXI, many - OF_QIANXI) == (FEW, MANY)
    assert high < low + SLACK
    assert len([statement for statement in sent if "region" in statement]) == 1


def test_reading_that_is_stopped_gives_no_further_portion_and_its_connection_back(
    registry: Registry, joint: Joint
) -> None:
    add_regions(registry, range(10_000, 10_000 + FEW))
    read = reading(registry, joint, "region", QIANXI, None)
    portions = read.portions()

    first = next(portions)
    read.stop()

    assert len(first) == PORTION
    assert list(portions) == []
    assert read.rows == PORTION
    assert registry.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def slow(registry: Registry, joint: Joint) -> Reading:
    """An export whose query does not end within the life of a test."""
    numbers = select(literal(1).label("n")).cte(recursive=True)
    numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 10**9))
    endless = select(func.max(numbers.c.n)).scalar_subquery()
    actor = operator(registry, QIANXI)
    export = export_of(joint, actor, "region", QIANXI, None)
    column = replace(export.columns[0], expression=lambda _: endless)
    return Reading(registry, actor, replace(export, columns=(column,), readers=export.readers[:1]))


def test_query_that_runs_is_broken_off_by_a_stop_from_another_thread(registry: Registry, joint: Joint) -> None:
    read = slow(registry, joint)

    with counted(registry) as sent, ThreadPoolExecutor(1) as pool:
        all_of_it = pool.submit(lambda: list(read.portions()))
        while not sent:
            sleep(0.01)
        sleep(0.1)
        read.stop()

        assert all_of_it.result(timeout=60) == []
    assert registry.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert len(list(reading(registry, joint, "region", QIANXI, None).portions())) == 1


def test_stopped_workbook_is_not_given_out(registry: Registry, joint: Joint) -> None:
    read = reading(registry, joint, "region", QIANXI, None)
    read.stop()

    assert list(as_xlsx(read)) == []
