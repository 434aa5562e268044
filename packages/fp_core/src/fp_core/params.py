"""Dated parameters: what number was in force where and when, and by which document."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from fp_core import regions
from fp_core.errors import Invalid, PluginError


@dataclass(frozen=True)
class Value:
    """One value of a parameter: from this date, in this region, by this document."""

    value: Any
    since: date
    cites: str
    region: str = regions.NATION


@dataclass(frozen=True)
class Parameter:
    """A parameter with all its values. `at` takes the most specific region, then the latest date not after."""

    name: str
    label: str
    english: str
    values: tuple[Value, ...]
    unit: str | None = None

    def at(self, region: str, on: date) -> Value:
        chain = regions.chain(region)
        held = [v for v in self.values if v.since <= on and v.region in chain]
        if not held:
            known = ", ".join(sorted(f"{v.region} {v.since}" for v in self.values))
            raise Invalid(
                self.name,
                f"参数 {self.name!r}（{self.label}）在 {region} 于 {on} 没有值，现有：{known}",
                f"parameter {self.name!r} ({self.english}) has no value in {region} on {on}; there are {known}",
            )
        return max(held, key=lambda v: (len(regions.chain(v.region)), v.since))


class Parameters:
    """All parameters of the installed plugins; `at(region, on)` is what a rule sees as `p`."""

    def __init__(self, parameters: Iterable[Parameter] = ()) -> None:
        self._by_name = {p.name: p for p in parameters}

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._by_name:
            raise Invalid(
                name,
                f"没有参数 {name!r}，现有：{'、'.join(sorted(self._by_name))}",
                f"there is no parameter {name!r}; known are {', '.join(sorted(self._by_name))}",
            )
        return self._by_name[name]

    def __iter__(self) -> Any:
        return iter(self._by_name.values())

    @property
    def regions(self) -> frozenset[str]:
        """The regions that have values of their own."""
        return frozenset(v.region for p in self._by_name.values() for v in p.values)

    def at(self, region: str, on: date) -> "InForce":
        return InForce(self, region, on, {})

    def assuming(self, **values: Any) -> "Parameters":
        """What-if: the same parameters with these values everywhere and always."""
        changed = {
            name: Parameter(
                name, self[name].label, self[name].english, (Value(value, date.min, "what-if"),), self[name].unit
            )
            for name, value in values.items()
        }
        return Parameters({**self._by_name, **changed}.values())

    def joined(self, others: Iterable[Parameter], plugin: str) -> "Parameters":
        """With a plugin's parameters: new names are added, known names get its further values."""
        merged = dict(self._by_name)
        for other in others:
            mine = merged.get(other.name)
            _refuse_same_value(mine, other, plugin)
            merged[other.name] = (
                other
                if mine is None
                else Parameter(mine.name, mine.label, mine.english, (*mine.values, *other.values), mine.unit)
            )
        return Parameters(merged.values())


@dataclass(frozen=True)
class InForce:
    """The parameters in force in one region on one day: `p.poverty_line`."""

    _parameters: Parameters
    _region: str
    _on: date
    _used: dict[str, Value]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        self._used[name] = self._parameters[name].at(self._region, self._on)
        return self._used[name].value

    def used(self) -> dict[str, Value]:
        """The values that were read, each with its date and document."""
        return dict(self._used)


def read(path: Path, plugin: str) -> list[Parameter]:
    """The parameters of a plugin's TOML file. Numbers with a point are read as exact decimals."""
    try:
        with path.open("rb") as file:
            tables = tomllib.load(file, parse_float=Decimal)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise PluginError(f"plugin {plugin!r}: the parameter file {path} cannot be read: {error}") from error
    return [
        _parameter(name, table, f"plugin {plugin!r}: {path.name}, parameter {name!r}") for name, table in tables.items()
    ]


def _parameter(name: str, table: Any, where: str) -> Parameter:
    try:
        values = tuple(Value(**value) for value in table["values"])
        for value in values:
            regions.level_of(value.region)
        return Parameter(name, table["label"], table["english"], values, table.get("unit"))
    except (KeyError, TypeError, Invalid) as error:
        raise PluginError(
            f"{where}: {error}; it needs label, english and values, each {{ since, value, cites }} and perhaps region"
        ) from error


def _refuse_same_value(mine: Parameter | None, other: Parameter, plugin: str) -> None:
    held = {(v.region, v.since) for v in mine.values} if mine else set()
    for value in other.values:
        if (value.region, value.since) in held:
            raise PluginError(
                f"plugin {plugin!r} gives parameter {other.name!r} for {value.region} since {value.since} once more; "
                "take another date, or leave it out"
            )
