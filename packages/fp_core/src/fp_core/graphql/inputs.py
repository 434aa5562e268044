"""Commands as input types: each field of the dataclass, with its description and its code list, and the way back."""

from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import strawberry
from strawberry import UNSET

from fp_core.errors import PluginError
from fp_core.graphql.enums import CodeEnums
from fp_core.graphql.scalars import checked_text

_SCALARS = (bool, int, str, Decimal, date, datetime)


class Inputs:
    """The input types of one schema, one for each command and each dataclass inside one."""

    def __init__(self, enums: CodeEnums) -> None:
        self._enums = enums
        self._made: dict[type, Any] = {}

    def of(self, command: type, description: str) -> Any:
        """The Strawberry input of a frozen dataclass."""
        if command not in self._made:
            self._made[command] = self._make(command, description)
        return self._made[command]

    def _make(self, command: type, description: str) -> Any:
        hints, annotations, made = get_type_hints(command), {}, {}
        for one in fields(command):
            text = _described(command, one)
            kind = self._kind(command, one, hints[one.name], text)
            optional = _may_be_none(hints[one.name]) or has_default(one)
            annotations[one.name] = kind | None if optional else kind
            made[one.name] = strawberry.field(description=text, default=UNSET if optional else MISSING)
        name = f"{command.__name__}Input"
        cls = type(name, (), {"__annotations__": annotations, "__module__": command.__module__, **made})
        return strawberry.input(cls, name=name, description=description)

    def _kind(self, command: type, one: Field[Any], annotation: Any, text: str) -> Any:
        plain = bare(annotation)
        if get_origin(plain) is tuple:
            return list[self._kind(command, one, get_args(plain)[0], text)]  # type: ignore[misc]
        if one.metadata.get("codes"):
            return self._enums[one.metadata["codes"]]
        if plain in _SCALARS:
            return plain
        if is_dataclass(plain):
            return self.of(_class(plain), text)
        raise PluginError(
            f"{command.__name__}.{one.name} is {annotation!r}; a command's field is text, number, date, bool, "
            "a code, a frozen dataclass, or a tuple of these"
        )


def command_of(command: type, given: Any) -> Any:
    """The command that an input stands for. What is left out, or null where null means nothing, takes its default."""
    hints = get_type_hints(command)
    values = {}
    for one in fields(command):
        value = getattr(given, one.name)
        if value is UNSET and not has_default(one):
            value = None
        if value is UNSET or (value is None and has_default(one) and not _may_be_none(hints[one.name])):
            continue
        values[one.name] = _value(one.name, bare(hints[one.name]), value)
    return command(**values)


def bare(annotation: Any) -> Any:
    """The annotation without `| None`."""
    if get_origin(annotation) in (Union, UnionType):
        return next(item for item in get_args(annotation) if item is not type(None))
    return annotation


def _class(kind: Any) -> type:
    found: type = kind
    return found


def has_default(one: Field[Any]) -> bool:
    """Whether a dataclass field may be left out."""
    return one.default is not MISSING or one.default_factory is not MISSING


def _value(name: str, kind: Any, value: Any) -> Any:
    if value is None:
        return None
    if get_origin(kind) is tuple:
        return tuple(_value(name, get_args(kind)[0], item) for item in value)
    if kind is str:
        return checked_text(name, str(value))
    return command_of(_class(kind), value) if is_dataclass(kind) else value


def _may_be_none(annotation: Any) -> bool:
    return type(None) in get_args(annotation) and get_origin(annotation) in (Union, UnionType)


def _described(command: type, one: Field[Any]) -> str:
    if "label" not in one.metadata:
        raise PluginError(
            f"{command.__name__}.{one.name} has no meaning; write field(metadata=describe('中文', 'english'))"
        )
    return f"{one.metadata['label']} · {one.metadata['english']}"
