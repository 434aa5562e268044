"""Load on a server from a process of its own: wrk where it is installed, else a small generator in Python."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

LUA = Path(__file__).with_name("post.lua")
TIMEOUT = 60
"""Seconds after which a request counts as an error."""


@dataclass(frozen=True)
class Loaded:
    """What came of one load. Latencies are in milliseconds."""

    requests: int
    seconds: float
    bytes: int
    errors: int
    p50: float
    p99: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


def generator(seconds: float) -> str:
    """Which generator makes the load here: wrk knows whole seconds only."""
    return "wrk" if seconds >= 1 and shutil.which("wrk") else "python"


def load(port: int, bodies: Path, token: str, connections: int, seconds: float) -> Loaded:
    """Post the lines of a file of bodies, over and over, from so many connections at once."""
    given = {"BENCH_BODIES": str(bodies), "BENCH_TOKEN": token}
    address = f"http://127.0.0.1:{port}/graphql"
    wrk = ["wrk", "-t1", f"-c{connections}", f"-d{seconds:.0f}s", "--timeout", f"{TIMEOUT}s", "-s", str(LUA), address]
    own = [sys.executable, "-m", "benchmarks.hammer", str(port), str(connections), str(seconds)]
    done = subprocess.run(
        wrk if generator(seconds) == "wrk" else own,
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=True,
        timeout=seconds + 3 * TIMEOUT,
    )
    result = next(line for line in done.stdout.splitlines() if line.startswith("RESULT "))
    return Loaded(**json.loads(result.removeprefix("RESULT ")))
