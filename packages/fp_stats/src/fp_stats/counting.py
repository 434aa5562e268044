"""Counting from the register's rows: one column at a time for a recount, all columns in one pass for the cells."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from fp_core import regions
from fp_core.models.events import Event
from fp_core.models.household import HouseholdYear
from fp_stats.tables import Cell, Counted, Happening, Statistic

KEY = ("year", "region_code", "statistic", "column_code")
MOST_COLUMNS = 200
"""Of one pass: a select of PostgreSQL has 1,664 entries at most, a union of SQLite 500 branches."""


@dataclass(frozen=True)
class Rows:
    """What a column is counted from: rows that lie in a year and a place, and the condition all of them meet."""

    year: Any
    place: Any
    stands: ColumnElement[bool]


def rows_of(column: Counted | Happening) -> Rows:
    """Household-years that were not struck out or closed, or events that were not rolled back."""
    if isinstance(column, Counted):
        open_ones = HouseholdYear.exit_status.not_in(("REMOVED", "CLOSED"))
        return Rows(HouseholdYear.year, HouseholdYear.village_code, open_ones)
    undo = aliased(Event)
    undone = exists().where(
        undo.subject_type == Event.subject_type,
        undo.subject_code == Event.subject_code,
        undo.reverses == Event.event_no,
    )
    return Rows(Event.year, Event.region_code, ~undone)


def condition_of(column: Counted | Happening) -> ColumnElement[bool]:
    """Which of the rows a column counts."""
    return column.condition(HouseholdYear if isinstance(column, Counted) else Event)  # type: ignore[no-any-return]


def households_of(column: Counted | Happening, condition: ColumnElement[bool]) -> ColumnElement[int]:
    """The households among the rows that meet the condition."""
    if isinstance(column, Happening):
        condition = and_(condition, column.moves_household(Event))
    return func.count().filter(condition)


def persons_of(column: Counted | Happening, condition: ColumnElement[bool]) -> ColumnElement[int]:
    """The persons in the rows that meet the condition."""
    persons = HouseholdYear.member_count if isinstance(column, Counted) else Event.persons
    return func.coalesce(func.sum(persons).filter(condition), 0)


def count(column: Counted | Happening) -> Select[Any]:
    """A column by year and place: what its cells at the level of the village must equal."""
    rows, all_left = rows_of(column), true()
    return (
        select(
            rows.year.label("year"),
            rows.place.label("region_code"),
            households_of(column, all_left).label("households"),
            persons_of(column, all_left).label("persons"),
        )
        .where(rows.stands, condition_of(column))
        .group_by(rows.year, rows.place)
    )


def recount(session: Session, statistic: Statistic, region: str, year: int) -> dict[tuple[str, str], Cell]:
    """Every stored column counted from the rows now, by (place, column); what counts zero is left out."""
    found: dict[tuple[str, str], Cell] = {}
    for column in statistic.stored:
        rows = rows_of(column)
        for row in session.execute(count(column).where(rows.year == year, rows.place.between(*regions.span(region)))):
            if row.households or row.persons:
                found[(row.region_code, column.code)] = Cell(row.households, int(row.persons))
    return found


def count_all(statistics: Iterable[Statistic], places: Subquery | CTE) -> Select[Any]:
    """Every stored column of these places, one row each, by as few passes over their rows as there are kinds of rows."""
    columns = [(statistic.code, column) for statistic in statistics for column in statistic.stored]
    kinds = [[c for c in columns if isinstance(c[1], kind)] for kind in (Counted, Happening)]
    passes = [kind[first : first + MOST_COLUMNS] for kind in kinds for first in range(0, len(kind), MOST_COLUMNS)]
    parts = [_unfolded(_pass(part, places).cte(f"pass_{n}"), part) for n, part in enumerate(passes)]
    everything = union_all(*parts).subquery()
    return select(*everything.c)


Named = tuple[str, Counted | Happening]


def _pass(columns: Sequence[Named], places: Any) -> Select[Any]:
    """All these columns side by side, a row for each year and place."""
    rows, conditions = rows_of(columns[0][1]), [condition_of(column) for _, column in columns]
    return (
        select(rows.year.label("year"), rows.place.label("region_code"), *_side_by_side(columns, conditions))
        .join_from(places, rows.year.class_, and_(rows.year == places.c.year, rows.place == places.c.region_code))
        .where(rows.stands, or_(*conditions))
        .group_by(rows.year, rows.place)
    )


def _side_by_side(columns: Sequence[Named], conditions: Sequence[ColumnElement[bool]]) -> Iterator[Any]:
    for number, ((_, column), condition) in enumerate(zip(columns, conditions, strict=True)):
        yield households_of(column, condition).label(f"households_{number}")
        yield persons_of(column, condition).label(f"persons_{number}")


def _unfolded(counted: CTE, columns: Sequence[Named]) -> Select[Any]:
    """Each column in a row of its own."""
    branches = [
        select(
            counted.c.year,
            counted.c.region_code,
            literal(statistic).label("statistic"),
            literal(column.code).label("column_code"),
            counted.c[f"households_{number}"].label("households"),
            counted.c[f"persons_{number}"].label("persons"),
        )
        for number, (statistic, column) in enumerate(columns)
    ]
    unfolded = union_all(*branches).subquery()
    return select(*unfolded.c)
