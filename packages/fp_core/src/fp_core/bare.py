"""Bare tables and text inside a statement over models: the database would read them without the scope."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column, Select, Table, TextClause
from sqlalchemy.orm import ORMExecuteState
from sqlalchemy.sql import visitors


def found_in(state: ORMExecuteState) -> str | None:
    """The first bare table, column or text of a statement, or None.

    The ORM's own statements name columns of the table whose model they read: a key in a condition, or the keys alone.
    """
    statement: Any = state.statement
    if state.is_from_statement:
        return "from_statement"
    elements = list(visitors.iterate(statement))
    read = {getattr(e, "table", e) for e in elements if _is_of_model(e)}
    if state.bind_mapper is not None and _is_of_keys(statement, state.bind_mapper):
        read.add(state.bind_mapper.local_table)
    else:
        read -= {c.table for c in _selected(elements)}
    inside = {getattr(source, "element", None) for source in read}
    return next((str(e) for e in elements if not _is_of_model(e) and _is_bare(e, read, inside)), None)


def _is_of_model(element: Any) -> bool:
    return "parententity" in getattr(element, "_annotations", ())


def _is_bare(element: Any, read: set[Any], inside: set[Any]) -> bool:
    """A table, or a column of one, that the statement does not read through a model as well; or text, but for count(*)."""
    if isinstance(element, Table):
        return element not in read and element not in inside
    if isinstance(element, Column):
        of_table = isinstance(getattr(element.table, "element", element.table), Table)
        return of_table and element.table not in read
    literal = getattr(element, "is_literal", False) is True and str(element) != "*"
    return literal or isinstance(element, TextClause)


def _selected(elements: list[Any]) -> Iterator[Column[Any]]:
    """The columns in the columns clause of any select that are not those of a model."""
    for select in elements:
        for clause in select._raw_columns if isinstance(select, Select) else ():
            yield from (e for e in visitors.iterate(clause) if isinstance(e, Column) and not _is_of_model(e))


def _is_of_keys(statement: Any, mapper: Any) -> bool:
    """Whether these are the keys that the ORM reads before a bulk update or delete."""
    columns = statement._raw_columns if isinstance(statement, Select) else ()
    keys = [c for c in columns if isinstance(c, Column)]
    return bool(keys) and tuple(keys) == tuple(mapper.primary_key) and statement._from_obj != ()
