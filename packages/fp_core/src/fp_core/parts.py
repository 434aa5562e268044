"""What a plugin returns: frozen data, one class for each hook. A plugin mutates nothing; the host registers what it is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlmodel import SQLModel

from fp_core.codes import CodeAddition
from fp_core.regions import NATION
from fp_core.rules import Fact, Override, Rule

if TYPE_CHECKING:
    from fp_core.regions import Level

__all__ = ["CodeAddition", "Extension", "Invariant", "Permission", "RuleSet", "Tables"]


@dataclass(frozen=True)
class Extension:
    """A plugin's table that shares the key of another's model: its indicators become fields and rule operands there.

    In a rule they are read as `h.<name>.<indicator>`, in GraphQL as fields of the extended type.
    """

    of: type[SQLModel]
    model: type[SQLModel]
    name: str
    region: str = NATION
    """Where it is collected: this region and all below."""


@dataclass(frozen=True)
class Tables:
    """Models and the folder of their migrations, together. A province's tables carry its prefix (`r45_`)."""

    label: str
    models: tuple[type[SQLModel], ...]
    migrations: Path
    prefix: str = ""
    requires: tuple[str, ...] = ("core",)
    extensions: tuple[Extension, ...] = ()


@dataclass(frozen=True)
class RuleSet:
    """Rules that are new, overrides of rules that exist, facts for their operands, and dated parameters as TOML files."""

    rules: tuple[Rule, ...] = ()
    overrides: tuple[Override, ...] = ()
    facts: tuple[Fact, ...] = ()
    parameters: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Permission:
    """A named right such as `funds:receipt:confirm`, and the levels of operators that hold it by default."""

    name: str
    label: str
    english: str
    levels: frozenset["Level"] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Invariant:
    """Something that must always hold: `check` returns a line for each violation, at most `limit` of them."""

    id: str
    zh: str
    en: str
    check: Callable[[Any], list[str]]


Loader = Callable[[Any, list[Any]], Mapping[Any, Any]]
"""A named batch load: (session, keys) → value by key. One aiodataloader each per request."""
