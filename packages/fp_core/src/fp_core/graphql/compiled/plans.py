"""Plans: what root fields of a query are as one statement, made once and kept by all that decides the statement."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    OperationDefinitionNode,
    VariableValues,
    Visitor,
    get_argument_values,
    visit,
)
from sqlalchemy import Select, select

from fp_core.graphql.compiled.compiler import Compiler, NotSql
from fp_core.graphql.compiled.dialects import Dialect
from fp_core.graphql.joint import Joint
from fp_core.graphql.kept import Kept
from fp_core.graphql.lookahead import Asked, Fields, below
from fp_core.graphql.questions import Question, total_order
from fp_core.graphql.roots import ManyField, Root, Rooted
from fp_core.scope import Scope

MOST_PLANS = 64  # of one operation


@dataclass(frozen=True)
class Statement:
    """A statement as text, with what binds its parameters. PostgreSQL takes a list of values, SQLite a dictionary."""

    text: str
    names: tuple[str, ...] | None
    fixed: Mapping[str, Any]
    writers: Mapping[str, Callable[[Any], Any]]

    def bound(self, questions: Sequence[Question], scope: Scope) -> Sequence[Any] | Mapping[str, Any]:
        """The values in the form the driver takes: those of each root field, and the operator's region."""
        low, high = scope.span
        held: dict[str, Any] = {**self.fixed, "scope_low": low, "scope_high": high}
        for n, question in enumerate(questions):
            held.update({f"r{n}_{name}": value for name, value in question.values.items()})
        for name, write in self.writers.items():
            held[name] = write(held[name])
        return held if self.names is None else [held[name] for name in self.names]


def rooted(
    key: str, nodes: Sequence[FieldNode], definition: GraphQLField | None, variables: Mapping[str, Any]
) -> Rooted:
    """A root field with its question; `NotSql` where it is not one over sources, a `Problem` where it asks wrongly."""
    root = definition and definition.extensions.get("strawberry-definition")
    if definition is None or not isinstance(root, Root):
        raise NotSql(f"Query.{nodes[0].name.value} is answered by a Python resolver")
    given = get_argument_values(definition, nodes[0], VariableValues({}, dict(variables)))
    return Rooted(key, root, nodes, *root.ask(given))


@dataclass
class Operation:
    """A valid operation with all that was compiled of it. Made once for a text; its plans are bounded in number."""

    document: DocumentNode
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode] = field(init=False)
    deciding: tuple[str, ...] = field(init=False)
    plans: Kept[Any, Statement | NotSql] = field(default_factory=lambda: Kept(MOST_PLANS))

    def __post_init__(self) -> None:
        self.fragments = {d.name.value: d for d in self.document.definitions if isinstance(d, FragmentDefinitionNode)}
        self.deciding = _deciding(self.document)

    def fields(self, variables: Mapping[str, Any]) -> Fields:
        """The root fields that are wanted with these variables."""
        top: Any = self.node  # has a selection set as a field has
        return below([top], Asked(self.fragments, variables), "Query")

    def statement(self, joint: Joint, to: Dialect, parts: Sequence[Rooted], variables: Mapping[str, Any]) -> Statement:
        """One statement for root fields, compiled once; `NotSql` where one cannot be, which is kept as well.

        Its key is what decides it: the values that @skip and @include read, and the shapes of the questions. Nothing
        in it depends on the operator, whose region is a parameter.
        """
        decided = tuple(variables.get(name) for name in self.deciding)
        if None in decided:
            raise NotSql("@skip or @include reads a variable that is null")
        key = (decided, *((part.key, part.source.name, part.question.shape) for part in parts))
        made = self.plans.get(key)
        if made is None:
            try:
                made = self.plans.keep(key, _compiled(joint, to, parts, Asked(self.fragments, variables)))
            except NotSql as reason:
                made = self.plans.keep(key, reason)
        if isinstance(made, NotSql):
            raise made
        return made


def _compiled(joint: Joint, to: Dialect, parts: Sequence[Rooted], asked: Asked) -> Statement:
    selects = [_select(Compiler(joint, to, asked, f"r{n}_"), part) for n, part in enumerate(parts)]
    whole = selects[0] if len(selects) == 1 else select(*(one.scalar_subquery() for one in selects))
    made: Any = whole.compile(dialect=to.engine)
    fixed = {name: bound.value for bound, name in made.bind_names.items() if bound.value is not None}
    return Statement(str(made), tuple(made.positiontup) if made.positional else None, fixed, made._bind_processors)


def _select(compiler: Compiler, part: Rooted) -> Select[Any]:
    source, shape = part.source, part.question.shape
    if isinstance(part.root, ManyField):
        return compiler.page(source, part.nodes, shape, total_order(source, part.root.choice, shape.order))
    return compiler.one(source, part.nodes, shape)


def _deciding(document: DocumentNode) -> tuple[str, ...]:
    found: set[str] = set()

    class Directives(Visitor):
        def enter_directive(self, node: Any, *_: Any) -> None:
            found.update(a.value.name.value for a in node.arguments or () if a.value.kind == "variable")

    visit(document, Directives())
    return tuple(sorted(found))
