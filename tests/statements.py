"""Statements sent to the database, to show that their number does not grow with the rows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from fp_core.registry import Registry


@contextmanager
def counted(registry: Registry) -> Iterator[list[str]]:
    """The statements sent meanwhile, but for those that begin and end a transaction."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(registry.engine, "before_cursor_execute", note)
    yield sent
    event.remove(registry.engine, "before_cursor_execute", note)
