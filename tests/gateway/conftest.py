"""Operators that can log in, for the tests of the gateway: passwords are hashed cheaply, or each login costs a tenth of a second."""

import pytest

from fp_core.registry import Registry
from fp_gateway import auth

CHEAP = auth.Passwords(memory_kib=8, passes=1)
COUNTY, PASSWORD, WRONG = "520522000000", "qianxi-2016-脱贫", "qianxi-2016-wrong"


@pytest.fixture
def operators(registry: Registry) -> Registry:
    """The registry with a county operator, one whose account is closed, and one with a first password."""
    with registry.system_session() as session:
        create = {"password": PASSWORD, "passwords": CHEAP}
        auth.create_operator(session, "county", COUNTY, must_change_password=False, **create)  # type: ignore[arg-type]
        auth.create_operator(session, "newcomer", COUNTY, **create)  # type: ignore[arg-type]
        closed = auth.create_operator(session, "closed", COUNTY, must_change_password=False, **create)  # type: ignore[arg-type]
        closed.is_active = False
        session.commit()
    return registry
