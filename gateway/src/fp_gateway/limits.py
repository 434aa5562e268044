"""The budget of a GraphQL document: how large it may be, found by one memoised walk before it is validated.

Validation itself is the expensive part (400 fields `h{id}` cost half a second there), so nothing reaches it that is
over the budget. Each fragment is measured once, however often it is spread: doubling fragments cost nothing here.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
)
from strawberry.extensions import SchemaExtension

from fp_gateway.budget import Limits, Over, Refusal, Wrong

__all__ = ["Limits", "Refusal", "budget", "refusal"]


def refusal(document: DocumentNode, variables: Mapping[str, Any] | None, limits: Limits) -> Refusal | None:
    """The first limit the document or its variables pass, or None. Never slower than linear in their size."""
    try:
        _check_variables(variables or {}, limits)
        operation = _only_operation(document, limits)
        _Walk(_fragments(document, limits), variables or {}, _defaults(operation), limits).check(operation)
    except Over as over:
        return over.refusal
    return None


def harmless(variables: Mapping[str, Any], limits: Limits) -> bool:
    """Whether these variables keep any document to the budget that keeps to it with the largest pages."""
    try:
        _check_variables(variables, limits)
    except Over:
        return False
    return not any(isinstance(value, (int, float)) and value > limits.first for value in variables.values())


def budget(limits: Limits) -> Callable[[], SchemaExtension]:
    """The factory to put into a schema's `extensions`; it refuses a document between parsing and validation."""
    return lambda: BudgetExtension(limits)


class BudgetExtension(SchemaExtension):
    """Holds each request to the limits, wherever it stands among the extensions of a schema."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def on_operation(self) -> Iterator[None]:
        """Bound the parser before it starts."""
        self.execution_context.parse_options["max_tokens"] = self.limits.tokens
        yield

    def on_parse(self) -> Iterator[None]:
        """Measure as soon as the document is parsed; raising here ends the request before any extension validates."""
        yield
        context = self.execution_context
        if context.graphql_document is not None:
            refused = refusal(context.graphql_document, context.variables, self.limits)
            if refused:
                raise as_error(refused)


def as_error(refused: Refusal) -> GraphQLError:
    """A refusal as the client gets it."""
    facts = {"code": refused.code, "limit": refused.limit, "zh": refused.zh, "en": refused.en}
    return GraphQLError(f"{refused.zh} · {refused.en}", extensions=facts)


@dataclass(frozen=True)
class _Size:
    """What a selection set amounts to, everything inside included; `paged` if it reads a connection's records."""

    width: int = 0
    depth: int = 0
    fields: int = 0
    aliases: int = 0
    directives: int = 0
    nodes: int = 0
    paged: bool = False

    def __add__(self, other: "_Size") -> "_Size":
        return _Size(
            self.width + other.width,
            max(self.depth, other.depth),
            self.fields + other.fields,
            self.aliases + other.aliases,
            self.directives + other.directives,
            self.nodes + other.nodes,
            self.paged or other.paged,
        )


