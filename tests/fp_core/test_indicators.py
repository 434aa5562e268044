"""Indicators: one declaration gives column, description and what a rule sees where nothing is stored."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import BigInteger, Column, Integer, MetaData, String, Table
from sqlmodel import SQLModel

from fp_core.indicators import Indicator, indicators
from fp_core.models import Household, HouseholdYear, Member, MemberYear, VillageYear
from fp_core.types import CodeSet, Scaled


def test_indicator_knows_its_name_and_type_from_the_model() -> None:
    income = indicators(HouseholdYear)["net_income_per_capita"]

    assert (income.name, income.type, income.label, income.places) == (
        "net_income_per_capita",
        Decimal,
        "人均纯收入",
        2,
    )


def test_description_says_chinese_first_then_english_unit_and_years() -> None:
    known = indicators(MemberYear)

    assert known["political_status"].description == "政治面貌 · political status [2017–]"
    assert known["work_months"].description == "务工时间 · months worked in the year (月)"


@pytest.mark.parametrize(
    ("since", "until", "years"),
    [(None, None, [2014, 2017, 2020]), (2017, None, [2017, 2020]), (None, 2017, [2014, 2017]), (2015, 2016, [])],
)
def test_indicator_is_collected_in_its_years(since: int | None, until: int | None, years: list[int]) -> None:
    one = Indicator(label="甲", english="one", since=since, until=until)

    assert [y for y in (2014, 2017, 2020) if one.in_year(y)] == years


@pytest.mark.parametrize(
    ("model", "name", "seen"),
    [
        (HouseholdYear, "water_safe", False),
        (HouseholdYear, "water_difficult", True),
        (HouseholdYear, "is_dangerous_house", True),
        (HouseholdYear, "house_area", 0),
        (HouseholdYear, "other_causes", ()),
        (HouseholdYear, "main_cause", ""),
        (MemberYear, "has_serious_illness_insurance", False),
        (VillageYear, "unsafe_water_households", 1),
        (VillageYear, "poverty_incidence", Decimal(100)),
    ],
)
def test_rule_sees_the_unfavourable_value_where_nothing_is_stored(model: type[SQLModel], name: str, seen: Any) -> None:
    assert indicators(model)[name].when_missing == seen


def test_declaration_decides_the_column() -> None:
    columns = HouseholdYear.__table__.columns  # type: ignore[attr-defined]

    assert isinstance(columns["arable_area"].type, Scaled)
    assert isinstance(columns["arable_area"].type.impl, BigInteger)
    assert isinstance(columns["other_causes"].type, CodeSet)
    assert columns["phone"].type.length == 11
    assert (columns["household_code"].nullable, columns["phone"].nullable) == (False, True)


def test_field_of_a_group_belongs_to_each_table_that_takes_it() -> None:
    household, village = (indicators(m)["arable_area"] for m in (HouseholdYear, VillageYear))

    assert (household.form, village.form) == ("FH", "FV")
    assert (household.legacy, village.legacy) == ("AAC301", "AAD019")


def test_sealed_field_is_secret_and_holds_bytes() -> None:
    cipher = indicators(Member)["id_number_cipher"]

    assert (cipher.secret, cipher.type) == (True, bytes)


def test_column_without_an_indicator_is_refused_by_name() -> None:
    class Bare:
        __table__ = Table("bare", MetaData(), Column("a", Integer, primary_key=True), Column("b", String))

    with pytest.raises(TypeError, match=r"bare\.a is not declared by indicator\(\); give it a label and a meaning"):
        indicators(Bare)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "calculation",
    [
        lambda: HouseholdYear.wage_income * 2,
        lambda: HouseholdYear.wage_income / HouseholdYear.member_count,
        lambda: HouseholdYear.wage_income + HouseholdYear.member_count,
        lambda: Household.longitude - Household.altitude,
    ],
    ids=["a product", "a quotient", "a sum with a count", "a difference of other places"],
)
def test_sql_that_would_miscount_the_places_of_a_decimal_is_refused(calculation: Any) -> None:
    with pytest.raises(TypeError, match="would miscount; add and subtract at the same places only"):
        calculation()


def test_sum_of_decimals_keeps_their_places() -> None:
    total = HouseholdYear.wage_income + HouseholdYear.property_income - Decimal("0.5")

    assert (type(total.type), total.type.places) == (Scaled, 2)
