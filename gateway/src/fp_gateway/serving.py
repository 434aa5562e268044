"""Serving: workers over a registry in the foreground, one in this process, or one beside a program that talks to it."""

import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, TextIO

import uvicorn
from starlette.applications import Starlette
from uvicorn.supervisors import Multiprocess

from fp_core.registry import Registry
from fp_gateway import logs
from fp_gateway.app import make_app
from fp_gateway.opening import NotReady, open_registry_of, open_served_registry, require_current
from fp_gateway.settings import Settings
from fp_gateway.worker import application, freeze

START_SECONDS = 30
GRACE_SECONDS = 25  # what is under way when the end is asked for has this long
SILENT_SECONDS = 60  # a worker that does not answer its parent for so long is replaced


def serve(settings: Settings) -> None:
    """Serve with as many workers as the settings say, until interrupted. A worker that dies is replaced."""
    require_port(settings)
    with open_registry_of(settings):
        pass  # what is not ready is refused here, in one sentence
    if settings.processes > 1:
        _supervise(settings)
        return
    with open_served_registry(settings) as registry:
        serve_forever(registry, settings)


def serve_forever(registry: Registry, settings: Settings, **parts: Any) -> None:
    """Serve from this process until interrupted. A registry whose migrations are due is refused, as is a taken port."""
    require_current(registry)
    require_port(settings)
    logs.configure()
    app = make_app(registry, settings, **parts)
    freeze()
    for asked_to_end in (signal.SIGTERM, signal.SIGINT):
        signal.signal(asked_to_end, lambda *_: sys.exit(0))  # the server has finished by then
    _server(app, settings).run()


def _supervise(settings: Settings) -> None:
    logs.configure()
    config = _config(partial(application, settings), settings, factory=True, workers=settings.processes)
    with config.bind_socket() as listening:
        listening.listen(config.backlog)  # who comes before the workers are ready waits
        supervisor = Multiprocess(config, [listening])
        supervisor.run()
    if any(process.exitcode == uvicorn.config.STARTUP_FAILURE for process in supervisor.processes):
        raise NotReady("工作进程未能启动，见上方日志", "the workers did not start; the log above says why")


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
    return uvicorn.Server(_config(app, settings))


def _config(app: Any, settings: Settings, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=SILENT_SECONDS,
        **more,
    )


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
