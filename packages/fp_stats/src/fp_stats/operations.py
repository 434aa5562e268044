"""Counting: villages that changed are counted anew in SQL before a table is read, so that every number is exact."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    select,
    true,
    tuple_,
    union,
    update,
)
from sqlalchemy.orm import Session, aliased

from fp_core import regions
from fp_core.db import WRITE, insert_of
from fp_core.errors import PluginError
from fp_core.models.events import DirtyMark, Event
from fp_core.models.household import HouseholdYear
from fp_core.models.regions import Region, children
from fp_core.plugins import Host, items
from fp_core.registry import Registry
from fp_core.scope import Actor
from fp_stats.models import StatCell, StatDefinition
from fp_stats.tables import Cell, Counted, Counts, Derived, Line, Statistic, by_code

ZERO = Cell(0, 0)
SET_WISE = {"synchronize_session": False}
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
    if not from_rows:
        refresh(registry, statistics.values(), region, years)
    with registry.session(actor) as session:
        sums = _counted if from_rows else _stored
        found = sums(session, statistic, region, years)
        rows = _rows(session, region, year, {code for _, code in found})
    lines = [_line(statistic, code, name, found, year) for code, name in rows]
    return [*lines, _sum(statistic, region, lines)]


def _rows(session: Session, region: str, year: int, counted: set[str]) -> list[tuple[str, str]]:
    """The children of the region, and what was counted in none of them: a village alone, a division that has ended."""
    listed = {r.code: r.name for r in children(session, region, year)}
    ended = select(Region.code, Region.name).where(Region.code.in_(counted - listed.keys())).order_by(Region.valid_from)
    others = {code: code for code in counted - listed.keys()} | {row.code: row.name for row in session.execute(ended)}
    return sorted({**others, **listed}.items())


def refresh(registry: Registry, statistics: Iterable[Statistic], region: str, years: Sequence[int]) -> int:
    """Count the changed villages of a region anew; returns how many.

    The marks are claimed first: whoever changes such a village now waits, and marks it anew when this is done.
    """
    claim, counted = str(uuid4()), list(statistics)
    mine = DirtyMark.year.in_(years), DirtyMark.region_code.between(*regions.span(region))
    with registry.system_session() as session:
        session.connection(execution_options=WRITE)
        _notice_changed(session, counted)
        session.execute(update(DirtyMark).where(*mine).values(claim=claim), execution_options=SET_WISE)
        claimed = select(DirtyMark.year, DirtyMark.region_code).where(DirtyMark.claim == claim)
        count_of_marks = session.scalar(select(func.count()).select_from(claimed.subquery())) or 0
        if count_of_marks:
            _recount(session, counted, claimed)
            session.execute(delete(DirtyMark).where(DirtyMark.claim == claim), execution_options=SET_WISE)
        session.commit()
    return count_of_marks


def _notice_changed(session: Session, statistics: Sequence[Statistic]) -> None:
    """A table that is new, or has other columns than when it was counted, marks every village that has anything to count."""
    known = {held.statistic: held.columns for held in session.scalars(select(StatDefinition))}
    changed = [{"statistic": s.code, "columns": s.digest} for s in statistics if known.get(s.code) != s.digest]
    if not changed:
        return
    noted = insert_of(session)(StatDefinition)
    noted = noted.on_conflict_do_update(index_elements=["statistic"], set_={"columns": noted.excluded.columns})
    session.execute(noted, changed)
    places = union(
        select(HouseholdYear.year, HouseholdYear.village_code),
        select(Event.year, Event.region_code).where(Event.year.is_not(None)),
    ).subquery()
    now = literal(datetime.now(UTC), DirtyMark.marked_at.type)
    all_places = select(places.c[0], places.c[1], now).where(true())
    marks = insert_of(session)(DirtyMark).from_select(["year", "region_code", "marked_at"], all_places)
    session.execute(marks.on_conflict_do_nothing())


def _recount(session: Session, statistics: Sequence[Statistic], claimed: Select[int, str]) -> None:
    outdated = delete(StatCell).where(tuple_(StatCell.year, StatCell.region_code).in_(claimed))
    session.execute(outdated, execution_options=SET_WISE)
    for statistic in statistics:
        for column in statistic.stored:
            counted = count(column).where(tuple_(*_place(column)).in_(claimed)).subquery()
            session.execute(
                insert(StatCell).from_select(
                    ["year", "region_code", "statistic", "column_code", "households", "persons"],
                    select(
                        counted.c.year,
                        counted.c.region_code,
                        literal(statistic.code),
                        literal(column.code),
                        counted.c.households,
                        counted.c.persons,
                    ),
                )
            )


def count(column: Any) -> Select[Any]:
    """The one definition of a counted column, by year and village: used by refresh and by recount alike."""
    year, region = _place(column)
    households: Any = func.count()
    if isinstance(column, Counted):
        persons = func.coalesce(func.sum(HouseholdYear.member_count), 0)
        condition = and_(HouseholdYear.exit_status.not_in(("REMOVED", "CLOSED")), column.condition(HouseholdYear))
    else:
        households = households.filter(column.moves_household(Event))
        persons, condition = func.coalesce(func.sum(Event.persons), 0), and_(_stands(), column.condition(Event))
    return (
        select(
            year.label("year"), region.label("region_code"), households.label("households"), persons.label("persons")
        )
        .where(condition)
        .group_by(year, region)
    )


def recount(session: Session, statistic: Statistic, region: str, year: int) -> dict[tuple[str, str], Cell]:
    """Every stored column counted from the rows now, by (village, column): what the cells must equal."""
    found: dict[tuple[str, str], Cell] = {}
    for column in statistic.stored:
        when, where = _place(column)
        for row in session.execute(count(column).where(when == year, where.between(*regions.span(region)))):
            found[(row.region_code, column.code)] = Cell(row.households, int(row.persons))
    return found


def _place(column: Any) -> tuple[Any, Any]:
    if isinstance(column, Counted):
        return HouseholdYear.year, HouseholdYear.village_code
    return Event.year, Event.region_code


def _stands() -> ColumnElement[bool]:
    """An event that was not rolled back."""
    undo = aliased(Event)
    return ~exists().where(
        undo.subject_type == Event.subject_type,
        undo.subject_code == Event.subject_code,
        undo.reverses == Event.event_no,
    )


def _stored(session: Session, statistic: Statistic, region: str, years: Sequence[int]) -> Sums:
    """The cells summed to the children of the region, by (year, child)."""
    width = _child_digits(region)
    child = func.substr(StatCell.region_code, 1, width)
    rows = session.execute(
        select(StatCell.year, child, StatCell.column_code, func.sum(StatCell.households), func.sum(StatCell.persons))
        .where(
            StatCell.statistic == statistic.code,
            StatCell.year.in_(years),
            StatCell.region_code.between(*regions.span(region)),
        )
        .group_by(StatCell.year, child, StatCell.column_code)
    )
    found: Sums = {}
    for year, code, column, households, persons in rows:
        found.setdefault((year, code.ljust(12, "0")), {})[column] = Cell(int(households), int(persons))
    return found


def _counted(session: Session, statistic: Statistic, region: str, years: Sequence[int]) -> Sums:
    """What `_stored` gives, counted from the rows now."""
    found: Sums = {}
    for year in years:
        for (village, column), cell in recount(session, statistic, region, year).items():
            child = village[: _child_digits(region)].ljust(12, "0")
            cells = found.setdefault((year, child), {})
            held = cells.get(column, ZERO)
            cells[column] = Cell(held.households + cell.households, held.persons + cell.persons)
    return found


def _child_digits(region: str) -> int:
    level = regions.level_of(region)
    deeper = [other.digits for other in regions.Level if other.digits > level.digits]
    return deeper[0] if deeper else 12


def _line(statistic: Statistic, code: str, name: str, stored: Mapping[Any, Mapping[str, Cell]], year: int) -> Line:
    now, last = stored.get((year, code), {}), stored.get((year - 1, code), {})
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
