"""Python resolvers on types that others own: `@extends(HouseholdYear)` over a class of `@field` functions.

A resolver is for what is computed. What stands in a table is a column or a link and needs none.
"""

import copy
from collections.abc import Callable
from functools import reduce
from operator import or_
from types import UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import strawberry
from sqlmodel import SQLModel
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.base import get_object_definition
from strawberry.types.field import StrawberryField

from fp_core.graphql.types import type_of

C = TypeVar("C", bound=type)
T = TypeVar("T")


def extends(model: type[SQLModel]) -> Callable[[C], C]:
    """Mark a class as fields of another plugin's type. The fields get the row by `strawberry.Parent[Model]`."""

    def mark(cls: C) -> C:
        cls.__extends__ = model  # type: ignore[attr-defined]
        return cls

    return mark


def field(label: str, english: str, **arguments: str) -> Callable[[Callable[..., T]], Callable[..., T]]:
    """A resolver in a class of resolvers, written above `@staticmethod`: `@field("资助", "payments", year="年度 · data year")`.

    Each argument of the resolver is described by its name, Chinese first.
    """

    def made(function: Callable[..., T]) -> Callable[..., T]:
        described: Any = strawberry.field(function, description=f"{label} · {english}")
        for argument in described.arguments:
            argument.description = arguments.get(argument.python_name, argument.description)
        return described  # type: ignore[no-any-return]  # to the reader it stays the function that was written

    return made


def extended_model(cls: type) -> type[SQLModel]:
    """The model a class extends; a class without `@extends` is refused."""
    model = getattr(cls, "__extends__", None)
    if model is None:
        raise TypeError(f"{cls.__name__} is given as an extension but not marked; write @extends(Model) above it")
    found: type[SQLModel] = model
    return found


def fields_of(cls: type) -> list[StrawberryField]:
    """The fields of a class of resolvers, as copies, with models in their return types replaced by the schema's types."""
    definition = get_object_definition(cls)
    if definition is not None:
        return [_copied(field, field.python_name) for field in definition.fields]
    found = [(name, value) for name, value in vars(cls).items() if isinstance(value, StrawberryField)]
    return [_copied(field, name) for name, field in found]


def _copied(field: StrawberryField, name: str) -> StrawberryField:
    made = copy.copy(field)
    made.python_name = name
    if made.type_annotation is None and made.base_resolver is not None:
        function = made.base_resolver._unbound_wrapped_func
        returned = get_type_hints(function, include_extras=True).get("return")
        made.type_annotation = StrawberryAnnotation(_with_types(returned))
    return made


def _with_types(annotation: Any) -> Any:
    """The annotation with each model replaced by its Strawberry type: `list[Payment] | None` and the like."""
    if isinstance(annotation, type) and issubclass(annotation, SQLModel):
        return type_of(annotation)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin in (Union, UnionType):
        return reduce(or_, (_with_types(item) for item in arguments))
    if origin is list:
        return list[_with_types(arguments[0])]  # type: ignore[misc]
    return annotation
