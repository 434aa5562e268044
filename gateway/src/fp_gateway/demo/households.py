"""Steps 1 to 3 of the main job: divisions, a county's forms from Excel, and a year of changes."""

from collections.abc import Iterator
from typing import Any

from openpyxl import load_workbook

from fp_core.demo.workbook import Written, write_demo_workbook
from fp_core.excel.columns import HEADER_ROWS
from fp_core.forms import form_of
from fp_gateway.demo.client import XLSX, Client, expect
from fp_gateway.demo.job import Job
from fp_gateway.demo.places import DUAN, QIANXI

SEED = 2016
HOUSEHOLDS, FEW = 3_200, 240
BAD_SHARE = 0.01


def divisions(job: Job) -> Iterator[str]:
    """The real divisions are searched by name and year."""
    found = job.county.ask(
        """query($name: String!) { findRegions(text: $name, year: 2017, level: "COUNTY") { code name validFrom } }""",
        name="黔西",
    )["findRegions"]
    expect([r["code"] for r in found] == [QIANXI], "黔西县 is found by name and year", found)
    yield f"行政区划可查 · divisions searchable by name and year: {found[0]['name']} {QIANXI}"


def forms(job: Job) -> Iterator[str]:
    """The template is downloaded; a filled workbook with bad cells is refused whole, the good one taken in once."""
    for client, county in ((job.county, QIANXI), (job.guangxi_county, DUAN)):
        client.done("openYear", countyCode=county, year=2016)
    template = job.county.download("/forms/FH/2016?region=520522000000", job.folder / "FH-2016.xlsx")
    yield f"模板已下载 · template downloaded: {template.name}, {template.stat().st_size:,} bytes"
    bad = job.folder / "bad.xlsx"
    yield from _refuse(job, _workbook(job, bad, QIANXI, HOUSEHOLDS, BAD_SHARE), bad)
    yield from _take_in(job.county, job, QIANXI, HOUSEHOLDS)
    yield from _take_in(job.guangxi_county, job, DUAN, FEW)


def _workbook(job: Job, path: Any, county: str, households: int, bad_share: float = 0.0) -> Written:
    return write_demo_workbook(
        path,
        job.host,
        county_code=county,
        villages=job.villages[county],
        year=2016,
        households=households,
        seed=SEED,
        bad_share=bad_share,
    )


def _refuse(job: Job, written: Written, bad: Any) -> Iterator[str]:
    answer = job.county.upload(bad, QIANXI, 2016)
    expect(answer.status_code == 422, "a workbook with bad cells is refused", answer.text[:500])
    found = {(e["sheet"], e["row"], e["column"], e["rule"]) for e in answer.json()["errors"]}
    titles = {sheet.name: sheet.title for sheet in form_of(job.host, "FH").sheets}
    planted = [(titles[p.sheet], p.row + HEADER_ROWS + 1, p.column, p.rule) for p in written.planted]
    lacking = [place for place in planted if place not in found]
    expect(not lacking, "every planted bad cell is found", lacking[:5])
    marked = job.folder / "marked.xlsx"
    marked.write_bytes(job.county.upload(bad, QIANXI, 2016, accept=XLSX).content)
    sheets = load_workbook(marked, read_only=True).sheetnames
    expect("错误清单" in sheets, "the marked workbook lists the errors", sheets)
    first = answer.json()["errors"][0]
    yield f"错误文件整体退回 · refused whole: {len(found)} bad cells, {len(written.planted)} planted, all found"
    yield f"  {first['sheet']} {first['cell']} {first['rule']} {first['zh']}"
    yield f"  标红文件 · marked workbook: {marked.name}"


def _take_in(client: Client, job: Job, county: str, households: int) -> Iterator[str]:
    good = job.folder / f"good-{county}.xlsx"
    written = _workbook(job, good, county, households)
    report = client.upload(good, county, 2016)
    expect(report.status_code == 200, "a good workbook is taken in", report.text[:500])
    facts = report.json()
    expect((facts["households"], facts["persons"]) == (written.households, written.persons), "all of it", facts)
    again = client.upload(good, county, 2016).json()
    expect(again["replayed"] is True, "the same file twice changes nothing", again)
    yield (
        f"采集表导入 · imported {county}: {facts['households']:,} 户, {facts['persons']:,} 人 in {facts['seconds']:.1f} s "
        f"({facts['rows_per_second']:,.0f} rows/s); 重复导入无变化 · same file again changes nothing"
    )


def changes(job: Job) -> Iterator[str]:
    """Some leave in 2016; 2017 is opened; people are born, die and marry; households enter, leave, fall back."""
    early = [leave(job, node, 2016) for node in poor(job.county, QIANXI, 2016, 12) if node["mayExit"]["holds"]]
    expect(len(early) >= 2, "some households could leave in 2016", len(early))
    yield f"2016年脱贫 · left poverty in 2016: {len(early)} 户"
    for client, county in ((job.county, QIANXI), (job.guangxi_county, DUAN)):
        client.done("openYear", countyCode=county, year=2017)
    yield "开年 · data year 2017 opened from 2016"
    yield from _people(job)
    yield from _households(job, early)


