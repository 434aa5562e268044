"""Reading rows and what is linked to them."""

from collections.abc import Callable

import pytest

from fp_core.graphql import reading
from fp_core.models.member import Member
from tests.fp_core.graphql.conftest import Asking
from tests.places import DINGFU, DUAN, QIANXI, ZHONGZHAI

Write = Callable[..., None]
CODE = f"{ZHONGZHAI}0001"
TREE = """query ($first: Int) { householdYears(year: 2016, first: $first) { totalCount edges { cursor } nodes {
  id headName region { name }
  household { villageCode years { year netIncome } members { name } }
  members { relationToHead member { name household { householdCode } } } } } }"""


async def test_a_row_is_read_by_its_natural_key(ask: Asking, households: Write) -> None:
    households(ask, 2)

    data = await ask.data(
        """query ($code: String!) { householdYear(householdCode: $code, year: 2016) {
        __typename id exitStatus otherCauses netIncome year waterSafe } }""",
        code=f"{ZHONGZHAI}0002",
    )

    assert data["householdYear"] == {
        "__typename": "HouseholdYear",
        "id": f"HouseholdYear:{ZHONGZHAI}0002:2016",
        "exitStatus": "NOT_EXITED",
        "otherCauses": ["DISASTER", "ILLNESS"],
        "netIncome": "1001.00",
        "year": 2016,
        "waterSafe": None,
    }


async def test_numbers_that_identify_are_masked_by_the_database(ask: Asking, households: Write) -> None:
    households(ask, 1)

    with ask.counted() as statements:
        data = await ask.data(
            f'{{ householdYear(householdCode: "{CODE}", year: 2016) {{ phone bankAccount headName }} }}'
        )

    assert data["householdYear"] == {"phone": "138****5678", "bankAccount": "6222****7890", "headName": "王小明"}
    assert "substr" in statements[0]


async def test_links_lead_there_and_back(ask: Asking, households: Write) -> None:
    households(ask, 1)

    data = await ask.data(TREE, first=1)

    assert data["householdYears"]["nodes"] == [
        {
            "id": f"HouseholdYear:{CODE}:2016",
            "headName": "王小明",
            "region": {"name": "中寨村村民委员会"},
            "household": {
                "villageCode": ZHONGZHAI,
                "years": [{"year": 2016, "netIncome": "1000.00"}, {"year": 2017, "netIncome": "1000.00"}],
                "members": [{"name": "王小明"}],
            },
            "members": [{"relationToHead": None, "member": {"name": "王小明", "household": {"householdCode": CODE}}}],
        }
    ]


@pytest.mark.parametrize("first", [1, 10, 100])
async def test_a_page_takes_the_same_number_of_statements_whatever_its_size(
    ask: Asking, households: Write, first: int
) -> None:
    households(ask, 100)

    with ask.counted() as statements:
        data = await ask.data(TREE, first=first)

    assert len(data["householdYears"]["nodes"]) == first
    assert len(statements) == 9  # the count, the page, and seven links


async def test_only_what_is_asked_for_is_selected(ask: Asking, households: Write) -> None:
    households(ask, 1)

    with ask.counted() as statements:
        await ask.data("{ householdYears { nodes { netIncome @include(if: false) ...F } } } fragment F on Node { id }")

    assert statements[0].split("FROM")[0].split() == (
        ["SELECT", "household_year.household_code", "AS", "household_code,", "household_year.year", "AS", "year"]
    )


async def test_one_link_under_two_names_is_read_once(ask: Asking, households: Write) -> None:
    households(ask, 3)

    with ask.counted() as statements:
        data = await ask.data("{ householdYears(first: 2) { nodes { a: household { version } b: household { id } } } }")

    assert data["householdYears"]["nodes"][0] == {"a": {"version": 1}, "b": {"id": f"Household:{CODE}"}}
    assert len(statements) == 2


