"""Whether requirements.lock has everything that a pyproject.toml asks for, in a version that serves, and names no address."""

import re
import tomllib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.M)


def faults(root: Path) -> list[str]:
    """Everything that is wrong, one line each."""
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    pins = {canonicalize_name(name): version for name, version in _PIN.findall(lock)}
    projects = {file: _read(file) for file in (root / "pyproject.toml", *sorted(root.glob("*/**/pyproject.toml")))}
    ours = {canonicalize_name(project["project"]["name"]) for project in projects.values()}
    found = [
        fault
        for file, project in projects.items()
        for fault in _unmet(project, pins, ours, str(file.relative_to(root)))
    ]
    if "://" in lock:
        found.append("requirements.lock names an address; ./fp lock makes one without")
    return found


def _unmet(project: dict[str, Any], pins: dict[Any, str], ours: set[Any], source: str) -> Iterator[str]:
    for text in _asked(project):
        asked = Requirement(text)
        name = canonicalize_name(asked.name)
        pin = pins.get(name, "")
        if name not in ours and not (pin and asked.specifier.contains(pin, prereleases=True)):
            held = f"has {asked.name} {pin}" if pin else "does not have it"
            yield f"{source} asks for {text}, requirements.lock {held}; ./fp lock refreshes it"


def _asked(project: dict[str, Any]) -> Iterator[str]:
    table = project["project"]
    return chain(
        table.get("dependencies", ()),
        *table.get("optional-dependencies", {}).values(),
        *project.get("dependency-groups", {}).values(),
        project.get("build-system", {}).get("requires", ()),
    )


def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))