@dataclass
class _Walk:
    """One walk over one operation. A fragment's size is kept when it was measured once; None while it is being."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    defaults: Mapping[str, ValueNode]
    limits: Limits
    sizes: dict[str, _Size | None] = field(default_factory=dict)
    inline: int = 0

    def check(self, operation: OperationDefinitionNode) -> None:
        size = self._selection(operation.selection_set, 1, self.limits.depth)
        declared = sum(len(v.directives or ()) for v in operation.variable_definitions or ())
        self._at_most("directives", size.directives + declared + len(operation.directives or ()))
        self._at_most("fields", size.fields)
        self._at_most("aliases", size.aliases)
        self._at_most("nodes", size.nodes)
        if operation.operation.value == "mutation":
            self._at_most("mutations", size.width)
        unused = sorted(set(self.fragments) - set(self.sizes))
        if unused:
            raise Wrong(
                "fragments", f"片段 {unused[0]!r} 未被使用，请删去", f"fragment {unused[0]!r} is unused; remove it"
            )
        self._at_most("same_key", _most_repeated(operation.selection_set, self.fragments))

    def _at_most(self, limit: str, found: int) -> None:
        _check(limit, found, self.limits)

    def _selection(self, selections: SelectionSetNode, level: int, deepest: int) -> _Size:
        size = _Size()
        for node in selections.selections:
            if isinstance(node, FieldNode):
                size += self._field(node, level, deepest)
            elif isinstance(node, FragmentSpreadNode):
                size += self._spread(node.name.value, level, deepest)
            elif isinstance(node, InlineFragmentNode):
                self.inline += 1
                self._at_most("fragments", len(self.fragments) + self.inline)
                size += self._selection(node.selection_set, level, deepest)
            size += _Size(directives=len(node.directives or ()))
        return size

    def _field(self, node: FieldNode, level: int, deepest: int) -> _Size:
        name = node.name.value
        if name in ("__schema", "__type"):
            deepest = self._introspection_depth()
        if level > deepest:
            raise Over("depth", level, deepest)
        page = self._page(node)
        inner = self._selection(node.selection_set, level + 1, deepest) if node.selection_set else _Size()
        if page is None:
            page = self.limits.first if inner.paged else 0
        return _Size(
            width=1,
            depth=1 + inner.depth,
            fields=1 + inner.fields,
            aliases=inner.aliases + (node.alias is not None),
            directives=inner.directives,
            nodes=page * (1 + inner.nodes) if page else inner.nodes,
            paged=name in ("edges", "nodes"),
        )

    def _introspection_depth(self) -> int:
        if not self.limits.introspection:
            raise Wrong(
                "introspection",
                "此服务不开放结构自省，请使用随版本发布的 schema.graphql",
                "introspection is closed here; use the schema.graphql published with this version",
            )
        return self.limits.introspection_depth

    def _spread(self, name: str, level: int, deepest: int) -> _Size:
        fragment = self.fragments.get(name)
        if fragment is None:
            raise Wrong(
                "fragments", f"片段 {name!r} 不存在，请先定义", f"fragment {name!r} does not exist; define it first"
            )
        if name not in self.sizes:
            self.sizes[name] = None
            size = self._selection(fragment.selection_set, level, deepest)
            self.sizes[name] = size + _Size(directives=len(fragment.directives or ()))
        known = self.sizes[name]
        if known is None:
            raise Wrong(
                "fragments", f"片段 {name!r} 循环引用自身", f"fragment {name!r} spreads itself; break the cycle"
            )
        if level - 1 + known.depth > deepest:
            raise Over("depth", level - 1 + known.depth, deepest)
        return known

    def _page(self, node: FieldNode) -> int | None:
        """The page size a field asks for; every list and object among its arguments is measured on the way."""
        asked = []
        for argument in node.arguments or ():
            _check_value(argument.value, self.limits)
            if argument.name.value in ("first", "last"):
                asked.append(self._integer(argument.value))
        sizes = [size for size in asked if size is not None and size >= 0]
        self._at_most("first", max(sizes, default=0))
        return max(sizes, default=None)

    def _integer(self, value: ValueNode) -> int | None:
        if value.kind == "variable":
            name = value.name.value  # type: ignore[attr-defined]
            if name in self.variables:
                given = self.variables[name]
                return int(given) if isinstance(given, (int, float)) and abs(given) < 10**18 else None
            return self._integer(self.defaults[name]) if name in self.defaults else None
        return int(value.value[:10]) if value.kind == "int_value" else None  # type: ignore[attr-defined]


def _only_operation(document: DocumentNode, limits: Limits) -> OperationDefinitionNode:
    found = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
    if len(found) > limits.operations:
        raise Over("operations", len(found), limits.operations)
    if not found:
        raise Wrong("operations", "文档中没有操作，请写 query 或 mutation", "no operation; write a query or a mutation")
    return found[0]


def _fragments(document: DocumentNode, limits: Limits) -> dict[str, FragmentDefinitionNode]:
    found = [d for d in document.definitions if isinstance(d, FragmentDefinitionNode)]
    if len(found) > limits.fragments:
        raise Over("fragments", len(found), limits.fragments)
    return {d.name.value: d for d in found}


def _defaults(operation: OperationDefinitionNode) -> dict[str, ValueNode]:
    declared = operation.variable_definitions or ()
    return {v.variable.name.value: v.default_value for v in declared if v.default_value is not None}


def _most_repeated(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode]) -> int:
    """How often the most repeated field stands at one place of the answer. Called when `fields` is known to be small."""
    counts: Counter[tuple[str, ...]] = Counter(_places(selections, fragments, ()))
    return max(counts.values(), default=0)


def _places(
    selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], path: tuple[str, ...]
) -> Iterator[tuple[str, ...]]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            place = (*path, (node.alias or node.name).value)
            yield place
            if node.selection_set:
                yield from _places(node.selection_set, fragments, place)
        elif isinstance(node, FragmentSpreadNode):
            yield from _places(fragments[node.name.value].selection_set, fragments, path)
        elif isinstance(node, InlineFragmentNode):
            yield from _places(node.selection_set, fragments, path)


def _check_value(value: ValueNode, limits: Limits) -> None:
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        node, level = waiting.pop()
        inner: list[Any] = []
        if node.kind == "list_value":
            inner = list(node.values or ())
            _check("list_items", len(inner), limits)
        elif node.kind == "object_value":
            inner = [f.value for f in node.fields or ()]
        _check("value_depth", level, limits)
        waiting += [(item, level + 1) for item in inner]


def _check_variables(variables: Mapping[str, Any], limits: Limits) -> None:
    waiting: list[tuple[Any, int]] = [(value, 0) for value in variables.values()]
    while waiting:
        value, level = waiting.pop()
        inner = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
        if isinstance(value, list):
            _check("list_items", len(inner), limits)
        _check("value_depth", level, limits)
        waiting += [(item, level + 1) for item in inner]


def _check(limit: str, found: int, limits: Limits) -> None:
    most = getattr(limits, limit)
    if found > most:
        raise Over(limit, found, most)
