"""What a run was made on: processor, memory, and the versions of everything that takes part."""

import os
import platform
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution, distributions
from pathlib import Path

from benchmarks.load import generator
from tests.postgres import NoPostgres, binary

PACKAGES = (
    "strawberry-graphql",
    "graphql-core",
    "SQLAlchemy",
    "sqlmodel",
    "asyncpg",
    "psycopg",
    "starlette",
    "uvicorn",
    "uvloop",
    "httptools",
    "python-calamine",
)


def memory_bytes() -> int:
    """The memory of the machine, or of the container where that has less."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    allowed = limit.read_text().strip() if limit.is_file() else "max"
    return whole if allowed == "max" else min(whole, int(allowed))


def hardware() -> dict[str, str]:
    """Processor, cores, memory and system."""
    info = Path("/proc/cpuinfo")
    text = info.read_text() if info.is_file() else ""
    model = re.search(r"^model name\s*: (.+)$", text, re.MULTILINE)
    return {
        "processor": model[1].strip() if model else platform.processor() or platform.machine(),
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "memory": f"{memory_bytes() / 1024**3:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}",
    }


def versions(extras: Path, seconds: float) -> dict[str, str]:
    """Of Python, the databases, the load generator and the libraries, those in the folder of extras included."""
    found = {"Python": platform.python_version(), "PostgreSQL": _postgresql(), "SQLite": sqlite3.sqlite_version}
    found["load by"] = _generator(seconds)
    found |= {name: version for name in PACKAGES if (version := _version(name))}
    beside = distributions(path=[str(extras)]) if extras.is_dir() else ()
    return found | {one.name: one.version for one in beside if one.name in ("aiosqlite", "greenlet")}


def _version(name: str) -> str:
    try:
        return distribution(name).version
    except PackageNotFoundError:
        return ""


def _postgresql() -> str:
    try:
        return _said(binary("postgres"), "--version").removeprefix("postgres (PostgreSQL) ").split(" ")[0]
    except NoPostgres:
        return "none"


def _generator(seconds: float) -> str:
    if generator(seconds) != "wrk":
        return f"Python {sys.version_info.major}.{sys.version_info.minor}"
    first = next(iter(_said("wrk", "--version").splitlines()), "wrk")
    return " ".join(first.split()[:2])


def _said(*command: str) -> str:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    return (done.stdout or done.stderr).strip()


def shown(facts: Iterable[tuple[str, str]]) -> str:
    """Facts as one line."""
    return ", ".join(f"{name} {value}" for name, value in facts)
