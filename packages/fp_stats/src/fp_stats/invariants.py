"""What must hold for the statistics: unmarked cells equal a recount of the rows, sums their parts, and books close."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from fp_core.models.events import DirtyMark
from fp_core.parts import Invariant
from fp_stats.cells import PLACE, unequal_sums
from fp_stats.counting import count
from fp_stats.models import StatCell
from fp_stats.tables import Cell, Counts, Derived, Statistic

LIMIT = 20
CHECK = "check"
Place = tuple[int, str]


def invariants_of(statistics: Sequence[Statistic]) -> list[Invariant]:
    """H2 and H3 for every table, and C1 for every table that has a check column."""
    books = [s for s in statistics if any(c.code == CHECK for c in s.columns)]
    return [
        Invariant("H2", "统计单元等于重新计数", "the cells equal a recount", partial(_differing, statistics)),
        Invariant("H3", "上级统计单元等于所属各地之和", "each cell above is the sum of its places", _not_summed),
        Invariant("C1", "年度变动核对为零", "each year's movements explain its poor", partial(_unbalanced, books)),
    ]


def _differing(statistics: Sequence[Statistic], session: Session) -> list[str]:
    """A line for each village, year and column whose cell is not what the rows say; marked villages are left out."""
    marked = {(year, region) for year, region in session.execute(select(DirtyMark.year, DirtyMark.region_code))}
    found: list[str] = []
    for statistic in statistics:
        for column, now in _counted(session, statistic).items():
            held = _held(session, statistic.code, column)
            places = sorted(p for p in now.keys() | held.keys() if p not in marked and now.get(p) != held.get(p))
            found += [f"{statistic.code}.{column} {p[0]} {p[1]}: cell {held.get(p)}, rows {now.get(p)}" for p in places]
    return found[:LIMIT]


def _not_summed(session: Session) -> list[str]:
    """A line for each region, year and column whose cell is not the sum of the cells of the places in it."""
    return [
        f"{cell.statistic}.{cell.column_code} {cell.year} {cell.level} {cell.region_code}: "
        f"its places add up to {cell.households} households and {cell.persons} persons more than the cell"
        for cell in session.execute(unequal_sums().limit(LIMIT))
    ]


def _unbalanced(statistics: Sequence[Statistic], session: Session) -> list[str]:
    """A line for each village and year whose check column is not 0, counted from the rows."""
    found: list[str] = []
    for statistic in statistics:
        check = next(c for c in statistic.columns if isinstance(c, Derived) and c.code == CHECK)
        counted = _counted(session, statistic)
        for year, region in sorted({place for cells in counted.values() for place in cells}):
            sides = [
                check.formula(_side(counted, (year, region), side), _side(counted, (year - 1, region), side))
                for side in ("households", "persons")
            ]
            if any(sides):
                found.append(f"{statistic.code} {year} {region}: households {sides[0]}, persons {sides[1]}")
    return found[:LIMIT]


def _side(counted: dict[str, dict[Place, Cell]], place: Place, side: str) -> Counts:
    return {column: getattr(cells.get(place), side, 0) for column, cells in counted.items()}


def _counted(session: Session, statistic: Statistic) -> dict[str, dict[Place, Cell]]:
    return {column.code: _by_place(session.execute(count(column))) for column in statistic.stored}


def _held(session: Session, statistic: str, column: str) -> dict[Place, Cell]:
    cells = session.execute(
        select(StatCell.year, StatCell.region_code, StatCell.households, StatCell.persons).where(
            StatCell.statistic == statistic, StatCell.level == PLACE.value, StatCell.column_code == column
        )
    )
    return _by_place(cells)


def _by_place(rows: Iterable[Any]) -> dict[Place, Cell]:
    """The numbers by year and place; what counts zero is left out."""
    return {(r.year, r.region_code): Cell(r.households, int(r.persons)) for r in rows if r.households or r.persons}
