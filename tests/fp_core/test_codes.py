"""Code lists: what they hold, how a value is read in a year, and how a plugin adds to them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Column, Engine, Integer, MetaData, Table, create_engine, insert, select

from fp_core import codes
from fp_core.codes import CodeAddition, Codes, Dictionary, Item
from fp_core.errors import Invalid
from fp_core.types import CodeSet

BUILTIN = Codes.builtin()


@pytest.fixture
def engine() -> Iterator[Engine]:
    engine = create_engine("sqlite://")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("CAUSE_MAIN", 12),
        ("CAUSE_OTHER", 13),
        ("ETHNICITY", 56 + 1),
        ("INCREASE_REASON", 8),
        ("DECREASE_REASON", 7),
        ("STABLE_GROUND", 8 + 1),
        ("RELATION", 28),
        ("HEALTH", 4),
        ("DISABILITY", 7),
        ("COUNTY_ATTRIBUTE", 6),
        ("EXIT_STATUS", 6),
        ("MEMBER_STATUS", 6),
    ],
)
def test_list_has_its_published_number_of_values(name: str, count: int) -> None:
    assert len(BUILTIN[name].items) == count


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_every_value_has_a_label_in_both_languages(name: str) -> None:
    assert [i.name for i in BUILTIN[name] if not (i.label.strip() and i.english.strip())] == []


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_every_identifier_can_be_a_graphql_enum_value(name: str) -> None:
    assert [i.name for i in BUILTIN[name] if not (i.name.isidentifier() and i.name == i.name.upper())] == []


@pytest.mark.parametrize("name", sorted(BUILTIN))
def test_every_value_is_read_back_by_label_by_identifier_and_by_code(name: str) -> None:
    for item in BUILTIN[name]:
        year = item.since or item.until or 2017
        written = [text for text in (item.label, item.name, item.code) if text is not None]

        assert {BUILTIN[name].read(text, year) for text in written} == {item.name}


@pytest.mark.parametrize(
    ("name", "year", "values"),
    [
        ("HH_ATTRIBUTE", 2014, ["GENERAL", "SUBSISTENCE", "FIVE_GUARANTEE", "SUBSISTENCE_POOR", "LOW_INCOME"]),
        ("HH_ATTRIBUTE", 2016, ["GENERAL", "SUBSISTENCE_POOR", "FIVE_GUARANTEE_POOR"]),
        ("LABOUR", 2017, ["ABLE", "SKILLED", "LOST", "NONE"]),
        ("LABOUR", 2018, ["ABLE", "SKILLED", "LOST", "NONE", "WEAK"]),
    ],
)
def test_list_holds_the_values_of_the_year(name: str, year: int, values: list[str]) -> None:
    assert [i.name for i in BUILTIN[name].items_in(year)] == values


def test_same_national_code_means_another_value_in_another_year() -> None:
    education = BUILTIN["EDUCATION"]

    assert (education.read("05", 2017), education.read("05", 2018)) == ("COLLEGE_AND_ABOVE", "COLLEGE")


def test_label_is_read_with_blanks_around_it() -> None:
    assert BUILTIN["CAUSE_MAIN"].read(" 因病 ", 2017) == "ILLNESS"


def test_marriage_is_a_cause_only_among_the_other_causes() -> None:
    assert BUILTIN["CAUSE_OTHER"].read("因婚", 2016) == "MARRIAGE"
    with pytest.raises(Invalid):
        BUILTIN["CAUSE_MAIN"].read("因婚", 2016)


def test_value_out_of_its_years_is_refused_with_the_values_of_the_year() -> None:
    with pytest.raises(Invalid) as refusal:
        BUILTIN["HH_ATTRIBUTE"].read("五保户", 2017)

    assert refusal.value.field == "HH_ATTRIBUTE"
    assert refusal.value.zh == (
        "'五保户' 不是贫困户属性（HH_ATTRIBUTE）在 2017 年的有效值；有效值为：一般贫困户、低保贫困户、五保贫困户"
    )
    assert refusal.value.en == (
        "'五保户' is no value of attribute of a poor household (HH_ATTRIBUTE) in 2017; "
        "valid are GENERAL, SUBSISTENCE_POOR, FIVE_GUARANTEE_POOR"
    )


def test_label_of_a_value_that_is_no_longer_entered_is_known() -> None:
    assert BUILTIN["HH_ATTRIBUTE"].label_of("LOW_INCOME") == "低收入农户"


def test_unknown_identifier_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid, match=r"sex \(SEX\) has no code 'X'; known are MALE, FEMALE, UNSTATED"):
        BUILTIN["SEX"].label_of("X")


def test_unknown_list_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid, match=r"there is no code list 'CAUSE'; known are ADD_REASON, AFFILIATION, CAUSE_MAIN"):
        BUILTIN["CAUSE"]


def test_plugin_adds_a_value_and_the_builtin_lists_stay_as_they_are() -> None:
    coal = CodeAddition("FUEL", Item("BRIQUETTE", "型煤", "briquettes", since=2017))

    with_coal = BUILTIN.with_items((coal,))

    assert with_coal["FUEL"].read("型煤", 2017) == "BRIQUETTE"
    assert len(BUILTIN["FUEL"].items) == 5


@pytest.mark.parametrize(
    "item",
    [
        Item("COAL", "型煤", "briquettes"),
        Item("BRIQUETTE", "煤炭", "briquettes"),
        Item("BRIQUETTE", "型煤", "briquettes", "03"),
    ],
    ids=["identifier", "label", "national code"],
)
def test_value_that_clashes_is_refused_and_both_are_named(item: Item) -> None:
    with pytest.raises(Invalid) as refusal:
        BUILTIN.with_items((CodeAddition("FUEL", item),))

    assert refusal.value.en == f"new code {item.name!r} ({item.label}) of list FUEL clashes with 'COAL' (煤炭)"


def test_value_whose_label_was_used_in_other_years_is_taken() -> None:
    again = CodeAddition("HH_ATTRIBUTE", Item("SUBSISTENCE_NEW", "低保户", "subsistence household", since=2018))

    assert BUILTIN.with_items((again,))["HH_ATTRIBUTE"].read("低保户", 2018) == "SUBSISTENCE_NEW"


def test_addition_to_an_unknown_list_is_refused() -> None:
    with pytest.raises(Invalid, match="there is no code list 'FUELS'"):
        BUILTIN.with_items((CodeAddition("FUELS", Item("GAS", "燃气", "gas")),))


def test_plugin_brings_a_list_of_its_own(tmp_path: Path) -> None:
    file = tmp_path / "codes.toml"
    file.write_text(
        '[TEA]\nlabel = "茶"\nenglish = "tea"\nitems = [{ name = "GREEN", label = "绿茶", english = "green" }]\n'
    )

    (tea,) = codes.read(file)

    assert BUILTIN.with_items((tea,))["TEA"].read("绿茶", 2017) == "GREEN"


def test_list_that_exists_is_not_replaced() -> None:
    with pytest.raises(Invalid, match="there is a code list 'SEX' already"):
        BUILTIN.with_items((Dictionary("SEX", "性别", "sex", ()),))


def test_membership_of_a_stored_set_is_exact(engine: Engine) -> None:
    sets = Table("sets", MetaData(), Column("n", Integer, primary_key=True), Column("codes", CodeSet))
    rows = [(1, ("NO_LAND", "ILLNESS")), (2, ("LAND",)), (3, ()), (4, None)]
    with engine.begin() as connection:
        sets.create(connection)
        connection.execute(insert(sets), [{"n": n, "codes": held} for n, held in rows])

        found = {
            code: list(connection.scalars(select(sets.c.n).where(codes.has(sets.c.codes, code))))
            for code in ("LAND", "NO_LAND", "ILLNESS", "NO%LAND", "NO", "N__LAND")
        }

    assert found == {"LAND": [2], "NO_LAND": [1], "ILLNESS": [1], "NO%LAND": [], "NO": [], "N__LAND": []}
