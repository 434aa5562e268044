"""The routes of login, outside GraphQL: POST /login, /logout and /password, and who it is that sends a request."""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import anyio
from anyio.to_thread import run_sync
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fp_core.errors import Invalid, Problem
from fp_core.models.users import Operator
from fp_core.registry import Registry
from fp_core.scope import Actor
from fp_gateway import auth
from fp_gateway.body import read_json
from fp_gateway.logins import Logins
from fp_gateway.logs import note
from fp_gateway.masking import problem_facts, unexpected

AT_ONCE = 2  # one Argon2 hash takes 19 MiB and a core
WAITING = 50
T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


class Busy(Problem):
    """Too many logins at the same moment."""

    code = "BUSY"

    def __init__(self) -> None:
        super().__init__("登录人数过多，请稍后再试", "too many logins at this moment; try again in a few seconds")


class NotLoggedIn(Problem):
    """The request carries no token, or one that has ended."""

    code = "NOT_LOGGED_IN"

    def __init__(self) -> None:
        super().__init__(
            "未登录或登录已失效，请用 POST /login 登录，并在请求头写 Authorization: Bearer 令牌",
            "not logged in, or the login has ended; POST /login and send the header Authorization: Bearer token",
        )


STATUS = {"LOGIN_FAILED": 401, "NOT_LOGGED_IN": 401, "BUSY": 429, "TOO_LARGE": 413}


async def actor_of(request: Request, registry: Registry) -> Actor | None:
    """Who sends the request; None without a login in force, or while the operator has still to change the password."""
    known = await logins_of(request, registry).of(_token(request))
    if known is None or known.operator.must_change_password:
        return None
    note(operator=known.pseudonym)
    return known.actor


def logins_of(request: Request, registry: Registry) -> Logins:
    """The logins that this request's application has seen."""
    state = request.app.state
    if not hasattr(state, "logins"):
        state.logins = Logins(registry)
    logins: Logins = state.logins
    return logins


def routes(registry: Registry, passwords: auth.Passwords = auth.PASSWORDS) -> list[Route]:
    """The three routes. Work on passwords runs two at a time, with a short queue."""
    gate = anyio.CapacityLimiter(AT_ONCE)

    async def hashing(work: Callable[[], T]) -> T:
        if gate.statistics().tasks_waiting >= WAITING:
            raise Busy
        return await run_sync(work, limiter=gate)

    async def login(request: Request) -> Response:
        name, password = await _texts(request, "name", "password")
        address = request.client.host if request.client else ""
        return _answer(await hashing(partial(_log_in, registry, name, password, address, passwords)))

    async def logout(request: Request) -> Response:
        token = _token(request)
        try:
            await run_sync(_log_out, registry, token)
        finally:
            logins_of(request, registry).forget(token)
        return Response(status_code=204, headers={"cache-control": "no-store"})

    async def password(request: Request) -> Response:
        old, new = await _texts(request, "old", "new")
        logins = logins_of(request, registry)
        known = await logins.of(_token(request))
        if known is None:
            raise NotLoggedIn
        name = known.operator.name
        try:
            await hashing(partial(_change, registry, name, old, new, passwords))
        finally:
            logins.forget_operator(name)
        return _answer({"zh": "密码已修改，请重新登录", "en": "the password is changed; log in again"})

    pages: dict[str, Endpoint] = {"/login": login, "/logout": logout, "/password": password}
    return [Route(path, polite(page), methods=["POST"]) for path, page in pages.items()]


def polite(page: Endpoint) -> Endpoint:
    """A page that answers a Problem with its status and both languages, and anything unexpected with a number."""

    async def answered(request: Request) -> Response:
        try:
            return await page(request)
        except Problem as problem:
            return _answer(problem_facts(problem), STATUS.get(problem.code, 400))
        except Exception as error:  # the edge of the house: logged by type, told by number
            return _answer(unexpected(error), 500)

    return answered


def _answer(facts: Mapping[str, Any], status: int = 200) -> JSONResponse:
    return JSONResponse(facts, status, {"cache-control": "no-store"})


async def _texts(request: Request, *names: str) -> list[str]:
    """The named texts of a JSON body. Another content type is refused: a foreign web page could send it unasked."""
    given = read_json(await request.body()) if "json" in request.headers.get("content-type", "") else None
    for name in names:
        if not isinstance(given, dict) or not isinstance(given.get(name), str):
            example = ", ".join(f'"{n}": "…"' for n in names)
            raise Invalid(name, f"请以 application/json 发送 {{{example}}}", f"send {{{example}}} as application/json")
    return [given[name] for name in names]  # type: ignore[index]


def _token(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _log_in(registry: Registry, name: str, password: str, address: str, passwords: auth.Passwords) -> dict[str, Any]:
    with registry.system_session() as session:
        token = auth.log_in(session, name, password, address=address, passwords=passwords)
        operator = session.get_one(Operator, name)
        actor = auth.actor(operator, registry.host)
    return {
        "token": token,
        "name": operator.name,
        "level": actor.level.value,
        "level_label": actor.level.label,
        "region_code": operator.region_code,
        "rights": sorted(actor.rights),
        "must_change_password": operator.must_change_password,
    }


def _log_out(registry: Registry, token: str) -> None:
    with registry.system_session() as session:
        auth.log_out(session, token)


def _change(registry: Registry, name: str, old: str, new: str, passwords: auth.Passwords) -> None:
    with registry.system_session() as session:
        auth.change_password(session, name, old, new, passwords=passwords)
