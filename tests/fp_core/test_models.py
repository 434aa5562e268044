"""The core's tables: every column means something, keys lead as they should, and values come back as they went in."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core import codes
from fp_core.codes import Codes
from fp_core.db import make_engine
from fp_core.indicators import indicators
from fp_core.models import CORE_MODELS, CountyYear, DataYear, Household, HouseholdYear, Member, MemberYear, VillageYear
from fp_core.registry import Registry
from fp_core.scope import PUBLIC, SYSTEM, By

OF_HOUSEHOLD = (Household, HouseholdYear, Member, MemberYear)
MODELS = pytest.mark.parametrize("model", CORE_MODELS, ids=lambda m: m.__tablename__)
CODE, VILLAGE = "5205221002010001", "520522100201"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{tmp_path}/models.db")
    SQLModel.metadata.create_all(engine, [m.__table__ for m in CORE_MODELS])  # type: ignore[attr-defined]
    with Session(engine) as session:
        yield session
    engine.dispose()


@MODELS
def test_every_column_has_a_label_in_both_languages(model: type[SQLModel]) -> None:
    assert [n for n, i in indicators(model).items() if not (i.label.strip() and i.english.strip())] == []


@MODELS
def test_no_two_columns_of_a_table_have_the_same_label(model: type[SQLModel]) -> None:
    labels = [i.label for i in indicators(model).values()]

    assert sorted(labels) == sorted(set(labels))


@MODELS
def test_every_code_list_that_is_named_exists(model: type[SQLModel]) -> None:
    assert {i.codes for i in indicators(model).values() if i.codes} <= set(Codes.builtin())


@MODELS
def test_what_is_computed_is_never_asked_for(model: type[SQLModel]) -> None:
    assert [n for n, i in indicators(model).items() if i.computed and i.required] == []


@MODELS
def test_every_number_that_is_asked_for_has_a_unit(model: type[SQLModel]) -> None:
    asked = {n: i for n, i in indicators(model).items() if i.form and i.type in (int, Decimal) and not i.primary_key}

    assert [n for n, i in asked.items() if i.unit is None and not n.endswith(("_year", "_grade"))] == []


@MODELS
def test_every_table_says_who_may_see_it(model: type[SQLModel]) -> None:
    scope = model.__scope__  # type: ignore[attr-defined]

    assert scope in (PUBLIC, SYSTEM) or (isinstance(scope, By) and set(scope.columns) <= set(indicators(model)))


@MODELS
def test_every_constraint_and_index_has_a_name(model: type[SQLModel]) -> None:
    table = model.__table__  # type: ignore[attr-defined]

    assert [c for c in (*table.constraints, *table.indexes) if not c.name] == []


@pytest.mark.parametrize("model", OF_HOUSEHOLD, ids=lambda m: m.__tablename__)
def test_key_of_a_household_table_begins_with_the_household(model: type[SQLModel]) -> None:
    table: Any = model.__table__  # type: ignore[attr-defined]

    assert next(c.name for c in table.primary_key) == "household_code"
    assert next(iter(table.columns)).name == "household_code"
    assert "village_code" in table.columns


@pytest.mark.parametrize("model", OF_HOUSEHOLD, ids=lambda m: m.__tablename__)
def test_household_tables_refer_to_each_other_by_the_household_only(model: type[SQLModel]) -> None:
    foreign = model.__table__.foreign_key_constraints  # type: ignore[attr-defined]
    names = {m.__tablename__ for m in OF_HOUSEHOLD}

    assert all(next(iter(f.columns)).name == "household_code" and f.referred_table.name in names for f in foreign)
    assert bool(foreign) == (model is not Household)


def test_annual_tables_have_every_figure_of_their_forms() -> None:
    counts = {m.__tablename__: len(indicators(m)) for m in (HouseholdYear, MemberYear, VillageYear, CountyYear)}

    assert counts == {"household_year": 81, "member_year": 29, "village_year": 91, "county_year": 174}


def test_fields_stand_in_the_order_of_the_form() -> None:
    names = list(indicators(HouseholdYear))

    marks = [
        "household_code",
        "exit_status",
        "main_cause",
        "arable_area",
        "water_safe",
        "wage_income",
        "relocation_mode",
    ]
    assert sorted(marks, key=names.index) == marks


def test_land_is_measured_in_mu_in_villages_and_in_hectares_in_counties() -> None:
    units = [indicators(m)["arable_area"].unit for m in (HouseholdYear, VillageYear, CountyYear)]

    assert units == ["亩", "亩", "公顷"]


def test_no_column_holds_the_plain_number_of_a_person() -> None:
    secret = [n for n, i in indicators(Member).items() if i.secret]

    assert secret == ["id_number_cipher", "id_index", "disability_card_cipher"]
    assert "id_number" not in indicators(Member)


def test_new_year_collects_incomes_anew() -> None:
    income = {n for n, i in indicators(HouseholdYear).items() if i.fresh and i.unit == "元"}

    assert {"wage_income", "business_income", "business_expense", "other_transfer_income"} <= income
    assert "net_income" not in income


def test_values_come_back_exactly_as_they_were_stored(session: Session) -> None:
    _add_household(
        session,
        net_income_per_capita=Decimal("2999.99"),
        distance_main_road=Decimal("0.1"),
        other_causes=("NO_LAND", "ILLNESS"),
        water_safe=False,
    )
    session.expire_all()

    year = session.get_one(HouseholdYear, (CODE, 2017))

    assert year.net_income_per_capita == Decimal("2999.99")
    assert str(year.distance_main_road) == "0.10"
    assert year.other_causes == ("ILLNESS", "NO_LAND")
    assert year.water_safe is False
    assert year.water_difficult is None
    assert year.exit_status == "NOT_EXITED"


def test_decimals_are_compared_and_added_exactly_by_the_database(session: Session) -> None:
    _add_household(session, wage_income=Decimal("0.10"), property_income=Decimal("0.20"))

    total = HouseholdYear.wage_income + HouseholdYear.property_income  # type: ignore[operator]
    found = session.scalars(select(HouseholdYear.household_code).where(total == Decimal("0.30"))).all()

    assert found == [CODE]


def test_set_of_codes_is_searched_by_member(session: Session) -> None:
    _add_household(session, other_causes=("NO_LAND", "ILLNESS"))

    found = [
        session.scalars(select(HouseholdYear.year).where(codes.has(HouseholdYear.other_causes, code))).all()
        for code in ("ILLNESS", "LAND")
    ]

    assert found == [[2017], []]


def test_member_of_a_household_that_does_not_exist_is_refused(session: Session) -> None:
    session.add(Member(household_code=CODE, member_no=1, village_code=VILLAGE, name="王五"))

    with pytest.raises(IntegrityError):
        session.flush()


def test_rows_of_one_household_are_stored_in_the_order_they_refer_to_each_other(session: Session) -> None:
    annual = MemberYear(household_code=CODE, member_no=1, year=2017, village_code=VILLAGE, health_status=("HEALTHY",))
    member = Member(household_code=CODE, member_no=1, village_code=VILLAGE, name="王五", birth_date=date(1970, 2, 3))
    session.add_all((annual, member))
    _add_household(session)
    session.expire_all()

    held = session.get_one(MemberYear, (CODE, 1, 2017))

    assert (held.member_status, held.health_status) == ("VALID", ("HEALTHY",))


def test_moment_a_year_was_opened_is_kept_in_utc(session: Session) -> None:
    opened = datetime(2017, 11, 10, 16, 0, tzinfo=UTC)
    session.add(DataYear(county_code="520522000000", year=2017, opened_on=opened))
    session.commit()
    session.expire_all()

    assert session.get_one(DataYear, ("520522000000", 2017)).opened_on == opened


def test_every_household_table_is_there_after_the_migrations(registry: Registry) -> None:
    names = set(inspect(registry.engine).get_table_names())

    assert {str(m.__tablename__) for m in CORE_MODELS} <= names


def _add_household(session: Session, **facts: Any) -> None:
    session.add(Household(household_code=CODE, village_code=VILLAGE, identified_on=date(2014, 5, 1)))
    session.add(HouseholdYear(household_code=CODE, year=2017, village_code=VILLAGE, **facts))
    session.commit()
