"""The gateway as a client sees it: one schema over HTTP, files in and out, and a clear answer to whatever is wrong."""

from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from starlette.testclient import TestClient

from fp_core.demo.workbook import write_demo_workbook
from fp_core.operations.years import OpenYear
from fp_core.registry import Registry
from fp_gateway import auth
from fp_gateway.app import make_app
from fp_gateway.files import XLSX
from fp_gateway.settings import Settings
from tests.gateway.conftest import CHEAP, COUNTY, PASSWORD
from tests.households import everything, identified, open_years, rich_enough, run
from tests.places import JINBI, LATU, ZHONGZHAI

EXIT = """mutation($input: ExitHouseholdInput!, $key: String!) { exitHousehold(input: $input, key: $key) {
  __typename ... on Done { version replayed eventType } ... on Problem { code field currentVersion clauses { id } } } }"""
STATUS = "query($c: String!) { householdYear(householdCode: $c, year: 2016) { exitStatus headName } }"


@pytest.fixture
def client(operators: Registry) -> TestClient:
    app = make_app(operators, Settings(demo=True), passwords=CHEAP)
    client = TestClient(app, raise_server_exceptions=False)
    token = client.post("/login", json={"name": "county", "password": PASSWORD}).json()["token"]
    client.headers["authorization"] = f"Bearer {token}"
    return client


def ask(client: TestClient, query: str, **variables: Any) -> Any:
    return client.post("/graphql", json={"query": query, "variables": variables}).json()


def exit_over_http(client: TestClient, code: str, version: int, key: str) -> Any:
    given = {"householdCode": code, "year": 2016, "version": version, "basis": "入户核查"}
    return ask(client, EXIT, input=given, key=key)["data"]["exitHousehold"]


def test_household_leaves_poverty_over_http_once_per_key(client: TestClient, operators: Registry) -> None:
    open_years(operators, 2016)
    code = identified(operators)
    refused = exit_over_http(client, code, 1, "first-try-0001")
    assert (refused["code"], [c["id"] for c in refused["clauses"]]) == ("REFUSED", ["EXIT-INCOME", "EXIT-HOUSE"])

    rich_enough(operators, code, 2016)
    stale = exit_over_http(client, code, 1, "second-try-0001")
    assert (stale["code"], stale["currentVersion"]) == ("CONFLICT", 2)
    done = exit_over_http(client, code, 2, "third-try-00001")
    assert done == {"__typename": "Done", "version": 3, "replayed": False, "eventType": "EXITED"}
    assert exit_over_http(client, code, 2, "third-try-00001") == {**done, "replayed": True}
    assert ask(client, STATUS, c=code)["data"]["householdYear"] == {"exitStatus": "EXITED", "headName": "王建国"}


def test_verdict_names_what_stands_between_a_household_and_the_exit(client: TestClient, operators: Registry) -> None:
    open_years(operators, 2016)
    identified(operators)

    answer = ask(client, "{ householdYears(first: 5) { edges { node { mayExit { holds failing { id } } } } } }")

    verdict = answer["data"]["householdYears"]["edges"][0]["node"]["mayExit"]
    assert verdict == {"holds": False, "failing": [{"id": "EXIT-INCOME"}, {"id": "EXIT-HOUSE"}]}


def test_what_if_counts_under_another_line_and_changes_nothing(client: TestClient, operators: Registry) -> None:
    open_years(operators, 2016)
    code = identified(operators)
    rich_enough(operators, code, 2016)
    before = everything(operators)
    query = 'query($l: Int) { exitsUnder(region: "520522000000", year: 2016, povertyLine: $l) }'

    assert ask(client, query)["data"] == {"exitsUnder": 1}
    assert ask(client, query, l=10_001)["data"] == {"exitsUnder": 0}

    tables = ("household", "household_year", "member", "event")
    assert {t: everything(operators)[t] for t in tables} == {t: before[t] for t in tables}


