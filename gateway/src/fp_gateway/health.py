"""Health: `/health` says which process lives, `/ready` that it can work: database answers and migrations are current."""

import os
from collections.abc import Callable, Sequence

from sqlalchemy import Engine, text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

NO_STORE = {"cache-control": "no-store"}
Pending = Callable[[], Sequence[str]]


def routes(engine: Engine, pending: Pending) -> list[Route]:
    """The two routes. `pending` names the packages whose migrations are not current."""

    async def ready(_request: Request) -> JSONResponse:
        status, facts = await run_in_threadpool(state, engine, pending)
        return JSONResponse(facts, status, NO_STORE)

    return [Route("/health", _alive), Route("/ready", ready)]


async def _alive(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "alive", "pid": os.getpid()}, headers=NO_STORE)


def state(engine: Engine, pending: Pending) -> tuple[int, dict[str, str]]:
    """HTTP status and what to say: 200 when ready, else 503 with what to do."""
    try:
        with engine.connect() as connection:
            connection.execute(text("select 1"))
        waiting = list(pending())
    except Exception as error:
        # Whatever the driver raises, the answer is the same: not ready. Its text may hold the address, so only its type.
        zh, en = (
            "数据库无应答，请检查 FP_DATABASE_URL 与数据库服务",
            "the database does not answer; check FP_DATABASE_URL",
        )
        return 503, {"status": "not ready", "zh": zh, "en": en, "error_type": type(error).__name__}
    if waiting:
        names = ", ".join(waiting)
        zh, en = f"数据库结构未升级：{names}；请运行 fp migrate", f"migrations are due for {names}; run fp migrate"
        return 503, {"status": "not ready", "zh": zh, "en": en}
    return 200, {"status": "ready"}
