"""Statistics: exact after every change, equal to a recount, and a year that reconciles to the last person."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlalchemy import select

from fp_core.errors import Invalid
from fp_core.hookspecs import hookimpl
from fp_core.models.events import DirtyMark
from fp_core.models.household import HouseholdYear
from fp_core.models.regions import Region
from fp_core.operations.natural_change import AddMember, RemoveMember
from fp_core.operations.rollback import RollBack
from fp_core.operations.status import ExitForGood, ExitHousehold, Relapse
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.testing import plugin
from fp_core.verify import verify
from fp_stats.models import StatCell
from fp_stats.operations import statistics_of, table
from fp_stats.tables import Counted, Line, Statistic
from tests.actors import operator
from tests.fp_stats.levels import counted, kept
from tests.households import identified, open_years, person, rich_enough, run, version_of
from tests.places import DUAN, GUIZHOU, JINBI, LONGCHANG, QIANXI, YUDUO, ZHONGZHAI


def lines(registry: Registry, code: str, region: str, year: int) -> list[Line]:
    return table(registry, operator(registry, region), code, region, year)


def cell(line: Line, column: str) -> tuple[int, int]:
    return line.cells[column].households, line.cells[column].persons


def leave(registry: Registry, code: str, year: int) -> None:
    rich_enough(registry, code, year)
    run(registry, ExitHousehold(household_code=code, year=year, version=version_of(registry, code), basis="核查"))


def a_year_of_life(registry: Registry) -> list[str]:
    """2016 with four households, and 2017 in which one leaves, one falls back, one is found, one dies out."""
    open_years(registry, 2016)
    alone = {"members": (person("独居老人"),), "net_income": 1000}
    codes = [
        identified(registry),
        identified(registry),
        identified(registry, LONGCHANG),
        identified(registry, LONGCHANG, **alone),
    ]
    leave(registry, codes[1], 2016)
    open_years(registry, 2017)
    leave(registry, codes[0], 2017)
    back = {"household_code": codes[1], "year": 2017, "version": version_of(registry, codes[1])}
    run(registry, Relapse(causes=("ILLNESS",), **back))
    baby = person("新生儿", "SON", birth=date(2017, 2, 1))
    born = {"household_code": codes[2], "year": 2017, "version": version_of(registry, codes[2])}
    run(registry, AddMember(person=baby, reason="BIRTH", month="2017-02", **born))
    died = {"household_code": codes[3], "year": 2017, "version": version_of(registry, codes[3])}
    run(registry, RemoveMember(member_no=1, reason="DEATH", month="2017-04", **died))
    codes.append(identified(registry, LONGCHANG, 2017))
    return codes


def test_poor_are_counted_by_child_region_with_a_sum_and_zero_rows(registry: Registry) -> None:
    a_year_of_life(registry)

    found = lines(registry, "poor", QIANXI, 2017)

    assert [(line.region_code, line.name, cell(line, "total")) for line in found] == [
        (JINBI, "金碧镇", (1, 2)),
        (YUDUO, "雨朵镇", (2, 5)),
        (QIANXI, "合计", (3, 7)),
    ]
    assert cell(found[0], "relapsed") == (1, 2)
    assert [cell(line, "total") for line in lines(registry, "poor", DUAN, 2017)] == [(0, 0), (0, 0)]


def test_the_year_reconciles_to_the_last_person(registry: Registry) -> None:
    a_year_of_life(registry)

    total = lines(registry, "net_decrease", QIANXI, 2017)[-1]

    assert {code: (c.households, c.persons) for code, c in total.cells.items()} == {
        "poor_last": (3, 5),
        "registered": (0, 0),
        "identified": (1, 2),
        "relapsed": (1, 2),
        "natural_increase": (0, 1),
        "exits": (1, 2),
        "natural_decrease": (1, 1),
        "poor": (3, 7),
        "net_decrease": (0, -2),
        "check": (0, 0),
    }


def test_those_who_left_are_counted_by_kind_and_cumulatively(registry: Registry) -> None:
    codes = a_year_of_life(registry)
    done = {"household_code": codes[0], "year": 2017, "version": version_of(registry, codes[0])}
    run(registry, ExitForGood(ground="CAR", basis="购车", **done))

    total = lines(registry, "exited", QIANXI, 2017)[-1]

    assert [cell(total, c) for c in ("total", "exited", "stable", "cumulative")] == [(1, 2), (0, 0), (1, 2), (1, 2)]
    assert cell(lines(registry, "exited", QIANXI, 2016)[-1], "total") == (1, 2)


def test_rollback_takes_the_exit_out_of_the_books(registry: Registry) -> None:
    codes = a_year_of_life(registry)
    before = lines(registry, "net_decrease", QIANXI, 2017)[-1]
    assert cell(before, "exits") == (1, 2)
    undo = {"household_code": codes[0], "year": 2017, "version": version_of(registry, codes[0])}

    run(registry, RollBack(note="错退", **undo), region=GUIZHOU)

    total = lines(registry, "net_decrease", QIANXI, 2017)[-1]
    assert (cell(total, "exits"), cell(total, "poor"), cell(total, "check")) == ((0, 0), (4, 9), (0, 0))


def test_cells_equal_a_recount_and_marks_are_used_up(registry: Registry) -> None:
    a_year_of_life(registry)
    for year in (2016, 2017):
        lines(registry, "poor", QIANXI, year)

    assert kept(registry, 2016, 2017) == counted(registry, 2016, 2017)
    with registry.system_session() as session:
        assert session.scalars(select(DirtyMark.region_code).where(DirtyMark.region_code == ZHONGZHAI)).all() == []


def test_table_counted_from_rows_is_the_same_in_every_cell(registry: Registry) -> None:
    a_year_of_life(registry)
    county = operator(registry, QIANXI)

    for code in statistics_of(registry.host):
        assert table(registry, county, code, QIANXI, 2017) == table(
            registry, county, code, QIANXI, 2017, from_rows=True
        )


def test_cell_that_is_not_what_the_rows_say_is_found(registry: Registry) -> None:
    a_year_of_life(registry)
    lines(registry, "poor", QIANXI, 2017)
    assert [r.invariant.id for r in verify(registry) if r.violations] == []

    with registry.system_session() as session:
        session.get_one(StatCell, ("poor", 2017, "VILLAGE", ZHONGZHAI, "total")).persons += 1
        session.commit()

    assert [r.invariant.id for r in verify(registry) if r.violations] == ["H2", "H3"]


def test_village_shows_itself_and_an_ended_division_is_not_lost_from_the_sum(registry: Registry) -> None:
    open_years(registry, 2016)
    identified(registry)
    with registry.system_session() as session:
        session.get_one(Region, (ZHONGZHAI, 2016)).valid_to = 2016
        session.commit()

    assert [(line.region_code, cell(line, "total")) for line in lines(registry, "poor", ZHONGZHAI, 2016)] == [
        (ZHONGZHAI, (1, 2)),
        (ZHONGZHAI, (1, 2)),
    ]
    town = lines(registry, "poor", JINBI, 2016)
    assert [(line.name, cell(line, "total")) for line in town] == [
        ("中寨村村民委员会", (1, 2)),
        ("杨家店村村民委员会", (0, 0)),
        ("合计", (1, 2)),
    ]


def test_readers_and_writers_at_once_leave_exact_cells(registry: Registry) -> None:
    open_years(registry, 2016)
    county = operator(registry, QIANXI)

    def write_then_read(number: int) -> int:
        identified(registry, (ZHONGZHAI, LONGCHANG)[number % 2])
        return cell(table(registry, county, "poor", QIANXI, 2016)[-1], "total")[0]

    with ThreadPoolExecutor(8) as pool:
        seen = list(pool.map(write_then_read, range(24)))

    assert max(seen) <= 24 and all(number >= 1 for number in seen)
    assert cell(table(registry, county, "poor", QIANXI, 2016)[-1], "total") == (24, 48)
    assert kept(registry, 2016) == counted(registry, 2016)


def test_table_that_a_plugin_adds_later_counts_what_was_there_before(registry: Registry) -> None:
    a_year_of_life(registry)
    lines(registry, "poor", QIANXI, 2017)
    alone = Statistic(
        "alone", "独居户", "who live alone", (Counted("total", "合计", "total", lambda h: h.member_count == 1),)
    )
    more = Host.load(extra=[("yunnan", plugin("yunnan", fp_statistics=hookimpl(lambda: (alone,))))])

    with Registry(registry.engine, more, registry.keys) as later:
        assert cell(lines(later, "alone", QIANXI, 2016)[-1], "total") == (1, 1)
        assert [r.invariant.id for r in verify(later) if r.violations] == []


def test_year_whose_books_do_not_close_is_found(registry: Registry) -> None:
    codes = a_year_of_life(registry)

    with registry.system_session() as session:
        session.get_one(HouseholdYear, (codes[2], 2017)).exit_status = "EXITED"
        session.commit()

    assert "C1" in [r.invariant.id for r in verify(registry) if r.violations]


def test_unknown_table_lists_the_known_ones(registry: Registry) -> None:
    with pytest.raises(Invalid) as unknown:
        lines(registry, "rich", QIANXI, 2017)

    assert "exited, net_decrease, poor" in unknown.value.en
