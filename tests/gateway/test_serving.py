"""Serving as it is run: real processes on a real port, which share the work, replace who dies, and end in order."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from starlette.testclient import TestClient
from typer.testing import CliRunner

from fp_core.db import WRITE
from fp_core.errors import Invalid
from fp_core.keys import Keys
from fp_core.registry import Registry
from fp_gateway import cli
from fp_gateway.logins import LAG
from fp_gateway.opening import NotReady, open_served_registry
from fp_gateway.serving import require_port
from fp_gateway.settings import Settings, read_settings
from fp_gateway.worker import application
from tests.gateway.conftest import PASSWORD

PATIENCE = 90  # seconds until a test gives up on a busy machine; nothing waits so long when all is well


@dataclass
class Server:
    """`fp serve` in its own process."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int = 0

    def connection(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, method: str, path: str, token: str = "", **body: Any) -> tuple[int, Any]:
        """Status and answer, over a connection of its own."""
        connection = self.connection()
        headers = {"content-type": "application/json", "authorization": f"Bearer {token}"}
        connection.request(method, path, json.dumps(body) if body else None, headers)
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        return answer.status, json.loads(content) if content else None

    def me(self, token: str) -> int:
        return self.ask("POST", "/graphql", token, query="{ me { name } }")[0]

    def pids(self, at_least: int) -> set[int]:
        """The processes that answer, as soon as there are so many."""
        found: set[int] = set()

        def asked() -> bool:
            found.add(self.ask("GET", "/health")[1]["pid"])
            return len(found) >= at_least

        wait_for(asked)
        return found

    def end(self, how: signal.Signals) -> int:
        self.process.send_signal(how)
        return self.process.wait(PATIENCE)

    def said(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]


