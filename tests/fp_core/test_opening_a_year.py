"""开年: what is copied into a new year, and in which order years open."""

from decimal import Decimal

import pytest
from sqlalchemy import select

from fp_core.errors import Invalid
from fp_core.models.events import DirtyMark
from fp_core.models.household import HouseholdYear
from fp_core.models.member import MemberYear
from fp_core.operations.natural_change import RemoveMember
from fp_core.registry import Registry
from tests.households import (
    VILLAGE,
    edit,
    identified,
    open_years,
    person,
    run,
    version_of,
)


def test_new_year_copies_open_households_and_valid_members_only(registry: Registry) -> None:
    open_years(registry, 2016)
    kept = identified(registry)
    run(registry, RemoveMember(household_code=kept, year=2016, version=1, member_no=2, reason="DEATH", month="2016-05"))
    closed = identified(registry, members=(person("赵大山"),), net_income=Decimal("1000"))
    run(
        registry,
        RemoveMember(household_code=closed, year=2016, version=1, member_no=1, reason="DEATH", month="2016-06"),
    )

    open_years(registry, 2017)

    with registry.system_session() as session:
        years = session.scalars(select(HouseholdYear).where(HouseholdYear.year == 2017)).all()
        people = session.scalars(select(MemberYear.member_no).where(MemberYear.year == 2017)).all()
        marks = session.scalars(select(DirtyMark.region_code).where(DirtyMark.year == 2017)).all()
    assert [(y.household_code, y.exit_status, y.member_count, y.wage_income) for y in years] == [
        (kept, "NOT_EXITED", 1, None)
    ]
    assert list(people) == [1]
    assert VILLAGE in marks
    assert version_of(registry, kept) == 3


def test_year_opens_in_order_and_changes_go_to_the_latest_only(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)

    with pytest.raises(Invalid) as jump:
        open_years(registry, 2018)
    assert "2017" in jump.value.en

    open_years(registry, 2017)
    with pytest.raises(Invalid) as late:
        edit(registry, code, 2016, wage_income="1")
    assert late.value.field == "year"
