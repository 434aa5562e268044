"""Exports over HTTP and from the shell: who may have which file, what the log says, and what happens when nobody reads."""

import asyncio
import csv
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
import structlog
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fp_core.graphql.export_files import BOM
from fp_core.registry import Registry
from fp_gateway import auth
from fp_gateway.app import make_app
from fp_gateway.exports import AT_ONCE
from fp_gateway.settings import Settings
from tests.fp_core.test_export_streams import add_regions
from tests.gateway.conftest import CHEAP, COUNTY, PASSWORD
from tests.gateway.test_cli import fp, home
from tests.households import identified, open_years
from tests.places import DUAN, JINBI, LATU

__all__ = ["home"]
MANY = 20_000
PIECES = 2


@pytest.fixture
def app(operators: Registry) -> Starlette:
    return make_app(operators, Settings(), passwords=CHEAP)


@pytest.fixture
def client(app: Starlette) -> TestClient:
    client = TestClient(app, raise_server_exceptions=False)
    token = client.post("/login", json={"name": "county", "password": PASSWORD}).json()["token"]
    client.headers["authorization"] = f"Bearer {token}"
    return client


def test_rows_come_as_csv_and_as_workbook_of_the_same(client: TestClient, operators: Registry) -> None:
    open_years(operators, 2016)
    codes = [identified(operators), identified(operators, LATU)]

    text = client.get(f"/exports/household_year?region={COUNTY}&year=2016")
    book = client.get(f"/exports/household_year?region={COUNTY}&year=2016&format=xlsx")

    assert (text.status_code, book.status_code) == (200, 200)
    assert text.headers["content-type"] == "text/csv; charset=utf-8"
    assert text.headers["content-disposition"] == f"attachment; filename*=UTF-8''household_year-{COUNTY}-2016.csv"
    assert text.headers["cache-control"] == "no-store"
    assert "content-length" not in text.headers
    assert text.content.startswith(BOM)
    rows = list(csv.DictReader(StringIO(text.content.decode("utf-8-sig"), newline="")))
    assert [row["户编号"] for row in rows] == codes
    sheet = load_workbook(BytesIO(book.content))["贫困户年度信息"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["户编号", *codes]


def test_region_below_ones_own_narrows_and_another_is_not_found(client: TestClient, operators: Registry) -> None:
    open_years(operators, 2016)
    here, _ = identified(operators), identified(operators, LATU)

    town = client.get(f"/exports/household_year?region={JINBI}&year=2016")
    foreign = client.get(f"/exports/household_year?region={DUAN}&year=2016")

    assert here in town.text and len(town.text.splitlines()) == 2
    assert (foreign.status_code, foreign.json()["code"]) == (400, "NOT_FOUND")


@pytest.mark.parametrize(
    ("address", "field", "said"),
    [
        (f"/exports/shoes?region={COUNTY}&year=2016", "type", "household_year"),
        (f"/exports/household_year?region={COUNTY}&year=2016&format=pdf", "format", "csv or xlsx"),
        (f"/exports/household_year?region={COUNTY}", "year", "name the year"),
        (f"/exports/household_year?region={COUNTY}&year=1999", "year", "2014 to 2020"),
        (f"/exports/household_year?region={COUNTY}&year=abc", "year", "4 digits"),
        (f"/exports/household?region={COUNTY}&year=2016", "year", "leave year out"),
        ("/exports/household_year?year=2016", "region", "12 digits"),
        ("/exports/household_year?region=5205&year=2016", "region_code", "12 digits"),
        ("/exports/household_year?region=520522199999&year=2016", "region_code", "no division"),
    ],
)
def test_what_is_no_export_is_refused_by_name_in_both_languages(
    client: TestClient, address: str, field: str, said: str
) -> None:
    answer = client.get(address)

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "INVALID", field)
    assert said in answer.json()["en"] and answer.json()["zh"]


def test_without_a_login_or_the_right_there_is_no_file(app: Starlette, operators: Registry) -> None:
    with operators.system_session() as session:
        create: dict[str, Any] = {"password": PASSWORD, "passwords": CHEAP, "must_change_password": False}
        auth.create_operator(session, "village", LATU, **create)
    client = TestClient(app)
    assert client.get(f"/exports/household_year?region={COUNTY}&year=2016").status_code == 401

    token = client.post("/login", json={"name": "village", "password": PASSWORD}).json()["token"]
    answer = client.get(
        f"/exports/household_year?region={LATU}&year=2016", headers={"authorization": f"Bearer {token}"}
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "FORBIDDEN")


