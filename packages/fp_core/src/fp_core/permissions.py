"""Named rights, and who holds them by default: each plugin declares its own with the levels that need them."""

from collections.abc import Iterable

from fp_core.errors import Invalid
from fp_core.parts import Permission
from fp_core.plugins import Host
from fp_core.regions import Level


def rights_of(host: Host, level: Level, extra: Iterable[str] = ()) -> frozenset[str]:
    """The rights an operator of this level holds: the level's defaults and what was granted in person."""
    known = {p.name for p in host.permissions}
    unknown = sorted(set(extra) - known)
    if unknown:
        raise Invalid(
            "rights",
            f"没有权限 {unknown[0]!r}，现有：{'、'.join(sorted(known))}",
            f"there is no right {unknown[0]!r}; known are {', '.join(sorted(known))}",
        )
    return frozenset(p.name for p in host.permissions if level in p.levels) | frozenset(extra)


def right(name: str, label: str, english: str, *levels: Level) -> Permission:
    """Declare a named right and the levels that hold it by default."""
    return Permission(name, label, english, frozenset(levels))
