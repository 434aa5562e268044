"""The options of ./fp bench."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import queries
from benchmarks.contenders import FP, NAMES

PARTS = ("postgresql", "sqlite", "statistics", "imports")
MOST = 10_000_000


@dataclass(frozen=True)
class Options:
    """How large, how often, and what of it."""

    quick: bool
    size: int
    sqlite_size: int
    sizes: tuple[int, ...]
    households: int
    rounds: int
    seconds: float
    queries: tuple[str, ...]
    only: tuple[str, ...]
    parts: tuple[str, ...]
    folder: Path
    write: bool


def parse(given: Sequence[str] | None, text: str) -> Options:
    """The options on the command line; what --quick takes from the rest can still be given."""
    parser = argparse.ArgumentParser(
        prog="./fp bench", description=text, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="small and short: under two minutes in all, to see that it works")
    add("--size", type=_size, help="members in PostgreSQL, up to 10,000,000 (default 1,000,000)")
    add("--sqlite-size", type=_size, help="members in SQLite (default: the same, a million at most)")
    add("--sizes", type=_sizes, help="members for statistics, one after the other (default 1000000,10000000)")
    add("--households", type=int, help="households of an import (default 20,000)")
    add("--rounds", type=int, help="how often each contender has its turn (default 6)")
    add("--seconds", type=float, help="how long each load lasts at least (default 3)")
    add("--queries", type=_among(queries.NAMES), default=queries.NAMES, help="only these: Q1,Q2,Q3,Q4")
    add("--only", type=_among(NAMES), default=NAMES, help=f"only these contenders: {','.join(NAMES)}")
    add("--parts", type=_among(PARTS), default=PARTS, help=f"only these parts: {','.join(PARTS)}")
    add("--folder", type=Path, default=_folder(), help="where databases lie meanwhile (default %(default)s)")
    add("--write", action="store_true", help="write the tables into docs/performance.md")
    found = vars(parser.parse_args(given))
    usual = QUICK if found["quick"] else FULL
    made = {**usual, **{name: value for name, value in found.items() if value is not None}}
    made.setdefault("sqlite_size", min(made["size"], FULL["size"]))
    made["only"] = tuple(name for name in NAMES if name == FP or name in made["only"])  # it gives the cursors
    return Options(**made)


FULL: dict[str, Any] = {
    "size": 1_000_000,
    "sizes": (1_000_000, MOST),
    "households": 20_000,
    "rounds": 6,
    "seconds": 3.0,
}
QUICK: dict[str, Any] = {"size": 20_000, "sizes": (10_000, 20_000), "households": 300, "rounds": 1, "seconds": 0.25}


def _size(text: str) -> int:
    number = int(text.replace(",", "").replace("_", ""))
    if not 1_000 <= number <= MOST:
        raise argparse.ArgumentTypeError(f"{text} is not between 1,000 and {MOST:,}")
    return number


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(map(_size, text.split(","))))


def _among(known: Sequence[str]) -> Callable[[str], tuple[str, ...]]:
    def chosen(text: str) -> tuple[str, ...]:
        names = tuple(text.split(","))
        if unknown := [name for name in names if name not in known]:
            raise argparse.ArgumentTypeError(f"there is no {unknown[0]!r}; known are {', '.join(known)}")
        return names

    return chosen


def _folder() -> Path:
    """A place on disk: the usual temporary folder may be memory."""
    lasting = Path("/var/tmp")
    return lasting if lasting.is_dir() else Path(tempfile.gettempdir())
