"""The two ways to use compiled statements: for a whole operation, and for one root field inside Strawberry's execution.

Both are tried and never forced: what cannot be one statement, and what is to be refused, is left to the ordinary way,
whose errors and paths are the true ones.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import GraphQLError, GraphQLSchema, OperationType, get_variable_values

from fp_core.errors import Problem
from fp_core.graphql.compiled.compiler import NotSql
from fp_core.graphql.compiled.dialects import DIALECTS
from fp_core.graphql.compiled.plans import Operation, rooted
from fp_core.graphql.joint import Joint
from fp_core.graphql.roots import Rooted
from fp_core.scope import Actor, Scope

Values = Sequence[Any] | Mapping[str, Any]
Texts = Sequence[bytes | str | None]
QUERY = '"Query"'


class Unread(Exception):
    """The database did not answer a statement; the ordinary way is to say why."""


class Database(Protocol):
    """Runs statements that only read."""

    async def fetch(self, statement: str, values: Values, scope: Scope) -> Texts | None:
        """The columns of the one row there is, each a text of JSON; None without a row. Raises `Unread`.

        The scope is among the values already; a database with walls of its own is told it as well.
        """
        ...


@dataclass(frozen=True)
class Fragment:
    """The finished JSON of a root field; execution hands it on as it is."""

    json: bytes


class Compiled:
    """Compiled reads of one schema from one database."""

    def __init__(self, schema: GraphQLSchema, joint: Joint, dialect: str, database: Database) -> None:
        self.schema, self.joint, self.database = schema, joint, database
        self.to = DIALECTS[dialect]()

    async def whole(self, operation: Operation, variables: Mapping[str, Any], actor: Actor) -> bytes | None:
        """The data of a query whose root fields are all statements, as the text of JSON; None where they are not."""
        if operation.node.operation is not OperationType.QUERY or self.schema.query_type is None:
            return None
        given = get_variable_values(self.schema, operation.node.variable_definitions or (), dict(variables))
        if isinstance(given, list):
            return None
        fields, definitions = operation.fields(given.coerced), self.schema.query_type.fields
        named = {key: nodes for key, nodes in fields.items() if nodes[0].name.value != "__typename"}
        try:
            parts = [
                rooted(k, nodes, definitions.get(nodes[0].name.value), given.coerced) for k, nodes in named.items()
            ]
            for part in parts:
                part.question.check(actor)
        except (NotSql, Problem, GraphQLError):
            return None
        try:
            texts = await self.texts(operation, parts, given.coerced, actor) if parts else ()
        except (NotSql, Unread):
            return None
        found = dict(zip(named, texts, strict=True))
        return b"{" + b",".join(_head(key) + _bytes(found.get(key, QUERY)) for key in fields) + b"}"

    async def texts(
        self, operation: Operation, parts: Sequence[Rooted], variables: Mapping[str, Any], actor: Actor
    ) -> Texts:
        """The JSON of these root fields, read by one statement."""
        questions = [part.question for part in parts]
        statement = operation.statement(self.joint, self.to, parts, variables)
        row = await self.database.fetch(statement.text, statement.bound(questions, actor.scope), actor.scope)
        return row or [None] * len(parts)


@dataclass
class Bound:
    """Compiled reads for the root fields of one request. `ordinary` says why the others were not compiled."""

    compiled: Compiled
    operation: Operation
    actor: Actor
    fields: list[str] = field(default_factory=list)
    ordinary: list[str] = field(default_factory=list)

    async def field(self, part: Rooted, variables: Mapping[str, Any], ordinary: Callable[[], Awaitable[Any]]) -> Any:
        """The finished JSON of a root field, or what the ordinary way gives."""
        try:
            (found,) = await self.compiled.texts(self.operation, [part], variables, self.actor)
        except (NotSql, Unread) as reason:
            self.ordinary.append(str(reason))
            return await ordinary()
        self.fields.append(part.key)
        text = _bytes(found)
        return None if text == b"null" else Fragment(text)


def spliced(data: Mapping[str, Any] | None) -> bytes:
    """The text of an answer's data, in which some root fields may be finished."""
    if data is None:
        return b"null"
    values = (value.json if isinstance(value, Fragment) else written(value) for value in data.values())
    return b"{" + b",".join(_head(key) + value for key, value in zip(data, values, strict=True)) + b"}"


def written(value: Any) -> bytes:
    """The text of a value as JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _head(key: str) -> bytes:
    return b'"%b":' % key.encode()


def _bytes(part: bytes | str | None) -> bytes:
    return b"null" if part is None else part.encode() if isinstance(part, str) else part
