"""A selection becomes one select that makes the JSON in the database, from the sources that the ordinary way reads.

Each object of the answer is a sub-select with a table of its own; scope and masks are inside it, so none can be read
without them. The key of the root stands in every sub-select below it as a parameter, never as a chain of joins.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from graphql import FieldNode
from sqlalchemy import (
    Alias,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    func,
    literal_column,
    select,
)
from sqlmodel import SQLModel

from fp_core.graphql.compiled.dialects import (
    Dialect,
    Expression,
    Pairs,
    Rows,
    joined,
    number,
    text_of,
    value_of,
    word,
)
from fp_core.graphql.filters import Term
from fp_core.graphql.joint import Joint
from fp_core.graphql.lookahead import Asked, Fields, below
from fp_core.graphql.questions import NO_VALUE, Shape, asked, begins, cursor_head, ordered
from fp_core.graphql.reading import MOST_LINKED
from fp_core.graphql.sources import Link, Source, SourceColumn
from fp_core.scope import By

SCOPE = (bindparam("scope_low", type_=String), bindparam("scope_high", type_=String))
ROW, AMOUNT = "_n", "_amount"


class NotSql(Exception):
    """Why a selection cannot be one statement: the field that a Python resolver answers."""


@dataclass
class Table:
    """A source under an alias of its own. `pinned` are columns whose value is a parameter of the statement."""

    source: Source
    name: str
    prefix: str
    pinned: Mapping[str, Expression]
    entities: dict[type[SQLModel], Alias] = field(default_factory=dict)

    def entity(self, model: type[SQLModel]) -> Any:
        """The columns of the model, or of a plugin's table that extends it."""
        if model not in self.entities:
            name = f"{self.name}_{len(self.entities)}" if self.entities else self.name
            self.entities[model] = model.__table__.alias(name)  # type: ignore[attr-defined]
        return self.entities[model].c

    def value(self, column: SourceColumn) -> Expression:
        """What the field of a column shows, masked where it is masked."""
        return column.expression(self.entity(column.model))

    def reference(self, name: str) -> Expression:
        """A column for a sub-select to refer to, by its name only."""
        return literal_column(f"{self.name}.{name}", self.entity(self.source.model)[name].type)

    def rows(self, columns: Sequence[Expression], conditions: Sequence[ColumnElement[bool]]) -> Select[Any]:
        """The rows that fulfil the conditions and lie in the operator's region."""
        base = self.entity(self.source.model)
        tables: Any = self.entities[self.source.model]
        for extension in self.source.extensions:
            if extension in self.entities:
                columns_ = self.entities[extension].c
                same = (columns_[name] == base[name] for name in self.source.key)
                tables = tables.outerjoin(self.entities[extension], and_(*same, *_visible(extension, columns_)))
        return select(*columns).select_from(tables).where(*_visible(self.source.model, base), *conditions)


@dataclass
class View(Table):
    """The rows of a page under the names of their columns; which columns these are shows while the page is compiled."""

    needed: dict[str, SourceColumn] = field(default_factory=dict)

    def value(self, column: SourceColumn) -> Expression:
        self.needed[column.name] = column
        return literal_column(f"{self.name}.{column.name}", column.expression(column.model).type)

    def reference(self, name: str) -> Expression:
        return self.value(self.source.by_name[name])


