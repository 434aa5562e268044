"""Login: operators by name and password, and tokens that are kept on the server as hashes and end by themselves.

Every function takes a system session and runs in a thread. An unknown name costs the same work as a wrong password.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from multiprocessing import current_process

import structlog
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import case, delete, literal, select, update
from sqlalchemy.orm import Session

from fp_core.db import WRITE
from fp_core.errors import Invalid, Problem
from fp_core.models.users import Login, Operator
from fp_core.permissions import rights_of
from fp_core.plugins import Host
from fp_core.scope import Actor, Scope
from fp_core.types import UtcDateTime
from fp_gateway.logs import pseudonym

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=12)
LOCK = timedelta(minutes=15)
TRIES = 5
SEEN = timedelta(minutes=1)
SHORTEST, LONGEST = 10, 200
_RUN = bytes(
    current_process().authkey
)  # one key of all workers: within one run addresses can be told apart, not looked up


class LoginFailed(Problem):
    """Unknown name, wrong password, locked or closed account: never told apart."""

    code = "LOGIN_FAILED"

    def __init__(self) -> None:
        super().__init__(
            f"用户名或密码有误；连续失败 {TRIES} 次后账号锁定 {LOCK.seconds // 60} 分钟，请核对后重试或联系上级重置",
            f"user name or password is wrong; after {TRIES} failures an account is locked for {LOCK.seconds // 60} minutes; "
            "check and try again, or ask the level above for a reset",
        )


@dataclass(frozen=True)
class Passwords:
    """Argon2id as OWASP advises for it: 19 MiB, two passes. Tests take a cheaper one."""

    memory_kib: int = 19_456
    passes: int = 2

    @cached_property
    def _hasher(self) -> Argon2Hasher:
        return Argon2Hasher(time_cost=self.passes, memory_cost=self.memory_kib, parallelism=1)

    @cached_property
    def _nobody(self) -> str:
        return self.hash(secrets.token_urlsafe())

    def hash(self, password: str) -> str:
        return self._hasher.hash(password)

    def fits(self, password: str, stored: str | None) -> bool:
        """Whether the password is the stored one. Without a stored one the same work is done for nothing."""
        return self._hasher.verify(password, stored or self._nobody) and stored is not None


PASSWORDS = Passwords()


def log_in(
    session: Session,
    name: str,
    password: str,
    *,
    address: str = "",
    now: datetime | None = None,
    passwords: Passwords = PASSWORDS,
) -> str:
    """A new token for the operator, or `LoginFailed`. The try is counted before the password is looked at."""
    now = now or datetime.now(UTC)
    stored = _count_try(session, name, now) if _is_name(name) and len(password) <= LONGEST else None
    if not passwords.fits(password[:LONGEST], stored):
        structlog.get_logger().warning("login_failed", operator=pseudonym(name), address=pseudonym(address, _RUN))
        raise LoginFailed
    return _open(session, name, address, now)


def _is_name(name: str) -> bool:
    return 0 < len(name) <= 40 and name.isprintable()


def _count_try(session: Session, name: str, now: datetime) -> str | None:
    """Count one more failure, in one statement, and give the hash to compare with. None if the account is not open.

    Counting first means that parallel guesses cannot outrun the lock; a right password sets the count back.
    """
    session.connection(execution_options=WRITE)
    locked = Operator.locked_until
    failures = case((locked.is_not(None), 1), else_=Operator.failures + 1)
    until = case((failures >= TRIES, literal(now + LOCK, UtcDateTime())), else_=None)
    counted = session.execute(
        update(Operator)
        .where(Operator.name == name, Operator.is_active, locked.is_(None) | (locked <= now))
        .values(failures=failures, locked_until=until)
        .returning(Operator.password_hash)
    ).scalar_one_or_none()
    session.commit()
    return counted


def _open(session: Session, name: str, address: str, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.connection(execution_options=WRITE)
    session.execute(update(Operator).where(Operator.name == name).values(failures=0, locked_until=None))
    session.execute(delete(Login).where((Login.created_at <= now - ABSOLUTE) | (Login.last_seen_at <= now - IDLE)))
    session.add(
        Login(
            token_hash=token_hash(token),
            operator_name=name,
            created_at=now,
            last_seen_at=now,
            address_hash=pseudonym(address, token.encode()),
        )
    )
    session.commit()
    return token


def log_out(session: Session, token: str) -> None:
    """End the login of this token. A token that is none is nothing to complain about."""
    session.connection(execution_options=WRITE)
    session.execute(delete(Login).where(Login.token_hash == token_hash(token)))
    session.commit()


@dataclass(frozen=True)
class InForce:
    """A login that was in force when it was read."""

    operator: Operator
    created_at: datetime
    last_seen_at: datetime

    def holds(self, now: datetime) -> bool:
        """Whether at this moment it has not ended and its use need not be noted; else it is read anew."""
        return now - self.created_at < ABSOLUTE and now - self.last_seen_at < SEEN


def in_force(session: Session, hashed: str, *, now: datetime | None = None) -> InForce | None:
    """The login whose token has this hash, unless it has ended; its last use is kept to the minute."""
    now = now or datetime.now(UTC)
    found = session.execute(
        select(Login, Operator)
        .join(Operator, Operator.name == Login.operator_name)
        .where(Login.token_hash == hashed, Operator.is_active)
    ).one_or_none()
    if found is None:
        return None
    login, operator = found
    session.expunge_all()  # what was read outlives the session, and the rollback before the note below
    if now - login.created_at >= ABSOLUTE or now - login.last_seen_at >= IDLE:
        return None
    if now - login.last_seen_at < SEEN:
        return InForce(operator, login.created_at, login.last_seen_at)
    _note_use(session, hashed, now)
    return InForce(operator, login.created_at, now)


def operator_of(session: Session, token: str, *, now: datetime | None = None) -> Operator | None:
    """The operator whose login this is, if it is still in force."""
    login = in_force(session, token_hash(token), now=now)
    return login.operator if login else None


def _note_use(session: Session, hashed: str, now: datetime) -> None:
    session.rollback()  # what was read stands in a read transaction; the note is a write of its own
    session.connection(execution_options=WRITE)
    session.execute(update(Login).where(Login.token_hash == hashed).values(last_seen_at=now))
    session.commit()


def actor(operator: Operator, host: Host) -> Actor:
    """The operator as the library knows somebody who acts. Rights of plugins that are gone count for nothing."""
    known = {permission.name for permission in host.permissions}
    rights = rights_of(host, operator.level, known.intersection(operator.rights))
    return Actor(operator.name, Scope.region(operator.region_code), rights)


def create_operator(
    session: Session,
    name: str,
    region_code: str,
    password: str,
    *,
    rights: tuple[str, ...] = (),
    must_change_password: bool = True,
    passwords: Passwords = PASSWORDS,
) -> Operator:
    """A new operator. Whoever sets the first password is not its owner, so it must be changed unless said otherwise."""
    if not _is_name(name):
        raise Invalid(
            "name", f"用户名 {name!r} 应为 1 至 40 个可见字符", f"user name {name!r} needs 1 to 40 printable characters"
        )
    _check_password(name, password)
    operator = Operator(
        name=name,
        region_code=Scope.region(region_code).code,
        rights=rights,
        must_change_password=must_change_password,
        password_hash=passwords.hash(password),
    )
    session.connection(execution_options=WRITE)
    if session.get(Operator, name) is not None:
        raise Invalid("name", f"用户名 {name!r} 已被使用，请换一个", f"user name {name!r} is taken; choose another")
    session.add(operator)
    session.commit()
    return operator


def change_password(
    session: Session, name: str, old: str, new: str, *, now: datetime | None = None, passwords: Passwords = PASSWORDS
) -> None:
    """Set a new password and end every login of the operator. A wrong old one counts as a failed login."""
    _check_password(name, new)
    if not passwords.fits(old[:LONGEST], _count_try(session, name, now or datetime.now(UTC))):
        raise LoginFailed
    values = {"password_hash": passwords.hash(new), "must_change_password": False, "failures": 0, "locked_until": None}
    session.connection(execution_options=WRITE)
    session.execute(update(Operator).where(Operator.name == name).values(values))
    session.execute(delete(Login).where(Login.operator_name == name))
    session.commit()


def _check_password(name: str, password: str) -> None:
    if SHORTEST <= len(password) <= LONGEST and name.lower() not in password.lower():
        return
    raise Invalid(
        "password",
        f"密码应为 {SHORTEST} 至 {LONGEST} 个字符，且不含用户名",
        f"a password has {SHORTEST} to {LONGEST} characters and does not contain the user name",
    )


def token_hash(text: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
