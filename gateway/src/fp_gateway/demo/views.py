"""Steps 5 to 7 of the main job: scope, statistics against a recount, and a province's plugin, with and without it."""

from collections.abc import Iterator
from typing import Any

from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway.demo.client import Client, expect
from fp_gateway.demo.households import on
from fp_gateway.demo.job import Job
from fp_gateway.demo.places import BIJIE, DUAN, GUANGXI, GUIZHOU, QIANXI, TOWN
from fp_gateway.settings import Settings

SEEN = (
    """query { householdYears(where: {year: {eq: 2017}}, first: 200) { totalCount edges { node { villageCode } } } }"""
)
STATUS = """query($c: String!) { householdYear(householdCode: $c, year: 2017) { exitStatus exitYear } }"""
TABLE = """query($code: String!, $region: String!, $recount: Boolean! = false) {
  statistics(code: $code, region: $region, year: 2017, recount: $recount) {
  rows { regionCode name cells { column households persons } } } }"""
COUNT = """query($region: String!, $status: [ExitStatus!]) {
  householdYears(region: $region, where: {year: {eq: 2017}, exitStatus: {in: $status}}, first: 1) { totalCount } }"""


def scopes(job: Job) -> Iterator[str]:
    """The same query by operators of different levels; the province corrects one exit by rollback."""
    counts = {
        name: _seen(job.client(name), region)
        for name, region in (
            ("jinbi", TOWN),
            ("qianxi", QIANXI),
            ("bijie", BIJIE),
            ("guizhou", GUIZHOU),
            ("guangxi", GUANGXI),
            ("nation", "0" * 12),
        )
    }
    expect(counts["jinbi"] < counts["qianxi"] == counts["guizhou"], "a town sees less than its county", counts)
    expect(counts["guizhou"] + counts["guangxi"] == counts["nation"], "provinces see their own", counts)
    foreign = job.client("guangxi").ask(STATUS, c=job.exited)["householdYear"]
    expect(foreign is None, "a foreign household is not there", foreign)
    yield "范围 · scope: " + ", ".join(f"{name} {count:,}" for name, count in counts.items())
    undo = {**on(job, {"householdCode": job.exited}), "note": "复核发现收入核算有误"}
    expect(job.county.change("rollBack", **undo)["code"] == "FORBIDDEN", "a county may not roll back")
    job.province.done("rollBack", **undo)
    after = job.county.ask(STATUS, c=job.exited)["householdYear"]
    expect(after == {"exitStatus": "NOT_EXITED", "exitYear": None}, "the household is as before its exit", after)
    yield f"综合回退 · the province rolled back the exit of {job.exited}"


def _seen(client: Client, region: str) -> int:
    """How many households the operator sees; every one lies in the operator's region."""
    found = client.ask(SEEN)["householdYears"]
    prefix = region.rstrip("0")
    foreign = [e for e in found["edges"] if not e["node"]["villageCode"].startswith(prefix)]
    expect(not foreign, "only the own region is seen", foreign[:3])
    return int(found["totalCount"])


def statistics(job: Job) -> Iterator[str]:
    """The three tables by township, against a recount of the rows, and the check column."""
    for code in ("poor", "exited", "net_decrease"):
        rows = job.county.ask(TABLE, code=code, region=QIANXI)["statistics"]["rows"]
        counted = job.county.ask(TABLE, code=code, region=QIANXI, recount=True)["statistics"]["rows"]
        expect(rows == counted, f"{code} equals a recount in every cell")
        total = {c["column"]: c for c in rows[-1]["cells"]}
        if code == "net_decrease":
            checks = {(c["households"], c["persons"]) for r in rows for c in r["cells"] if c["column"] == "check"}
            expect(checks == {(0, 0)}, "the check column is 0 in every row", checks)
        shown = {
            k: (c["households"], c["persons"])
            for k, c in total.items()
            if k in ("total", "poor_last", "net_decrease", "check")
        }
        yield f"{code}: {len(rows) - 1} rows, 户/人 {shown}"
    yield from _by_township(job)


def _by_township(job: Job) -> Iterator[str]:
    rows = job.county.ask(TABLE, code="poor", region=QIANXI)["statistics"]["rows"][:-1]
    for row in rows:
        counted = job.county.ask(COUNT, region=row["regionCode"], status=["NOT_EXITED", "RELAPSED"])
        total = next(c["households"] for c in row["cells"] if c["column"] == "total")
        expect(total == counted["householdYears"]["totalCount"], f"{row['name']} equals its list", (total, counted))
    yield f"逐乡镇核对 · {len(rows)} townships equal their lists"


def guangxi(job: Job) -> Iterator[str]:
    """八有一超 holds in region 45 only, with its own facts; without the plugin the rest goes on."""
    here, there = _clauses(job.guangxi_county), _clauses(job.county)
    expect("GX-ROAD" in here and not any(c.startswith("GX-") for c in there), "八有一超 only in 45", (here, there))
    node = job.guangxi_county.ask(FIRST)["householdYears"]["edges"][0]["node"]
    version = node["household"]["version"]
    edit = {"householdCode": node["householdCode"], "year": 2017, "version": version}
    job.guangxi_county.done("editHousehold", **edit, values=[{"name": "hasHamletRoad", "value": "是"}])
    after = job.guangxi_county.ask(FIRST)["householdYears"]["edges"][0]["node"]
    expect(after["hasHamletRoad"] is True, "the plugin's field holds what was written", after)
    expect("GX-ROAD" not in [c["id"] for c in after["mayExit"]["failing"]], "the clause is met now", after)
    yield f"八有一超 · clauses in Guangxi: {', '.join(sorted(here))}"
    yield from _without(job)


FIRST = """query { householdYears(where: {year: {eq: 2017}}, first: 1) { edges { node {
  householdCode hasHamletRoad household { version } mayExit { failing { id } } } } } }"""
FAILING = """query { householdYears(where: {year: {eq: 2017}}, first: 200) {
  edges { node { mayExit { failing { id } } } } } }"""


def _clauses(client: Client) -> set[str]:
    edges = client.ask(FAILING)["householdYears"]["edges"]
    return {clause["id"] for edge in edges for clause in edge["node"]["mayExit"]["failing"]}


def _without(job: Job) -> Iterator[str]:
    from fp_gateway.serving import served

    rest = Registry(job.registry.engine, Host.load(without=("guangxi",)), job.registry.keys)
    with served(rest, Settings(port=0, demo=True), log=job.log) as address:
        client = Client(address, "duan")
        clauses: Any = _clauses(client)
        expect(clauses and not any(c.startswith("GX-") for c in clauses), "the national rule holds again", clauses)
        expect("errors" in client.raw(FIRST), "the plugin's field is gone", "")
        expect(_seen(client, DUAN) > 0, "the rest goes on")
    yield "移除插件 · without the plugin the national rule holds in Guangxi and the rest goes on"
