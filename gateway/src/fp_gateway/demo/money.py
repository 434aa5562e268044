"""Step 4 of the main job: money comes from the province to a project, and from the project to households."""

from collections.abc import Generator, Iterator
from decimal import Decimal
from typing import Any

from fp_gateway.demo.client import Client, expect
from fp_gateway.demo.job import Job
from fp_gateway.demo.places import GUIZHOU, QIANXI, TOWN

BALANCE = """query($region: String!) { fundBalance(regionCode: $region, fundYear: 2017) {
  received issuedDown arranged other unassigned } }"""
ENTRIES = """query($region: String!) { fundEntries(first: 200,
  where: {regionCode: {eq: $region}, fundYear: {eq: 2017}}) { edges { node { kind amount } } } }"""
IN_TOWN = """query($region: String!) { householdYears(region: $region, first: 3,
  where: {year: {eq: 2017}, exitStatus: {eq: NOT_EXITED}}) { edges { node { householdCode } } } }"""
FOLLOW = """query($code: String!) { fundEntry(entryCode: $code) { amount kind
  followedBy { amount kind followedBy { amount kind projectCode } } } }"""
DAY = "2017-04-10"


def funds(job: Job) -> Iterator[str]:
    """下拨, 到账, 安排 to an industry project with beneficiaries; the balance identity holds on the way."""
    issued = yield from _issue(job)
    received = yield from _receive(job, issued)
    job.project = yield from _project(job)
    arranged = {"refersTo": received, "enteredOn": "2017-05-02", "targetKind": "PROJECT", "purpose": "INDUSTRY"}
    over = job.county.refused("arrangeFunds", **arranged, amount="120.0001", projectCode=job.project)
    job.county.done("arrangeFunds", **arranged, amount="80.0000", projectCode=job.project)
    yield f"安排 · arranged 80 万元 to {job.project}; more than was received is refused: {', '.join(over)}"
    yield from _benefit(job)
    yield from _balances(job)
    found = job.province.ask(FOLLOW, code=issued)["fundEntry"]
    yield f"可追踪 · followed from the issue: {found['amount']} → {[e['kind'] for e in found['followedBy']]}"


def _issue(job: Job) -> Generator[str, None, str]:
    central = {"regionCode": GUIZHOU, "fundYear": 2017, "amount": "5000.0000", "enteredOn": "2017-03-01"}
    source = {
        "sourceName": "中央财政",
        "fundLevel": "CENTRAL",
        "fundClass": "SPECIAL",
        "specialDirection": "DEVELOPMENT",
    }
    money = job.province.done("enterReceipt", **central, **source, documentNumber="财农〔2017〕示例1号")["subjectCode"]
    issue = {"refersTo": money, "enteredOn": "2017-03-20", "documentNumber": "黔财农〔2017〕示例7号"}
    code = job.province.done("issueFunds", **issue, counterpartCode=QIANXI, amount="120.0000")["subjectCode"]
    yield "下拨 · the province issued 120 万元 of 5,000 to 黔西县"
    return str(code)


def _receive(job: Job, issued: str) -> Generator[str, None, str]:
    receipt = {"refersTo": issued, "enteredOn": DAY}
    over = job.county.refused("confirmReceipt", **receipt, amount="120.0001")
    code = job.county.done("confirmReceipt", **receipt, amount="120.0000")["subjectCode"]
    yield f"到账 · the county confirmed 120 万元; one more yuan is refused: {', '.join(over)}"
    return str(code)


def _project(job: Job) -> Generator[str, None, str]:
    plan = {
        "regionCode": TOWN,
        "projectYear": 2017,
        "projectName": "金碧镇特色种植示范项目",
        "subType": "PLANTING",
        "projectLevel": "COUNTY",
        "competentBody": "县农业局",
        "implementer": "示范种植专业合作社",
        "implementYear": 2017,
        "endYear": 2017,
        "task": "建设特色种植基地200亩",
        "scaleQuantity": "200",
        "scaleUnit": "MU",
        "performanceTarget": "带动3户以上贫困户户均增收1500元",
        "participation": "村民代表会议讨论通过",
        "benefitMechanism": "土地流转、务工和入股分红",
        **{f"plan{level}": "0" for level in ("Province", "City", "County", "Social", "Self", "Loan")},
        "planCentral": "100.0000",
        "planHouseholds": 10,
        "planPeople": 34,
        "planPoorHouseholds": 3,
        "planPoorPeople": 10,
        "managerName": "示例负责人",
        "managerPhone": "13800000000",
        "product": "辣椒",
        "implementerKind": "COOPERATIVE",
        "driveMode": "SHARES",
        "expectedIncome": "1500",
    }
    code = job.county.done("saveIndustryProject", **plan)["subjectCode"]
    _step(job.county, "submitToLibrary", code)
    approval = {"approvalDocument": "县扶领〔2017〕示例3号", "approvedOn": "2017-04-20", "approvedAmount": "100.0000"}
    _step(job.county, "approveProject", code, **approval)
    yield f"产业扶贫项目 · industry project {code}: library, approval"
    return str(code)


def _benefit(job: Job) -> Iterator[str]:
    paid = {"progressOn": "2017-08-01", "stage": "WORKS", "progressPercent": "60", "spent": "60.0000"}
    _step(job.county, "recordProgress", job.project, **paid, paymentDocument="报账示例1号")
    edges = job.county.ask(IN_TOWN, region=TOWN)["householdYears"]["edges"]
    gain = {"projectCode": job.project, "benefitedOn": "2017-09-01", "participationMode": "SHARES"}
    for edge in edges:
        job.county.done("addIndustryBeneficiary", **gain, householdCode=edge["node"]["householdCode"], amount="1500")
    twice = job.county.refused(
        "addIndustryBeneficiary", **gain, householdCode=edges[0]["node"]["householdCode"], amount="1500"
    )
    yield f"受益户 · {len(edges)} households benefit; the same one twice is refused: {', '.join(twice)}"


def _step(client: Client, mutation: str, project: str, **values: Any) -> None:
    version = client.ask("query($c: String!) { project(projectCode: $c) { version } }", c=project)["project"]["version"]
    client.done(mutation, projectCode=project, version=version, **values)


def _balances(job: Job) -> Iterator[str]:
    """The balance is what the region's own entries add up to, counted here one by one."""
    for client, region in ((job.province, GUIZHOU), (job.county, QIANXI)):
        b = {k: Decimal(v) for k, v in client.ask(BALANCE, region=region)["fundBalance"].items()}
        edges = client.ask(ENTRIES, region=region)["fundEntries"]["edges"]
        sums = {kind: sum(_amounts(edges, kind), Decimal(0)) for kind in ("RECEIPT", "ISSUE", "ARRANGEMENT")}
        expect((b["received"], b["issuedDown"], b["arranged"]) == tuple(sums.values()), "entries add up", (b, sums))
        left = sums["RECEIPT"] - sums["ISSUE"] - sums["ARRANGEMENT"]
        expect(b["unassigned"] == left >= 0, "received = issued down + arranged + unassigned", (b, sums))
        yield f"结余恒等式 · {region}: {b['received']} = {b['issuedDown']} + {b['arranged']} + {b['unassigned']} 万元"


def _amounts(edges: Any, kind: str) -> list[Decimal]:
    return [Decimal(edge["node"]["amount"]) for edge in edges if edge["node"]["kind"] == kind]
