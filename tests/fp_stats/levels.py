"""What the cells must be: a count of every place, put down once at each level by the digits of its code."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from fp_core.models.events import DirtyMark
from fp_core.regions import NATION, Level
from fp_core.registry import Registry
from fp_stats.counting import recount
from fp_stats.models import StatCell
from fp_stats.operations import statistics_of

Key = tuple[str, int, str, str, str]
"""Statistic, year, level, region, column."""
Numbers = dict[Key, tuple[int, int]]


def kept(registry: Registry, *years: int) -> Numbers:
    """The cells that are not zero."""
    with registry.system_session() as session:
        cells = session.scalars(select(StatCell).where(StatCell.year.in_(years)))
        return {
            (c.statistic, c.year, c.level, c.region_code, c.column_code): (c.households, c.persons)
            for c in cells
            if c.households or c.persons
        }


def counted(registry: Registry, *years: int) -> Numbers:
    """The register's rows counted now, at every level."""
    households: Counter[Key] = Counter()
    persons: Counter[Key] = Counter()
    with registry.system_session() as session:
        for code, statistic in statistics_of(registry.host).items():
            for year in years:
                for (place, column), cell in recount(session, statistic, NATION, year).items():
                    for level in Level:
                        key = (code, year, level.value, place[: level.digits].ljust(12, "0"), column)
                        households[key] += cell.households
                        persons[key] += cell.persons
    return {key: (households[key], persons[key]) for key in households | persons}


def marked(registry: Registry) -> list[tuple[int, str]]:
    """The places that are still to be counted."""
    with registry.system_session() as session:
        return sorted(map(tuple, session.execute(select(DirtyMark.year, DirtyMark.region_code))))  # type: ignore[arg-type]


MARK = (
    "INSERT INTO dirty_mark (year, region_code, marked_at) VALUES (:year, :place, '2017-01-01 00:00:00.000000') "
    "ON CONFLICT (year, region_code) DO UPDATE SET marked_at = excluded.marked_at"
)
HOUSEHOLD = (
    "INSERT INTO household (household_code, village_code, is_closed, version) VALUES (:code, :place, false, 0)",
    (
        "INSERT INTO household_year (household_code, year, village_code, exit_status, member_count) "
        "VALUES (:code, :year, :place, 'NOT_EXITED', :persons)"
    ),
    MARK,
)


def write(registry: Registry, *statements: str, **values: Any) -> None:
    """Rows that no operation writes, in one transaction."""
    with registry.engine.connect().execution_options(fp_write=True) as connection, connection.begin():
        for statement in statements:
            connection.execute(text(statement), values)


def add_household(registry: Registry, place: str, serial: int = 1, *, year: int = 2016, persons: int = 2) -> None:
    """A poor household in any place, and the mark that its change would leave."""
    code = f"{place}{serial:04d}"
    write(registry, *HOUSEHOLD, code=code, year=year, place=place, persons=persons)


def move(session: Session, place: str, to: str, years: Sequence[int]) -> None:
    """All households of a village go over to another one, as when villages are merged; both are marked in each year."""
    values = {"place": place, "to": to}
    for table in ("household", "household_year", "member", "member_year"):
        session.execute(text(f"UPDATE {table} SET village_code = :to WHERE village_code = :place"), values)
    marks = [{"year": year, "place": code} for year in years for code in (place, to)]
    session.execute(text(MARK), marks)
