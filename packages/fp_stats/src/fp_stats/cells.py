"""The cells by level: how a place's numbers are carried to every region above it, and which cells answer a reading."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    Subquery,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    true,
    union_all,
)

from fp_core import regions
from fp_core.regions import Level
from fp_stats.counting import KEY, count_all
from fp_stats.models import StatCell
from fp_stats.tables import Statistic

CELLS: Any = StatCell.__table__  # type: ignore[attr-defined]
PLACE = Level.VILLAGE
"""At this level every place has cells of its own, whatever the level of its code: a county's own events as well."""


def children_of(region: str) -> ColumnElement[bool]:
    """The cells that stand for the region's children; for the region itself stands what belongs to none of them.

    Each level is a run of codes: of a city the counties, then the towns that lie under no county, then such villages.
    """
    return or_(
        *(
            and_(
                StatCell.level == level.value,
                StatCell.region_code >= region if level is PLACE else StatCell.region_code > region,
                StatCell.region_code <= last,
            )
            for level, last in _runs(region)
        )
    )


def child_of(region: str, place: str) -> str:
    """The child of the region a place lies in, or the region itself: what `children_of` says in SQL."""
    uppers = (_at(place, level) for level, _ in _runs(region))
    return next((upper for upper in uppers if upper != region), region)


def _runs(region: str) -> Iterator[tuple[Level, str]]:
    """The levels below the region, and the last code of each that can be its child."""
    own = regions.level_of(region)
    deeper = [level for level in Level if level.digits > own.digits]
    for above, level in pairwise([own, *(deeper or [own])]):
        yield level, region[: above.digits].ljust(12, "9")


def _at(place: str, level: Level) -> str:
    return place[: level.digits].ljust(12, "0")


def carry(insert: Any, statistics: Sequence[Statistic], places: Select[Any]) -> Any:
    """Count these places anew and add the difference to their cells and to those of every region above them.

    One statement: what is counted and what was held are of the same moment, and either all levels take part or none.
    """
    chosen = places.cte("places")
    changed = _differences(statistics, chosen)
    uppers = _at_every_level(changed)
    added = insert(CELLS).from_select([c.key for c in uppers.selected_columns], uppers)
    return added.on_conflict_do_update(
        index_elements=list(CELLS.primary_key),
        set_={name: CELLS.c[name] + added.excluded[name] for name in ("households", "persons")},
    )


def _differences(statistics: Sequence[Statistic], places: CTE) -> CTE:
    """What is counted now less what the places' cells hold, where that is not nothing."""
    held = select(
        *(CELLS.c[name] for name in KEY), (-CELLS.c.households).label("households"), (-CELLS.c.persons).label("persons")
    ).where(
        CELLS.c.statistic.in_([s.code for s in statistics]),
        CELLS.c.level == PLACE.value,
        CELLS.c.year == places.c.year,
        CELLS.c.region_code == places.c.region_code,
    )
    both = union_all(count_all(statistics, places), held).subquery("both")
    households, persons = func.sum(both.c.households), func.sum(both.c.persons)
    key = [both.c[name] for name in KEY]
    differing = select(*key, households.label("households"), persons.label("persons")).group_by(*key)
    return differing.having(or_(households != 0, persons != 0)).cte("changed")


def _at_every_level(changed: CTE) -> Select[Any]:
    """The differences summed at each level, in a sub-select: an insert takes rows, not aggregates.

    They are written in the order in which they are read, so that the cells of a reading lie together.
    """
    summed = _carried(changed).subquery("summed")
    return select(*summed.c).where(true()).order_by(*(summed.c[key.name] for key in CELLS.primary_key))


def _carried(places: Any) -> Select[Any]:
    """The numbers of places summed to the region of each level that they lie in."""
    levels, code = _levels(), places.c.region_code
    rest = func.substr(literal(regions.NATION), levels.c.digits + 1)
    upper = func.substr(code, 1, levels.c.digits).op("||")(rest).label("region_code")
    key = [places.c.year, levels.c.level, upper, places.c.statistic, places.c.column_code]
    sums = [cast(func.sum(places.c[name]), BigInteger).label(name) for name in ("households", "persons")]
    return select(*key, *sums).select_from(places).join(levels, true()).group_by(*key)


def unequal_sums() -> Select[Any]:
    """What the places of a region add up to less what its cell holds, where that is not nothing."""
    of_places = select(*CELLS.c).where(CELLS.c.level == PLACE.value).subquery("of_places")
    summed = _carried(of_places).subquery("summed")
    names = [c.key for c in summed.c]
    held = select(*(-CELLS.c[n] if n in ("households", "persons") else CELLS.c[n] for n in names))
    both = union_all(select(*summed.c), held).subquery("both")
    key = [both.c[name] for name in names[:-2]]
    households, persons = func.sum(both.c.households), func.sum(both.c.persons)
    differing = select(*key, households.label("households"), persons.label("persons")).group_by(*key)
    return differing.having(or_(households != 0, persons != 0)).order_by(*key)


def _levels() -> Subquery:
    held = (select(literal(level.value).label("level"), literal(level.digits).label("digits")) for level in Level)
    return union_all(*held).subquery("levels")
