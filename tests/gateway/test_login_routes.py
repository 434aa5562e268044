"""Login over HTTP: three routes outside GraphQL, which answer in both languages and log neither name nor password."""

import io
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from fp_core.permissions import rights_of
from fp_core.regions import Level
from fp_core.registry import Registry
from fp_gateway import logs
from fp_gateway.login_routes import actor_of, routes
from tests.gateway.conftest import CHEAP, COUNTY, PASSWORD, WRONG


@pytest.fixture
def client(operators: Registry) -> TestClient:
    async def me(request: Request) -> JSONResponse:
        actor = await actor_of(request, operators)
        return JSONResponse(actor and {"name": actor.name, "rights": sorted(actor.rights)})

    return TestClient(Starlette(routes=[*routes(operators, CHEAP), Route("/me", me)]))


def post(client: TestClient, path: str, token: str = "", **body: Any) -> Any:
    return client.post(path, json=body, headers={"authorization": f"Bearer {token}"} if token else {})


def me(client: TestClient, token: str) -> Any:
    return client.get("/me", headers={"authorization": f"Bearer {token}"}).json()


def test_login_over_http_tells_level_region_and_rights(client: TestClient, operators: Registry) -> None:
    answer = post(client, "/login", name="county", password=PASSWORD)
    rights = sorted(rights_of(operators.host, Level.COUNTY))

    assert answer.headers["cache-control"] == "no-store"
    assert {k: v for k, v in answer.json().items() if k != "token"} == {
        "name": "county",
        "level": "COUNTY",
        "level_label": "县",
        "region_code": COUNTY,
        "rights": rights,
        "must_change_password": False,
    }
    assert me(client, answer.json()["token"]) == {"name": "county", "rights": rights}


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic abc", "Bearer nosuchtoken", "Bearer \xe9\xff"])
def test_without_a_login_in_force_there_is_no_actor(client: TestClient, header: str) -> None:
    assert client.get("/me", headers={b"authorization": header.encode("latin-1")}).json() is None


def test_logging_out_over_http_ends_the_token(client: TestClient) -> None:
    token = post(client, "/login", name="county", password=PASSWORD).json()["token"]

    assert post(client, "/logout", token).status_code == 204
    assert me(client, token) is None


def test_a_first_password_opens_nothing_but_its_change(client: TestClient) -> None:
    first = post(client, "/login", name="newcomer", password=PASSWORD).json()

    assert first["must_change_password"] is True
    assert me(client, first["token"]) is None
    assert post(client, "/password", first["token"], old=PASSWORD, new="my-own-2016-words").status_code == 200
    second = post(client, "/login", name="newcomer", password="my-own-2016-words").json()
    assert me(client, second["token"])["name"] == "newcomer"


def test_changing_a_password_needs_a_login(client: TestClient) -> None:
    answer = post(client, "/password", old=PASSWORD, new="my-own-2016-words")

    assert (answer.status_code, answer.json()["code"]) == (401, "NOT_LOGGED_IN")


def test_a_failed_login_over_http_is_401_and_logged_without_name_or_password(client: TestClient) -> None:
    stream = io.StringIO()
    logs.configure(stream)

    answer = post(client, "/login", name="county", password=WRONG)

    assert (answer.status_code, answer.json()["code"]) == (401, "LOGIN_FAILED")
    assert logs.pseudonym("county") in stream.getvalue()
    assert "login_failed" in stream.getvalue()
    assert WRONG not in stream.getvalue()
    assert '"county"' not in stream.getvalue()


@pytest.mark.parametrize(
    ("body", "kind", "code"),
    [
        ('{"name": "county"}', "application/json", "INVALID"),
        ('{"name": ["county"], "password": 1}', "application/json", "INVALID"),
        ("[]", "application/json", "INVALID"),
        ("null", "application/json", "INVALID"),
        ("name=county&password=x", "application/x-www-form-urlencoded", "INVALID"),
        ('{"name": "county", "password": "x"}', "text/plain", "INVALID"),
        ("{", "application/json", "NOT_JSON"),
        ("[" * 100_000, "application/json", "NOT_JSON"),
        ('{"name": ' + "9" * 5000 + "}", "application/json", "NOT_JSON"),
        (b"\xff\xfe\xff", "application/json", "NOT_JSON"),
    ],
)
def test_a_malformed_login_is_refused_with_the_way_out(
    client: TestClient, body: str | bytes, kind: str, code: str
) -> None:
    answer = client.post("/login", content=body, headers={"content-type": kind})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert "JSON" in answer.json()["zh"] or "json" in answer.json()["zh"]


def test_a_login_is_posted_never_got(client: TestClient) -> None:
    assert client.get(f"/login?name=county&password={PASSWORD}").status_code == 405
