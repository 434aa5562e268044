"""疑点数据 and 证件号码重复 in GraphQL: pages, counts, and nothing of a region that is not the operator's."""

from typing import Any

import pytest

from tests.fp_core.graphql.conftest import Asking
from tests.fp_core.test_duplicates import write
from tests.households import identified, open_years
from tests.places import DINGFU, DUAN, LATU, QIANXI, ZHONGZHAI

SUSPECTS = """query($region: String!, $rule: String, $clause: String, $first: Int! = 50, $after: String) {
  suspects(region: $region, year: 2016, rule: $rule, clause: $clause, first: $first, after: $after) {
    nodes { villageCode householdCode memberNo findings { rule isWarning clause { id zh en } } }
    hasNextPage endCursor } }"""
COUNTS = "{ suspectCounts(region: $region, year: 2016) { count finding { rule clause { id } } } }"
DUPLICATES = """query($region: String!, $distances: [DuplicateDistance!], $first: Int! = 50, $after: String) {
  duplicates(region: $region, year: 2016, distances: $distances, first: $first, after: $after) {
    nodes { distance persons holders { regionCode regionName householdCode memberNo name idNumberMasked } }
    hasNextPage endCursor } }"""


@pytest.fixture
def households_in(ask: Asking) -> list[str]:
    open_years(ask.registry, 2016)
    return [identified(ask.registry), identified(ask.registry, LATU)]


async def test_suspects_come_page_by_page_with_the_clauses_that_fail(ask: Asking, households_in: list[str]) -> None:
    given = {"region": QIANXI, "rule": "check.household"}
    nothing = (await ask.data(SUSPECTS, **given))["suspects"]
    assert nothing == {"nodes": [], "hasNextPage": False, "endCursor": None}

    first = (await ask.data(SUSPECTS, region=QIANXI, clause="is_active_soldier", first=3))["suspects"]
    rest = (await ask.data(SUSPECTS, region=QIANXI, clause="is_active_soldier", after=first["endCursor"]))["suspects"]

    one, other = households_in
    finding = {
        "rule": "required",
        "isWarning": False,
        "clause": {"id": "is_active_soldier", "zh": "填有是否现役军人", "en": "is an active soldier is given"},
    }
    assert [(n["villageCode"], n["householdCode"], n["memberNo"]) for n in first["nodes"] + rest["nodes"]] == [
        *((ZHONGZHAI, one, number) for number in (1, 2)),
        *((LATU, other, number) for number in (1, 2)),
    ]
    assert (first["hasNextPage"], rest["hasNextPage"]) == (True, False)
    assert first["nodes"][0]["findings"] == [finding]


async def test_suspects_are_counted_by_finding(ask: Asking, households_in: list[str]) -> None:
    query = "query($region: String!) " + COUNTS

    with ask.counted() as sent:
        data = await ask.data(query, region=QIANXI)

    held = {(c["finding"]["rule"], c["finding"]["clause"]["id"]): c["count"] for c in data["suspectCounts"]}
    assert held["required", "is_active_soldier"] == 4
    assert held["status.may_enter", "INC-ELIG"] == held["check.household", "MEM-ONEHEAD"] == 0
    assert len([one for one in sent if "set_config" not in one]) == 1


async def test_repeated_numbers_are_shown_and_of_other_regions_only_the_county(ask: Asking) -> None:
    own, _, other = write(ask.registry, (ZHONGZHAI, "a"), (DINGFU, "a"), (LATU, "b", "b"))

    data = (await ask.data(DUPLICATES, region=QIANXI, first=1))["duplicates"]
    rest = (await ask.data(DUPLICATES, region=QIANXI, first=1, after=data["endCursor"]))["duplicates"]
    near = (await ask.data(DUPLICATES, region=QIANXI, distances=["HOUSEHOLD"]))["duplicates"]

    nobody: dict[str, Any] = {"householdCode": None, "memberNo": None, "name": None, "idNumberMasked": None}
    (group,) = data["nodes"]
    assert (group["distance"], group["persons"]) == ("NATION", 2)
    assert group["holders"][0]["householdCode"] == own
    assert group["holders"][1] == {"regionCode": DUAN, "regionName": "都安瑶族自治县", **nobody}
    assert [holder["householdCode"] for holder in rest["nodes"][0]["holders"]] == [other, other]
    assert near["nodes"] == rest["nodes"]
    assert (data["hasNextPage"], rest["hasNextPage"]) == (True, False)


async def test_repeated_numbers_are_counted_by_distance(ask: Asking) -> None:
    write(ask.registry, (ZHONGZHAI, "a", "a", "a"), (LATU, "b"), (ZHONGZHAI, "b"))
    query = """query($region: String!) {
      duplicateCounts(region: $region, year: 2016) { distance groups persons ofThreeAndMore } }"""

    data = await ask.data(query, region=QIANXI)

    held = {c["distance"]: (c["groups"], c["persons"], c["ofThreeAndMore"]) for c in data["duplicateCounts"]}
    nothing = dict.fromkeys(("VILLAGE", "PROVINCE", "NATION"), (0, 0, 0))
    assert held == {"HOUSEHOLD": (1, 3, 1), "COUNTY": (1, 2, 0), **nothing}


@pytest.mark.parametrize(
    "query",
    [
        SUSPECTS,
        DUPLICATES,
        "query($region: String!) " + COUNTS,
        "query($region: String!) { duplicateCounts(region: $region, year: 2016) { groups } }",
    ],
)
async def test_region_outside_is_not_found_and_a_broken_code_refused(ask: Asking, query: str) -> None:
    assert (await ask.refusal(query, region=DUAN))["code"] == "NOT_FOUND"
    assert (await ask.refusal(query, region="52"))["code"] == "INVALID"


@pytest.mark.parametrize("query", [SUSPECTS, DUPLICATES])
@pytest.mark.parametrize(
    ("given", "field"), [({"first": 0}, "first"), ({"first": 999}, "first"), ({"after": "?"}, "after")]
)
async def test_page_that_is_none_is_refused(ask: Asking, query: str, given: dict[str, Any], field: str) -> None:
    assert (await ask.refusal(query, region=QIANXI, **given))["field"] == field
