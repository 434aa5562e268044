"""The Python side of a model-backed type: an empty class per model, whose fields are decided by each schema."""

from functools import cache
from typing import Any

import strawberry
from sqlmodel import SQLModel

from fp_core.errors import Invalid
from fp_core.graphql.scalars import to_plain
from fp_core.graphql.sources import Source


@strawberry.interface(description="有全局标识的对象 · Anything that can be fetched again by its global id.")
class Node:
    """The interface of every type that has rows behind it."""

    id: strawberry.ID = strawberry.field(description="全局标识 · global id, opaque: keep it, do not take it apart")


class Row:
    """A row as it was read: only the columns that were asked for. Anything else is a mistake of the programmer."""

    @classmethod
    def is_type_of(cls, value: Any, _info: Any) -> bool:
        """Whether a value is a row of this type. A model's own object is refused: its secrets are not masked."""
        if isinstance(value, Row):
            return isinstance(value, cls)
        raise TypeError(f"a resolver gave a {type(value).__name__} object; give rows read by info.context.rows(…)")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        read = ", ".join(sorted(self.__dict__))
        raise AttributeError(f"this {type(self).__name__} was read without {name!r}; it has {read}")


@cache
def type_of(model: type[SQLModel]) -> type[Any]:
    """The Strawberry type of a model, for annotations: `list[type_of(Payment)]`. It is the same in every schema."""
    label = getattr(model, "__label__", (model.__name__, model.__name__))
    shell = type(model.__name__, (Row, Node), {"__module__": model.__module__, "__doc__": model.__doc__})
    return strawberry.type(shell, description=f"{label[0]} · {label[1]}")


def row_of(shell: type[Any], values: dict[str, Any]) -> Any:
    """A row of the shell without running a constructor."""
    row = object.__new__(shell)
    row.__dict__ = values
    return row


def global_id(source: Source, row: Any) -> str:
    """`HouseholdYear:<household_code>:<year>`, plain text that SQL can put together too."""
    return ":".join((source.name, *(quoted(to_plain(getattr(row, name))) for name in source.key)))


def split_id(text: str) -> tuple[str, tuple[str, ...]]:
    """The type's name and the key's parts as text; a text that is no global id is refused."""
    name, *parts = text.split(":")
    if not parts or not name.isidentifier():
        raise Invalid(
            "id",
            f"全局标识 {text!r} 无效，请使用查询结果中的 id",
            f"{text!r} is no global id; use an `id` that a query gave you",
        )
    return name, tuple(unquoted(part) for part in parts)


def quoted(part: str) -> str:
    """A part of an id or a cursor, free of the colon that ends it."""
    return part.replace("%", "%25").replace(":", "%3A")


def unquoted(part: str) -> str:
    """What `quoted` was given."""
    return part.replace("%3A", ":").replace("%25", "%")
