"""Login: tokens end by themselves, guessing locks the account, an unknown name looks like a wrong password."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from fp_core.errors import Invalid
from fp_core.indicators import indicators
from fp_core.models.users import Login, Operator
from fp_core.registry import Registry
from fp_gateway import auth
from tests.gateway.conftest import CHEAP, COUNTY, PASSWORD, WRONG

NOON = datetime(2016, 11, 1, 4, tzinfo=UTC)


def log_in(registry: Registry, name: str = "county", password: str = PASSWORD, now: datetime = NOON) -> str:
    with registry.system_session() as session:
        return auth.log_in(session, name, password, address="10.0.0.1", now=now, passwords=CHEAP)


def guess(registry: Registry, times: int, now: datetime = NOON) -> None:
    for _ in range(times):
        with pytest.raises(auth.LoginFailed):
            log_in(registry, password=WRONG, now=now)


def name_of(registry: Registry, token: str, now: datetime = NOON) -> str | None:
    with registry.system_session() as session:
        operator = auth.operator_of(session, token, now=now)
        return operator.name if operator else None


def count(registry: Registry) -> int:
    with registry.system_session() as session:
        return session.execute(select(func.count()).select_from(Login)).scalar_one()


def test_a_login_gives_a_token_of_256_bits_that_is_not_stored(operators: Registry) -> None:
    token = log_in(operators)

    assert len(token) == 43
    assert name_of(operators, token) == "county"
    with operators.system_session() as session:
        login = session.execute(select(Login)).scalar_one()
    assert token not in str(login.model_dump())
    assert len(login.token_hash) == 64
    assert "10.0.0.1" not in login.address_hash


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("county", WRONG),
        ("county", ""),
        ("county", "x" * 100_000),
        ("nobody", PASSWORD),
        ("closed", PASSWORD),
        ("", PASSWORD),
        ("cou\x00nty", PASSWORD),
        ("x" * 41, PASSWORD),
        ("' or 1=1 --", PASSWORD),
    ],
)
def test_every_failed_login_gets_the_same_answer(operators: Registry, name: str, password: str) -> None:
    with pytest.raises(auth.LoginFailed) as refused:
        log_in(operators, name, password)

    assert refused.value.en.startswith("user name or password is wrong; after 5 failures")
    assert refused.value.zh.startswith("用户名或密码有误；连续失败 5 次后账号锁定 15 分钟")
    assert count(operators) == 0


@pytest.mark.parametrize("name", ["county", "nobody", "closed", "cou\x00nty"])
def test_every_failed_login_costs_one_comparison(operators: Registry, name: str) -> None:
    compared = []

    class Counting(auth.Passwords):
        def fits(self, password: str, stored: str | None) -> bool:
            compared.append(stored is not None)
            return super().fits(password, stored)

    with operators.system_session() as session, pytest.raises(auth.LoginFailed):
        auth.log_in(session, name, WRONG, passwords=Counting(8, 1))
    assert compared == [name == "county"]


def test_five_failures_lock_the_account_for_fifteen_minutes(operators: Registry) -> None:
    guess(operators, 5)

    with pytest.raises(auth.LoginFailed):
        log_in(operators, now=NOON + timedelta(minutes=14, seconds=59))
    assert log_in(operators, now=NOON + timedelta(minutes=15))


def test_the_right_password_at_the_fifth_try_still_opens(operators: Registry) -> None:
    guess(operators, 4)

    assert log_in(operators)


def test_a_login_sets_the_count_of_failures_back(operators: Registry) -> None:
    guess(operators, 4)
    log_in(operators)
    guess(operators, 4)

    assert log_in(operators)


def test_after_a_lock_has_passed_counting_begins_anew(operators: Registry) -> None:
    guess(operators, 5)
    later = NOON + timedelta(minutes=20)
    guess(operators, 4, later)

    assert log_in(operators, now=later)


def test_guessing_one_account_locks_no_other(operators: Registry) -> None:
    guess(operators, 5)

    assert log_in(operators, "newcomer")


def test_a_token_ends_after_thirty_idle_minutes(operators: Registry) -> None:
    token = log_in(operators)

    assert name_of(operators, token, NOON + timedelta(minutes=29)) == "county"
    assert name_of(operators, token, NOON + timedelta(minutes=58)) == "county"
    assert name_of(operators, token, NOON + timedelta(minutes=88)) is None


def test_an_operator_is_still_known_when_the_session_that_noted_the_use_is_closed(operators: Registry) -> None:
    token = log_in(operators)

    with operators.system_session() as session:
        operator = auth.operator_of(session, token, now=NOON + timedelta(minutes=5))

    assert operator is not None
    assert auth.actor(operator, operators.host).scope.code == COUNTY


def test_a_token_ends_after_twelve_hours_however_busy(operators: Registry) -> None:
    token = log_in(operators)
    moments = [NOON + timedelta(minutes=20 * step) for step in range(37)]

    assert [name_of(operators, token, moment) for moment in moments] == ["county"] * 36 + [None]


def test_a_login_removes_the_ones_that_have_ended(operators: Registry) -> None:
    log_in(operators)
    log_in(operators, now=NOON + timedelta(minutes=31))

    assert count(operators) == 1


def test_logging_out_ends_one_login_only(operators: Registry) -> None:
    first, second = log_in(operators), log_in(operators)
    with operators.system_session() as session:
        auth.log_out(session, first)

    assert [name_of(operators, token) for token in (first, second)] == [None, "county"]


def test_closing_an_account_ends_its_logins_at_the_next_request(operators: Registry) -> None:
    token = log_in(operators)
    with operators.system_session() as session:
        session.get_one(Operator, "county").is_active = False
        session.commit()

    assert name_of(operators, token) is None


def test_a_new_password_ends_every_login(operators: Registry) -> None:
    token = log_in(operators)
    with operators.system_session() as session:
        auth.change_password(session, "county", PASSWORD, "new-password-2017", now=NOON, passwords=CHEAP)

    assert name_of(operators, token) is None
    assert log_in(operators, password="new-password-2017")


def test_a_wrong_old_password_counts_as_a_failed_login(operators: Registry) -> None:
    for _ in range(5):
        with operators.system_session() as session, pytest.raises(auth.LoginFailed):
            auth.change_password(session, "county", WRONG, "new-password-2017", now=NOON, passwords=CHEAP)

    with pytest.raises(auth.LoginFailed):
        log_in(operators)


@pytest.mark.parametrize("new", ["short", "x" * 201, "my-COUNTY-2016"])
def test_a_weak_password_is_refused_with_the_reason(operators: Registry, new: str) -> None:
    with operators.system_session() as session, pytest.raises(Invalid) as refused:
        auth.change_password(session, "county", PASSWORD, new, now=NOON, passwords=CHEAP)

    assert refused.value.en == "a password has 10 to 200 characters and does not contain the user name"
    assert log_in(operators)


def test_two_operators_cannot_have_one_name(operators: Registry) -> None:
    with operators.system_session() as session, pytest.raises(Invalid) as refused:
        auth.create_operator(session, "county", COUNTY, PASSWORD, passwords=CHEAP)

    assert refused.value.en == "user name 'county' is taken; choose another"


def test_passwords_and_tokens_are_declared_secret() -> None:
    secret = {f"{m.__tablename__}.{i.name}" for m in (Operator, Login) for i in indicators(m).values() if i.secret}

    assert secret >= {"operator.password_hash", "login.token_hash", "login.address_hash"}


def test_the_default_hash_is_argon2id_with_19_mib() -> None:
    stored = auth.PASSWORDS.hash(PASSWORD)

    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert auth.PASSWORDS.fits(PASSWORD, stored)
    assert not auth.PASSWORDS.fits(WRONG, stored)
