"""What is to be reached, and how each figure is found in the samples of a run."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from benchmarks import imports, statistics
from benchmarks.contenders import FP, LIMIT, POSTGRAPHILE, STRAWBERRY
from benchmarks.ratios import Row, Spread, chosen, ratio

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Goal:
    """A figure that is to be at least, or at most, so much."""

    what: str
    least: float | None
    most: float | None
    found: Spread | None

    @property
    def bound(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"

    @property
    def verdict(self) -> str:
        if self.found is None:
            return "not measured"
        value = self.found.median
        reached = value >= self.least if self.least is not None else value <= (self.most or 0)
        return "reached" if reached else "not reached"


def goals(results: Results) -> list[Goal]:
    """Every goal, with what was measured."""
    return [*_throughput(results), *_costs(results), *_statistics(results), *_imports(results)]


def _throughput(results: Results) -> Iterator[Goal]:
    words = {POSTGRAPHILE: "PostGraphile 5", LIMIT: "the one-statement limit", STRAWBERRY: "plain Strawberry"}
    wanted: dict[str, dict[str, float]] = {
        POSTGRAPHILE: {"Q1": 1.6, "Q2": 2.5, "Q3": 3},
        LIMIT: {"Q1": 0.7, "Q2": 0.75, "Q3": 0.9},
        STRAWBERRY: {"Q1": 30, "Q2": 30, "Q3": 30},
    }
    for other, by_query in wanted.items():
        for query, least in by_query.items():
            found = _against(results, "postgresql", query, other, "per_second")
            yield Goal(f"{query}: throughput against {words[other]}", least, None, found)
    for query in ("Q1", "Q2", "Q3"):
        found = _against(results, "sqlite", query, STRAWBERRY, "per_second")
        yield Goal(f"{query} on SQLite: throughput against {words[STRAWBERRY]}", 25, None, found)


def _costs(results: Results) -> Iterator[Goal]:
    for query in ("Q1", "Q2", "Q3"):
        found = _against(results, "postgresql", query, POSTGRAPHILE, "p99")
        yield Goal(f"{query}: p99 with 8 connections against PostGraphile 5", None, 0.7, found)
    for query in ("Q1", "Q2", "Q3"):
        found = _against(results, "postgresql", query, LIMIT, "database_cpu")
        yield Goal(f"{query}: CPU of the database against the one-statement limit", None, 1.25, found)
    rows = results["samples"].get("postgresql", [])
    memory = ratio(chosen(rows, contender=FP), chosen(rows, contender=POSTGRAPHILE), itemgetter("memory"))
    yield Goal("memory of a worker after load against PostGraphile 5", None, 0.6, memory)


def _statistics(results: Results) -> Iterator[Goal]:
    rows = results["statistics"]
    sizes = sorted({row["size"] for row in rows})
    largest = chosen(rows, size=sizes[-1]) if sizes else []
    ms: Callable[[Row], float] = itemgetter("ms")
    for level, words in statistics.TITLES.items():
        plain, cells = (chosen(largest, way=way, level=level) for way in (statistics.PLAIN, statistics.CELLS))
        yield Goal(
            f"statistics of {words}: a plain group-by takes so many times as long", 30, None, ratio(plain, cells, ms)
        )
    for level, words in statistics.TITLES.items():
        cells = chosen(rows, way=statistics.CELLS, level=level)
        grown = len(sizes) > 1 and ratio(chosen(cells, size=sizes[-1]), chosen(cells, size=sizes[0]), ms)
        what = f" from {sizes[0]:,} to {sizes[-1]:,} members" if grown else " with the rows"
        yield Goal(f"statistics of {words}: growth{what}", None, 1.3, grown or None)
    plain = chosen(largest, way=statistics.PLAIN, level="COUNTY")
    refreshed = ratio(chosen(largest, way=statistics.REFRESH), plain, ms)
    yield Goal("counting one village anew against a county's group-by", None, 0.15, refreshed)


def _imports(results: Results) -> Iterator[Goal]:
    for database in ("postgresql", "sqlite"):
        rows = chosen(results["imports"], database=database)
        seconds: Callable[[Row], float] = itemgetter("seconds")

        def against(
            way: str, other: str, rows: list[Row] = rows, seconds: Callable[[Row], float] = seconds
        ) -> Spread | None:
            return ratio(chosen(rows, way=other), chosen(rows, way=way), seconds)

        where = " on SQLite" if database == "sqlite" else ""
        tuples, file = against(imports.TUPLES, imports.ADD_ALL), against(imports.FILE, imports.READING)
        yield Goal(f"import of tuples with all checks{where}, rows/s against add_all", 12, None, tuples)
        yield Goal(f"import of a workbook, all in{where}, rows/s against calamine alone", 0.4, None, file)


def _against(results: Results, database: str, query: str, other: str, what: str) -> Spread | None:
    rows = chosen(results["samples"].get(database, []), query=query)
    return ratio(chosen(rows, contender=FP), chosen(rows, contender=other), itemgetter(what))
