"""The gateway as an ASGI application: GraphQL, login, files, health, and in demonstrations the explorer."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from fp_core.errors import Invalid
from fp_core.excel.safety import MOST_BYTES
from fp_core.graphql.compiled.reads import Bound, Compiled, Database, spliced, written
from fp_core.graphql.context import Context
from fp_core.graphql.schema import FpSchema
from fp_core.migrate import pending
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway import explorer, files, health, login_routes
from fp_gateway.auth import PASSWORDS, Passwords
from fp_gateway.body import BodyLimit, read_json
from fp_gateway.documents import Documents, Remembered
from fp_gateway.limits import budget
from fp_gateway.login_routes import NotLoggedIn, actor_of, polite
from fp_gateway.logs import RequestLog, note_operation
from fp_gateway.masking import masked
from fp_gateway.reads import TooSlow, reads_of
from fp_gateway.settings import Settings

DEADLINE = 10  # seconds of one request
WAYS = ("whole", "field")


def make_app(
    registry: Registry,
    settings: Settings,
    *,
    examples: Sequence[str] = (),
    operators: Sequence[explorer.Offered] = (),
    passwords: Passwords = PASSWORDS,
    ways: Sequence[str] = WAYS,
) -> Starlette:
    """The application over one registry. GraphiQL and introspection are there in demonstrations only.

    `ways` are the compiled ways to read that may be used; what they cannot do, execution does the ordinary way.
    """
    schema, reads = make_schema(registry.host, settings), reads_of(registry.engine, settings)
    routes: list[BaseRoute] = [
        Route("/", _front(settings), methods=["GET"]),
        Route("/graphql", polite(_graphql(registry, schema, settings, ways, reads)), methods=["POST"]),
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

    @asynccontextmanager
    async def closing(_app: Starlette) -> AsyncIterator[None]:
        yield
        if reads is not None:
            await reads.close()

    return Starlette(routes=routes, middleware=middleware, lifespan=closing)


def make_schema(host: Host, settings: Settings) -> FpSchema:
    """The schema of every installed plugin; what is not known to be valid is held to the budget before validation."""
    return FpSchema(host, extensions=[budget(settings.budget), Remembered])


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


def _graphql(
    registry: Registry, schema: FpSchema, settings: Settings, ways: Sequence[str], database: Database | None
) -> login_routes.Endpoint:
    core = schema._schema
    documents = Documents(core, settings.budget)
    compiled = Compiled(core, schema.joint, registry.engine.dialect.name, database) if database and ways else None

    async def graphql(request: Request) -> Response:
        actor = await actor_of(request, registry)
        if actor is None:
            raise NotLoggedIn
        query, variables, name = _asked(read_json(await request.body()))
        note_operation(name)
        operation = documents.operation(query, variables, name) if compiled else None
        try:
            async with asyncio.timeout(DEADLINE):
                if compiled and operation and "whole" in ways:
                    data = await compiled.whole(operation, variables, actor)
                    if data is not None:
                        return _answer(data, settings.demo and {"way": "whole"})
                bound = Bound(compiled, operation, actor) if compiled and operation and "field" in ways else None
                context = Context(registry, actor, schema.joint, bound)
                result = await schema.execute(query, variables, context, operation_name=name)
        except TimeoutError:
            raise TooSlow(DEADLINE) from None
        errors = masked(result.errors, suggestions=settings.demo) if result.errors else None
        return _answer(spliced(result.data), settings.demo and _way(bound), errors)

    return graphql


def _answer(data: bytes, extensions: object = None, errors: object = None) -> Response:
    """The answer, with the finished text of the data as it is."""
    parts = [b'{"data":', data]
    if errors:
        parts += [b',"errors":', written(errors)]
    if extensions:
        parts += [b',"extensions":', written(extensions)]
    return Response(b"".join((*parts, b"}")), media_type="application/json", headers={"cache-control": "no-store"})


def _way(bound: Bound | None) -> dict[str, Any]:
    """How a query was read, and why not faster: for those who write plugins."""
    if bound is None:
        return {"way": "ordinary"}
    return {"way": "field" if bound.fields else "ordinary", "because": bound.ordinary}


def _asked(body: object) -> tuple[str, dict[str, Any], str | None]:
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
    return body["query"], variables or {}, operation
