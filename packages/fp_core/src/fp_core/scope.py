"""Who may see and change what: an operator's region as a range of the 12-digit code, and how a table answers to it."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, or_

from fp_core import regions
from fp_core.errors import Forbidden


@dataclass(frozen=True)
class Scope:
    """The nation, or one region with all below it. There is no empty scope: a session is built with one or not at all."""

    code: str

    @classmethod
    def nation(cls) -> "Scope":
        return cls(regions.NATION)

    @classmethod
    def region(cls, code: str) -> "Scope":
        regions.level_of(code)
        return cls(code)

    @property
    def span(self) -> tuple[str, str]:
        """The first and the last 12-digit code inside, both included."""
        return regions.span(self.code)

    def contains(self, code: str) -> bool:
        low, high = self.span
        return low <= code <= high


@dataclass(frozen=True)
class Actor:
    """Somebody who acts: an operator of a level with a scope and named rights."""

    name: str
    scope: Scope
    rights: frozenset[str] = field(default_factory=frozenset)

    @property
    def level(self) -> regions.Level:
        return regions.level_of(self.scope.code)

    def may(self, right: str) -> bool:
        return right in self.rights

    def require(self, right: str) -> None:
        if not self.may(right):
            raise Forbidden(right, self.name)


@dataclass(frozen=True)
class By:
    """A table is seen where one of these region columns lies inside the scope."""

    columns: tuple[str, ...]

    def visible(self, model: Any, span: tuple[Any, Any]) -> ColumnElement[bool]:
        return or_(*(getattr(model, name).between(*span) for name in self.columns))


def by(*columns: str) -> By:
    """Declare the region columns of a model: `__scope__ = by("village_code")`."""
    return By(columns)


class _Public:
    """Seen by everyone who has a session: divisions, code lists, published numbers."""

    def __repr__(self) -> str:
        return "PUBLIC"


PUBLIC = _Public()


class _System:
    """Bookkeeping of the write path and of logins: not by region, never a GraphQL type, never exported."""

    def __repr__(self) -> str:
        return "SYSTEM"


SYSTEM = _System()
