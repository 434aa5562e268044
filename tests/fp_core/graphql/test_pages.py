"""Pages by keyset: order, cursors, counts, limits."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.fp_core.graphql.conftest import Asking
from tests.places import BIJIE, DINGFU, JINBI, LONGCHANG, NATION, QIANXI, ZHONGZHAI

Write = Callable[..., None]
PAGE = """query ($first: Int, $after: String, $order: [HouseholdYearOrder!]) {
  householdYears(year: 2016, first: $first, after: $after, orderBy: $order) {
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } nodes { householdCode netIncome } } }"""


async def walked(ask: Asking, first: int, **variables: Any) -> list[str]:
    """All rows by serial number, page by page."""
    found: list[str] = []
    after = None
    while True:
        data = (await ask.data(PAGE, first=first, after=after, **variables))["householdYears"]
        found += [node["householdCode"][12:] for node in data["nodes"]]
        after = data["pageInfo"]["endCursor"]
        if not data["pageInfo"]["hasNextPage"]:
            return found


async def test_pages_cover_every_row_once_in_the_order_of_the_key(ask: Asking, households: Write) -> None:
    households(ask, 7)

    assert await walked(ask, 3) == ["0001", "0002", "0003", "0004", "0005", "0006", "0007"]


async def test_rows_without_a_value_come_last_in_either_direction(ask: Asking, households: Write) -> None:
    households(ask, 7)

    assert await walked(ask, 2, order=["NET_INCOME_ASC"]) == ["0001", "0002", "0004", "0005", "0007", "0003", "0006"]
    assert await walked(ask, 2, order=["NET_INCOME_DESC"]) == ["0007", "0005", "0004", "0002", "0001", "0003", "0006"]


async def test_an_order_of_several_columns_pages_too(ask: Asking, households: Write) -> None:
    households(ask, 4)
    households(ask, 3, LONGCHANG)

    order = ["NET_INCOME_DESC", "VILLAGE_CODE_DESC"]

    assert await walked(ask, 1, order=order) == ["0004", "0002", "0002", "0001", "0001", "0003", "0003"]


async def test_a_cursor_stays_where_it_is_when_rows_come_in_before_it(ask: Asking, households: Write) -> None:
    households(ask, 4, start=11)
    page = (await ask.data(PAGE, first=2))["householdYears"]
    households(ask, 5, start=1)

    rest = (await ask.data(PAGE, first=5, after=page["pageInfo"]["endCursor"]))["householdYears"]

    assert [node["householdCode"][12:] for node in rest["nodes"]] == ["0013", "0014"]
    assert rest["pageInfo"]["hasPreviousPage"] is True


@pytest.mark.parametrize("after", ["", "xx", "🙂", "bnVsbA", "W1tdLFtdXQ", "A" * 5000])
async def test_a_text_that_is_no_cursor_is_refused(ask: Asking, after: str) -> None:
    refusal = await ask.refusal(PAGE, after=after)

    assert refusal["field"] == "after"
    assert refusal["en"] == "`after` is no cursor, or one of another order; use the endCursor that this query gave you"


async def test_a_cursor_of_another_order_is_refused(ask: Asking, households: Write) -> None:
    households(ask, 3)
    page = (await ask.data(PAGE, first=1))["householdYears"]

    refusal = await ask.refusal(PAGE, after=page["pageInfo"]["endCursor"], order=["NET_INCOME_ASC"])

    assert refusal["field"] == "after"


@pytest.mark.parametrize("first", [0, -1, 201])
async def test_a_page_of_no_size_or_too_many_rows_is_refused(ask: Asking, first: int) -> None:
    refusal = await ask.refusal(PAGE, first=first)

    assert refusal["en"] == f"first is {first}; a page has 1 to 200 rows, use `after` for the next page"


async def test_a_column_twice_in_the_order_is_refused(ask: Asking) -> None:
    refusal = await ask.refusal(PAGE, order=["YEAR_ASC", "YEAR_DESC"])

    assert refusal["field"] == "orderBy"


async def test_rows_are_counted_only_when_asked(ask: Asking, households: Write) -> None:
    households(ask, 3)

    with ask.counted() as without:
        await ask.data("{ households { nodes { id } } }")
    with ask.counted() as alone:
        data = await ask.data("{ households(first: 1) { totalCount } }")

    assert [statement for statement in without if "count(" in statement] == []
    assert data["households"]["totalCount"] == 3
    assert len(alone) == 1 and "count(" in alone[0]


async def test_a_region_narrows_to_itself_and_all_below(ask: Asking, households: Write) -> None:
    households(ask, 2, ZHONGZHAI)
    households(ask, 3, LONGCHANG)
    households(ask, 4, DINGFU)
    counts = "query ($region: String) { households(region: $region) { totalCount } }"

    async def count(region: str | None) -> int:
        return int((await ask.data(counts, QIANXI, region=region))["households"]["totalCount"])

    assert [await count(region) for region in (None, QIANXI, JINBI, LONGCHANG)] == [5, 5, 2, 3]


@pytest.mark.parametrize(
    "query",
    [
        "query ($region: String!) { households(region: $region) { totalCount } }",
        "query ($region: String!) { householdYears(region: $region) { nodes { id } } }",
        "query ($region: String!) { exitsUnder(region: $region, year: 2017) }",
    ],
)
@pytest.mark.parametrize(
    ("region", "code", "field"),
    [
        ("5205", "INVALID", "region_code"),
        (DINGFU, "NOT_FOUND", "行政区划 region"),
        (BIJIE, "NOT_FOUND", "行政区划 region"),
        (NATION, "NOT_FOUND", "行政区划 region"),
    ],
    ids=["no code", "elsewhere", "above", "nation"],
)
async def test_a_region_outside_ones_own_is_not_found(
    ask: Asking, households: Write, query: str, region: str, code: str, field: str
) -> None:
    households(ask, 1, ZHONGZHAI)

    refusal = await ask.refusal(query, region=region)

    assert (refusal["code"], refusal["field"]) == (code, field)


async def test_the_nation_asks_for_any_region(ask: Asking, households: Write) -> None:
    households(ask, 1, ZHONGZHAI)
    households(ask, 2, DINGFU)
    counts = "query ($region: String) { households(region: $region) { totalCount } }"

    found = [(await ask.data(counts, NATION, region=region))["households"] for region in (NATION, BIJIE, DINGFU)]

    assert [connection["totalCount"] for connection in found] == [3, 1, 2]


async def test_regions_are_searched_by_name(ask: Asking) -> None:
    data = await ask.data('{ regions(search: "都安") { nodes { code name level parent { name } children { name } } } }')

    assert data["regions"]["nodes"] == [
        {
            "code": "451228000000",
            "name": "都安瑶族自治县",
            "level": "COUNTY",
            "parent": {"name": "河池市"},
            "children": [{"name": "高岭镇"}],
        }
    ]
