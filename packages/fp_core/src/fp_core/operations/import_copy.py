"""Many new rows into one table: one COPY on PostgreSQL, an executemany for each batch on SQLite."""

from collections.abc import Callable, Iterator, Mapping
from itertools import islice, repeat
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core.db import ScopedSession

Columns = Mapping[str, Any]
"""By name: values as the database keeps them, one for each row, in a list or made one after the other."""

Told = Callable[[int], None]
"""Called with the number of rows written so far; what it raises undoes the import."""

Row = tuple[Any, ...]

BATCH = 5000
"""So many rows are handed to the driver at a time."""


def copy_in(
    session: ScopedSession,
    model: type[SQLModel],
    columns: Columns,
    constants: Mapping[str, Any],
    count: int,
    told: Told,
) -> None:
    """Write `count` rows in the transaction of `session`. Columns that are empty in every row stay out of the statement.

    It goes past the session's checks: the caller has seen that all rows lie in the operator's region.
    """
    connection = Session.connection(session)
    table: Table = model.__table__  # type: ignore[attr-defined]
    held = {
        name: values for name, values in columns.items() if not isinstance(values, list) or values.count(None) < count
    }
    same = {name: _bound(connection, table, name, value) for name, value in constants.items() if value is not None}
    names = ", ".join((*held, *same))
    rows = zip(*held.values(), *(repeat(value, count) for value in same.values()), strict=True)
    write = _copy if connection.dialect.name == "postgresql" else _insert
    write(connection, f"{table.name} ({names})", _batches(rows, told))


def _bound(connection: Connection, table: Table, name: str, value: Any) -> Any:
    """A value of a model as the driver takes it."""
    process = table.c[name].type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    return process(value) if process else value


def _batches(rows: Iterator[Row], told: Told) -> Iterator[list[Row]]:
    written = 0
    while batch := list(islice(rows, BATCH)):
        yield batch
        written += len(batch)
        told(written)


def _copy(connection: Connection, place: str, batches: Iterator[list[Row]]) -> None:
    driver: Any = connection.connection
    with driver.cursor() as cursor, cursor.copy(f"COPY {place} FROM STDIN") as copy:
        for batch in batches:
            for row in batch:
                copy.write_row(row)


def _insert(connection: Connection, place: str, batches: Iterator[list[Row]]) -> None:
    for batch in batches:
        places = ", ".join("?" * len(batch[0]))
        connection.exec_driver_sql(f"INSERT INTO {place} VALUES ({places})", batch)