async def test_node_finds_any_row_by_its_global_id(ask: Asking, households: Write) -> None:
    households(ask, 1)

    data = await ask.data(
        f'{{ node(id: "MemberYear:{CODE}:1:2016") {{ __typename id ... on MemberYear {{ memberNo }} }} }}'
    )

    assert data["node"] == {"__typename": "MemberYear", "id": f"MemberYear:{CODE}:1:2016", "memberNo": 1}


@pytest.mark.parametrize(
    ("given", "en"),
    [
        ("nonsense", "'nonsense' is no global id; use an `id` that a query gave you"),
        ("Login:1", "'Login' is no type that ids are given for"),
        ("Member:1", "'Member' is no type that ids are given for"),
        ("Member:1:x", "'x' in the global id is no int"),
        (
            "Household:\\u0000",
            "household_code holds a character that no text has (NUL or half a surrogate pair); take it out",
        ),
    ],
)
async def test_a_wrong_global_id_is_refused(ask: Asking, given: str, en: str) -> None:
    refusal = await ask.refusal(f'{{ node(id: "{given}") {{ id }} }}')

    assert (refusal["code"], refusal["en"]) == ("INVALID", en)


@pytest.mark.parametrize(
    "query",
    [
        '{{ found: household(householdCode: "{0}") {{ id }} }}',
        '{{ found: householdYear(householdCode: "{0}", year: 2016) {{ id }} }}',
        '{{ found: member(householdCode: "{0}", memberNo: 1) {{ id }} }}',
        '{{ found: node(id: "Household:{0}") {{ id }} }}',
        '{{ found: node(id: "MemberYear:{0}:1:2016") {{ id }} }}',
    ],
)
async def test_a_row_of_another_region_is_answered_like_one_that_does_not_exist(
    ask: Asking, households: Write, query: str
) -> None:
    households(ask, 1, DINGFU)

    foreign = await ask.data(query.format(f"{DINGFU}0001"))
    missing = await ask.data(query.format(f"{DINGFU}0009"))
    own = await ask.data(query.format(f"{DINGFU}0001"), DUAN)

    assert foreign == missing == {"found": None}
    assert own["found"] is not None


async def test_a_link_does_not_lead_out_of_the_region(ask: Asking, households: Write) -> None:
    households(ask, 1, DINGFU)
    with ask.registry.system_session() as session:
        moved = session.get_one(Member, (f"{DINGFU}0001", 1))
        moved.village_code = ZHONGZHAI
        session.commit()

    data = await ask.data("{ members { nodes { name household { id } years { year } } } }", QIANXI)

    assert data["members"]["nodes"] == [{"name": "王小明", "household": None, "years": []}]


async def test_more_linked_rows_than_allowed_are_refused_not_cut_off(
    ask: Asking, households: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    households(ask, 3)
    monkeypatch.setattr(reading, "MOST_LINKED", 5)

    refusal = await ask.refusal("{ households { nodes { years { year } } } }")

    assert refusal["en"] == "Household.years would bring more than 5 rows; ask for a smaller page of parents"


async def test_many_keys_are_read_in_chunks(ask: Asking, households: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    households(ask, 5)
    monkeypatch.setattr(reading, "KEYS_AT_ONCE", 2)

    data = await ask.data("{ householdYears(year: 2016) { nodes { householdCode members { memberNo } } } }")

    assert [len(node["members"]) for node in data["householdYears"]["nodes"]] == [1, 1, 1, 1, 1]


async def test_who_asks_sees_name_region_and_rights(ask: Asking) -> None:
    data = await ask.data("{ me { name level regionCode rights } plugins { name isActive reason } }")

    assert data["me"]["name"] == "county-520522"
    assert (data["me"]["level"], data["me"]["regionCode"]) == ("COUNTY", QIANXI)
    assert "household:exit" in data["me"]["rights"]
    assert data["plugins"] == [{"name": "national", "isActive": True, "reason": None}]
