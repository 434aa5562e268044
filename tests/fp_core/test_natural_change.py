"""自然变更: what a birth, a death, a new head change, and what is refused."""

from datetime import date
from decimal import Decimal

import pytest

from fp_core.errors import Refused
from fp_core.models.member import MemberYear
from fp_core.operations.natural_change import AddMember, NewRelation, RemoveMember
from fp_core.registry import Registry
from tests.households import (
    identified,
    open_years,
    person,
    run,
    year_of,
)


def test_birth_and_death_change_the_count_and_the_income_per_head(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    baby = person("王小宝", "SON", birth=date(2016, 3, 1), labour_capacity="NONE")

    run(registry, AddMember(household_code=code, year=2016, version=1, person=baby, reason="BIRTH", month="2016-03"))
    assert year_of(registry, code, 2016).member_count == 3
    assert year_of(registry, code, 2016).net_income_per_capita == Decimal("1333.33")

    run(registry, RemoveMember(household_code=code, year=2016, version=2, member_no=2, reason="DEATH", month="2016-05"))
    assert year_of(registry, code, 2016).net_income_per_capita == Decimal("2000.00")
    with registry.system_session() as session:
        assert session.get_one(MemberYear, (code, 2, 2016)).member_status == "DECEASED"


def test_head_who_leaves_must_be_followed_by_a_new_head(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    leave = {"household_code": code, "year": 2016, "version": 1, "member_no": 1, "reason": "DEATH", "month": "2016-05"}

    with pytest.raises(Refused) as refused:
        run(registry, RemoveMember(**leave))
    assert refused.value.clauses[0].id == "MEM-NEWHEAD"

    run(registry, RemoveMember(**leave, new_relations=(NewRelation(member_no=2, relation="HEAD"),)))
    assert year_of(registry, code, 2016).head_name == "李秀英"