def _people(job: Job) -> Iterator[str]:
    homes = poor(job.town, "", 2017, 40)
    one, two = homes[:2]
    three = next(h for h in homes[2:] if _others(h))
    four = next(h for h in homes[2:] if h is not three and _others(h, "DAUGHTER", "SON"))
    job.town.done("addMember", **on(job, one), reason="BIRTH", month="2017-03", person=job.person("SON", "2017-03-05"))
    bride = job.person("DAUGHTER_IN_LAW", "1995-06-01", sex="FEMALE")
    job.town.done("addMember", **on(job, two), reason="MARRY_IN", month="2017-05", person=bride)
    job.town.done("removeMember", **on(job, three), memberNo=_others(three)[0], reason="DEATH", month="2017-06")
    grown = _others(four, "DAUGHTER", "SON")[0]
    job.town.done("removeMember", **on(job, four), memberNo=grown, reason="MARRY_OUT", month="2017-09")
    yield "自然变更 · a birth, a marriage in, a death, a marriage out"


def _others(home: Any, *relations: str) -> list[int]:
    """Valid members who are not the head, of these relations where some are named."""
    return [
        m["memberNo"]
        for m in home["members"]
        if m["memberStatus"] == "VALID"
        and m["relationToHead"] != "HEAD"
        and (not relations or m["relationToHead"] in relations)
    ]


def _households(job: Job, early: list[str]) -> Iterator[str]:
    code = job.town.done("identifyHousehold", **job.new_household())["subjectCode"]
    yield f"新识别 · identified {code}"
    first, second, third = poor(job.county, QIANXI, 2017, 30)[-3:]
    failing = job.county.refused("exitHousehold", **on(job, first), basis="入户核查")
    expect("EXIT-INCOME" in failing, "an exit with an open clause is refused", failing)
    yield f"脱贫被拒 · exit refused: {', '.join(failing)}"
    for node in (first, second, third):
        settle(job, node)
    job.exited = leave(job, first, 2017)
    leave(job, second, 2017)
    job.county.done("exitForGood", **on(job, third), ground="URBAN_OR_OWN_HOUSE", basis="县城购房合同")
    yield "脱贫、稳定脱贫 · two left with policies, one for good"
    edits = {"values": [{"name": "isDangerousHouse", "value": "是"}, {"name": "dangerGrade", "value": "D"}]}
    job.county.done("editHousehold", **on(job, {"householdCode": early[0]}), **edits)
    job.county.done("relapse", **on(job, {"householdCode": early[0]}), causes=["DISASTER"])
    yield f"返贫 · {early[0]} fell back"


def poor(client: Client, region: str, year: int, first: int) -> list[Any]:
    """Poor households of a region with their people and what stands between them and the exit."""
    found = client.ask(
        """query($region: String, $year: Int!, $first: Int!) {
             householdYears(region: $region, where: {year: {eq: $year}, exitStatus: {eq: NOT_EXITED}}, first: $first) {
               edges { node { householdCode villageCode netIncomePerCapita mayExit { holds failing { id } }
                 members { memberNo relationToHead memberStatus member { birthDate } } } } } }""",
        region=region or None,
        year=year,
        first=200 if year == 2016 else first,
    )
    return [edge["node"] for edge in found["householdYears"]["edges"]]


def on(job: Job, node: Any, year: int = 2017) -> dict[str, Any]:
    """Household, year and version, as every command on a household names them."""
    code = node["householdCode"]
    version = job.county.ask("query($c: String!) { household(householdCode: $c) { version } }", c=code)["household"]
    return {"householdCode": code, "year": year, "version": version["version"]}


def leave(job: Job, node: Any, year: int) -> str:
    """Mark a household that may leave."""
    job.county.done("exitHousehold", **on(job, node, year), basis="入户核查、民主评议通过")
    return str(node["householdCode"])


def settle(job: Job, node: Any) -> None:
    """Write what the household has reached in 2017: income over the line and every guarantee."""
    reached = {"wageIncome": "90000", "isDangerousHouse": "否", "dangerGrade": None, "houseArea": "90"}
    values = {**reached, "waterSafe": "是", "waterDifficult": "否"}
    people = [
        {"memberNo": m["memberNo"], "values": _reached(m)} for m in node["members"] if m["memberStatus"] == "VALID"
    ]
    lines = [{"name": name, "value": value} for name, value in values.items()]
    job.county.done("editHousehold", **on(job, node), values=lines, members=people)


def _reached(member: Any) -> list[dict[str, str]]:
    """Insured, and at school where the age is for it."""
    insured = {"name": "hasSeriousIllnessInsurance", "value": "是"}
    age = 2017 - int(member["member"]["birthDate"][:4])
    return [insured, {"name": "studentStatus", "value": "小学"}] if 5 <= age <= 16 else [insured]
