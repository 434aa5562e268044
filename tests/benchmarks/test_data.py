"""The invented registry: as large as it says, the same on both databases, and sound where the queries look."""

from sqlalchemy import Connection, inspect, text

from benchmarks import data, places
from benchmarks.rows import HOUSEHOLDS_EACH, PROJECTS_EACH, YEARS
from benchmarks.statistics import Filled, compare
from fp_core.registry import Registry
from tests.places import GUIZHOU, NATION, QIANXI, VILLAGES, ZHONGZHAI

HOUSEHOLDS = len(VILLAGES) * HOUSEHOLDS_EACH


def number(connection: Connection, sql: str) -> int:
    found = connection.execute(text(sql)).scalar_one()
    assert isinstance(found, int)
    return found


def test_every_village_has_its_households_in_both_years(filled: Registry) -> None:
    with filled.engine.connect() as connection:
        assert number(connection, "select count(*) from household") == HOUSEHOLDS
        assert number(connection, "select count(distinct village_code) from household") == len(VILLAGES)
        assert number(connection, "select count(*) from household_year") == HOUSEHOLDS * len(YEARS)
        assert number(connection, "select count(*) from member_year") == len(YEARS) * number(
            connection, "select count(*) from member"
        )
        assert number(connection, "select count(*) from project") == 2 * PROJECTS_EACH * len(YEARS)


def test_members_are_counted_as_the_register_counts_them(filled: Registry) -> None:
    wrong = (
        "select count(*) from household_year h where member_count <> (select count(*) from member_year m where "
        "m.household_code = h.household_code and m.year = h.year and m.member_status = 'VALID')"
    )
    heads = "select count(*) from member_year where relation_to_head = 'HEAD'"

    with filled.engine.connect() as connection:
        assert number(connection, wrong) == 0
        assert number(connection, heads) == HOUSEHOLDS * len(YEARS)


def test_no_row_points_at_one_that_is_not_there(filled: Registry) -> None:
    """Foreign keys are not looked at while the tables are filled, and benefits have none."""
    lost = (
        "select count(*) from project_beneficiary b left join household_year h on h.household_code = b.household_code "
        "and h.year = b.year left join project p on p.project_code = b.project_code "
        "where h.household_code is null or p.project_code is null"
    )

    with filled.engine.connect() as connection:
        assert number(connection, lost) == 0
        assert number(connection, "select count(*) from project_beneficiary") > HOUSEHOLDS
        for child, parent, key in (
            ("member", "household", "household_code"),
            ("household_year", "household", "household_code"),
        ):
            orphans = f"select count(*) from {child} where {key} not in (select {key} from {parent})"
            assert number(connection, orphans) == 0


def test_the_indexes_are_there_again(filled: Registry) -> None:
    known = {index["name"] for index in inspect(filled.engine).get_indexes("household_year")}

    assert known == {"ix_household_year_village_code_year", "ix_household_year_year_village_code_exit_status"}


def test_the_cells_and_the_plain_group_by_agree(filled: Registry) -> None:
    held = Filled(0, filled, ZHONGZHAI)

    assert (held.county, held.province) == (QIANXI, GUIZHOU)
    compare(held, QIANXI)
    compare(held, GUIZHOU)


def test_a_size_is_in_members() -> None:
    assert [data.villages_of(members) for members in (1, 294, 295, 1_000_000)] == [1, 1, 2, 3402]


def test_villages_are_real_and_come_with_all_above_them() -> None:
    rows = places.chosen(200)
    codes = {row[0] for row in rows}

    assert sum(row[3] == "VILLAGE" for row in rows) == 200
    assert {row[0] for row in rows if row[3] in ("NATION", "PROVINCE")} == {NATION, "140000000000"}
    assert all(row[4] in codes for row in rows if row[4] is not None)
