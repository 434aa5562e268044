"""Imports with all checks against reading alone, the ORM's add_all, and a bare COPY of the same rows."""

import random
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import python_calamine
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from benchmarks import homes, places
from benchmarks.cluster import Cluster
from benchmarks.data import Report
from benchmarks.homes import YEAR, Delivery
from fp_core import change
from fp_core.db import WRITE, make_engine
from fp_core.keys import Keys
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.regions import Region, in_force
from fp_core.operations.import_households import ImportReport, import_rows, import_workbook
from fp_core.operations.years import OpenYear
from fp_core.plugins import Host
from fp_core.regions import Level
from fp_core.registry import Registry
from fp_core.scope import Actor, Scope

VILLAGES = 300
"""Of the county with the most, when so many are loaded."""
FLUSHED = 5000
TABLES: tuple[type[SQLModel], ...] = (Household, HouseholdYear, Member, MemberYear)
FILE, TUPLES, READING, ADD_ALL, COPY = "import of a file", "import of tuples", "reading alone", "add_all", "bare COPY"
Kept = dict[type[SQLModel], tuple[list[dict[str, Any]], list[tuple[Any, ...]]]]
"""By table: rows as Python has them, and as the database keeps them."""


@dataclass(frozen=True)
class Sample:
    """Seconds of one way to take in the same households and persons."""

    database: str
    round: int
    way: str
    rows: int
    seconds: float


@dataclass(frozen=True)
class Bench:
    """A database that waits for the delivery, from which every turn gets a fresh copy."""

    name: str
    host: Host
    keys: Keys
    delivery: Delivery
    fresh: Callable[[], Any]

    def actor(self) -> Actor:
        rights = frozenset(permission.name for permission in self.host.permissions)
        return Actor("bench", Scope.region(self.delivery.county), rights)

    @contextmanager
    def registry(self) -> Iterator[Registry]:
        with self.fresh() as url, Registry(make_engine(url), self.host, self.keys) as registry:
            yield registry


def run(
    host: Host, cluster: Cluster | None, folder: Path, households: int, rounds: int, report: Report
) -> list[Sample]:
    """Measure every way on SQLite, and on PostgreSQL where there is a cluster, in shuffled rounds."""
    keys, found = Keys.generate_file(folder / "imports.key"), list[Sample]()
    with tempfile.TemporaryDirectory(dir=folder) as place:
        benches = [_on_sqlite(host, keys, Path(place), households)]
        if cluster is not None:
            benches.append(_on_postgresql(host, keys, Path(place), households, cluster))
        for bench in benches:
            kept = _imported(bench)
            ways = _ways(bench, kept)
            for turn in range(rounds):
                order = list(ways)
                random.Random(turn).shuffle(order)
                found += [Sample(bench.name, turn, way, bench.delivery.rows, ways[way]()) for way in order]
        report(f"imports: {rounds} rounds are done")
    return found


def _ways(bench: Bench, kept: Kept) -> dict[str, Callable[[], float]]:
    ways: dict[str, Callable[[], float]] = {
        FILE: partial(_timed, bench, _import_file),
        TUPLES: partial(_timed, bench, _import_tuples),
        READING: partial(_read_alone, bench.delivery.file),
        ADD_ALL: partial(_timed, bench, lambda _bench, registry: _add_all(registry, kept)),
        COPY: partial(_timed, bench, lambda _bench, registry: _copy(registry, kept)),
    }
    return ways


def _timed(bench: Bench, work: Callable[[Bench, Registry], Any]) -> float:
    with bench.registry() as registry:
        start = time.perf_counter()
        work(bench, registry)
        return time.perf_counter() - start


def _import_file(bench: Bench, registry: Registry) -> None:
    with registry.session(bench.actor()) as session:
        _check(import_workbook(session, bench.delivery.file, county_code=bench.delivery.county, year=YEAR))


def _import_tuples(bench: Bench, registry: Registry) -> None:
    given = bench.delivery
    with registry.session(bench.actor()) as session:
        _check(import_rows(session, given.tuples, county_code=given.county, year=YEAR, key="bench delivery"))


