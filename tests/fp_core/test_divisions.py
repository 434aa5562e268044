"""The divisions that come with the package: how many there are, that the tree has no gaps, and that they load."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

import pytest
from sqlalchemy import Engine, create_engine, func, insert, select

from fp_core.models.regions import Region
from fp_core.national.divisions import COUNT, Row, load, rows
from fp_core.regions import NATION, Level

YEARS = range(2016, 2021)


@pytest.fixture(scope="module")
def divisions() -> list[Row]:
    """Every row of the file, read once."""
    return list(rows())


@pytest.fixture
def engine(empty_database: str) -> Iterator[Engine]:
    """A database with the table `region` and nothing else."""
    engine = create_engine(empty_database.replace("postgresql://", "postgresql+psycopg://"))
    Region.__table__.create(engine)  # type: ignore[attr-defined]
    yield engine
    engine.dispose()


def test_numbers_of_each_level_and_year(divisions: list[Row]) -> None:
    held = Counter((row[3], year) for row in divisions for year in _years(row))

    assert {level: [held[level, year] for year in YEARS] for level in Level} == {
        Level.NATION: [1, 1, 1, 1, 1],
        Level.PROVINCE: [31, 31, 31, 31, 31],
        Level.CITY: [344, 343, 343, 342, 342],
        Level.COUNTY: [2853, 3006, 3001, 2992, 2991],
        Level.TOWN: [42950, 43523, 43563, 43104, 41613],
        Level.VILLAGE: [667909, 673804, 666260, 658000, 633980],
    }
    assert len(divisions) == COUNT == 955_831


def test_qianxi_has_384_villages_in_2017(divisions: list[Row]) -> None:
    villages = [r for r in divisions if r[0].startswith("520522") and r[3] == "VILLAGE" and 2017 in _years(r)]

    assert len(villages) == 384


def test_every_division_has_the_one_above_it_in_each_of_its_years(divisions: list[Row]) -> None:
    held = {(row[0], year) for row in divisions for year in _years(row)}

    assert not [row for row in divisions if row[0] != NATION and any((row[4], y) not in held for y in _years(row))]


def test_division_has_one_name_in_a_year_and_rows_are_in_order(divisions: list[Row]) -> None:
    keys = [(row[0], year) for row in divisions for year in _years(row)]

    assert all(first < second for first, second in pairwise(keys))


def test_divisions_end_begin_and_are_renamed(divisions: list[Row]) -> None:
    told = {"130521000000", "130506000000", "130503000000", "139001000000"}

    assert [(row[0], row[1], row[2], row[5]) for row in divisions if row[0] in told] == [
        ("130503000000", 2016, "桥西区", 2020),
        ("130503000000", 2020, "信都区", None),
        ("130506000000", 2020, "南和区", None),
        ("130521000000", 2016, "邢台县", 2020),
        ("139001000000", 2016, "定州市", 2017),
    ]


def test_dirty_names_are_repaired_or_marked(divisions: list[Row]) -> None:
    by_code = {(row[0], row[1]): row[2] for row in divisions}

    assert not [
        row for row in divisions if set(row[2]) & set("?<>/\ufffd") or any("\ue000" <= c <= "\uf8ff" for c in row[2])
    ]
    assert by_code["500153108200", 2016] == "大青㭎村委会"
    assert by_code["360124200210", 2016] == "新和村委会"
    assert by_code["522626001000", 2020] == "□水街道"
    assert sum("□" in row[2] for row in divisions) == 9


def test_loading_replaces_what_differs_and_then_writes_no_more(engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(insert(Region).values(code="990000000000", valid_from=2016, name="旧", level="PROVINCE"))

    with engine.begin() as connection:
        first = load(connection)
    with engine.begin() as connection:
        second = load(connection)
        held = connection.scalar(select(func.count()).select_from(Region))
        told = connection.execute(select(Region.__table__).where(Region.code.in_(("520522000000", "990000000000"))))  # type: ignore[attr-defined]

    assert (first, second, held) == (COUNT, 0, COUNT)
    assert [tuple(row) for row in told] == [("520522000000", 2016, "黔西县", "COUNTY", "520500000000", None)]


def _years(row: Row) -> range:
    return range(row[1], row[5] or YEARS.stop)
