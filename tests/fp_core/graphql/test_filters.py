"""Filters are typed by the column, and all their conditions hold together."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from fp_core.graphql import FpSchema
from fp_core.models.years import DataYear
from tests.fp_core.graphql.conftest import Asking, names
from tests.places import QIANXI

Write = Callable[..., None]


@pytest.mark.parametrize(
    ("where", "serials"),
    [
        ('{netIncome: {eq: "1003.00"}}', [4]),
        ('{netIncome: {ne: "1003"}}', [1, 2, 3, 5, 6]),
        ('{netIncome: {gt: "1001", lte: "1004.00"}}', [4, 5]),
        ('{netIncome: {gte: "1001", lt: "1004"}}', [2, 4]),
        ('{netIncome: {in: ["1000", "1004"]}}', [1, 5]),
        ("{netIncome: {isNull: true}}", [3, 6]),
        ("{netIncome: {isNull: false}}", [1, 2, 4, 5]),
        ("{exitStatus: {eq: NOT_EXITED}}", [1, 2, 3, 4, 5, 6]),
        ("{exitStatus: {in: [EXITED, RELAPSED]}}", []),
        ("{otherCauses: {has: ILLNESS}}", [2, 4, 6]),
        ("{otherCauses: {hasAny: [DISASTER, SCHOOLING]}}", [2, 4, 6]),
        ("{otherCauses: {isNull: true}, netIncome: {isNull: true}}", [3]),
        ('{householdCode: {contains: "30005"}}', [5]),
        ('{householdCode: {contains: "%"}}', []),
        ("{waterSafe: {isNull: true}, year: {in: [2016]}}", [1, 2, 3, 4, 5, 6]),
    ],
)
async def test_a_filter_finds(ask: Asking, households: Write, where: str, serials: list[int]) -> None:
    households(ask, 6)

    data = await ask.data(
        f"{{ householdYears(year: 2016, where: {where}) {{ totalCount nodes {{ householdCode }} }} }}"
    )

    assert [int(node["householdCode"][12:]) for node in data["householdYears"]["nodes"]] == serials
    assert data["householdYears"]["totalCount"] == len(serials)


@pytest.mark.parametrize(
    ("where", "field"),
    [
        ("{netIncome: {eq: null}}", "where.netIncome.eq"),
        ("{netIncome: {in: []}}", "where.netIncome.in"),
        ('{netIncome: {eq: "1.005"}}', "where.netIncome.eq"),
        ('{householdCode: {eq: "\\u0000"}}', "where.householdCode.eq"),
    ],
)
async def test_a_condition_that_means_nothing_is_refused(ask: Asking, where: str, field: str) -> None:
    refusal = await ask.refusal(f"{{ householdYears(where: {where}) {{ totalCount }} }}")

    assert (refusal["code"], refusal["field"]) == ("INVALID", field)


@pytest.mark.parametrize("value", ["12.5", '"NaN"', '"1e400"', '"1000000000000"', '"x"', "true", '"' + "1" * 41 + '"'])
async def test_a_text_that_is_no_exact_amount_is_refused(ask: Asking, value: str) -> None:
    result = await ask.run(f"{{ householdYears(where: {{netIncome: {{eq: {value}}}}}) {{ totalCount }} }}")

    assert result.data is None and len(result.errors) == 1


@pytest.mark.parametrize("name", ["phone", "bankAccount", "headName"])
def test_personal_columns_cannot_be_filtered_or_ordered_by(core_schema: FpSchema, name: str) -> None:
    upper = {"phone": "PHONE_ASC", "bankAccount": "BANK_ACCOUNT_ASC", "headName": "HEAD_NAME_ASC"}[name]

    assert name in names(core_schema, "HouseholdYear")
    assert name not in names(core_schema, "HouseholdYearWhere")
    assert upper not in names(core_schema, "HouseholdYearOrder")


@pytest.mark.parametrize("name", ["idNumberCipher", "idIndex", "disabilityCardCipher"])
def test_secret_columns_do_not_exist(core_schema: FpSchema, name: str) -> None:

    assert name not in names(core_schema, "Member")
    assert name not in names(core_schema, "MemberWhere")


async def test_moments_are_compared_with_their_time_zone(ask: Asking) -> None:
    opened = datetime(2016, 12, 31, 18, 30, tzinfo=UTC)
    with ask.registry.system_session() as session:
        session.add(DataYear(county_code=QIANXI, year=2017, opened_on=opened))
        session.commit()
    query = """query ($since: DateTime) { dataYears(where: {openedOn: {gte: $since}}, orderBy: OPENED_ON_DESC) {
      nodes { year openedOn } pageInfo { endCursor } } }"""

    found = await ask.data(query, since="2017-01-01T02:30:00+08:00")
    later = await ask.data(query, since="2017-01-01T02:31:00+08:00")
    naive = await ask.run(query, since="2017-01-01T02:30:00")

    assert found["dataYears"]["nodes"] == [{"year": 2017, "openedOn": "2016-12-31T18:30:00+00:00"}]
    assert later["dataYears"]["nodes"] == []
    assert "'2017-01-01T02:30:00' is no DateTime: give moment with time zone" in str(naive.errors[0])
    after = found["dataYears"]["pageInfo"]["endCursor"]
    rest = await ask.data(f'{{ dataYears(orderBy: OPENED_ON_DESC, after: "{after}") {{ nodes {{ year }} }} }}')
    assert rest["dataYears"]["nodes"] == []
