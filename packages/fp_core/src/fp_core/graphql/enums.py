"""Code lists as GraphQL enums, made anew for each schema, since a plugin's codes belong to its schema only."""

from collections.abc import Callable, Iterable
from enum import StrEnum
from typing import Any

from strawberry.types.enum import EnumValue, StrawberryEnumDefinition

from fp_core.codes import Codes


def enum(name: str, description: str, values: Iterable[tuple[str, str]]) -> Any:
    """A Strawberry enum of (name, description); its Python values are the names, as the database has them."""
    items = list(values)
    cls = StrEnum(name, [(item, item) for item, _ in items])  # type: ignore[misc]
    listed = [EnumValue(item, cls(item), description=text) for item, text in items]
    cls.__strawberry_definition__ = StrawberryEnumDefinition(cls, name, listed, description)  # type: ignore[attr-defined]
    return cls


class CodeEnums:
    """The enums of one schema by code list, each made when first asked for."""

    def __init__(self, codes: Codes) -> None:
        self._codes = codes
        self._made: dict[str, Any] = {}
        self._derived: dict[tuple[str, Any], Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def derived(self, name: str, make: Callable[[Any], Any]) -> Any:
        """What is made of an enum, such as its filter: once in each schema."""
        if (name, make) not in self._derived:
            self._derived[name, make] = make(self[name])
        return self._derived[name, make]

    def _make(self, name: str) -> Any:
        code_list = self._codes[name]
        title = "".join(part.capitalize() for part in name.split("_"))
        values = ((item.name, f"{item.label} · {item.english}") for item in code_list.items)
        return enum(title, f"{code_list.label} · {code_list.english}", values)
