"""Bodies are limited while they arrive, and JSON is refused politely whatever is wrong with it."""

from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from fp_gateway.body import BodyLimit, NotJson, read_json


async def length(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(len(await request.body())))


INNER = Starlette(routes=[Route("/", length, methods=["POST"]), Route("/upload", length, methods=["POST"])])
CLIENT = TestClient(BodyLimit(INNER, 1024, {"/upload": 4096}))


def parts(size: int) -> Iterator[bytes]:
    for _ in range(size // 256):
        yield b"x" * 256


def test_a_body_of_the_allowed_size_passes() -> None:
    assert CLIENT.post("/", content=b"x" * 1024).text == "1024"


def test_a_larger_body_is_refused_in_both_languages() -> None:
    answer = CLIENT.post("/", content=b"x" * 1025)

    assert answer.status_code == 413
    assert answer.json() == {
        "code": "TOO_LARGE",
        "zh": "请求超过 1 KiB，请分批提交；文件请用上传接口",
        "en": "the request is larger than 1 KiB; send it in parts, and files by the upload route",
    }


def test_a_body_without_declared_length_is_counted_while_it_arrives() -> None:
    assert CLIENT.post("/", content=parts(1024)).text == "1024"
    assert CLIENT.post("/", content=parts(1280)).status_code == 413


def test_a_route_for_files_has_a_limit_of_its_own() -> None:
    assert CLIENT.post("/upload", content=b"x" * 4096).text == "4096"
    assert CLIENT.post("/upload", content=b"x" * 4097).status_code == 413


@pytest.mark.parametrize("data", ["", "{", "[" * 100_000, "9" * 5000, b"\xff\xfe\xff"])
def test_broken_json_is_one_problem_whatever_is_wrong(data: str | bytes) -> None:
    with pytest.raises(NotJson):
        read_json(data)
