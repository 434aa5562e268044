"""Logins in memory: a busy token costs one look-up a second, and no end of a login is overslept."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, update
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from fp_core.db import make_engine
from fp_core.models.users import Login, Operator
from fp_core.registry import Registry
from fp_gateway import auth
from fp_gateway.login_routes import actor_of, routes
from fp_gateway.logins import LAG, Logins
from tests.gateway.conftest import CHEAP, COUNTY, PASSWORD
from tests.statements import counted

NOON = datetime(2016, 11, 1, 4, tzinfo=UTC)


@dataclass
class Time:
    """The moment for the logins under test; it passes when told to."""

    passed: float = 0.0

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.passed)

    def clock(self) -> float:
        return self.passed

    def logins(self, registry: Registry, most: int = 100) -> Logins:
        return Logins(registry, most=most, now=self.now, clock=self.clock)


def log_in(registry: Registry, name: str = "county") -> str:
    with registry.system_session() as session:
        return auth.log_in(session, name, PASSWORD, now=NOON, passwords=CHEAP)


async def name_of(logins: Logins, token: str) -> str | None:
    known = await logins.of(token)
    return known.actor.name if known else None


def elsewhere(database: str, registry: Registry, statement: object) -> None:
    """Run a statement as another process would: over an engine of its own."""
    with Registry(make_engine(database), registry.host) as other, other.system_session() as session:
        session.connection(execution_options={"fp_write": True})
        session.execute(statement)  # type: ignore[call-overload]
        session.commit()


async def test_hundred_requests_within_a_second_cost_one_statement(operators: Registry) -> None:
    time, token = Time(), log_in(operators)
    logins = time.logins(operators)

    with counted(operators) as sent:
        for _ in range(100):
            assert await name_of(logins, token) == "county"
            time.passed += LAG / 101
        assert len(sent) == 1
        time.passed = LAG
        assert await name_of(logins, token) == "county"

    assert len(sent) == 2


async def test_hundred_requests_at_the_same_moment_cost_one_statement(operators: Registry) -> None:
    logins, token = Time().logins(operators), log_in(operators)

    with counted(operators) as sent:
        names = await asyncio.gather(*(name_of(logins, token) for _ in range(100)))

    assert (set(names), len(sent)) == ({"county"}, 1)


async def test_request_that_is_given_up_takes_no_other_with_it(operators: Registry) -> None:
    logins, token = Time().logins(operators), log_in(operators)

    given_up, staying = (asyncio.create_task(name_of(logins, token)) for _ in range(2))
    await asyncio.sleep(0)
    given_up.cancel()

    assert await staying == "county"
    assert given_up.cancelled()


async def test_token_that_was_never_given_is_looked_up_once_a_second_too(operators: Registry) -> None:
    logins = Time().logins(operators)

    with counted(operators) as sent:
        assert [await name_of(logins, "nosuchtoken") for _ in range(10)] == [None] * 10
        assert await name_of(logins, "") is None

    assert len(sent) == 1


async def test_look_up_that_failed_is_not_kept(operators: Registry) -> None:
    logins, token = Time().logins(operators), log_in(operators)
    with operators.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE login RENAME TO login_away")
    with pytest.raises(Exception, match="login"):
        await logins.of(token)

    with operators.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE login_away RENAME TO login")

    assert await name_of(logins, token) == "county"


async def test_login_ended_in_this_process_is_over_at_once(operators: Registry) -> None:
    logins, token = Time().logins(operators), log_in(operators)
    assert await name_of(logins, token) == "county"

    with operators.system_session() as session:
        auth.log_out(session, token)
    logins.forget(token)

    assert await name_of(logins, token) is None


async def test_what_was_read_before_the_end_is_not_kept_after_it(operators: Registry) -> None:
    logins, token = Time().logins(operators), log_in(operators)
    early = asyncio.create_task(name_of(logins, token))
    await asyncio.sleep(0)

    with operators.system_session() as session:
        auth.log_out(session, token)
    logins.forget_operator("county")

    assert await name_of(logins, token) is None
    await early


async def test_login_ended_by_another_process_is_over_within_the_lag(operators: Registry, database: str) -> None:
    time, token = Time(), log_in(operators)
    logins = time.logins(operators)
    assert await name_of(logins, token) == "county"

    elsewhere(database, operators, delete(Login))

    time.passed = LAG - 0.001
    assert await name_of(logins, token) == "county"
    time.passed = LAG
    assert await name_of(logins, token) is None


async def test_operator_changed_by_another_process_is_the_new_one_within_the_lag(
    operators: Registry, database: str
) -> None:
    time, token = Time(), log_in(operators)
    logins = time.logins(operators)
    before = await logins.of(token)

    right = sorted({p.name for p in operators.host.permissions} - (before.actor.rights if before else set()))[0]
    changed = {"region_code": "520000000000", "rights": (right,)}
    elsewhere(database, operators, update(Operator).where(Operator.name == "county").values(changed))

    time.passed = LAG
    after = await logins.of(token)
    assert before is not None and after is not None
    assert (before.actor.scope.code, after.actor.scope.code) == (COUNTY, "520000000000")
    assert right in after.actor.rights and right not in before.actor.rights
    elsewhere(database, operators, update(Operator).values(is_active=False))
    logins.forget_operator("county")
    assert await logins.of(token) is None


async def test_forgetting_one_operator_costs_another_nothing(operators: Registry) -> None:
    logins, mine, other = Time().logins(operators), log_in(operators), log_in(operators, "newcomer")
    assert [await name_of(logins, token) for token in (mine, other)] == ["county", "newcomer"]

    logins.forget_operator("newcomer")

    with counted(operators) as sent:
        assert await name_of(logins, mine) == "county"
        assert sent == []
        assert await name_of(logins, other) == "newcomer"
    assert len(sent) == 1


async def test_login_ends_at_the_second_though_it_was_looked_up_before(operators: Registry) -> None:
    time, token = Time(), log_in(operators)
    logins = time.logins(operators)
    idle, absolute = auth.IDLE.total_seconds(), auth.ABSOLUTE.total_seconds()
    for step in range(1, int(absolute / 1200)):
        time.passed = step * 1200.0
        assert await name_of(logins, token) == "county"

    time.passed = absolute - 0.5
    assert await name_of(logins, token) == "county"
    time.passed = absolute
    assert await name_of(logins, token) is None

    time.passed = 0.0
    quiet = log_in(operators)
    time.passed = idle - 0.001
    fresh = time.logins(operators)
    assert await name_of(fresh, quiet) == "county"  # noted: thirty minutes more
    time.passed += idle
    assert await name_of(fresh, quiet) is None


async def test_use_is_noted_at_the_minute_though_the_login_was_looked_up_before(operators: Registry) -> None:
    time, token = Time(), log_in(operators)
    logins = time.logins(operators)
    seen = auth.SEEN.total_seconds()

    for passed in (seen - 0.5, seen - 0.001, seen, seen + 0.5):
        time.passed = passed
        assert await name_of(logins, token) == "county"

    with operators.system_session() as session:
        assert session.get_one(Login, auth.token_hash(token)).last_seen_at == NOON + auth.SEEN


async def test_no_more_tokens_are_held_than_allowed_and_none_in_plain(operators: Registry) -> None:
    time, token = Time(), log_in(operators)
    logins = time.logins(operators, most=5)
    for number in range(20):
        assert await name_of(logins, f"guess-{number}") is None
        assert await name_of(logins, token) == "county"
    assert len(logins) == 5
    assert token not in str(vars(logins)) and "guess-19" not in str(vars(logins))

    time.passed = LAG
    assert await name_of(logins, token) == "county"

    assert len(logins) == 1


@pytest.fixture
def client(operators: Registry) -> TestClient:
    async def me(request: Request) -> JSONResponse:
        actor = await actor_of(request, operators)
        return JSONResponse(actor and actor.name)

    return TestClient(Starlette(routes=[*routes(operators, CHEAP), Route("/me", me)]))


def test_over_http_a_token_is_looked_up_once_and_ends_at_once(client: TestClient, operators: Registry) -> None:
    def headers() -> dict[str, str]:
        token = client.post("/login", json={"name": "county", "password": PASSWORD}).json()["token"]
        return {"authorization": f"Bearer {token}"}

    mine, other = headers(), headers()
    client.app.state.logins = Time().logins(operators)  # type: ignore[attr-defined]  # no second passes
    with counted(operators) as sent:
        assert {client.get("/me", headers=mine).json() for _ in range(100)} == {"county"}
    assert len(sent) == 1
    assert client.get("/me", headers=other).json() == "county"

    assert client.post("/logout", headers=mine).status_code == 204
    assert [client.get("/me", headers=h).json() for h in (mine, other)] == [None, "county"]
    new = {"old": PASSWORD, "new": "new-password-2017"}
    assert client.post("/password", headers=other, json=new).status_code == 200

    assert [client.get("/me", headers=h).json() for h in (mine, other)] == [None, None]
