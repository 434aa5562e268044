"""Logs: one JSON line per request, made of an allow-list of keys, so that no personal data can get in by accident."""

import logging
import re
import sys
import time
from collections.abc import MutableMapping
from contextvars import ContextVar
from hashlib import blake2b
from typing import Any, TextIO

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_HEX = frozenset({"error_id", "operator", "address"})  # digests and random numbers, made here
_WORDS = frozenset(
    {"event", "level", "timestamp", "logger", "method", "path", "operation", "error_type", "where", "code"}
)
_FACTS = frozenset({"status", "ms", "plugin", "host", "port", "rows", "seconds", "version"})
KEYS = _HEX | _WORDS | _FACTS
_LONG_NUMBER = re.compile(r"[0-9０-９]{11,}[Xx]?")
_OPERATION = re.compile(r"[_A-Za-z][_0-9A-Za-z]{0,59}")
_line: ContextVar[dict[str, Any] | None] = ContextVar("fp_log_line", default=None)


def configure(stream: TextIO | None = None, *, level: int = logging.INFO) -> None:
    """Send every log of the process through the allow-list, as JSON to `stream` (stderr)."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            allow,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(stream or sys.stderr),  # a line in one piece: workers share it
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(handlers=[_Foreign()], level=logging.WARNING, force=True)
    for name in ("uvicorn", "uvicorn.error", "strawberry.execution"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    logging.getLogger("uvicorn").setLevel(level)
    logging.getLogger("uvicorn.access").disabled = True


def allow(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop every key that is not known to be harmless, and blot out long numbers in what stays."""
    kept = {key: value for key, value in event.items() if key in KEYS}
    return {key: value if key in _HEX else _harmless(value) for key, value in kept.items()}


def scrubbed(text: str) -> str:
    """Text without runs of 11 digits and more: identity numbers, bank cards, telephones. Moments stay readable."""
    return _LONG_NUMBER.sub("[…]", text)[:300]


def _harmless(value: Any) -> Any:
    return value if isinstance(value, (int, float)) and abs(value) < 10**10 else scrubbed(str(value))


def pseudonym(name: str, key: bytes = b"") -> str:
    """An operator in the logs: the same every time, not the name."""
    return blake2b(name.encode("utf-8", "replace"), key=key[:64], digest_size=6).hexdigest()


def note(**facts: Any) -> None:
    """Add facts to the line of the request that is being answered; also from its threads and tasks."""
    line = _line.get()
    if line is not None:
        line.update(facts)


def note_operation(name: str | None) -> None:
    """Add the GraphQL operation's name, if it is one."""
    if name and _OPERATION.fullmatch(name):
        note(operation=name)


class RequestLog:
    """ASGI middleware: one line for each request, when its answer has been sent or it failed."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        line: dict[str, Any] = {"method": scope["method"], "path": scope["path"], "status": 500}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                line["status"] = message["status"]
            await send(message)

        token, started = _line.set(line), time.perf_counter()
        try:
            await self.app(scope, receive, watched)
        finally:
            _line.reset(token)
            line["ms"] = round((time.perf_counter() - started) * 1000, 1)
            structlog.get_logger().info("request", **line)


class _Foreign(logging.Handler):
    """Records of other libraries: their logger, level and exception type. Their text only from the server itself."""

    def emit(self, record: logging.LogRecord) -> None:
        facts: dict[str, Any] = {"logger": record.name}
        if record.exc_info and record.exc_info[0]:
            facts["error_type"] = record.exc_info[0].__name__
        said = record.getMessage() if record.name.startswith("uvicorn") and not record.exc_info else "library_message"
        structlog.get_logger().log(record.levelno, said, **facts)
