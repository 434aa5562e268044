"""新识别: who enters, who does not, and how a person's number is kept."""

from decimal import Decimal

import pytest

from fp_core.errors import Refused
from fp_core.models.household import Household
from fp_core.models.member import Member
from fp_core.registry import Registry
from tests.households import (
    VILLAGE,
    everything,
    household,
    identified,
    open_years,
    person,
    run,
    version_of,
    year_of,
)
from tests.places import DINGFU


def test_identified_household_is_poor_with_its_members_counted(registry: Registry) -> None:
    open_years(registry, 2016)

    code = identified(registry)

    year = year_of(registry, code, 2016)
    assert code == VILLAGE + "0001"
    assert (year.exit_status, year.member_count, year.head_name) == ("NOT_EXITED", 2, "王建国")
    assert year.net_income_per_capita == Decimal("2000.00")
    assert version_of(registry, code) == 1


def test_household_above_the_line_with_every_guarantee_may_not_be_identified(registry: Registry) -> None:
    open_years(registry, 2016)
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        run(registry, household(net_income=Decimal("20000"), is_dangerous_house=False))

    assert [c.id for c in refused.value.clauses] == ["INC-ELIG"]
    assert everything(registry) == before


def test_person_registered_once_cannot_be_registered_again(registry: Registry) -> None:
    open_years(registry, 2016)
    again = household()
    run(registry, again)
    before = everything(registry)

    with pytest.raises(Refused) as refused:
        run(registry, again)

    assert refused.value.clauses[0].id == "ID-DUP"
    assert VILLAGE + "0001" in refused.value.clauses[0].zh
    assert everything(registry) == before


def test_number_is_sealed_and_masked_and_never_stored_in_clear(registry: Registry) -> None:
    open_years(registry, 2016)
    someone = person()
    code = identified(registry, members=(someone,), net_income=Decimal("1000"))

    with registry.system_session() as session:
        stored = session.get_one(Member, (code, 1))
    assert registry.keys is not None
    assert stored.id_number_masked == f"5205{'*' * 10}{str(someone.id_number)[-2:]}"
    assert registry.keys.decrypt(stored.id_number_cipher or b"", f"{code}:1") == someone.id_number
    assert str(someone.id_number) not in str(everything(registry))


def test_number_of_a_household_that_lives_elsewhere_now_is_not_given_again(registry: Registry) -> None:
    open_years(registry, 2016)
    moved = identified(registry)
    with registry.system_session() as session:
        session.get_one(Household, moved).village_code = DINGFU
        session.commit()

    assert identified(registry) == f"{VILLAGE}0002"
