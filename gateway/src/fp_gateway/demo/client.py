"""A client of the gateway, as a dashboard would write one: log in, ask, change, upload."""

import uuid
from pathlib import Path
from typing import Any

import httpx2

from fp_gateway.demo.places import PASSWORD

TIMEOUT = 120
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ANSWER = """{ __typename
  ... on Done { subjectCode version eventType replayed }
  ... on Problem { code zh en field currentVersion clauses { id zh } } }"""


class JobFailed(Exception):
    """A step of the main job did not give what it must."""


def expect(holds: bool, what: str, found: Any = "") -> None:
    """Stop the job unless it holds."""
    if not holds:
        raise JobFailed(f"{what}: {found}" if found != "" else what)


class Client:
    """One operator's connection."""

    def __init__(self, address: str, operator: str) -> None:
        self.http = httpx2.Client(base_url=address, timeout=TIMEOUT)
        answer = self.http.post("/login", json={"name": operator, "password": PASSWORD})
        expect(answer.status_code == 200, f"login of {operator}", answer.text)
        self.http.headers["authorization"] = f"Bearer {answer.json()['token']}"

    def ask(self, query: str, **variables: Any) -> Any:
        """The data of a query; an error stops the job."""
        answer = self.raw(query, **variables)
        expect("errors" not in answer and "data" in answer, "a query failed", answer)
        return answer["data"]

    def raw(self, query: str, **variables: Any) -> Any:
        """The whole answer, errors and all."""
        return self.http.post("/graphql", json={"query": query, "variables": variables}).json()

    def change(self, mutation: str, key: str | None = None, **values: Any) -> Any:
        """The answer of a mutation: a Done or a Problem."""
        kind = mutation[0].upper() + mutation[1:] + "Input"
        text = f"mutation($input: {kind}!, $key: String!) {{ {mutation}(input: $input, key: $key) {ANSWER} }}"
        return self.ask(text, input=values, key=key or str(uuid.uuid4()))[mutation]

    def done(self, mutation: str, **values: Any) -> Any:
        """The answer of a mutation that must succeed."""
        answer = self.change(mutation, **values)
        expect(answer["__typename"] == "Done", f"{mutation} was refused", answer)
        return answer

    def refused(self, mutation: str, **values: Any) -> list[str]:
        """The failing clauses of a mutation that must be refused."""
        answer = self.change(mutation, **values)
        expect(answer["__typename"] == "Problem", f"{mutation} should have been refused", answer)
        return [clause["id"] for clause in answer["clauses"]]

    def download(self, path: str, target: Path) -> Path:
        answer = self.http.get(path)
        expect(answer.status_code == 200, f"download of {path}", answer.text[:300])
        target.write_bytes(answer.content)
        return target

    def upload(self, file: Path, county: str, year: int, *, accept: str = "application/json") -> httpx2.Response:
        """The answer to a filled workbook."""
        where = {"county": county, "year": str(year), "name": file.name}
        headers = {"content-type": XLSX, "accept": accept}
        return self.http.post("/imports", params=where, content=file.read_bytes(), headers=headers)
