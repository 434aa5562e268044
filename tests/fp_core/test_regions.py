"""What a division code says by itself, and how divisions are looked up by year."""

import pytest
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from fp_core.errors import Invalid
from fp_core.models.regions import Region, children, covered, find, names, search
from fp_core.regions import NATION, Level, at_level, chain, contains, level_of, pad, parent_of, span

QIANXI, JINBI, ZHONGZHAI = "520522000000", "520522101000", "520522101203"
XINGTAI = "130500000000"


@pytest.mark.parametrize(
    ("code", "level", "parent"),
    [
        (NATION, Level.NATION, None),
        ("520000000000", Level.PROVINCE, NATION),
        ("500000000000", Level.PROVINCE, NATION),
        ("110100000000", Level.CITY, "110000000000"),
        (QIANXI, Level.COUNTY, "520500000000"),
        (JINBI, Level.TOWN, QIANXI),
        (ZHONGZHAI, Level.VILLAGE, JINBI),
        ("520522101210", Level.VILLAGE, JINBI),
    ],
)
def test_code_tells_its_level_and_what_stands_above(code: str, level: Level, parent: str | None) -> None:
    assert level_of(code) is level
    assert parent_of(code) == parent


def test_county_under_a_province_stands_under_the_placeholder_city() -> None:
    assert chain("429004000000") == (NATION, "420000000000", "429000000000", "429004000000")


def test_towns_of_a_city_without_counties_stand_under_the_city() -> None:
    assert parent_of("441900003000") == "441900000000"
    assert level_of("441900000000") is Level.CITY
    assert at_level("441900003000", Level.COUNTY) == "441900000000"


def test_span_of_a_province_holds_all_codes_that_begin_with_it() -> None:
    assert span("450000000000") == ("450000000000", "459999999999")
    assert span(NATION) == (NATION, "999999999999")
    assert span(ZHONGZHAI) == (ZHONGZHAI, ZHONGZHAI)


def test_region_contains_itself_and_what_lies_below() -> None:
    assert contains(QIANXI, QIANXI)
    assert contains(QIANXI, ZHONGZHAI)
    assert contains(NATION, QIANXI)
    assert not contains(ZHONGZHAI, QIANXI)
    assert not contains("520523000000", ZHONGZHAI)


def test_chain_leads_from_the_nation_down() -> None:
    assert chain(ZHONGZHAI) == (NATION, "520000000000", "520500000000", QIANXI, JINBI, ZHONGZHAI)


def test_village_lies_in_one_region_of_each_level() -> None:
    assert [at_level(ZHONGZHAI, level) for level in Level] == list(chain(ZHONGZHAI))


def test_province_lies_in_no_county() -> None:
    with pytest.raises(Invalid) as refused:
        at_level("520000000000", Level.COUNTY)

    assert refused.value.en == (
        "region code '520000000000' is of level PROVINCE, which lies above COUNTY; give a code of that level or below"
    )


@pytest.mark.parametrize("code", ["52", "5205", "520522", "520522101", ZHONGZHAI])
def test_short_code_is_padded_with_zeros(code: str) -> None:
    assert pad(code) == code + "0" * (12 - len(code))


@pytest.mark.parametrize(
    "code", ["", "0", "5", "520", "52052210120", "52052210120a", "００００００００００００", "001234567890"]
)
def test_bad_code_is_refused_by_name(code: str) -> None:
    with pytest.raises(Invalid, match="region code") as refused:
        pad(code)

    assert refused.value.field == "region_code"
    assert repr(code)[1:-1] in refused.value.zh


@pytest.mark.parametrize("code", ["520522", "5205221012031", "52052210120²"])
def test_only_twelve_digits_have_a_level(code: str) -> None:
    with pytest.raises(Invalid, match="12 digits"):
        level_of(code)


def test_levels_have_digits_and_chinese_names() -> None:
    assert [(level.digits, level.label) for level in Level] == [
        (0, "全国"),
        (2, "省"),
        (4, "市"),
        (6, "县"),
        (9, "乡镇"),
        (12, "村"),
    ]


@pytest.mark.parametrize(("year", "taken"), [(2014, 2016), (2016, 2016), (2018, 2018), (2020, 2020), (2021, 2020)])
def test_year_without_a_list_takes_the_nearest(year: int, taken: int) -> None:
    assert covered(year) == taken


@pytest.fixture
def session() -> Session:
    """Eight rows: 邢台 with a renamed district, a county that ends and a district that starts, and a name with a %."""
    engine = create_engine("sqlite://")
    Region.__table__.create(engine)  # type: ignore[attr-defined]
    session = Session(engine)
    session.add_all(
        [
            _region(NATION, 2016, "全国", None),
            _region("130000000000", 2016, "河北省", None),
            _region(XINGTAI, 2016, "邢台市", None),
            _region("130503000000", 2016, "桥西区", 2020),
            _region("130503000000", 2020, "信都区", None),
            _region("130521000000", 2016, "邢台县", 2020),
            _region("130506000000", 2020, "南和区", None),
            _region("130506001000", 2020, "50%_街道", None),
        ]
    )
    session.flush()  # the rows are read back by SQL below
    return session


def test_renamed_division_is_found_under_the_name_of_the_year(session: Session) -> None:
    found = {year: find(session, "130503000000", year) for year in (2014, 2019, 2020, 2025)}

    assert {year: region and region.name for year, region in found.items()} == {
        2014: "桥西区",
        2019: "桥西区",
        2020: "信都区",
        2025: "信都区",
    }


def test_division_that_ended_or_has_not_begun_is_not_found(session: Session) -> None:
    assert find(session, "130521000000", 2020) is None
    assert find(session, "130506000000", 2019) is None


def test_children_are_those_of_the_year(session: Session) -> None:
    assert [r.name for r in children(session, XINGTAI, 2019)] == ["桥西区", "邢台县"]
    assert [r.name for r in children(session, XINGTAI, 2020)] == ["信都区", "南和区"]


def test_search_gives_the_upper_levels_first(session: Session) -> None:
    assert [r.name for r in search(session, " 邢台 ", year=2016)] == ["邢台市", "邢台县"]


def test_search_keeps_to_a_region_a_level_and_a_limit(session: Session) -> None:
    assert [r.name for r in search(session, "区", year=2020, within="130506000000")] == ["南和区"]
    assert [r.name for r in search(session, "邢台", year=2016, level=Level.COUNTY)] == ["邢台县"]
    assert [r.name for r in search(session, "", year=2016, limit=2)] == ["全国", "河北省"]


@pytest.mark.parametrize("text", ["%", "_", "50%_"])
def test_search_takes_wildcards_as_plain_characters(session: Session, text: str) -> None:
    assert [r.name for r in search(session, text, year=2020)] == ["50%_街道"]


def test_names_leave_out_what_did_not_exist_in_the_year(session: Session) -> None:
    assert names(session, [XINGTAI, "130503000000", "130521000000", XINGTAI], 2020) == {
        XINGTAI: "邢台市",
        "130503000000": "信都区",
    }


def _region(code: str, since: int, name: str, until: int | None) -> Region:
    return Region(
        code=code,
        valid_from=since,
        name=name,
        level=level_of(code).value,
        parent_code=parent_of(code),
        valid_to=until,
    )