def test_each_export_leaves_a_line_with_what_who_and_how_many_rows(client: TestClient) -> None:
    with structlog.testing.capture_logs() as lines:
        client.get(f"/exports/region?region={COUNTY}&format=xlsx")

    (line,) = (line for line in lines if line["path"] == "/exports/region")
    assert (line["status"], line["rows"], line["operation"]) == (200, 7, "export region 520522 - xlsx")
    assert line["operator"]


async def ask(app: Starlette, token: str, path: str, query: str, *, leave: asyncio.Event) -> list[dict[str, Any]]:
    """What the server sends to a client that takes the header and some rows and is gone when `leave` is set."""
    sent: list[dict[str, Any]] = []
    asked = False
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": "GET",
        "path": path,
        "query_string": query.encode(),
        "headers": [(b"authorization", f"Bearer {token}".encode())],
    }

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await leave.wait()
            return {"type": "http.disconnect"}
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)
        if len([one for one in sent if one.get("body")]) == PIECES:
            await leave.wait()
            await asyncio.sleep(3600)  # whoever is gone takes nothing more

    await app(scope, receive, send)  # type: ignore[arg-type]
    return sent


def token_of(client: TestClient) -> str:
    return client.headers["authorization"].removeprefix("Bearer ")


async def test_who_leaves_takes_the_query_along(app: Starlette, client: TestClient, operators: Registry) -> None:
    add_regions(operators, range(10_000, 10_000 + MANY))
    leave = asyncio.Event()
    asking = asyncio.create_task(ask(app, token_of(client), "/exports/region", f"region={COUNTY}", leave=leave))
    with structlog.testing.capture_logs() as lines:
        while operators.engine.pool.checkedout() == 0 and not asking.done():  # type: ignore[attr-defined]
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        leave.set()
        sent = await asyncio.wait_for(asking, 60)

    assert operators.engine.pool.checkedout() == 0  # type: ignore[attr-defined]
    assert len([message for message in sent if message.get("body")]) == PIECES
    (line,) = (line for line in lines if line["event"] == "request")
    assert line["rows"] < MANY


async def test_as_many_exports_as_one_gateway_makes_and_no_more(
    app: Starlette, client: TestClient, operators: Registry
) -> None:
    add_regions(operators, range(10_000, 10_000 + MANY))
    leave, token = asyncio.Event(), token_of(client)
    under_way = [
        asyncio.create_task(ask(app, token, "/exports/region", f"region={COUNTY}", leave=leave)) for _ in range(AT_ONCE)
    ]
    while operators.engine.pool.checkedout() < AT_ONCE:  # type: ignore[attr-defined]
        await asyncio.sleep(0.01)

    refused = await asyncio.to_thread(client.get, f"/exports/region?region={COUNTY}")
    leave.set()
    await asyncio.gather(*under_way)
    taken = await asyncio.to_thread(client.get, f"/exports/region?region={COUNTY}")

    assert (refused.status_code, refused.json()["code"]) == (429, "BUSY")
    assert (taken.status_code, len(taken.text.splitlines())) == (200, MANY + 8)


def test_shell_writes_the_file_whole_or_not_at_all(home: Registry, tmp_path: Path) -> None:
    csv_file, book = tmp_path / "regions.csv", tmp_path / "regions.xlsx"

    assert fp("export", "region", "--region", COUNTY, "--out", str(csv_file))[0] == 0
    code, said = fp("export", "region", "--region", COUNTY, "--out", str(book))

    assert code == 0 and "已导出" in said and "7 行" in said
    assert len(csv_file.read_text("utf-8-sig").splitlines()) == 8
    assert load_workbook(book).sheetnames == ["行政区划", "导出条件"]
    assert sorted(p.suffix for p in tmp_path.glob("regions.*")) == [".csv", ".xlsx"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("shoes", "--region", COUNTY, "--out", "a.csv"), "household_year"),
        (("region", "--region", COUNTY, "--out", "a.pdf"), "csv or xlsx"),
        (("household_year", "--region", COUNTY, "--out", "a.csv"), "name the year"),
        (("region", "--region", "520522199999", "--out", "a.csv"), "no division"),
        (("region", "--region", COUNTY, "--out", "no/such/a.csv"), "folder"),
    ],
)
def test_shell_refuses_in_one_sentence_and_leaves_no_file(
    home: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(tmp_path)

    code, answer = fp("export", *arguments)

    assert code == 1 and said in answer
    assert not list(tmp_path.glob("a.*"))
