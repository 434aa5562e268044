"""The contenders' words: the limit answers as the gateway does, and PostGraphile's answers are read as ours."""

import base64
import json
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from benchmarks import postgraphile, queries
from benchmarks.rounds import comparable, difference
from fp_core.regions import span
from fp_core.registry import Registry
from fp_gateway.app import make_app
from fp_gateway.auth import Passwords, create_operator
from fp_gateway.settings import Settings
from tests.places import GUIZHOU

PASSWORD, CHEAP = "guizhou-2020-脱贫", Passwords(memory_kib=8, passes=1)
SCOPE = dict(zip(("from", "to"), span(GUIZHOU), strict=True))


class Gateway:
    """Our gateway, asked by an operator of a province."""

    def __init__(self, client: TestClient) -> None:
        self.client = client

    def __call__(self, query: str, given: dict[str, Any]) -> Any:
        answer = self.client.post(
            "/graphql", json={"query": queries.TEXTS.get(query, query), "variables": given}
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]


@pytest.fixture
def ask(filled: Registry) -> Any:
    with filled.system_session() as session:
        create_operator(session, "province", GUIZHOU, PASSWORD, must_change_password=False, passwords=CHEAP)
    with TestClient(make_app(filled, Settings(), passwords=CHEAP)) as client:
        token = client.post("/login", json={"name": "province", "password": PASSWORD}).json()["token"]
        client.headers["authorization"] = f"Bearer {token}"
        yield Gateway(client)


def test_the_limit_answers_every_query_as_the_gateway_does(
    filled: Registry, ask: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCH_DATABASE", "sqlite:///nothing.db")
    monkeypatch.setenv("BENCH_REGION", GUIZHOU)
    from benchmarks.servers.limit_app import parameters
    from benchmarks.servers.limit_sql import Postgresql, Sqlite, statements

    written = statements(Postgresql() if filled.engine.dialect.name == "postgresql" else Sqlite())
    with filled.engine.connect() as connection:
        sets = queries.sets(connection, GUIZHOU, ask)
        for query in queries.NAMES:
            for given in sets.of(query)[:6]:
                found = connection.execute(text(written[query]), parameters(given)).scalar_one()
                limit = comparable((json.loads(found) if isinstance(found, str) else found)["data"])
                ours = comparable(ask(query, given))
                assert limit == ours, difference(ours, limit)


def test_variables_are_many_and_their_cursors_real(filled: Registry, ask: Gateway) -> None:
    with filled.engine.connect() as connection:
        sets = queries.sets(connection, GUIZHOU, ask)

    assert {query: len(sets.of(query)) for query in queries.NAMES} == dict.fromkeys(queries.NAMES, queries.SETS)
    assert len({given["code"] for given in sets.of("Q1")}) == len({given["code"][:12] for given in sets.of("Q1")}) * 84
    assert {given["status"] for given in sets.of("Q2")} == set(queries.STATUSES)


def test_postgraphile_is_given_a_cursor_of_its_own() -> None:
    given = {"region": "520522000000", "year": 2020, "status": "EXITED", "after": "householdCode,year:5205221:2020"}

    made = postgraphile.variables(given, "digest")

    assert made == {
        "year": 2020,
        "status": "EXITED",
        "low": "520522000000",
        "high": "520522999999",
        "after": base64.b64encode(b'["digest","5205221",2020]').decode(),
    }
    assert postgraphile.digest_of(made["after"]) == "digest"


def test_postgraphile_answers_in_our_words() -> None:
    theirs = {
        "householdYears": {
            "nodes": [{"wageIncome": "123450", "otherCauses": ",A,B,", "houseArea": None, "year": 2020}]
        },
        "statistics": [{"regionCode": "1", "cells": []}],
    }

    assert postgraphile.in_our_words(theirs) == {
        "householdYears": {
            "nodes": [{"wageIncome": "1234.50", "otherCauses": ["A", "B"], "houseArea": None, "year": 2020}]
        },
        "statistics": {"rows": [{"regionCode": "1", "cells": []}]},
    }
