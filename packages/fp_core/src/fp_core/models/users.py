"""Operators and their logins. Passwords and tokens are kept as hashes only, and neither is ever shown."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import SQLModel

from fp_core.distribution import LOCAL
from fp_core.indicators import indicator, moment
from fp_core.regions import Level, level_of
from fp_core.scope import SYSTEM, by


class Operator(SQLModel, table=True):
    """Somebody who works with the registry in one region. The level is the region's; its default rights come from there."""

    __tablename__ = "operator"
    __label__: ClassVar[tuple[str, str]] = ("操作员", "operator")
    __scope__: ClassVar[Any] = by("region_code")
    __distribution__: ClassVar[Any] = LOCAL

    name: str = indicator("用户名", "user name", primary_key=True, max_length=40)
    region_code: str = indicator(
        "行政区划", "division the operator works in", max_length=12, nullable=False, index=True
    )
    rights: tuple[str, ...] = indicator(
        "附加权限", "rights beyond those of the level", many=True, default=(), nullable=False
    )
    is_active: bool = indicator("是否启用", "whether the account is in use", default=True, nullable=False)
    must_change_password: bool = indicator(
        "须修改密码", "whether the password must be changed before anything else", default=False, nullable=False
    )
    password_hash: str = indicator(
        "密码摘要", "Argon2id hash of the password", secret=True, max_length=200, nullable=False
    )
    failures: int = indicator("连续失败次数", "failed logins in a row", secret=True, default=0, nullable=False)
    locked_until: datetime | None = moment("锁定至", "moment until which logins are refused", secret=True)

    @property
    def level(self) -> Level:
        """The level of administration the operator belongs to."""
        return level_of(self.region_code)


class Login(SQLModel, table=True):
    """One login that is in force. Deleting the row ends it within a second, at once in the process that does it."""

    __tablename__ = "login"
    __label__: ClassVar[tuple[str, str]] = ("登录", "login")
    __scope__: ClassVar[Any] = SYSTEM

    token_hash: str = indicator("令牌摘要", "SHA-256 of the token", primary_key=True, secret=True, max_length=64)
    operator_name: str = indicator("用户名", "user name", max_length=40, nullable=False, index=True)
    created_at: datetime = moment("登录时间", "moment of the login", nullable=False)
    last_seen_at: datetime = moment("最近访问", "moment of the latest request, to the minute", nullable=False)
    address_hash: str = indicator(
        "来源摘要", "hash of the network address, keyed by the token", secret=True, max_length=64, nullable=False
    )
