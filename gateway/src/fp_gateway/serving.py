"""Serving: one uvicorn over a registry, in the foreground, or beside a program that talks to it."""

import gc
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

import uvicorn
from starlette.applications import Starlette

from fp_core.errors import Problem
from fp_core.migrate import pending
from fp_core.registry import Registry
from fp_gateway import logs
from fp_gateway.app import make_app
from fp_gateway.settings import Settings

START_SECONDS = 30


class NotReady(Problem):
    """The registry cannot be served as it is."""

    code = "NOT_READY"


def serve_forever(registry: Registry, settings: Settings, **parts: Any) -> None:
    """Serve until interrupted. A registry whose migrations are due is refused."""
    waiting = pending(registry.engine, registry.host.tables)
    if waiting:
        names = ", ".join(waiting)
        raise NotReady(
            f"数据库结构未升级：{names}；请先运行 fp migrate", f"migrations are due for {names}; run fp migrate first"
        )
    logs.configure()
    app = make_app(registry, settings, **parts)
    gc.collect()
    gc.freeze()
    _server(app, settings).run()


@contextmanager
def served(registry: Registry, settings: Settings, *, log: TextIO | None = None, **parts: Any) -> Iterator[str]:
    """Serve in a thread and give the address; the server ends with the block. Its lines go to `log`."""
    logs.configure(log)
    server = _server(make_app(registry, settings, **parts), settings)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield f"http://{settings.host}:{_port(server, thread)}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)


def _server(app: Starlette, settings: Settings) -> uvicorn.Server:
    config = uvicorn.Config(app, host=settings.host, port=settings.port, log_config=None, access_log=False)
    return uvicorn.Server(config)


def _port(server: uvicorn.Server, thread: threading.Thread) -> int:
    """The port the server listens on, once it does."""
    until = time.monotonic() + START_SECONDS
    while not server.started:
        if not thread.is_alive() or time.monotonic() > until:
            raise NotReady(
                f"服务未能启动，端口 {server.config.port} 可能被占用，请换一个 --port",
                f"the server did not start; port {server.config.port} may be taken, choose another with --port",
            )
        time.sleep(0.02)
    sockets: Sequence[Any] = server.servers[0].sockets
    return int(sockets[0].getsockname()[1])
