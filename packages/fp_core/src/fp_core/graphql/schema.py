"""The schema: Strawberry's, with the fields of model-backed types, of Query and of Mutation decided by the joint."""

from collections.abc import Callable, Iterable
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.types.base import StrawberryObjectDefinition
from strawberry.types.execution import ExecutionContext
from strawberry.types.field import StrawberryField

from fp_core.graphql.compiled.reads import Fragment
from fp_core.graphql.enums import CodeEnums
from fp_core.graphql.fields import fields_of_source
from fp_core.graphql.filters import choice_of
from fp_core.graphql.inputs import Inputs
from fp_core.graphql.joint import Joint, graphql_name, join
from fp_core.graphql.mutations import CommandField
from fp_core.graphql.problems import explain
from fp_core.graphql.roots import ManyField, NodeField, OneField
from fp_core.graphql.scalars import config
from fp_core.graphql.types import type_of
from fp_core.plugins import Host


@strawberry.type(description="查询 · everything that can be read, limited to your region")
class Query:
    """Empty: each schema decides its fields."""


@strawberry.type(description="办理 · everything that can be changed, one command each")
class Mutation:
    """Empty: each schema decides its fields."""


class Execution(StrawberryGraphQLCoreExecutionContext):
    """Strawberry's execution, to which a finished field is finished."""

    def complete_value(self, *given: Any, **more: Any) -> Any:
        result = more["result"] if "result" in more else given[4]
        return result if isinstance(result, Fragment) else super().complete_value(*given, **more)


class FpSchema(strawberry.Schema):
    """One schema from the core and the plugins of a host. Two hosts in one process have two schemas."""

    def __init__(
        self, host: Host, *, extensions: Iterable[type[SchemaExtension] | Callable[[], SchemaExtension]] = ()
    ) -> None:
        self.joint = join(host)
        self._fields = _all_fields(self.joint)
        super().__init__(
            query=Query,
            mutation=Mutation if self._fields[Mutation] else None,
            types=[type_of(model) for model in self.joint.sources],
            extensions=extensions,
            execution_context_class=Execution,
            config=config(),
        )

    def get_fields(self, type_definition: StrawberryObjectDefinition) -> list[StrawberryField]:
        return self._fields.get(type_definition.origin, type_definition.fields)

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Refusals are answers and carry their code; only what nobody expected is logged."""
        unexpected = [error for error in errors if not explain(error)]
        if unexpected:
            super().process_errors(unexpected, execution_context)

    def get_field_for_type(self, field_name: str, type_name: str) -> StrawberryField | None:
        definition = self.get_type_by_name(type_name)
        if not isinstance(definition, StrawberryObjectDefinition):
            return None
        return next((field for field in self.get_fields(definition) if graphql_name(field) == field_name), None)


def _all_fields(joint: Joint) -> dict[Any, list[StrawberryField]]:
    """The fields of every type that the joint decides, by the class that stands for it."""
    enums = CodeEnums(joint.host.codes)
    inputs = Inputs(enums)
    fields: dict[Any, list[StrawberryField]] = {Query: [NodeField(joint), *joint.queries]}
    for source in joint.sources.values():
        fields[type_of(source.model)] = fields_of_source(source, joint, enums)
        fields[Query] += [OneField(source, joint, enums), ManyField(source, choice_of(source, enums), joint)]
    fields[Mutation] = [*(CommandField(command, inputs) for command in joint.commands), *joint.mutations]
    return fields