@dataclass
class Compiler:
    """The selects of one root field's answer. `prefix` keeps its parameters apart from those of other root fields."""

    joint: Joint
    to: Dialect
    asked: Asked
    prefix: str = ""
    numbers: Any = field(default_factory=count)

    def one(self, source: Source, nodes: Sequence[FieldNode], shape: Shape) -> Select[Any]:
        """One row by its key."""
        table = self._table(source, self._pinned(source, shape))
        pairs = self._object(table, below(nodes, self.asked, source.name))
        same = [condition for _, condition in asked(source, shape, table)]
        return self.to.one(pairs, lambda columns: table.rows(columns, same))

    def page(self, source: Source, nodes: Sequence[FieldNode], shape: Shape, terms: Sequence[Term]) -> Select[Any]:
        """A page: its rows are read once, under a name; lists, cursors and page information are made from there."""
        view = View(source, f"{self.prefix}page", self.prefix, self._pinned(source, shape))
        chosen = below(nodes, self.asked, f"{source.name}Connection")
        parts = [(key, self._part(view, same, shape, terms)) for key, same in chosen.items()]
        rows = self._rows_of_page(view, shape, terms)
        return self.to.one([(key, make(rows)) for key, make in parts], _counted(rows))

    def _table(self, source: Source, pinned: Mapping[str, Expression]) -> Table:
        table = Table(source, f"{self.prefix}t{next(self.numbers)}", self.prefix, pinned)
        table.entity(source.model)
        return table

    def _pinned(self, source: Source, shape: Shape) -> dict[str, Expression]:
        types = source.model.__table__.c  # type: ignore[attr-defined]
        return {name: bindparam(f"{self.prefix}same_{name}", type_=types[name].type) for name in shape.same}

    def _object(self, table: Table, fields: Fields) -> Pairs:
        if not fields:
            raise NotSql(f"nothing is selected of {table.source.name}")
        return [(key, self._field(table, nodes)) for key, nodes in fields.items()]

    def _field(self, table: Table, nodes: Sequence[FieldNode]) -> Expression:
        name, source = nodes[0].name.value, table.source
        if name == "__typename":
            return self.to.constant(source.name)
        if name == "id":
            return self.to.quoted(joined([word(source.name), *self._key(table)]))
        if (column := source.by_field.get(name)) is not None:
            return value_of(self.to, column, table.value(column))
        if (link := source.links_by_field.get(name)) is not None:
            return self._link(table, link, nodes)
        raise NotSql(f"{source.name}.{name} is answered by a Python resolver")

    def _link(self, table: Table, link: Link, nodes: Sequence[FieldNode]) -> Expression:
        source = self.joint.source(link.to)
        pinned = {target: table.pinned[own] for own, target in link.on if own in table.pinned}
        inner = self._table(source, pinned)
        pairs = self._object(inner, below(nodes, self.asked, source.name))
        columns = inner.entity(source.model)
        conditions = [columns[to] == pinned.get(to, table.reference(own)) for own, to in link.on]
        conditions += [columns[name] == word(value) for name, value in link.fixed]
        order = [columns[name].desc() if down else columns[name].asc() for name, down in link.order(source.key)]
        most = MOST_LINKED + 1 if link.many else 1

        def rows(wanted: Sequence[Expression]) -> Select[Any]:
            return inner.rows(wanted, conditions).order_by(*order).limit(number(most))

        if link.many:
            return self.to.many(pairs, rows, MOST_LINKED)
        return self.to.nested(pairs, rows)

    def _key(self, table: Table) -> list[Expression]:
        columns = [table.source.by_name[name] for name in table.source.key]
        return [word(":").concat(_quoted(text_of(self.to, column, table.value(column)))) for column in columns]

    def _part(
        self, view: View, nodes: Sequence[FieldNode], shape: Shape, terms: Sequence[Term]
    ) -> Callable[[Any], Expression]:
        """A field of a connection, to be made once the rows of the page have a name."""
        name, source = nodes[0].name.value, view.source
        if name == "__typename":
            return lambda _: self.to.constant(f"{source.name}Connection")
        if name == "totalCount":
            return lambda _: self.to.bare(self._count(source, shape))
        if name == "pageInfo":
            return self._page_info(view, below(nodes, self.asked, "PageInfo"), shape, terms)
        if name == "edges":
            pairs = self._edge(view, below(nodes, self.asked, f"{source.name}Edge"), terms)
        else:
            pairs = self._object(view, below(nodes, self.asked, source.name))
        first = bindparam(f"{self.prefix}first", type_=Integer)

        def listed(rows: Any) -> Expression:
            def page(columns: Sequence[Expression]) -> Select[Any]:
                return select(*columns).select_from(rows).where(rows.c[ROW] <= first).order_by(rows.c[ROW]).limit(first)

            return self.to.many(pairs, page)

        return listed

    def _edge(self, view: View, fields: Fields, terms: Sequence[Term]) -> Pairs:
        source = view.source
        made: dict[str, Callable[[Sequence[FieldNode]], Expression]] = {
            "__typename": lambda _: self.to.constant(f"{source.name}Edge"),
            "cursor": lambda _: self.to.quoted(self._cursor(view, terms)),
            "node": lambda nodes: self.to.inside(self._object(view, below(nodes, self.asked, source.name))),
        }
        return [(key, made[nodes[0].name.value](nodes)) for key, nodes in fields.items()]

    def _page_info(
        self, view: View, fields: Fields, shape: Shape, terms: Sequence[Term]
    ) -> Callable[[Any], Expression]:
        cursor, first = self._cursor(view, terms), bindparam(f"{self.prefix}first", type_=Integer)

        def info(rows: Any) -> Expression:
            row, amount = rows.c[ROW], literal_column(AMOUNT, Integer)
            listed = select(cursor).select_from(rows).where(row <= first).limit(number(1)).correlate(None)
            made: dict[str, Callable[[], Expression]] = {
                "__typename": lambda: self.to.constant("PageInfo"),
                "hasNextPage": lambda: self.to.bare(amount > first),
                "hasPreviousPage": lambda: self.to.bare(
                    amount < number(0) if shape.after is None else amount >= number(0)
                ),
                "startCursor": lambda: self.to.quoted(listed.order_by(row).scalar_subquery()),
                "endCursor": lambda: self.to.quoted(listed.order_by(row.desc()).scalar_subquery()),
            }
            pairs = [(key, made[nodes[0].name.value]()) for key, nodes in fields.items()]
            return self.to.nested(pairs, _counted(rows))

        return info

    def _cursor(self, view: View, terms: Sequence[Term]) -> Expression:
        pieces: list[Expression] = [word(cursor_head(terms))]
        for term in terms:
            text = _quoted(text_of(self.to, term.column, view.value(term.column)))
            pieces += [word(":"), func.coalesce(text, word(NO_VALUE))]
        return joined(pieces)

    def _count(self, source: Source, shape: Shape) -> Expression:
        table = self._table(source, {})
        conditions = [condition for _, condition in asked(source, shape, table)]
        return table.rows([func.count()], conditions).scalar_subquery()

    def _rows_of_page(self, view: View, shape: Shape, terms: Sequence[Term]) -> Any:
        """The rows of the page and one more, numbered in their order."""
        table = self._table(view.source, {})
        columns = {**view.needed, **{term.column.name: term.column for term in terms}}
        conditions = [condition for _, condition in asked(view.source, shape, table)]
        if shape.after is not None:
            conditions.append(begins(terms, shape.after, table))
        wanted = [table.value(column).label(name) for name, column in columns.items()]
        limit = bindparam(f"{self.prefix}limit", type_=Integer)
        found = table.rows(wanted, conditions).order_by(*ordered(terms, table)).limit(limit).subquery()
        order = [term.by(found.c[term.column.name]) for term in terms]
        numbered = func.row_number().over(order_by=order).label(ROW)
        return select(*found.c, numbered).cte(view.name)


def _counted(rows: Any) -> Rows:
    """The one row that tells how many rows there are."""
    amount = select(func.count().label(AMOUNT)).select_from(rows).subquery()
    return lambda columns: select(*columns).select_from(amount)


def _visible(model: type[SQLModel], columns: Any) -> list[ColumnElement[bool]]:
    scope = model.__scope__  # type: ignore[attr-defined]
    return [scope.visible(columns, SCOPE)] if isinstance(scope, By) else []


def _quoted(text: Expression) -> Expression:
    return func.replace(func.replace(text, word("%"), word("%25")), word(":"), word("%3A"))
