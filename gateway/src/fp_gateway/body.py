"""Request bodies: how large they may be, and JSON that is refused politely whatever is wrong with it."""

import json
from collections.abc import Mapping
from contextlib import suppress

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from fp_core.errors import Problem
from fp_gateway.budget import MAX_BODY
from fp_gateway.masking import problem_facts


class TooLarge(Problem):
    """The body has more bytes than its route takes."""

    code = "TOO_LARGE"

    def __init__(self, most: int) -> None:
        super().__init__(
            f"请求超过 {most // 1024} KiB，请分批提交；文件请用上传接口",
            f"the request is larger than {most // 1024} KiB; send it in parts, and files by the upload route",
        )


class NotJson(Problem):
    """The body cannot be read as JSON."""

    code = "NOT_JSON"

    def __init__(self) -> None:
        super().__init__(
            "请求内容不是有效的 JSON（UTF-8，嵌套不可过深）",
            "the request is not valid JSON (UTF-8, not nested too deeply)",
        )


def read_json(data: str | bytes) -> object:
    """Parsed JSON. Broken text, endless nesting and numbers of thousands of digits all raise `NotJson`."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        raise NotJson from None


class BodyLimit:
    """ASGI middleware: no more than `most` bytes, or what `routes` says for a path, counted while they arrive."""

    def __init__(self, app: ASGIApp, most: int = MAX_BODY, routes: Mapping[str, int] | None = None) -> None:
        self.app, self.most, self.routes = app, most, routes or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.routes.get(scope["path"], self.most)
        if _declared(scope) > most:
            await _refuse(most, scope, receive, send)
            return
        count, started = 0, False

        async def counted() -> Message:
            nonlocal count
            message = await receive()
            count += len(message.get("body", b""))
            if count > most:
                raise TooLarge(most)
            return message

        async def watched(message: Message) -> None:
            nonlocal started
            if started or count <= most:  # what the application says of the cut off body is not its answer
                started = True
                await send(message)

        with suppress(TooLarge):
            await self.app(scope, counted, watched)
        if count > most and not started:
            await _refuse(most, scope, receive, send)


def _declared(scope: Scope) -> int:
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() and len(length) < 19 else 0


async def _refuse(most: int, scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse(problem_facts(TooLarge(most)), 413)(scope, receive, send)
