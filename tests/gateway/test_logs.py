"""The log holds one line per request from an allow-list of keys; personal data does not get in by any of the usual ways."""

import io
import json
import logging
from typing import Any

import pytest
import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from fp_gateway import logs

NUMBER = "52052219800101123X"


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    logs.configure(stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


async def page(request: Request) -> PlainTextResponse:
    logs.note(operator=logs.pseudonym("黔西县扶贫办"))
    await run_in_threadpool(logs.note_operation, request.query_params.get("operation"))
    return PlainTextResponse("ok", 201)


async def broken(_request: Request) -> PlainTextResponse:
    raise RuntimeError(NUMBER)


CLIENT = TestClient(
    logs.RequestLog(Starlette(routes=[Route("/page/{x}", page), Route("/broken", broken)])),
    raise_server_exceptions=False,
)


def test_a_request_is_one_line_with_what_it_did_and_how_long(stream: io.StringIO) -> None:
    CLIENT.get("/page/1?operation=Households")

    (line,) = lines(stream)
    assert line.pop("ms") >= 0
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "request",
        "level": "info",
        "method": "GET",
        "path": "/page/1",
        "status": 201,
        "operation": "Households",
        "operator": logs.pseudonym("黔西县扶贫办"),
    }


def test_query_string_and_number_in_the_path_are_not_logged(stream: io.StringIO) -> None:
    CLIENT.get(f"/page/{NUMBER}?operation=q{NUMBER}&name=张三")

    (line,) = lines(stream)
    assert line["path"] == "/page/[…]"
    assert line["operation"] == "q[…]"
    assert "张三" not in stream.getvalue()


def test_an_operation_name_that_is_none_is_left_out(stream: io.StringIO) -> None:
    CLIENT.get("/page/1?operation=张三")

    assert "operation" not in lines(stream)[0]


def test_a_failed_request_is_logged_without_the_text_of_its_exception(stream: io.StringIO) -> None:
    CLIENT.get("/broken")

    assert [(line["path"], line["status"]) for line in lines(stream)] == [("/broken", 500)]
    assert NUMBER not in stream.getvalue()


def test_keys_that_are_not_allowed_are_dropped(stream: io.StringIO) -> None:
    structlog.get_logger().info("saved", rows=3, variables={"name": "张三"}, id_number=NUMBER, head_name="张三")

    (line,) = lines(stream)
    assert set(line) == {"event", "level", "timestamp", "rows"}


@pytest.mark.parametrize(
    "value",
    [NUMBER, "520522198001011234", 520522198001011234, [NUMBER], "５２０５２２１９８００１０１１２３４", "13800138000"],
)
def test_long_numbers_are_blotted_out_of_allowed_keys(stream: io.StringIO, value: Any) -> None:
    structlog.get_logger().info("saved", code=value)

    assert lines(stream)[0]["code"].strip("[']") == "…"


def test_other_libraries_log_their_name_and_exception_type_only(stream: io.StringIO) -> None:
    try:
        raise ValueError(NUMBER)
    except ValueError:
        logging.getLogger("strawberry.execution").exception("张三 %s", NUMBER)

    (line,) = lines(stream)
    assert (line["logger"], line["error_type"], line["event"]) == (
        "strawberry.execution",
        "ValueError",
        "library_message",
    )
    assert "张三" not in stream.getvalue()
    assert NUMBER not in stream.getvalue()


def test_the_server_may_say_where_it_listens(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn.error").info("Uvicorn running on %s", "http://127.0.0.1:8000")

    assert lines(stream)[0]["event"] == "Uvicorn running on http://127.0.0.1:8000"


def test_pseudonyms_are_stable_and_depend_on_the_key() -> None:
    assert logs.pseudonym("a") == logs.pseudonym("a")
    assert logs.pseudonym("a", b"key") != logs.pseudonym("a")
