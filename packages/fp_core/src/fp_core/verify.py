"""Verification: every invariant of the installed plugins, recounted from the rows."""

from collections.abc import Iterator
from dataclasses import dataclass

from fp_core.parts import Invariant
from fp_core.plugins import items
from fp_core.registry import Registry


@dataclass(frozen=True)
class Result:
    """One invariant and what violates it; nothing when it holds."""

    invariant: Invariant
    violations: list[str]


def verify(registry: Registry) -> Iterator[Result]:
    """Check one invariant after the other over the whole registry."""
    for _, invariant in items(registry.host.manager, "fp_invariants"):
        with registry.system_session() as session:
            yield Result(invariant, invariant.check(session))
