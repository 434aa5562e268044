"""What processes cost, read from /proc: CPU time and memory of a process and all below it."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")
PROC = Path("/proc")


def tree(pid: int) -> list[int]:
    """A process and those below it."""
    found, left = [], [pid]
    while left:
        one = left.pop()
        found.append(one)
        for task in PROC.glob(f"{one}/task/*/children"):
            left += map(int, _read(task).split())
    return found


def cpu_seconds(pid: int) -> float:
    """The CPU time that a process and those below it have used, the ended children of each included."""
    return sum(sum(map(int, stat[11:15])) for stat in _stats(tree(pid))) / TICK


def memory_bytes(pid: int) -> int:
    """Proportional set size (PSS) of a process and those below it: what is shared counts for each by its part."""
    return sum(_pss(one) for one in tree(pid))


@dataclass
class Used:
    """The CPU seconds that were used meanwhile."""

    seconds: float = 0.0


@contextmanager
def used_by(pid: int | None) -> Iterator[Used]:
    """Measure what a process and those below it use inside the block; nothing without a process."""
    used, before = Used(), cpu_seconds(pid) if pid else 0.0
    yield used
    used.seconds = cpu_seconds(pid) - before if pid else 0.0


def settle(pid: int, most: float = 10.0) -> None:
    """Wait until a server has done what its clients no longer wait for, so that it disturbs nobody else's turn."""
    until = time.monotonic() + most
    while time.monotonic() < until:
        before = cpu_seconds(pid)
        time.sleep(0.1)
        if cpu_seconds(pid) - before < 0.02:
            return


def _stats(pids: Iterable[int]) -> Iterator[list[str]]:
    for pid in pids:
        if text := _read(PROC / str(pid) / "stat"):
            yield text.rpartition(")")[2].split()


def _pss(pid: int) -> int:
    lines = _read(PROC / str(pid) / "smaps_rollup").splitlines()
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def _read(file: Path) -> str:
    try:
        return file.read_text()
    except OSError:
        return ""  # it has ended meanwhile
