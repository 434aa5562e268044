"""Statistics from cells against a plain group-by of the same table, at several sizes, and one village counted anew."""

import json
import random
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from statistics import median
from typing import Any

from sqlalchemy import delete, text

from benchmarks import data
from benchmarks.cluster import Cluster
from benchmarks.data import READER
from benchmarks.queries import STATISTIC
from benchmarks.rows import YEAR
from benchmarks.servers import group_by
from fp_core.db import WRITE, make_engine
from fp_core.models.events import DirtyMark
from fp_core.plugins import Host
from fp_core.regions import Level, level_of, span
from fp_core.registry import Registry
from fp_stats.operations import table

TIMES = 5
"""A figure of a round is the median of so many."""
DIGITS = {Level.PROVINCE: 4, Level.COUNTY: 9}
"""Of the children of a region."""
TITLES = {"PROVINCE": "a province by city", "COUNTY": "a county by township"}
CELLS, PLAIN, REFRESH = "cells", "plain", "refresh"


@dataclass(frozen=True)
class Sample:
    """Milliseconds of one way to make a table of a region of a level; of a refresh, those of counting one village anew."""

    size: int
    round: int
    way: str
    level: str
    ms: float


@dataclass(frozen=True)
class Filled:
    """A registry of one size, and the village, county and province that are asked for."""

    size: int
    registry: Registry
    village: str

    @property
    def county(self) -> str:
        return f"{self.village[:6]}000000"

    @property
    def province(self) -> str:
        return f"{self.village[:2]}0000000000"


def run(cluster: Cluster, host: Host, sizes: Sequence[int], rounds: int, report: data.Report) -> list[Sample]:
    """Measure every size in each round, in shuffled order, after the cells and the group-by were seen to agree."""
    with ExitStack() as stack:
        filled = []
        for size in sizes:
            engine = make_engine(cluster.create(f"statistics_{size}"))
            registry = stack.enter_context(Registry(engine, host))
            data.make(registry, size, report, data.COUNTED)
            filled.append(Filled(size, registry, _village(registry)))
        for one in filled:
            compare(one, one.province)
            compare(one, one.county)
        found: list[Sample] = []
        for turn in range(rounds):
            random.Random(turn).shuffle(filled)
            found += [sample for one in filled for sample in _samples(one, turn)]
        report(f"statistics: {rounds} rounds are done")
    for size in sizes:
        cluster.drop(f"statistics_{size}")
    return found


def _samples(filled: Filled, turn: int) -> list[Sample]:
    made = {}
    for region in (filled.province, filled.county):
        level = level_of(region)
        made[CELLS, level] = _clock(partial(from_cells, filled, region))
        made[PLAIN, level] = _clock(partial(from_rows, filled, region))
    changed = _clock(partial(from_cells, filled, filled.county), before=partial(_touch, filled))
    made[REFRESH, Level.COUNTY] = max(changed - made[CELLS, Level.COUNTY], 0.0)
    return [Sample(filled.size, turn, way, level.value, ms) for (way, level), ms in made.items()]


def from_cells(filled: Filled, region: str) -> list[Any]:
    """The table as the registry gives it, exact at this moment."""
    return table(filled.registry, READER, STATISTIC, region, YEAR)


def from_rows(filled: Filled, region: str) -> list[Any]:
    """The table as one statement over the rows gives it."""
    low, high = span(region)
    counted = text(group_by.statement(filled.registry.engine.dialect.name, DIGITS[level_of(region)]))
    with filled.registry.engine.connect() as connection:
        found = connection.execute(counted, {"region": region, "low": low, "high": high, "year": YEAR})
        return list(found.all())


def compare(filled: Filled, region: str) -> None:
    """Refuse to measure two tables that differ."""
    stored = {line.region_code: line.cells for line in from_cells(filled, region)}
    for code, _, cells in from_rows(filled, region):
        counted = json.loads(cells) if isinstance(cells, str) else cells
        for cell in counted:
            held = stored[code][cell["column"]]
            if (held.households, held.persons) != (cell["households"], cell["persons"]):
                raise RuntimeError(f"{code} {cell} is counted from the rows, {held} is in the cells")


def _village(registry: Registry) -> str:
    """A village of a county that is filled."""
    with registry.engine.connect() as connection:
        found = connection.execute(text("select distinct village_code from household order by 1")).scalars().all()
    village: str = found[min(len(found) // 2, 1000)]
    return village


def _touch(filled: Filled) -> None:
    """Mark the village as a change does."""
    with filled.registry.system_session() as session:
        session.connection(execution_options=WRITE)
        session.execute(delete(DirtyMark))
        session.add(DirtyMark(year=YEAR, region_code=filled.village, marked_at=datetime.now(UTC)))
        session.commit()


def _clock(work: Callable[[], Any], before: Callable[[], None] | None = None) -> float:
    """Milliseconds of a piece of work: the median of some times, after one that does not count."""
    found = []
    for _ in range(TIMES + 1):
        if before is not None:
            before()
        start = time.perf_counter()
        work()
        found.append(1000 * (time.perf_counter() - start))
    return median(found[1:])
