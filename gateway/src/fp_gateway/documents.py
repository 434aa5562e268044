"""Documents that were found valid, by their text: parsed and validated once, held to the budget at every request."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, parse, validate
from strawberry.extensions import SchemaExtension

from fp_core.graphql.compiled.plans import Operation
from fp_core.graphql.kept import Kept
from fp_gateway.budget import Limits
from fp_gateway.limits import harmless, refusal

MOST = 300
LONGEST = 8_000  # characters of a text that is kept: all of them together stay below some hundred megabytes


@dataclass(frozen=True)
class Known:
    """A valid document; `steady` if it keeps to the budget whatever page sizes its variables ask for."""

    operations: Mapping[str | None, Operation]
    steady: bool

    def called(self, name: str | None) -> Operation | None:
        """The operation of this name, or the only one."""
        if name is None and len(self.operations) == 1:
            return next(iter(self.operations.values()))
        return self.operations.get(name)


class Documents:
    """The documents of one schema."""

    def __init__(self, schema: GraphQLSchema, limits: Limits) -> None:
        self.schema, self.limits = schema, limits
        self._kept: Kept[str, Known] = Kept(MOST)

    def operation(self, text: str, variables: Mapping[str, Any], name: str | None) -> Operation | None:
        """The operation of a text, if nothing is to be said against it; None where execution has to say what."""
        known = self._kept.get(text)
        if known is not None and known.steady and harmless(variables, self.limits):
            return known.called(name)
        if known is None and (known := self._read(text, variables)) is None:
            return None
        if len(text) <= LONGEST:
            self._kept.keep(text, known)
        return known.called(name) if known.steady or self._within(known, variables) else None

    def _read(self, text: str, variables: Mapping[str, Any]) -> Known | None:
        """A text as a document, held to the budget before it is validated."""
        try:
            document = parse(text, max_tokens=self.limits.tokens)
            if refusal(document, variables, self.limits) or validate(self.schema, document, hide_suggestions=True):
                return None
        except (GraphQLError, RecursionError):
            return None
        nodes = [d for d in document.definitions if isinstance(d, OperationDefinitionNode)]
        declared = {v.variable.name.value for node in nodes for v in node.variable_definitions or ()}
        largest = dict.fromkeys(declared, self.limits.first)
        steady = refusal(document, largest, self.limits) is None
        return Known({node.name.value if node.name else None: Operation(document, node) for node in nodes}, steady)

    def _within(self, known: Known, variables: Mapping[str, Any]) -> bool:
        document = next(iter(known.operations.values())).document
        return refusal(document, variables, self.limits) is None


class Remembered(SchemaExtension):
    """Spares Strawberry to parse and validate what was found valid."""

    def on_parse(self) -> Iterator[None]:
        """Give execution the document that the request's context knows."""
        compiled = getattr(self.execution_context.context, "compiled", None)
        if compiled is not None:
            self.execution_context.graphql_document = compiled.operation.document
            self.execution_context.pre_execution_errors = []
        yield
