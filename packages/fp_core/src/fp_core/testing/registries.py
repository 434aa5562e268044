"""A registry for one test: a fresh database with the installed plugins, and with those that the test itself makes."""

import secrets
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from fp_core import regions
from fp_core.db import make_engine
from fp_core.keys import Keys
from fp_core.models.regions import FIRST_YEAR, Region
from fp_core.plugins import Host
from fp_core.registry import Registry


def registry_for(
    folder: Path, *, plugins: Mapping[str, Any] | None = None, without: Sequence[str] = (), url: str | None = None
) -> Registry:
    """A migrated registry of every installed plugin but those in `without`, and of `plugins` by name.

    The database is a new SQLite file in `folder`, or the one at `url`. Use it in `with`, or close it.
    """
    host = Host.load(without=without, extra=tuple((plugins or {}).items()))
    registry = Registry(make_engine(url or f"sqlite:///{folder}/fp.db"), host, Keys({1: secrets.token_bytes(32)}))
    registry.migrate()
    return registry


def add_regions(registry: Registry, *codes: str) -> None:
    """Write these divisions and all above them, valid in every year, so that operations find the village they ask for."""
    chains = sorted({code for given in codes for code in regions.chain(given)})
    with registry.system_session() as session:
        for code in chains:
            level, parent = regions.level_of(code), regions.parent_of(code)
            session.merge(Region(code=code, valid_from=FIRST_YEAR, name=code, level=level, parent_code=parent))
        session.commit()


def plugin(name: str, **hooks: Callable[..., Any]) -> ModuleType:
    """A plugin made in a test: `plugin("yunnan", fp_rules=hookimpl(lambda: RuleSet(…)))`."""
    module = ModuleType(name, f"The plugin {name}, made in a test.")
    for hook, function in hooks.items():
        setattr(module, hook, function)
    return module