def wait_for(holds: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


@pytest.fixture
def serve(operators: Registry, database: str, keys: Keys, tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts `fp serve` over the registry with the operators, on a free port."""
    started: list[Server] = []
    Keys.generate_file(tmp_path / "fp.key")

    def start(workers: int) -> Server:
        log = tmp_path / f"{len(started)}.log"
        settings = {"FP_DATABASE_URL": database, "FP_KEY_FILE": str(tmp_path / "fp.key"), "FP_PORT": "0"}
        command = [sys.executable, "-m", "fp_gateway.cli", "serve", "--workers", str(workers)]
        with log.open("wb") as output:
            process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=output, stderr=output)
        server = Server(process, log)
        started.append(server)
        server.port = port_of(server)
        return server

    yield start
    for server in started:
        if server.process.poll() is None:
            server.process.terminate()
            server.process.wait(PATIENCE)
        sys.stdout.write(server.log.read_text(encoding="utf-8"))  # shown where a test failed


def port_of(server: Server) -> int:
    """The port it listens on, once it says so."""
    found: list[str] = []

    def listening() -> bool:
        said = server.log.read_text(encoding="utf-8")
        assert server.process.poll() is None, said
        found.extend(re.findall(r"running on http://127\.0\.0\.1:(\d+)", said))
        return bool(found)

    wait_for(listening)
    return int(found[0])


def test_workers_share_the_work_and_one_that_is_killed_comes_back(serve: Callable[..., Server]) -> None:
    server = serve(workers=2)
    before = server.pids(2)
    assert server.process.pid not in before

    token = server.ask("POST", "/login", name="county", password=PASSWORD)[1]["token"]
    assert {server.me(token) for _ in range(20)} == {200}
    killed = min(before)
    os.kill(killed, signal.SIGKILL)
    wait_for(lambda: killed not in server.pids(2))
    assert server.me(token) == 200

    replaced = server.pids(2)
    server.process.send_signal(signal.SIGHUP)
    wait_for(lambda: server.me(token) == 200 and not replaced & server.pids(2))

    for number in range(6):
        assert server.ask("POST", "/login", name=f"nobody-{number}", password=PASSWORD)[0] == 401
    assert server.ask("POST", "/logout", token)[0] == 204
    time.sleep(LAG)  # what the other worker may still have known is forgotten by then
    assert {server.me(token) for _ in range(20)} == {401}

    assert server.end(signal.SIGTERM) == 0
    said = server.said()
    assert {line["event"] for line in said if line.get("path") == "/graphql"} == {"request"}
    assert len({line["address"] for line in said if line["event"] == "login_failed"}) == 1, (
        "workers share the log's key"
    )


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("workers", "how"), [(2, signal.SIGTERM), (1, signal.SIGTERM), (1, signal.SIGINT)])
def test_request_under_way_is_answered_before_the_end(
    serve: Callable[..., Server], workers: int, how: signal.Signals
) -> None:
    server = serve(workers=workers)
    assert len(server.pids(workers)) == workers
    body = json.dumps({"name": "county", "password": PASSWORD}).encode()
    late, idle = server.connection(), server.connection()
    idle.request("GET", "/health")
    idle.getresponse().read()
    late.putrequest("POST", "/login")
    for name, value in (("content-type", "application/json"), ("content-length", str(len(body)))):
        late.putheader(name, value)
    late.endheaders(body[:10])
    time.sleep(0.5)  # the first bytes have arrived; nothing says so

    server.process.send_signal(how)
    wait_for(lambda: sum(line["event"] == "Shutting down" for line in server.said()) == workers)
    assert server.process.poll() is None
    late.send(body[10:])

    answer = late.getresponse()
    assert (answer.status, json.loads(answer.read())["name"]) == (200, "county")
    assert server.process.wait(PATIENCE) == 0


def test_port_that_is_taken_and_a_number_of_workers_that_cannot_be_are_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(NotReady) as refused:
            require_port(Settings(port=port))
        done = CliRunner().invoke(cli.app, ["serve", "--workers", "2", "--port", str(port)])
    none = CliRunner().invoke(cli.app, ["serve", "--workers", "0"])

    assert f"cannot listen on 127.0.0.1:{port}" in refused.value.en and f"不能监听 127.0.0.1:{port}" in refused.value.zh
    assert done.exit_code == 1 and f"cannot listen on 127.0.0.1:{port}" in " ".join(done.output.split())
    assert none.exit_code == 1 and "FP_WORKERS 不能为 0" in none.output


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"workers": 257}, "FP_WORKERS"),
        ({"pool": 0}, "FP_POOL"),
        ({"statement_timeout": 0}, "FP_STATEMENT_TIMEOUT"),
        ({"statement_timeout": "soon"}, "FP_STATEMENT_TIMEOUT"),
        ({"row_security": "perhaps"}, "FP_ROW_SECURITY"),
        ({"row_security": True}, "FP_ROW_SECURITY"),
        ({"read_dsn": "postgresql://fp:hidden@host/fp"}, "FP_READ_DSN"),
        ({"read_dsn": "mysql://fp:hidden@host/fp", "database_url": "postgresql://host/fp"}, "FP_READ_DSN"),
        ({"read_dsn": "hidden", "database_url": "postgresql://host/fp"}, "FP_READ_DSN"),
    ],
)
def test_setting_that_cannot_be_is_refused_by_its_name_in_both_languages(given: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_settings(**given)

    assert refused.value.field == field
    assert field in refused.value.zh and field in refused.value.en
    assert "hidden" not in str(refused.value)


def test_settings_of_serving_have_safe_values_and_fit_together() -> None:
    settings = read_settings()
    together = read_settings(
        database_url="postgresql://host/fp", read_dsn="postgresql://reader@replica/fp", row_security=True
    )

    assert (settings.workers, settings.pool, settings.statement_timeout) == (None, 8, 10)
    assert (settings.read_dsn, settings.row_security) == (None, False)
    assert settings.processes == len(os.sched_getaffinity(0))
    assert (together.processes, read_settings(workers=3).processes) == (settings.processes, 3)


def test_read_that_takes_too_long_is_ended_by_postgresql_and_a_change_is_not(
    postgresql: Any, keys: Keys, tmp_path: Path
) -> None:
    Keys.generate_file(tmp_path / "fp.key")
    with postgresql.copy() as url:
        settings = Settings(database_url=url, key_file=tmp_path / "fp.key", statement_timeout=0.2, pool=2)
        with open_served_registry(settings) as registry:
            with registry.system_session() as session, pytest.raises(OperationalError, match="statement timeout"):
                session.execute(text("select pg_sleep(5)"))
            with Session(registry.engine) as session:
                session.connection(execution_options=WRITE)
                session.execute(text("select pg_sleep(0.4)"))
                session.commit()
            with registry.system_session() as session, pytest.raises(OperationalError, match="statement timeout"):
                session.execute(text("select pg_sleep(5)"))
            assert registry.engine.pool.size() == 2  # type: ignore[attr-defined]


def test_worker_that_starts_while_the_database_is_away_lives_and_says_that_it_is_not_ready(tmp_path: Path) -> None:
    Keys.generate_file(tmp_path / "fp.key")
    away = Settings(database_url=f"postgresql://fp@/fp?host={tmp_path}", key_file=tmp_path / "fp.key")

    client = TestClient(application(away))

    assert client.get("/health").json() == {"status": "alive", "pid": os.getpid()}
    answer = client.get("/ready")
    assert (answer.status_code, answer.json()["error_type"]) == (503, "OperationalError")
    assert client.post("/graphql", json={"query": "{ me { name } }"}).status_code == 401
