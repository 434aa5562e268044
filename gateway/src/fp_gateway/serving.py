"""Serving: one uvicorn over a registry, in the foreground, or beside a program that talks to it."""

import gc
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TextIO

import uvicorn
from starlette.applications import Starlette

from fp_core.registry import Registry
from fp_gateway import logs
from fp_gateway.app import make_app
from fp_gateway.opening import NotReady, require_current
from fp_gateway.settings import Settings

START_SECONDS = 30


def serve_forever(registry: Registry, settings: Settings, **parts: Any) -> None:
    """Serve until interrupted. A registry whose migrations are due is refused, and so is a port that is taken."""
    require_current(registry)
    require_port(settings)
    logs.configure()
    app = make_app(registry, settings, **parts)
    gc.collect()
    gc.freeze()
    _server(app, settings).run()


def require_port(settings: Settings) -> None:
    """Refuse an address that cannot be listened on; port 0 is any free one."""
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # as the server does: a port just left is free
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            where = f"{settings.host}:{settings.port}"
            raise NotReady(
                f"不能监听 {where}，端口可能被占用（{error.strerror}），请换一个 --port",
                f"cannot listen on {where}, the port may be taken ({error.strerror}); choose another with --port",
            ) from None


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
