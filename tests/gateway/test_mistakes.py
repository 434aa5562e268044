"""What a client can get wrong in a request is answered in both languages, and never as a fault of ours."""

import pytest
from starlette.testclient import TestClient

from fp_core.registry import Registry
from fp_gateway.app import make_app
from fp_gateway.settings import Settings
from tests.gateway.conftest import CHEAP
from tests.gateway.test_app import ask, client

__all__ = ["client"]


@pytest.mark.parametrize(
    ("condition", "value", "kind"),
    [
        ('netIncome: {gt: "abc"}', "'abc'", "Decimal"),
        ("netIncome: {gt: 1.5}", "1.5", "Decimal"),
        ("netIncome: {gt: true}", "True", "Decimal"),
        ('netIncome: {gt: "Infinity"}', "'Infinity'", "Decimal"),
    ],
)
def test_a_wrong_value_in_a_filter_is_named(client: TestClient, condition: str, value: str, kind: str) -> None:
    (error,) = ask(client, f"{{ householdYears(where: {{{condition}}}) {{ totalCount }} }}")["errors"]

    facts = error["extensions"]
    assert (facts["code"], facts["field"]) == ("INVALID", kind)
    assert facts["zh"] == f"{value} 不能作为 {kind}：应为小数（精确，文本）"
    assert facts["en"] == f'{value} is no {kind}: give exact decimal as text, like "12.50"'


@pytest.mark.parametrize("value", ["2016-13-01", "yesterday", 5, True])
def test_a_wrong_date_in_the_input_of_a_command_is_named(client: TestClient, value: object) -> None:
    query = """mutation($input: IdentifyHouseholdInput!) {
      identifyHousehold(input: $input, key: "wrong-date-0001") { __typename } }"""

    errors = ask(client, query, input={"identifiedOn": value, "enteredOn": value})["errors"]

    named = [e["extensions"] for e in errors if e["extensions"]["code"] == "INVALID"]
    assert named
    assert {n["zh"] for n in named} == {f"{value!r} 不能作为 Date：应为日期"}
    assert {n["en"] for n in named} == {f"{value!r} is no Date: give date, YYYY-MM-DD"}


def test_an_empty_query_is_answered_as_a_missing_one(client: TestClient) -> None:
    missing = client.post("/graphql", json={})

    for query in ("", "  \n"):
        answer = client.post("/graphql", json={"query": query})
        assert (answer.status_code, answer.json()) == (400, missing.json())


def test_the_bare_address_leads_to_the_explorer_or_says_where_things_are(
    client: TestClient, operators: Registry
) -> None:
    there = client.get("/", follow_redirects=False)
    assert (there.status_code, there.headers["location"]) == (307, "/graphql")

    answer = TestClient(make_app(operators, Settings(), passwords=CHEAP)).get("/")
    assert (answer.status_code, answer.json()["graphql"]) == (200, "/graphql")