def _check(report: ImportReport) -> None:
    if report.errors or not report.households:
        raise RuntimeError(f"the invented households were refused: {[e.en for e in report.errors[:3]]}")


def _read_alone(file: Path) -> float:
    """Every cell as calamine gives it, and nothing done with it."""
    start = time.perf_counter()
    book = python_calamine.CalamineWorkbook.from_path(str(file))
    for name in book.sheet_names:
        book.get_sheet_by_name(name).to_python()
    return time.perf_counter() - start


def _add_all(registry: Registry, kept: Kept) -> None:
    with Session(registry.engine) as session:
        session.connection(execution_options=WRITE)
        for model, (rows, _) in kept.items():
            for start in range(0, len(rows), FLUSHED):
                session.add_all([model(**row) for row in rows[start : start + FLUSHED]])
                session.flush()
                session.expunge_all()
        session.commit()


def _copy(registry: Registry, kept: Kept) -> None:
    """COPY on PostgreSQL, executemany on SQLite; no checks, no events."""
    with registry.engine.connect().execution_options(fp_write=True) as connection, connection.begin():
        raw: Any = connection.connection.driver_connection
        for model, (_, tuples) in kept.items():
            name, width = str(model.__tablename__), len(tuples[0])
            if registry.engine.dialect.name == "sqlite":
                raw.executemany(f"insert into {name} values ({', '.join('?' * width)})", tuples)
                continue
            with raw.cursor() as cursor, cursor.copy(f"copy {name} from stdin") as copy:
                for row in tuples:
                    copy.write_row(row)


def _imported(bench: Bench) -> Kept:
    """The rows of the four tables after one import: what the bare ways write."""
    kept: Kept = {}
    with bench.registry() as registry:
        _import_tuples(bench, registry)
        with registry.engine.connect() as connection:
            for model in TABLES:
                rows = [dict(row) for row in connection.execute(select(model.__table__)).mappings()]  # type: ignore[attr-defined]
                raw = connection.exec_driver_sql(f"select * from {model.__tablename__}").all()
                kept[model] = rows, [tuple(row) for row in raw]
    return kept


def _prepared(url: str, host: Host, keys: Keys, folder: Path, households: int) -> Delivery:
    """Migrate, load a county's villages, open its year, and invent its households."""
    with Registry(make_engine(url), host, keys) as registry:
        registry.migrate()
        with registry.engine.connect().execution_options(fp_write=True) as connection, connection.begin():
            places.load(connection, VILLAGES)
            county, villages = _largest_county(connection)
        delivery = homes.invent(host, county, villages, households, folder / f"{registry.engine.dialect.name}.xlsx")
        rights = frozenset(permission.name for permission in host.permissions)
        with registry.session(Actor("bench", Scope.region(county), rights)) as session:
            change(session, OpenYear(county_code=county, year=YEAR), key="open the year")
    return delivery


def _largest_county(connection: Any) -> tuple[str, Sequence[str]]:
    place = func.substr(Region.code, 1, 6)
    held = Region.level == Level.VILLAGE, in_force(YEAR)
    inside = select(place).where(*held).group_by(place).order_by(func.count().desc(), place)
    county = connection.execute(inside.limit(1)).scalar_one()
    villages = select(Region.code).where(*held, place == county).order_by(Region.code)
    return f"{county}000000", connection.execute(villages).scalars().all()


def _on_sqlite(host: Host, keys: Keys, folder: Path, households: int) -> Bench:
    base, used = folder / "base.db", folder / "used.db"
    delivery = _prepared(f"sqlite:///{base}", host, keys, folder, households)

    @contextmanager
    def fresh() -> Iterator[str]:
        shutil.copyfile(base, used)
        yield f"sqlite:///{used}"
        for rest in folder.glob("used.db*"):
            rest.unlink()

    return Bench("sqlite", host, keys, delivery, fresh)


def _on_postgresql(host: Host, keys: Keys, folder: Path, households: int, cluster: Cluster) -> Bench:
    delivery = _prepared(cluster.create("imports"), host, keys, folder, households)

    @contextmanager
    def fresh() -> Iterator[str]:
        yield cluster.create("imports_used", "imports")
        cluster.drop("imports_used")

    return Bench("postgresql", host, keys, delivery, fresh)
