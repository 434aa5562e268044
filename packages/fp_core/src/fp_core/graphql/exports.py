"""Exports: the rows of a type in a region and year as a table, with the columns, the masks and the scope of the schema.

Rows are read in portions by a cursor, in the order of their key; none is kept. What is written of them, see export_files.
"""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from threading import Event, Lock
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from fp_core import regions
from fp_core.codes import Codes
from fp_core.errors import Invalid, NotFound
from fp_core.graphql.joint import Joint
from fp_core.graphql.reading import joined
from fp_core.graphql.sources import Source, SourceColumn
from fp_core.indicators import Indicator
from fp_core.operations.people import CHINA
from fp_core.registry import Registry
from fp_core.scope import Actor, By

RIGHT = "register:export"
PORTION = 500
"""So many rows are in memory at a time."""

YES_NO = ("是", "否")

Cell = str | int | Decimal | date | None
"""What stands in a cell: text, a number, a day, or nothing."""


@dataclass(frozen=True)
class Export:
    """What is exported: a source, narrowed to a region and, where it has one, to a year, with the columns of that year."""

    source: Source
    region: str
    year: int | None
    columns: tuple[SourceColumn, ...]
    readers: tuple[Callable[[Any], Cell], ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """The header: Chinese labels with their units."""
        meanings = [column.indicator for column in self.columns]
        return tuple(f"{m.label}（{m.unit}）" if m.unit else m.label for m in meanings)

    def statement(self) -> Select[Any]:
        """All rows, by key. The session adds the operator's own region."""
        model, by_name = self.source.model, self.source.by_name
        query = select(*(column.expression(column.model).label(column.name) for column in self.columns))
        query = joined(query.select_from(model), self.source, [column.model for column in self.columns])
        if self.source.region_columns:
            query = query.where(By(self.source.region_columns).visible(model, regions.span(self.region)))
        if self.year is not None and (name := year_column(self.source)) is not None:
            query = query.where(by_name[name].expression(model) == self.year)
        return query.order_by(*(by_name[name].expression(model) for name in self.source.key))


def types_of(joint: Joint) -> Mapping[str, Source]:
    """What can be exported: every type of the schema, by the name of its table."""
    return {str(source.model.__tablename__): source for source in joint.sources.values()}


def export_of(joint: Joint, actor: Actor, kind: str, region: str, year: int | None) -> Export:
    """The export that is asked for; refused where there is no such type, region or year, or no right."""
    actor.require(RIGHT)
    known = types_of(joint)
    if kind not in known:
        raise Invalid(
            "type",
            f"没有可导出的类型 {kind!r}，现有：{'、'.join(f'{name}（{s.label}）' for name, s in known.items())}",
            f"there is no type {kind!r} to export; known are {', '.join(known)}",
        )
    regions.level_of(region)
    if not actor.scope.contains(region):
        raise NotFound("行政区划 region", region)
    source = known[kind]
    _check_year(kind, source, year)
    columns = tuple(column for column in source.columns if _collected(joint, column, region, year))
    readers = tuple(_reader(column.indicator, joint.host.codes) for column in columns)
    return Export(source, region, year, columns, readers)


def year_column(source: Source) -> str | None:
    """The column that says of which year a row is: `year`, or the one `…_year` that every row has."""
    if "year" in source.by_name:
        return "year"
    certain = [
        c.name for c in source.columns if c.name.endswith("_year") and c.model is source.model and not c.nullable
    ]
    return certain[0] if len(certain) == 1 else None


class _Stopped(Exception):
    """The reading was stopped."""


class Reading:
    """The rows of an export while they are read. `stop` ends it from another thread, in the middle of a query too."""

    def __init__(self, registry: Registry, actor: Actor, export: Export) -> None:
        self.export = export
        self.rows = 0
        self._registry, self._actor = registry, actor
        self._stopped, self._lock = Event(), Lock()
        self._driver: Any = None

    @property
    def is_stopped(self) -> bool:
        return self._stopped.is_set()

    def portions(self) -> Generator[list[list[Cell]]]:
        """The cells of the rows, some hundred rows at a time."""
        try:
            with self._registry.session(self._actor) as session:
                yield from self._read(session)
        except _Stopped:
            return

    def stop(self) -> None:
        """End it: no further portion comes, and a query that runs is broken off."""
        self._stopped.set()
        with self._lock:
            if self._driver is not None:
                _break_off(self._driver)

    def _read(self, session: Session) -> Iterator[list[list[Cell]]]:
        with self._fetching(session):
            found = session.execute(self.export.statement(), execution_options={"yield_per": PORTION})
        with closing(found):  # before the transaction ends, which a cursor broken off would disturb
            while True:
                with self._fetching(session):
                    portion = found.fetchmany(PORTION)
                if not portion:
                    return
                self.rows += len(portion)
                yield [self._cells(row) for row in portion]

    def _cells(self, row: Sequence[Any]) -> list[Cell]:
        return [None if v is None else read(v) for read, v in zip(self.export.readers, row, strict=True)]

    @contextmanager
    def _fetching(self, session: Session) -> Iterator[None]:
        """Meanwhile the driver's connection may be told to break off; what it then says is no error."""
        driver = Session.connection(session).connection.driver_connection
        with self._lock:
            if self.is_stopped:
                raise _Stopped
            self._driver = driver
        try:
            yield
        except DBAPIError:
            if self.is_stopped:
                raise _Stopped from None
            raise
        finally:
            with self._lock:
                self._driver = None


def _break_off(driver: Any) -> None:
    """Break off what runs on a connection of psycopg or of sqlite3."""
    (driver.cancel_safe if hasattr(driver, "cancel_safe") else driver.interrupt)()


def _check_year(kind: str, source: Source, year: int | None) -> None:
    has_year = year_column(source) is not None
    if has_year and year is None:
        raise Invalid("year", f"请给出 year（{source.label}的年度）", f"name the year: {kind} has rows of every year")
    if year is not None and not has_year:
        raise Invalid("year", f"{source.label}不分年度，请勿填写 year", f"{kind} has no years; leave year out")


def _collected(joint: Joint, column: SourceColumn, region: str, year: int | None) -> bool:
    """Whether it is asked for in that year and, for a column of a plugin's table, anywhere in that region."""
    if year is not None and not column.indicator.in_year(year):
        return False
    where = [one.region for one in joint.host.extensions if one.model is column.model]
    return not where or any(regions.contains(one, region) or regions.contains(region, one) for one in where)


def _reader(meaning: Indicator, codes: Codes) -> Callable[[Any], Cell]:
    """From a stored value to what stands in the cell."""
    if meaning.codes is not None:
        labels = {item.name: item.label for item in codes[meaning.codes]}
        return (lambda held: _listed(labels.get(one, one) for one in held)) if meaning.many else _labelled(labels)
    readers: Mapping[Any, Callable[[Any], Cell]] = {bool: _yes_no, datetime: _moment, tuple: _listed}
    return readers.get(meaning.type, lambda held: held)


def _labelled(labels: Mapping[str, str]) -> Callable[[str], str]:
    return lambda held: labels.get(held, held)


def _listed(items: Iterator[str] | Sequence[str]) -> str:
    return "、".join(items)


def _yes_no(held: bool) -> str:
    return YES_NO[0] if held else YES_NO[1]


def _moment(held: datetime) -> str:
    return held.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S")
