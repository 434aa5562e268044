"""Reading: a table of a region is the cells of its children, exact at the moment of reading, or a count of the rows."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from fp_core.db import UNSCOPED
from fp_core.errors import PluginError
from fp_core.models.regions import Region, covered, in_force
from fp_core.plugins import Host, items
from fp_core.registry import Registry
from fp_core.scope import Actor
from fp_stats.cells import child_of, children_of
from fp_stats.counting import recount
from fp_stats.models import StatCell
from fp_stats.refresh import Part, make_exact
from fp_stats.tables import Cell, Counts, Derived, Line, Statistic, by_code

ZERO = Cell(0, 0)
Sums = dict[tuple[int, str], dict[str, Cell]]
"""By (year, child region): the sums by column."""


def statistics_of(host: Host) -> dict[str, Statistic]:
    """All statistics tables of the installed plugins by code; a code given twice is refused."""
    owners: dict[str, str] = {}
    found: dict[str, Statistic] = {}
    for plugin, statistic in items(host.manager, "fp_statistics"):
        if statistic.code in found:
            raise PluginError(
                f"plugins {owners[statistic.code]!r} and {plugin!r} both define the statistic {statistic.code!r}"
            )
        owners[statistic.code], found[statistic.code] = plugin, statistic
    return found


def table(
    registry: Registry, actor: Actor, code: str, region: str, year: int, *, from_rows: bool = False
) -> list[Line]:
    """A statistics table of a region: one line for each child, the last one (the region itself) their sum.

    Numbers come from the cells, made exact first; `from_rows` counts the register's own rows instead and stores nothing.
    """
    statistics = statistics_of(registry.host)
    statistic, years = by_code(statistics, code), (year - 1, year)
    with registry.session(actor) as session:
        if not from_rows:
            make_exact(session, registry, statistics, Part(region, *years))
        sums = _counted if from_rows else _stored
        found = sums(session, statistic, region, years)
        names = _names(session, region, year, {code for _, code in found})
    lines = [_line(statistic, code, name, found, year) for code, name in names.items()]
    return [*lines, _sum(statistic, region, lines)]


def _names(session: Session, region: str, year: int, counted: set[str]) -> dict[str, str]:
    """The children of the region, and what else was counted in it: the region alone, a division that has ended.

    A division that is not in the list of the year has the last name it bore, and its code where it bore none.
    """
    values = {"region": region, "counted": list(counted)}
    found = session.execute(_naming(covered(year)), values, execution_options=UNSCOPED)
    named = {row.code: row.name for row in found}
    return dict(sorted(({code: code for code in counted} | named).items()))


@lru_cache
def _naming(year: int) -> Select[str, str]:
    holds = in_force(year)
    named = or_(
        and_(Region.parent_code == bindparam("region"), holds), Region.code.in_(bindparam("counted", expanding=True))
    )
    return select(Region.code, Region.name).where(named).order_by(holds, Region.valid_from)


def _stored(session: Session, statistic: Statistic, region: str, years: Sequence[int]) -> Sums:
    """The cells of the region's children."""
    values = {"statistic": statistic.code, "years": list(years)}
    found: Sums = {}
    for year, code, column, households, persons in session.execute(_reading(region), values):
        found.setdefault((year, code), {})[column] = Cell(households, persons)
    return found


@lru_cache(maxsize=512)
def _reading(region: str) -> Any:
    return select(
        StatCell.year, StatCell.region_code, StatCell.column_code, StatCell.households, StatCell.persons
    ).where(
        StatCell.statistic == bindparam("statistic"),
        StatCell.year.in_(bindparam("years", expanding=True)),
        children_of(region),
        or_(StatCell.households != 0, StatCell.persons != 0),
    )


def _counted(session: Session, statistic: Statistic, region: str, years: Sequence[int]) -> Sums:
    """What `_stored` gives, counted from the rows now."""
    found: Sums = {}
    for year in years:
        for (place, column), cell in recount(session, statistic, region, year).items():
            cells = found.setdefault((year, child_of(region, place)), {})
            held = cells.get(column, ZERO)
            cells[column] = Cell(held.households + cell.households, held.persons + cell.persons)
    return found


def _line(statistic: Statistic, code: str, name: str, found: Mapping[Any, Mapping[str, Cell]], year: int) -> Line:
    now, last = found.get((year, code), {}), found.get((year - 1, code), {})
    cells = {c.code: now.get(c.code, ZERO) for c in statistic.stored}
    for column in statistic.columns:
        if isinstance(column, Derived):
            cells[column.code] = Cell(
                column.formula(_side(cells, "households"), _side(last, "households")),
                column.formula(_side(cells, "persons"), _side(last, "persons")),
            )
    return Line(code, name, cells)


class _Zeros(dict[str, int]):
    def __missing__(self, key: str) -> int:
        return 0


def _side(cells: Mapping[str, Cell], side: str) -> Counts:
    return _Zeros({code: getattr(cell, side) for code, cell in cells.items()})


def _sum(statistic: Statistic, region: str, lines: Sequence[Line]) -> Line:
    total = {
        c.code: Cell(sum(x.cells[c.code].households for x in lines), sum(x.cells[c.code].persons for x in lines))
        for c in statistic.columns
    }
    return Line(region, "合计", total)
