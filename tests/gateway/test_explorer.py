"""The explorer is served from the package alone: every file it names is there, small, and nothing points elsewhere."""

import gzip
import re

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from fp_gateway import explorer

EXAMPLES = ["{ households { edges { node { code } } } }", "{ regions { name } }", "{ me { name } }"]
OPERATORS = [explorer.Offered("county", "县级 COUNTY 520522000000")]
CLIENT = TestClient(Starlette(routes=explorer.routes(EXAMPLES, OPERATORS)))
PAGE = CLIENT.get("/graphql")
NAMED = re.findall(r'(?:src|href)="([^"]+)"', PAGE.text)


def test_the_page_allows_nothing_from_another_host() -> None:
    policy = PAGE.headers["content-security-policy"]

    assert policy.startswith("default-src 'none'; script-src 'self'; connect-src 'self';")
    assert "http" not in policy


@pytest.mark.parametrize("address", NAMED)
def test_every_file_the_page_names_is_served_from_here(address: str) -> None:
    answer = CLIENT.get(address)

    assert address.startswith("/explorer/")
    assert answer.status_code == 200
    assert re.search(r"javascript|css|svg", answer.headers["content-type"])


def test_the_page_names_six_files_and_an_icon() -> None:
    assert len(NAMED) == 7


def test_vendored_files_are_served_compressed_and_plain_to_who_cannot_unpack() -> None:
    packed = CLIENT.get("/explorer/graphiql.js", headers={"accept-encoding": "gzip"})
    plain = CLIENT.get("/explorer/graphiql.js", headers={"accept-encoding": "identity"})

    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert b"GraphiQL" in plain.content


def test_style_sheets_load_nothing() -> None:
    for name in ("graphiql.css", "page.css"):
        assert re.findall(r"url\((?!data:)|@import", CLIENT.get(f"/explorer/{name}").text) == []


def test_all_files_together_stay_below_a_megabyte_and_a_half_compressed() -> None:
    sizes = [len(gzip.compress(CLIENT.get(address).content)) for address in NAMED]

    assert sum(sizes) < 1_500_000


def test_examples_and_operators_are_handed_to_the_page_without_passwords() -> None:
    start = CLIENT.get("/explorer/start.json").json()

    assert start == {
        "examples": EXAMPLES,
        "operators": [{"name": "county", "label": "县级 COUNTY 520522000000"}],
    }


@pytest.mark.parametrize("name", ["nosuch.js", "..%2Fauth.py", "graphiql.js.gz", "%2Fetc%2Fpasswd"])
def test_no_other_file_is_served(name: str) -> None:
    assert CLIENT.get(f"/explorer/{name}").status_code == 404


def test_licences_of_the_vendored_files_are_shipped() -> None:
    text = CLIENT.get("/explorer/LICENSES.md").text

    assert all(f"`{name}.gz`" in text for name in ("react.js", "react-dom.js", "graphiql.js", "graphiql.css"))


def test_the_icon_browsers_ask_for_is_there() -> None:
    assert CLIENT.get("/favicon.ico").headers["content-type"] == "image/svg+xml"
