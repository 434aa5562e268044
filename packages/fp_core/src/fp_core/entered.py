"""What is entered, by the indicators it is stored in: the fields of commands, and the check of the values given."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import field, make_dataclass
from decimal import Decimal
from typing import Any

from sqlmodel import SQLModel

from fp_core.codes import Codes
from fp_core.commands import describe
from fp_core.errors import Invalid
from fp_core.indicators import Indicator, indicators

LARGEST = 2**31 - 1
"""What an integer column holds on PostgreSQL."""

Fields = list[tuple[str, Any, Any]]


def command_fields(model: type[SQLModel], *, required: Iterable[str] = (), optional: Iterable[str] = ()) -> Fields:
    """The named indicators of a model as fields of a command, described as they are on the model."""
    known = indicators(model)
    needed = [(name, kind_of(known[name]), field(metadata=_described(known[name]))) for name in required]
    free = [(n, kind_of(known[n]) | None, field(default=None, metadata=_described(known[n]))) for n in optional]
    return [*needed, *free]


def command_type(name: str, meaning: str, made_of: Fields, bases: tuple[type, ...] = (), **more: Any) -> type[Any]:
    """A command as a frozen dataclass of these fields."""
    return make_dataclass(name, made_of, bases=bases, frozen=True, kw_only=True, namespace={"__doc__": meaning, **more})


def entered(
    codes: Codes, model: type[SQLModel], values: Mapping[str, Any], year: int, *, required: Iterable[str] = ()
) -> dict[str, Any]:
    """The values as they may be stored; the first that is missing or that its indicator does not allow is refused by name."""
    known = indicators(model)
    checked = {name: _checked(codes, known[name], value, year) for name, value in values.items()}
    for name in required:
        if checked[name] is None:
            raise _missing(known[name])
    return checked


def refuse_misfit(meaning: Indicator, value: Any) -> None:
    """Refuse a value that its column does not hold as it is: a text too long, a number out of range or with more places.

    SQLite would keep it and PostgreSQL not, or both would round it; so it is looked at before either is asked.
    """
    if isinstance(value, str) and meaning.type is str:
        _clean(meaning, value)
    elif meaning.type in (int, Decimal) and value is not None and not isinstance(value, bool):
        _number(meaning, value)


def kind_of(meaning: Indicator) -> Any:
    """The Python type of an indicator's value in a command."""
    return tuple[str, ...] if meaning.type is tuple else meaning.type


def _described(meaning: Indicator) -> dict[str, Any]:
    unit = f" ({meaning.unit})" if meaning.unit else ""
    return describe(meaning.label, meaning.english + unit, codes=meaning.codes, personal=meaning.personal)


def _checked(codes: Codes, meaning: Indicator, value: Any, year: int) -> Any:
    if isinstance(value, str):
        value = _clean(meaning, value)
    if value is None:
        if not meaning.nullable:
            raise _missing(meaning)
        return None
    if meaning.codes and meaning.type is tuple:
        return tuple(codes[meaning.codes].read(item, year) for item in value)
    if meaning.codes:
        return codes[meaning.codes].read(value, year)
    if meaning.type in (int, Decimal):
        return _number(meaning, value)
    return value


def _missing(meaning: Indicator) -> Invalid:
    return Invalid(meaning.name, f"请填写{meaning.label}", f"{meaning.english} is required")


def _clean(meaning: Indicator, value: str) -> str | None:
    text = unicodedata.normalize("NFC", value).strip()
    if any(unicodedata.category(c) == "Cc" and c != "\n" for c in text):
        raise Invalid(meaning.name, f"{meaning.label}含有控制字符", f"{meaning.english} contains control characters")
    if meaning.max_length and len(text) > meaning.max_length:
        raise Invalid(
            meaning.name,
            f"{meaning.label}最多 {meaning.max_length} 个字符，现为 {len(text)} 个",
            f"{meaning.english} has at most {meaning.max_length} characters, this one has {len(text)}",
        )
    return text or None


def _number(meaning: Indicator, value: Any) -> Any:
    low, high = meaning.least, meaning.most
    if meaning.type is Decimal:
        value = _decimal(meaning, Decimal(value))
    elif not -LARGEST <= value <= LARGEST:
        high = LARGEST
    if (low is not None and value < low) or (high is not None and value > high):
        bounds = f"{'' if low is None else low}–{'' if high is None else high}"
        raise Invalid(
            meaning.name,
            f"{meaning.label}应在 {bounds} 之间，现为 {value}",
            f"{meaning.english} lies in {bounds}; it is {value}",
        )
    return value


def _decimal(meaning: Indicator, value: Decimal) -> Decimal:
    places = meaning.places or 0
    if not value.is_finite() or value.adjusted() > 11 or value != value.quantize(Decimal(1).scaleb(-places)):
        raise Invalid(
            meaning.name,
            f"{meaning.label}应为最多 {places} 位小数、不超过 12 位整数的数字，现为 {value}",
            f"{meaning.english} is a number with at most {places} decimals and 12 digits before them; it is {value}",
        )
    return value.quantize(Decimal(1).scaleb(-places))
