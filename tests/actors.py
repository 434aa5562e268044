"""Operators for the tests: each acts in one region, with the rights that its level holds by default."""

from fp_core.permissions import rights_of
from fp_core.regions import level_of
from fp_core.registry import Registry
from fp_core.scope import Actor, Scope


def operator(registry: Registry, region: str, *, name: str = "", without: tuple[str, ...] = ()) -> Actor:
    """Somebody who works in the region, with the rights of its level but those in `without`."""
    level = level_of(region)
    rights = rights_of(registry.host, level) - set(without)
    return Actor(name or f"{level.lower()}-{region[: level.digits] or 'nation'}", Scope.region(region), rights)
