"""Sources: a model as columns and links, plain data from which the GraphQL type and every way of reading it are made.

A column is an SQL expression over its model; a link is a target and pairs of columns. Nothing here is a loop in Python,
so that a selection can be read row by row, by batches, or as one statement.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, String, case, func, literal
from sqlmodel import SQLModel
from strawberry.utils.str_converters import to_camel_case

from fp_core.errors import PluginError
from fp_core.indicators import Indicator, indicators
from fp_core.scope import SYSTEM, By


@dataclass(frozen=True)
class SourceColumn:
    """A field of a source: what it means, the model it stands on, and its SQL over that model or an alias of it."""

    name: str
    indicator: Indicator
    model: type[SQLModel]
    expression: Callable[[Any], ColumnElement[Any]]
    nullable: bool

    @property
    def field(self) -> str:
        """The name in GraphQL."""
        return to_camel_case(self.name)

    @property
    def may_be_compared(self) -> bool:
        """Whether filters and orders may use it. Personal data may be shown (masked), never searched by guessing."""
        return not self.indicator.personal


@dataclass(frozen=True, kw_only=True)
class Link:
    """From one model's rows to another's: the pairs of columns that are equal, and nothing else.

    `many` links give whole lists in the order of `order_by` (the target's key where it is empty; `-name` descends).
    A link to one gives the first in that order. `fixed` are columns of the target that have one value for all.
    """

    of: type[SQLModel]
    name: str
    to: type[SQLModel]
    on: tuple[tuple[str, str], ...]
    label: str
    english: str
    many: bool = False
    order_by: tuple[str, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()

    @property
    def field(self) -> str:
        return to_camel_case(self.name)

    @property
    def own(self) -> tuple[str, ...]:
        return tuple(own for own, _ in self.on)

    @property
    def target(self) -> tuple[str, ...]:
        return tuple(target for _, target in self.on)

    def order(self, key: tuple[str, ...]) -> tuple[tuple[str, bool], ...]:
        """Names of the target's columns, each with whether it descends."""
        return tuple((name.lstrip("-"), name.startswith("-")) for name in self.order_by or key)


@dataclass(frozen=True)
class Source:
    """A type of the schema that rows of a model stand behind. `search` names the columns a free search looks through."""

    model: type[SQLModel]
    label: str
    english: str
    columns: tuple[SourceColumn, ...]
    key: tuple[str, ...]
    region_columns: tuple[str, ...]
    links: tuple[Link, ...] = ()
    search: tuple[str, ...] = ()
    plural: str = ""

    @property
    def name(self) -> str:
        return self.model.__name__

    @property
    def description(self) -> str:
        return f"{self.label} · {self.english}"

    @property
    def one(self) -> str:
        """The name of the root field that gives one row by its key."""
        return self.name[0].lower() + self.name[1:]

    @property
    def many(self) -> str:
        """The name of the root field that gives rows page by page."""
        return self.plural or _plural(self.one)

    @cached_property
    def by_name(self) -> dict[str, SourceColumn]:
        return {column.name: column for column in self.columns}

    @cached_property
    def by_field(self) -> dict[str, SourceColumn]:
        return {column.field: column for column in self.columns}

    @cached_property
    def links_by_field(self) -> dict[str, Link]:
        return {link.field: link for link in self.links}

    @cached_property
    def extensions(self) -> tuple[type[SQLModel], ...]:
        """The tables of plugins that share this source's key."""
        return tuple(dict.fromkeys(c.model for c in self.columns if c.model is not self.model))

    def with_columns(self, more: Iterable[SourceColumn]) -> "Source":
        return replace(self, columns=(*self.columns, *more))

    def with_links(self, more: Iterable[Link]) -> "Source":
        return replace(self, links=(*self.links, *more))


def source_of(
    model: type[SQLModel],
    *,
    search: tuple[str, ...] = (),
    region_columns: tuple[str, ...] = (),
    plural: str = "",
    without: tuple[str, ...] = (),
) -> Source:
    """The source of a model, from its indicators. Secret ones do not exist here; identifying ones are masked in SQL."""
    scope = getattr(model, "__scope__", None)
    if scope is SYSTEM or scope is None:
        raise PluginError(f"{model.__name__} is bookkeeping (SYSTEM) or has no __scope__; it cannot be a GraphQL type")
    label, english = _labelled(model)
    return Source(
        model=model,
        label=label,
        english=english,
        columns=tuple(_column(model, meaning) for meaning in _shown(model) if meaning.name not in without),
        key=tuple(column.key for column in model.__table__.primary_key),  # type: ignore[attr-defined]
        region_columns=scope.columns if isinstance(scope, By) else region_columns,
        search=search,
        plural=plural,
    )


def extension_columns(base: type[SQLModel], extension: type[SQLModel]) -> tuple[SourceColumn, ...]:
    """What a plugin's table adds to the model whose key it shares: its indicators but the key and the scope columns."""
    key = {column.key for column in base.__table__.primary_key}  # type: ignore[attr-defined]
    own = {column.key for column in extension.__table__.primary_key}  # type: ignore[attr-defined]
    if own != key:
        raise PluginError(
            f"{extension.__name__} extends {base.__name__} but its key is {sorted(own)}; give it the key {sorted(key)}"
        )
    scope = getattr(extension, "__scope__", None)
    carried = key | set(scope.columns if isinstance(scope, By) else ())
    added = [meaning for meaning in _shown(extension) if meaning.name not in carried]
    return tuple(replace(_column(extension, meaning), nullable=True) for meaning in added)


def _shown(model: type[SQLModel]) -> list[Indicator]:
    return [meaning for meaning in indicators(model).values() if not meaning.secret]


def _column(model: type[SQLModel], meaning: Indicator) -> SourceColumn:
    return SourceColumn(meaning.name, meaning, model, _expression(meaning), meaning.nullable)


def _expression(meaning: Indicator) -> Callable[[Any], ColumnElement[Any]]:
    name, head = meaning.name, _kept_head(meaning)

    def plain(entity: Any) -> ColumnElement[Any]:
        column: ColumnElement[Any] = getattr(entity, name)
        return column

    def masked(entity: Any) -> ColumnElement[Any]:
        column = getattr(entity, name)
        covered = func.substr(column, 1, head).concat("****").concat(func.substr(column, func.length(column) - 3, 4))
        long_enough = func.length(column) >= head + 6
        return case((column.is_(None), None), (long_enough, covered), else_=literal("****", String))

    return masked if head else plain


def _kept_head(meaning: Indicator) -> int:
    """How many characters stay before the mask; 0 for names, addresses and what is masked already. Any other is masked."""
    if not meaning.personal or meaning.type is not str or meaning.name.endswith(("name", "address", "_masked")):
        return 0
    return 3 if "phone" in meaning.name else 4


def _labelled(model: type[SQLModel]) -> tuple[str, str]:
    label = getattr(model, "__label__", None)
    if not (isinstance(label, tuple) and len(label) == 2):
        raise PluginError(
            f"{model.__name__} has no __label__; write __label__ = ('中文名称', 'english name') on the model"
        )
    return label


def _plural(word: str) -> str:
    return word[:-1] + "ies" if word.endswith("y") else word + "s"
