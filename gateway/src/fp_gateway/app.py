"""The gateway as an ASGI application: GraphQL, login, files, health, and in demonstrations the explorer."""

import asyncio
from collections.abc import Sequence
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from strawberry.extensions import ParserCache, ValidationCache

from fp_core.errors import Invalid, Problem
from fp_core.excel.safety import MOST_BYTES
from fp_core.graphql.context import Context
from fp_core.graphql.schema import FpSchema
from fp_core.migrate import pending
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway import explorer, files, health, login_routes
from fp_gateway.auth import PASSWORDS, Passwords
from fp_gateway.body import BodyLimit, read_json
from fp_gateway.limits import budget
from fp_gateway.login_routes import NotLoggedIn, actor_of, polite
from fp_gateway.logs import RequestLog, note_operation
from fp_gateway.masking import masked
from fp_gateway.settings import Settings

CACHED_DOCUMENTS = 500
DEADLINE = 10  # seconds of one request


def make_app(
    registry: Registry,
    settings: Settings,
    *,
    examples: Sequence[str] = (),
    operators: Sequence[explorer.Offered] = (),
    passwords: Passwords = PASSWORDS,
) -> Starlette:
    """The application over one registry. GraphiQL and introspection are there in demonstrations only."""
    schema = make_schema(registry.host, settings)
    routes: list[BaseRoute] = [
        Route("/", _front(settings), methods=["GET"]),
        Route("/graphql", polite(_graphql(registry, schema, settings)), methods=["POST"]),
        *login_routes.routes(registry, passwords),
        *files.routes(registry),
        *health.routes(registry.engine, lambda: pending(registry.engine, registry.host.tables)),
        *(explorer.routes(examples, operators) if settings.demo else ()),
    ]
    middleware = [Middleware(RequestLog), Middleware(BodyLimit, routes={"/imports": MOST_BYTES})]
    if settings.allowed_origins:
        headers = ["authorization", "content-type"]
        middleware.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.allowed_origins,
                allow_methods=["GET", "POST"],
                allow_headers=headers,
            )
        )
    return Starlette(routes=routes, middleware=middleware)


def make_schema(host: Host, settings: Settings) -> FpSchema:
    """The schema of every installed plugin; the budget is looked at before validation, whose result is kept by text."""
    kept = (lambda: ParserCache(CACHED_DOCUMENTS), lambda: ValidationCache(CACHED_DOCUMENTS))
    return FpSchema(host, extensions=[budget(settings.budget), *kept])


def _front(settings: Settings) -> login_routes.Endpoint:
    """What stands at the bare address: the explorer where it is open, else where everything is."""
    places = {
        "zh": "扶贫登记接口：POST /login 登录，POST /graphql 查询与办理",
        "en": "poor-household registry: POST /login to log in, POST /graphql to ask and to change",
        "graphql": "/graphql",
        "login": "/login",
        "ready": "/ready",
    }

    async def front(_request: Request) -> Response:
        return RedirectResponse("/graphql") if settings.demo else JSONResponse(places)

    return front


def _graphql(registry: Registry, schema: FpSchema, settings: Settings) -> login_routes.Endpoint:
    async def graphql(request: Request) -> Response:
        actor = await actor_of(request, registry)
        if actor is None:
            raise NotLoggedIn
        query, variables, operation = _asked(read_json(await request.body()))
        note_operation(operation)
        context = Context(registry, actor, schema.joint)
        try:
            async with asyncio.timeout(DEADLINE):
                result = await schema.execute(query, variables, context, operation_name=operation)
        except TimeoutError:
            raise TooSlow from None
        answer: dict[str, Any] = {"data": result.data}
        if result.errors:
            answer["errors"] = masked(result.errors, suggestions=settings.demo)
        return JSONResponse(answer, headers={"cache-control": "no-store"})

    return graphql


def _asked(body: object) -> tuple[str, dict[str, Any] | None, str | None]:
    """Query, variables and operation name of a request; anything else, such as a batch, is refused."""
    if not isinstance(body, dict) or not isinstance(body.get("query"), str) or not body["query"].strip():
        raise Invalid(
            "query",
            '请以 application/json 发送 {"query": "…", "variables": {…}}，每次一个操作',
            'send {"query": "…", "variables": {…}} as application/json, one operation at a time',
        )
    variables, operation = body.get("variables"), body.get("operationName")
    if not isinstance(variables, dict | None):
        raise Invalid("variables", "variables 应为对象", "variables must be an object")
    if not isinstance(operation, str | None):
        raise Invalid("operationName", "operationName 应为文本", "operationName must be a text")
    return body["query"], variables, operation


class TooSlow(Problem):
    """The request did not end within its time."""

    code = "TOO_SLOW"

    def __init__(self) -> None:
        super().__init__(
            f"查询超过 {DEADLINE} 秒，请缩小范围；若为办理，请用同一幂等键重试以得到结果",
            f"the request took over {DEADLINE} s; ask for less, or repeat a change with the same key to learn its outcome",
        )
