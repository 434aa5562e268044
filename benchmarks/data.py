"""A registry of a chosen size in our own tables, filled by one statement a table; the same rows on both databases."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from math import ceil

from sqlalchemy import Connection, insert, text
from sqlmodel import SQLModel

from benchmarks import places
from benchmarks.queries import STATISTIC
from benchmarks.rows import HOUSEHOLDS_EACH, MEMBERS_EACH, YEAR, Rows
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.years import DataYear
from fp_core.regions import NATION
from fp_core.registry import Registry
from fp_core.scope import Actor, Scope
from fp_projects.models import Project, ProjectBeneficiary
from fp_stats.operations import table

Report = Callable[[str], None]
ORDER: tuple[type[SQLModel], ...] = (
    DataYear,
    Household,
    Member,
    HouseholdYear,
    MemberYear,
    Project,
    ProjectBeneficiary,
    Event,
)
"""Each table after those its rows are made from."""
COUNTED: tuple[type[SQLModel], ...] = (DataYear, Household, Member, HouseholdYear, Event)
"""The tables that statistics are counted from, and those these are made from."""
READER = Actor("bench", Scope.nation())


def make(registry: Registry, members: int, report: Report, models: Sequence[type[SQLModel]] = ORDER) -> None:
    """Migrate a fresh database, and fill it with about so many members in two data years, cells of statistics included."""
    began = time.monotonic()
    registry.migrate()
    with _writing(registry) as connection:
        places.load(connection, villages_of(members))
    fill(registry, models)
    report(f"about {members:,} members in {time.monotonic() - began:.0f} s")


def fill(registry: Registry, models: Sequence[type[SQLModel]] = ORDER) -> None:
    """Fill these tables for every village there is, and count the cells of statistics."""
    rows = Rows(registry.host.codes, registry.engine.dialect.name == "postgresql")
    for model in models:
        with _writing(registry) as connection, _without_indexes(connection, model):
            statement = rows.of(model)
            connection.execute(insert(model).from_select(statement.selected_columns.keys(), statement))
    _analyze(registry)
    table(registry, READER, STATISTIC, NATION, YEAR)
    _analyze(registry)


def villages_of(members: int) -> int:
    """How many villages so many members need."""
    return max(1, ceil(members / (HOUSEHOLDS_EACH * MEMBERS_EACH)))


@contextmanager
def _writing(registry: Registry) -> Iterator[Connection]:
    """A transaction in which foreign keys are not looked up row by row: the rows are made from each other."""
    with registry.engine.connect().execution_options(fp_write=True) as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("set local session_replication_role = replica"))
        yield connection


@contextmanager
def _without_indexes(connection: Connection, model: type[SQLModel]) -> Iterator[None]:
    """Indexes are made when the rows are there: that is faster than entering each."""
    indexes = sorted(model.__table__.indexes, key=lambda index: str(index.name))  # type: ignore[attr-defined]
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _analyze(registry: Registry) -> None:
    if registry.engine.dialect.name == "postgresql":
        with registry.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
        return
    with _writing(registry) as connection:
        connection.execute(text("analyze"))
