"""What must hold for the cells: where nothing is marked as changed, they equal a recount of the rows."""

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from fp_core.models.events import DirtyMark
from fp_stats.models import StatCell
from fp_stats.national import TABLES
from fp_stats.operations import count
from fp_stats.tables import Cell, Counted, Happening, Statistic

LIMIT = 20


def differing_cells(session: Session) -> list[str]:
    """A line for each village, year and column whose cell is not what the rows say; marked villages are left out."""
    marked = {(year, region) for year, region in session.execute(select(DirtyMark.year, DirtyMark.region_code))}
    found: list[str] = []
    for statistic in TABLES:
        for column in statistic.stored:
            found += _differing(session, statistic, column, marked)
    return found[:LIMIT]


def _differing(
    session: Session, statistic: Statistic, column: Counted | Happening, marked: set[tuple[int, str]]
) -> list[str]:
    rows = session.execute(count(column))
    now = {(r.year, r.region_code): Cell(r.households, int(r.persons)) for r in rows}
    cells = session.execute(
        select(StatCell.year, StatCell.region_code, StatCell.households, StatCell.persons).where(
            tuple_(StatCell.statistic, StatCell.column_code) == (statistic.code, column.code)
        )
    )
    held = {(year, region): Cell(households, persons) for year, region, households, persons in cells}
    places = sorted(
        place for place in now.keys() | held.keys() if place not in marked and now.get(place) != held.get(place)
    )
    return [
        f"{statistic.code}.{column.code} {p[0]} {p[1]}: cell {held.get(p)}, rows {now.get(p)}" for p in places[:LIMIT]
    ]
