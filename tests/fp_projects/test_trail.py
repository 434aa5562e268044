"""Through GraphQL: a fund is followed from the central document to the household's payment, and from the household back."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest

from fp_core.graphql import Context, FpSchema
from fp_core.plugins import Host
from fp_core.registry import Registry
from tests.actors import operator
from tests.households import identified, key, open_years, run
from tests.money import county_money
from tests.places import DUAN, GUIZHOU, JINBI, QIANXI
from tests.projects import approved, benefit, fund, progressed


@dataclass(frozen=True)
class Trail:
    """A county's money on its way to a household."""

    registry: Registry
    schema: FpSchema
    household: str
    project: str

    async def ask(self, query: str, at: str = QIANXI, **variables: Any) -> Any:
        answer = await self.answer(query, at, **variables)
        assert answer.errors is None, answer.errors
        return answer.data

    async def answer(self, query: str, at: str, **variables: Any) -> Any:
        context = Context(self.registry, operator(self.registry, at), self.schema.joint)
        return await self.schema.execute(query, variable_values=variables, context_value=context)


@pytest.fixture(scope="module")
def schema(host: Host) -> FpSchema:
    return FpSchema(host)


@pytest.fixture
def trail(registry: Registry, schema: FpSchema) -> Iterator[Trail]:
    """60 issued, 20 of it arranged to tea, 8 spent, 3000 yuan paid to one household."""
    open_years(registry, 2016)
    household, project = identified(registry), approved(registry)
    fund(registry, project, "20", receipt=county_money(registry, "60"))
    progressed(registry, project, "40", "8")
    run(registry, benefit(project, household, "3000"), region=JINBI)
    yield Trail(registry, schema, household, project)


async def test_money_is_followed_from_the_central_document_to_the_household(trail: Trail) -> None:
    data = await trail.ask(
        """{ fundEntry(entryCode: "520000000000-2017-000001") { documentNumber kind amount sourceName
             followedBy { kind documentNumber counterpart { name }
               followedBy { kind regionCode
                 followedBy { kind amount
                   project { projectName product spent beneficiaries { householdCode amount } } } } } } }""",
        GUIZHOU,
    )

    tea = {"projectName": "金碧镇高山茶园", "product": "茶叶", "spent": "8.0000"}
    paid = [{"householdCode": trail.household, "amount": "3000.00"}]
    arrangement = {"kind": "ARRANGEMENT", "amount": "20.0000", "project": {**tea, "beneficiaries": paid}}
    receipt = {"kind": "RECEIPT", "regionCode": QIANXI, "followedBy": [arrangement]}
    issue = {"kind": "ISSUE", "documentNumber": "黔财农〔2017〕12号", "counterpart": {"name": "黔西县"}}
    assert data["fundEntry"] == {
        "documentNumber": "财农〔2016〕181号",
        "kind": "RECEIPT",
        "amount": "60.0000",
        "sourceName": "财政部",
        "followedBy": [{**issue, "followedBy": [receipt]}],
    }


async def test_a_payment_is_followed_back_to_the_central_document(trail: Trail) -> None:
    data = await trail.ask(
        """query ($code: String!) { householdYear(householdCode: $code, year: 2016) { benefits { amount participationMode
             project { projectName funds { kind origin { kind origin { kind origin { kind documentNumber } } } } } } } }""",
        GUIZHOU,
        code=trail.household,
    )

    central = {"kind": "RECEIPT", "documentNumber": "财农〔2016〕181号"}
    chain = {"kind": "ARRANGEMENT", "origin": {"kind": "RECEIPT", "origin": {"kind": "ISSUE", "origin": central}}}
    (benefit,) = data["householdYear"]["benefits"]
    assert benefit == {
        "amount": "3000.00",
        "participationMode": "SHARES",
        "project": {"projectName": "金碧镇高山茶园", "funds": [chain]},
    }


async def test_the_county_sees_what_came_to_it_and_not_where_the_province_had_it_from(trail: Trail) -> None:
    data = await trail.ask("{ fundEntries { nodes { kind regionCode origin { entryCode } } } }")

    assert [
        (e["kind"], e["regionCode"], e["origin"] and e["origin"]["entryCode"]) for e in data["fundEntries"]["nodes"]
    ] == [
        ("ISSUE", GUIZHOU, None),
        ("RECEIPT", QIANXI, f"{GUIZHOU}-2017-000002"),
        ("ARRANGEMENT", QIANXI, f"{QIANXI}-2017-000001"),
    ]


async def test_the_balance_is_asked_by_region_and_year(trail: Trail) -> None:
    query = """query ($region: String!) { fundBalance(regionCode: $region, fundYear: 2017) {
        received issuedDown arranged other unassigned } }"""

    own = await trail.ask(query, region=QIANXI)
    foreign = await trail.answer(query, DUAN, region=QIANXI)

    assert own["fundBalance"] == {
        "received": "60.0000",
        "issuedDown": "0.0000",
        "arranged": "20.0000",
        "other": "0.0000",
        "unassigned": "40.0000",
    }
    assert foreign.data is None
    assert foreign.errors[0].original_error.code == "NOT_FOUND"


async def test_projects_are_filtered_by_what_only_their_type_has(trail: Trail) -> None:
    query = """query ($where: ProjectWhere) { projects(where: $where) { nodes { projectCode managerPhone } } }"""

    found = await trail.ask(query, where={"product": {"eq": "茶叶"}})
    none = await trail.ask(query, where={"product": {"eq": "烟叶"}})

    assert found["projects"]["nodes"] == [{"projectCode": trail.project, "managerPhone": "138****1234"}]
    assert none["projects"]["nodes"] == []


async def test_a_refusal_comes_back_as_a_problem_with_its_clauses(trail: Trail) -> None:
    query = """mutation ($input: ArrangeFundsInput!, $key: String!) { arrangeFunds(input: $input, key: $key) {
        ... on Done { subjectCode } ... on Problem { code clauses { id zh } } } }"""
    given = {
        "refersTo": f"{QIANXI}-2017-000001",
        "enteredOn": "2017-03-02",
        "targetKind": "RESERVE",
        "purpose": "OTHER",
    }

    over = await trail.ask(query, input={**given, "amount": str(Decimal("40.0001"))}, key=key())
    done = await trail.ask(query, input={**given, "amount": "40"}, key=key())

    clause = {"id": "FND-ASUM", "zh": "安排金额超过到账金额：可用 40.0000 万元，本次 40.0001 万元"}
    assert over["arrangeFunds"] == {"code": "REFUSED", "clauses": [clause]}
    assert done["arrangeFunds"] == {"subjectCode": f"{QIANXI}-2017-000003"}