def test_without_a_login_nothing_is_answered(operators: Registry) -> None:
    client = TestClient(make_app(operators, Settings(), passwords=CHEAP))

    answers = [
        client.post("/graphql", json={"query": "{ me { name } }"}),
        client.get("/forms/FH/2016"),
        client.post(f"/imports?county={COUNTY}&year=2016", content=b"x"),
    ]

    assert [(a.status_code, a.json()["code"]) for a in answers] == [(401, "NOT_LOGGED_IN")] * 3
    assert client.get("/graphql").status_code == 405


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "NOT_JSON"),
        (b"[]", "INVALID"),
        (b'{"query": 1}', "INVALID"),
        (b'{"query": "{ me { name } }", "variables": []}', "INVALID"),
        (b'[{"query": "{ me { name } }"}]', "INVALID"),
    ],
)
def test_request_that_is_none_is_answered_in_both_languages(client: TestClient, body: bytes, code: str) -> None:
    answer = client.post("/graphql", content=body, headers={"content-type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert answer.json()["zh"] and answer.json()["en"]


def test_unknown_field_is_named_and_unknown_region_is_not_found(client: TestClient) -> None:
    unknown = ask(client, "{ me { shoeSize } }")["errors"][0]
    foreign = ask(client, '{ statistics(code: "poor", region: "450000000000", year: 2016) { code } }')["errors"][0]
    broken = ask(client, '{ statistics(code: "poor", region: "52", year: 2016) { code } }')["errors"][0]

    assert "shoeSize" in unknown["message"]
    assert foreign["extensions"]["code"] == "NOT_FOUND"
    assert broken["extensions"]["code"] == "INVALID"


def test_expensive_query_is_refused_before_it_is_validated(client: TestClient) -> None:
    wide = "{ " + " ".join(f"a{i}: me {{ name }}" for i in range(40)) + " }"

    assert ask(client, wide)["errors"][0]["extensions"]["code"] == "OVER_BUDGET"


def test_template_is_downloaded_filled_and_imported_once(
    client: TestClient, operators: Registry, tmp_path: Path
) -> None:
    run(operators, OpenYear(county_code=COUNTY, year=2016))
    template = client.get(f"/forms/FH/2016?region={COUNTY}")
    (tmp_path / "form.xlsx").write_bytes(template.content)
    assert load_workbook(tmp_path / "form.xlsx").sheetnames[:2] == ["户", "人"]
    good = filled(operators, tmp_path / "good.xlsx")

    first = upload(client, good)
    before = everything(operators)
    again = upload(client, good)

    assert (first.status_code, first.json()["households"], first.json()["replayed"]) == (200, 20, False)
    assert (again.status_code, again.json()["replayed"]) == (200, True)
    assert everything(operators) == before


def test_bad_cells_come_back_named_and_marked_and_nothing_is_imported(
    client: TestClient, operators: Registry, tmp_path: Path
) -> None:
    run(operators, OpenYear(county_code=COUNTY, year=2016))
    bad = filled(operators, tmp_path / "bad.xlsx", bad_share=0.1)
    before = everything(operators)

    answer = upload(client, bad)
    marked = upload(client, bad, accept=XLSX)

    assert answer.status_code == marked.status_code == 422
    assert {"sheet", "row", "column", "letter", "cell", "rule", "zh", "en"} <= set(answer.json()["errors"][0])
    (tmp_path / "marked.xlsx").write_bytes(marked.content)
    assert load_workbook(tmp_path / "marked.xlsx").sheetnames[0] == "错误清单"
    after = everything(operators)
    assert {t: rows for t, rows in after.items() if t != "login"} == {t: r for t, r in before.items() if t != "login"}


def test_file_that_is_no_workbook_and_a_foreign_county_are_refused(
    client: TestClient, operators: Registry, tmp_path: Path
) -> None:
    run(operators, OpenYear(county_code=COUNTY, year=2016))
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(b"PK\x03\x04 not a workbook")

    assert upload(client, broken).json()["code"] == "FILE_REFUSED"
    assert upload(client, broken, county="451228000000").json()["code"] == "NOT_FOUND"
    assert client.post("/imports", content=b"x").json()["field"] == "county"
    assert client.get("/forms/XX/2016").status_code == 400


def filled(registry: Registry, path: Path, bad_share: float = 0.0) -> Path:
    places = {"county_code": COUNTY, "villages": (ZHONGZHAI, LATU), "year": 2016}
    write_demo_workbook(path, registry.host, households=20, seed=7, bad_share=bad_share, **places)  # type: ignore[arg-type]
    return path


def upload(client: TestClient, file: Path, *, county: str = COUNTY, accept: str = "application/json") -> Any:
    where = {"county": county, "year": "2016", "name": file.name}
    return client.post("/imports", params=where, content=file.read_bytes(), headers={"accept": accept})


def test_town_sees_its_own_and_a_foreign_household_is_not_there(operators: Registry, client: TestClient) -> None:
    open_years(operators, 2016)
    inside, outside = identified(operators, ZHONGZHAI), identified(operators, LATU)
    with operators.system_session() as session:
        create = {"must_change_password": False, "passwords": CHEAP}
        auth.create_operator(session, "town", JINBI, PASSWORD, **create)  # type: ignore[arg-type]
    token = client.post("/login", json={"name": "town", "password": PASSWORD}).json()["token"]
    client.headers["authorization"] = f"Bearer {token}"

    listed = ask(client, "{ householdYears(first: 10) { totalCount edges { node { householdCode } } } }")["data"]

    assert listed["householdYears"] == {"totalCount": 1, "edges": [{"node": {"householdCode": inside}}]}
    assert ask(client, STATUS, c=outside)["data"] == {"householdYear": None}
