"""Models as one GraphQL schema: what a plugin needs to add to it, and what the gateway needs to serve it."""

from fp_core.graphql.context import Context
from fp_core.graphql.extends import extends, field
from fp_core.graphql.parts import GraphQL
from fp_core.graphql.schema import FpSchema
from fp_core.graphql.sources import Link, Source, SourceColumn, source_of
from fp_core.graphql.types import type_of

__all__ = [
    "Context",
    "FpSchema",
    "GraphQL",
    "Link",
    "Source",
    "SourceColumn",
    "extends",
    "field",
    "source_of",
    "type_of",
]
