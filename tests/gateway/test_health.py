"""Readiness says what is missing and what to do about it."""

import os
from pathlib import Path

from starlette.applications import Starlette
from starlette.testclient import TestClient

from fp_core.db import make_engine
from fp_gateway import health


def client(url: str, *pending: str) -> TestClient:
    return TestClient(Starlette(routes=health.routes(make_engine(url), lambda: pending)))


def test_the_process_is_alive_whatever_the_database_does() -> None:
    assert client("sqlite:////nosuch/folder/x.db").get("/health").json() == {"status": "alive", "pid": os.getpid()}


def test_ready_when_database_answers_and_migrations_are_current(tmp_path: Path) -> None:
    answer = client(f"sqlite:///{tmp_path}/x.db").get("/ready")

    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})


def test_not_ready_while_migrations_are_due(tmp_path: Path) -> None:
    answer = client(f"sqlite:///{tmp_path}/x.db", "core", "funds").get("/ready")

    assert answer.status_code == 503
    assert answer.json()["en"] == "migrations are due for core, funds; run fp migrate"


def test_not_ready_without_a_database_and_its_address_is_not_told() -> None:
    answer = client("sqlite:////nosuch/folder/x.db").get("/ready")

    assert answer.status_code == 503
    assert answer.json()["error_type"] == "OperationalError"
    assert "nosuch" not in answer.text
