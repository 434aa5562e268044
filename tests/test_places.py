"""The registry that every test gets."""

from sqlalchemy import func, select

from fp_core.models.regions import Region, children
from fp_core.registry import Registry
from fp_core.scope import Scope
from tests import places


def test_a_registry_starts_with_the_divisions_of_the_tests_and_nothing_else(registry: Registry) -> None:
    with registry.session(Scope.nation()) as session:
        count = session.scalar(select(func.count()).select_from(Region))
        towns = [town.name for town in children(session, places.QIANXI, 2017)]

    assert (count, towns) == (16, ["金碧镇", "雨朵镇"])
