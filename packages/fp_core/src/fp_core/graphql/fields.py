"""The generated fields of a model-backed type: its id, its columns, its links. Each is a field object, not a function."""

from typing import Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.field import StrawberryField

from fp_core.graphql.enums import CodeEnums
from fp_core.graphql.joint import Joint
from fp_core.graphql.lookahead import asked_of, plan_of
from fp_core.graphql.reading import ends, own_key
from fp_core.graphql.scalars import type_of_column
from fp_core.graphql.sources import Link, Source, SourceColumn
from fp_core.graphql.types import global_id, type_of


class IdField(StrawberryField):
    """The global id of a row."""

    def __init__(self, source: Source) -> None:
        super().__init__(
            python_name="id",
            type_annotation=StrawberryAnnotation(strawberry.ID),
            description="全局标识 · global id, opaque: keep it, do not take it apart",
        )
        self.source = source

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        return global_id(self.source, source)


class ColumnField(StrawberryField):
    """A column: its value is in the row already."""

    def __init__(self, column: SourceColumn, enums: CodeEnums) -> None:
        kind = type_of_column(column, enums)
        super().__init__(
            python_name=column.name,
            graphql_name=column.field,
            type_annotation=StrawberryAnnotation(kind | None if column.nullable else kind),
            description=column.indicator.description,
        )

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        return getattr(source, self.python_name)


class LinkField(StrawberryField):
    """A link: read together with its parent by look-ahead, or by a loader where a Python resolver gave the parent."""

    def __init__(self, link: Link, joint: Joint) -> None:
        shell = type_of(link.to)
        super().__init__(
            python_name=link.name,
            graphql_name=link.field,
            type_annotation=StrawberryAnnotation(list[shell] if link.many else shell | None),  # type: ignore[valid-type]
            description=f"{link.label} · {link.english}",
        )
        self.link, self.joint = link, joint

    @property
    def is_basic_field(self) -> bool:
        return False

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        if self.link.name in source.__dict__:
            return source.__dict__[self.link.name]
        key = own_key(self.link, source)
        if None in key:
            return ends(self.link, [])
        raw = info._raw_info
        plan = plan_of(self.joint, self.joint.source(self.link.to), raw.field_nodes, asked_of(raw))
        return info.context.link(self.link, plan.including(self.link.target)).load(key)


def fields_of_source(source: Source, joint: Joint, enums: CodeEnums) -> list[StrawberryField]:
    """All fields of a type: id, columns, links, and the Python resolvers of plugins."""
    return [
        IdField(source),
        *(ColumnField(column, enums) for column in source.columns),
        *(LinkField(link, joint) for link in source.links),
        *joint.resolvers.get(source.model, ()),
    ]
