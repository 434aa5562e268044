"""What the documents promise, checked: links lead somewhere, hooks and commands are described, files stay short."""

import ast
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from typer import Typer

LONGEST = 300
CODE = ("packages", "gateway", "plugins", "tests", "tools", "benchmarks")
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
_FENCE = re.compile(r"^(```|~~~).*?^\1\s*$", re.M | re.S)
_CODE = re.compile(r"`[^`\n]*`")
_HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.M)


def faults(root: Path) -> list[str]:
    """Everything that is wrong, one line each."""
    return list(chain(_broken_links(root), _undescribed_hooks(root), _long_files(root)))


def _broken_links(root: Path) -> Iterator[str]:
    for page in _files(root, ".md"):
        for target in _LINK.findall(_prose(page)):
            if not re.match(r"[a-z][a-z0-9+.-]*:", target) and not _leads_somewhere(page, target):
                yield f"{page.relative_to(root)}: the link {target!r} leads nowhere"


def _leads_somewhere(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    found = (page.parent / path) if path else page
    return found.exists() and (not anchor or found.suffix != ".md" or anchor in _anchors(found))


def _anchors(page: Path) -> set[str]:
    """The names that headings get: lower case, punctuation gone, blanks as hyphens."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def _prose(page: Path) -> str:
    return _CODE.sub("", _FENCE.sub("", page.read_text(encoding="utf-8")))


def _undescribed_hooks(root: Path) -> Iterator[str]:
    page = root / "docs" / "hooks.md"
    described = set(re.findall(r"\bfp_\w+", page.read_text(encoding="utf-8"))) if page.exists() else set()
    for file in _files(root, "hookspecs.py"):
        for hook in _hooks(file):
            if hook not in described:
                yield f"{file.relative_to(root)}: the hook {hook} is not described in docs/hooks.md"


def _hooks(file: Path) -> Iterator[str]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and any("hookspec" in ast.unparse(d) for d in node.decorator_list):
            yield node.name


def unlisted_commands(script: Path, app: Typer) -> list[str]:
    """Commands of the program that the help of the script does not name."""
    listed = set(re.findall(r"^  ([a-z-]+)  ", script.read_text(encoding="utf-8"), re.M))
    commands = [command.name or getattr(command.callback, "__name__", "") for command in app.registered_commands]
    names = [name.replace("_", "-") for name in (*commands, *(group.name or "" for group in app.registered_groups))]
    return [f"fp: the command {name!r} is not listed in ./fp --help" for name in names if name not in listed]


def _long_files(root: Path) -> Iterator[str]:
    for file in _files(root, ".py"):
        length = len(file.read_text(encoding="utf-8").splitlines())
        if length > LONGEST and "versions" not in file.parts:
            yield f"{file.relative_to(root)}: {length} lines are more than {LONGEST}; a file has one idea"


def _files(root: Path, ending: str) -> list[Path]:
    places = [*root.glob(f"*{ending}"), *chain.from_iterable((root / p).rglob(f"*{ending}") for p in (*CODE, "docs"))]
    return sorted(path for path in places if not any(part.startswith(".") for part in path.relative_to(root).parts))
