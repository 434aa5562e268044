"""A reading shows the children of a region, also where a level is stepped over, and each number stands at every level."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fp_core import regions
from fp_core.hookspecs import hookimpl
from fp_core.plugins import Host
from fp_core.regions import Level
from fp_core.registry import Registry
from fp_core.testing import add_regions, plugin
from fp_core.verify import verify
from fp_stats.cells import child_of
from fp_stats.models import StatCell
from fp_stats.operations import table
from fp_stats.tables import Happening, Statistic
from tests.actors import operator
from tests.fp_stats.levels import add_household, counted, kept, write
from tests.households import open_years
from tests.places import BIJIE, JINBI, NATION, QIANXI, YUDUO, ZHONGZHAI

GUANGDONG, DONGGUAN, DONGCHENG, NANCHENG = "440000000000", "441900000000", "441900003000", "441900004000"
YULAN, SHENGLI = "441900003005", "441900004002"
UNDER_COUNTY, UNDER_CITY = "520522000201", "520500000201"
"""东莞 has towns and no county; over the last two villages stands no town."""


def totals(registry: Registry, region: str, code: str = "poor") -> list[tuple[str, int, int]]:
    """Region, households and persons of each line in 2016; cells and rows say the same."""
    actor = operator(registry, NATION)
    lines = table(registry, actor, code, region, 2016)
    assert lines == table(registry, actor, code, region, 2016, from_rows=True)
    return [(line.region_code, line.cells["total"].households, line.cells["total"].persons) for line in lines]


@pytest.fixture
def populated(registry: Registry) -> Registry:
    """One household each in two villages of 东莞, in one under a county, one under a city, and one of 黔西县."""
    add_regions(registry, YULAN, SHENGLI, UNDER_COUNTY, UNDER_CITY)
    for number, place in enumerate((YULAN, SHENGLI, UNDER_COUNTY, UNDER_CITY, ZHONGZHAI), 1):
        add_household(registry, place, persons=number)
    return registry


def test_city_without_counties_shows_its_towns(populated: Registry) -> None:
    assert totals(populated, DONGGUAN) == [(DONGCHENG, 1, 1), (NANCHENG, 1, 2), (DONGGUAN, 2, 3)]
    assert totals(populated, GUANGDONG) == [(DONGGUAN, 2, 3), (GUANGDONG, 2, 3)]
    assert totals(populated, DONGCHENG) == [(YULAN, 1, 1), (DONGCHENG, 1, 1)]


def test_village_without_a_town_or_county_is_a_child_of_what_stands_over_it(populated: Registry) -> None:
    assert totals(populated, QIANXI) == [(UNDER_COUNTY, 1, 3), (JINBI, 1, 5), (YUDUO, 0, 0), (QIANXI, 2, 8)]
    assert totals(populated, BIJIE) == [(UNDER_CITY, 1, 4), (QIANXI, 2, 8), (BIJIE, 3, 12)]
    assert totals(populated, UNDER_CITY) == [(UNDER_CITY, 1, 4), (UNDER_CITY, 1, 4)]


def test_number_stands_once_at_every_level(populated: Registry) -> None:
    totals(populated, NATION)

    held = kept(populated, 2016)
    poor = {
        level: {k[3]: v for k, v in held.items() if (k[0], k[2], k[4]) == ("poor", level.value, "total")}
        for level in Level
    }
    assert held == counted(populated, 2016)
    assert [sum(persons for _, persons in each.values()) for each in poor.values()] == [15] * 6
    assert poor[Level.COUNTY] == {DONGGUAN: (2, 3), BIJIE: (1, 4), QIANXI: (2, 8)}


def test_what_happened_to_a_county_itself_is_a_line_of_its_own(populated: Registry) -> None:
    opened = Happening("total", "开年", "years opened", lambda e: e.event_type == "YEAR_OPENED")
    statistic = Statistic("opened", "开年统计", "years opened", (opened,))
    more = Host.load(extra=[("yunnan", plugin("yunnan", fp_statistics=hookimpl(lambda: (statistic,))))])
    open_years(populated, 2016)

    with Registry(populated.engine, more, populated.keys) as later:
        of_county, of_city = totals(later, QIANXI, "opened"), totals(later, BIJIE, "opened")

    assert of_county == [(QIANXI, 1, 0), (UNDER_COUNTY, 0, 0), (JINBI, 0, 0), (YUDUO, 0, 0), (QIANXI, 1, 0)]
    assert of_city == [(UNDER_CITY, 0, 0), (QIANXI, 1, 0), (BIJIE, 1, 0)]


def test_operator_sees_the_cells_of_the_own_region_only(populated: Registry) -> None:
    totals(populated, NATION)

    inside = table(populated, operator(populated, DONGCHENG), "poor", DONGCHENG, 2016)
    above = table(populated, operator(populated, DONGCHENG), "poor", DONGGUAN, 2016)

    assert [(x.region_code, x.cells["total"].households) for x in inside] == [(YULAN, 1), (DONGCHENG, 1)]
    assert [(x.region_code, x.cells["total"].households) for x in above] == [
        (DONGCHENG, 1),
        (NANCHENG, 0),
        (DONGGUAN, 1),
    ]


def test_sum_that_is_not_that_of_its_places_is_found(populated: Registry) -> None:
    totals(populated, NATION)
    with populated.system_session() as session:
        session.get_one(StatCell, ("poor", 2016, "COUNTY", DONGGUAN, "total")).persons += 1
        session.commit()

    found = {r.invariant.id: r.violations for r in verify(populated)}

    assert {number: found[number] for number in ("H2", "H3")} == {
        "H2": [],
        "H3": [
            f"poor.total 2016 COUNTY {DONGGUAN}: its places add up to 0 households and -1 persons more than the cell"
        ],
    }


def test_cells_that_were_deleted_are_counted_anew(populated: Registry) -> None:
    before = totals(populated, NATION)
    exact = kept(populated, 2016)
    write(populated, "UPDATE stat_cell SET persons = persons + 1 WHERE level <> 'VILLAGE'")

    write(populated, "DELETE FROM stat_cell", "DELETE FROM stat_definition")

    assert (totals(populated, NATION), kept(populated, 2016)) == (before, exact)


CODES = st.from_regex(r"[1-8][0-9]{11}", fullmatch=True).map(lambda c: c[:6] + "000" + c[9:] if c[8] == "0" else c)


@given(place=CODES, digits=st.sampled_from((2, 4, 6, 9, 12)))
def test_child_that_counts_a_place_is_the_one_that_stands_under_the_region(place: str, digits: int) -> None:
    chain = regions.chain(place[:digits].ljust(12, "0"))

    assert [child_of(upper, chain[-1]) for upper in chain] == [*chain[1:], chain[-1]]
