"""The contenders: how each server is started, logged in to and asked, one worker process on a loopback port."""

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import postgraphile, queries
from benchmarks.postgraphile import Missing
from benchmarks.queries import Variables
from fp_core.registry import Registry
from fp_gateway.auth import create_operator

FP, STRAWBERRY, POSTGRAPHILE, LIMIT = "fp", "a-strawberry", "c-postgraphile", "e-limit"
NAMES = (FP, STRAWBERRY, POSTGRAPHILE, LIMIT)
ON_SQLITE = (FP, STRAWBERRY, LIMIT)
OPERATOR, PASSWORD = "bench", secrets.token_urlsafe(16)
START_SECONDS = 60
POOL = 8
"""Connections of a worker to the database."""
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Place:
    """What the servers of one run share: database, key file, the operator's region, and folders for logs and tools."""

    database: str
    key_file: Path
    region: str
    logs: Path
    cache: Path


@dataclass
class Contender:
    """A server that runs: its process, its port, and how our queries are put to it."""

    name: str
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path
    token: str = ""
    body: Callable[[str, Variables], dict[str, Any]] = field(default=lambda query, given: _body(query, given))
    in_our_words: Callable[[Any], Any] = field(default=lambda data: data)
    bodies: dict[str, Path] = field(default_factory=dict)

    def ask(self, query: str, given: Variables) -> Any:
        """The data that answers a query, in the words of our schema; anything else is an error."""
        return self.in_our_words(self.send(self.body(query, given)))

    def send(self, body: dict[str, Any]) -> Any:
        answer = post(self.port, "/graphql", body, self.token)
        if answer.get("errors") or not answer.get("data"):
            raise RuntimeError(f"{self.name} answers {json.dumps(answer)[:600]} to {json.dumps(body)[:600]}")
        return answer["data"]

    def write_bodies(self, sets: queries.Sets, folder: Path, names: Sequence[str]) -> None:
        """The bodies of every request of a load, one a line."""
        for query in names:
            self.bodies[query] = folder / f"{self.name}.{query}"
            lines = (json.dumps(self.body(query, given)) for given in sets.of(query))
            self.bodies[query].write_text("\n".join(lines) + "\n")


def add_operator(registry: Registry, region: str) -> None:
    """The operator who asks our gateway; the password lives as long as this run."""
    with registry.system_session() as session:
        create_operator(session, OPERATOR, region, PASSWORD, must_change_password=False)


@contextmanager
def running(place: Place, names: Sequence[str], report: Callable[[str], None]) -> Iterator[dict[str, Contender]]:
    """The servers of these contenders, all answering; who cannot take part is reported and left out."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            try:
                found[name] = stack.enter_context(_STARTERS[name](place))
            except Missing as missing:
                report(f"{name} takes no part: {missing}")
        yield found


@contextmanager
def _fp(place: Place) -> Iterator[Contender]:
    """Our gateway as it is served in production, with a login."""
    port = free_port()
    given = {"FP_KEY_FILE": str(place.key_file), "FP_WORKERS": "1", "FP_POOL": str(POOL)}
    command = [sys.executable, "-m", "fp_gateway.cli", "serve", "--database", place.database, "--port", str(port)]
    with _started(FP, place, command, port, given) as contender:
        _wait(contender, lambda: post(port, "/graphql", {}, expected=True))
        contender.token = post(port, "/login", {"name": OPERATOR, "password": PASSWORD})["token"]
        yield contender


@contextmanager
def _python(name: str, module: str, place: Place) -> Iterator[Contender]:
    port, more = free_port(), python_extras(place.cache)
    path = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")]), str(more)])
    given = {"BENCH_DATABASE": place.database, "BENCH_REGION": place.region, "PYTHONPATH": path}
    options = ["--host", "127.0.0.1", "--http", "httptools", "--log-level", "warning", "--no-access-log"]
    command = [sys.executable, "-m", "uvicorn", f"benchmarks.servers.{module}:app", "--port", str(port), *options]
    with _started(name, place, command, port, given) as contender:
        _wait(contender, lambda: post(port, "/nothing", {}, expected=True))
        yield contender


@contextmanager
def _postgraphile(place: Place) -> Iterator[Contender]:
    installed, port = postgraphile.installed(place.cache / "postgraphile"), free_port()
    postgraphile.prepare(place.database)
    given = {"BENCH_DATABASE": place.database, "BENCH_PORT": str(port)}
    production = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with _started(POSTGRAPHILE, place, installed.command, port, {**given, **production}, installed.folder) as contender:
        _wait(contender, lambda: post(port, "/graphql", {"query": "{ __typename }"}))
        contender.in_our_words = postgraphile.in_our_words
        page = "{ allHouseholdYears(first: 1, orderBy: PRIMARY_KEY_ASC) { pageInfo { endCursor } } }"
        found = contender.send({"query": page})
        digest = postgraphile.digest_of(found["allHouseholdYears"]["pageInfo"]["endCursor"])
        contender.body = lambda query, given: {
            "query": postgraphile.TEXTS[query],
            "operationName": query,
            "variables": postgraphile.variables(given, digest),
        }
        yield contender


_STARTERS: dict[str, Callable[[Place], Any]] = {
    FP: _fp,
    STRAWBERRY: lambda place: _python(STRAWBERRY, "strawberry_app", place),
    POSTGRAPHILE: _postgraphile,
    LIMIT: lambda place: _python(LIMIT, "limit_app", place),
}


def python_extras(cache: Path) -> Path:
    """The folder of the Python packages that only the contenders need, installed where it is not there yet."""
    folder, wanted = cache / "python", Path(__file__).with_name("requirements.txt")
    stamp = folder / ".made-from"
    if not stamp.is_file() or stamp.read_text() != wanted.read_text() + sys.version:
        command = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(folder), "--upgrade"]
        done = subprocess.run([*command, "-r", str(wanted)], capture_output=True, text=True)
        if done.returncode:
            raise Missing(f"pip could not install {wanted.name}: {done.stderr.strip()[-300:]}")
        stamp.write_text(wanted.read_text() + sys.version)
    return folder


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def post(port: int, path: str, body: dict[str, Any], token: str = "", *, expected: bool = False) -> Any:
    """Post JSON and read JSON. `expected`: an answer of any status will do, it shows that the server is there."""
    headers = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=120) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        if expected:
            return None
        return json.load(error)


@contextmanager
def _started(
    name: str, place: Place, command: list[str], port: int, given: dict[str, str], folder: Path = ROOT
) -> Iterator[Contender]:
    log = place.logs / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **given},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            yield Contender(name, process, port, log)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(contender: Contender, answers: Callable[[], Any]) -> None:
    """Return when the server answers; one that ends or is silent is an error, with the end of its log."""
    until = time.monotonic() + START_SECONDS
    while contender.process.poll() is None and time.monotonic() < until:
        try:
            answers()
            return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{contender.name} did not start: {contender.log.read_text(errors='replace')[-2000:]}")


def _body(query: str, given: Variables) -> dict[str, Any]:
    text = queries.TEXTS.get(query, query)
    return {"query": text, "operationName": query if query in queries.TEXTS else None, "variables": given}
