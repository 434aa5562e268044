"""The columns of a sheet as plain data, so that the template, the reading child and the marking know the same ones."""

import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # the reading child has columns and needs no database
    from fp_core.codes import Codes
    from fp_core.indicators import Indicator

KINDS = {bool: "bool", int: "int", Decimal: "decimal", float: "decimal", date: "date"}
HEADER_ROWS = 2
"""The first row has the Chinese label, the second the name of the field; data begins below."""


@dataclass(frozen=True)
class Choice:
    """One value of a code list as it may be written in a cell."""

    label: str
    name: str
    code: str | None = None


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: its name in the second header row, and everything a cell in it is checked by."""

    name: str
    label: str
    english: str
    kind: str
    unit: str | None = None
    required: bool = False
    choices: tuple[Choice, ...] = ()
    places: int = 0
    least: str | None = None
    most: str | None = None
    max_length: int | None = None
    pattern: str | None = None
    rule: str | None = None
    """The official id under which a missing value or one out of range is reported."""

    @property
    def title(self) -> str:
        return f"{self.label}（{self.unit}）" if self.unit else self.label

    @cached_property
    def identifiers(self) -> dict[str, str]:
        """What may be written for each code: its label first, then its identifier, then its national code."""
        found: dict[str, str] = {}
        for written in ("label", "name", "code"):
            for choice in self.choices:
                if text := getattr(choice, written):
                    found.setdefault(unicodedata.normalize("NFKC", text), choice.name)
        return found

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, given: Mapping[str, Any]) -> "Column":
        known = {f.name: given[f.name] for f in fields(cls)}
        return cls(**{**known, "choices": tuple(Choice(**choice) for choice in given["choices"])})


def column(
    name: str, meaning: "Indicator", codes: "Codes", year: int, *, required: bool, sealed: bool, rule: str | None
) -> Column:
    """The column of an indicator in a data year; its choices are the values valid in that year."""
    items = codes[meaning.codes].items_in(year) if meaning.codes else ()
    return Column(
        name=name,
        label=meaning.label,
        english=meaning.english,
        kind="sealed" if sealed else _kind(meaning),
        unit=meaning.unit,
        required=required,
        choices=tuple(Choice(item.label, item.name, item.code) for item in items),
        places=meaning.places or 0,
        least=None if meaning.least is None else str(meaning.least),
        most=None if meaning.most is None else str(meaning.most),
        max_length=meaning.max_length,
        pattern=meaning.pattern,
        rule=rule,
    )


def letters(position: int) -> str:
    """The letters of a column counted from 0: A, B, … Z, AA."""
    text = ""
    number = position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        text = chr(65 + rest) + text
    return text


def _kind(meaning: "Indicator") -> str:
    if meaning.codes:
        return "codes" if meaning.many else "code"
    return KINDS.get(meaning.type, "text")
