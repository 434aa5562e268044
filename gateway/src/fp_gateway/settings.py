"""Settings of the gateway, from environment variables that begin with FP_; `.env` files and flags are the caller's."""

import os
from dataclasses import replace
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from fp_core.errors import Invalid
from fp_gateway.limits import Limits


class Settings(BaseSettings):
    """How one gateway runs. Every value has a default that is safe on one's own machine."""

    model_config = SettingsConfigDict(env_prefix="FP_", env_nested_delimiter="__", frozen=True)

    database_url: str = Field(
        default="sqlite:///data/fp.db", description="数据库地址 · sqlite:///file or postgresql://host/db"
    )
    read_dsn: str | None = Field(
        default=None, description="只读数据库地址 · a replica, or another role, that answers queries; PostgreSQL only"
    )
    key_file: Path = Field(default=Path("data/fp.key"), description="密钥文件 · keys that encrypt identity numbers")
    demo: bool = Field(default=False, description="演示模式 · opens GraphiQL and introspection; never in production")
    host: str = Field(default="127.0.0.1", description="监听地址 · address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="监听端口 · port to listen on")
    workers: int | None = Field(default=None, ge=1, le=256, description="工作进程数 · processes; one per core if unset")
    pool: int = Field(default=8, ge=1, le=100, description="连接数 · connections of a worker to a database")
    statement_timeout: float = Field(
        default=10, gt=0, le=3600, description="语句时限（秒） · seconds of one reading statement; PostgreSQL only"
    )
    row_security: bool = Field(
        default=False, description="行级安全 · tell every compiled read's region to the database; needs FP_READ_DSN"
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="允许的来源 · origins of web pages that may call, as JSON list"
    )
    strict_plugins: bool = Field(
        default=True, description="严格加载插件 · refuse to start when a plugin does not import"
    )
    limits: Limits = Field(default=Limits(), description="查询限制 · budget of a query, e.g. FP_LIMITS__DEPTH=8")

    @property
    def budget(self) -> Limits:
        """The limits in force: demo mode opens introspection, which GraphiQL needs."""
        return replace(self.limits, introspection=True) if self.demo else self.limits

    @property
    def processes(self) -> int:
        """How many workers serve: as many as are set, else one for each core this process may use."""
        return self.workers or _cores()


def read_settings(**given: object) -> Settings:
    """The settings of the environment and of what is given; a value that cannot be taken is refused by its name."""
    try:
        settings = Settings(**{key: value for key, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name, value = "FP_" + "__".join(str(part) for part in first["loc"]).upper(), f"{first['input']!r:.60}"
        raise Invalid(
            name, f"设置 {name} 不能为 {value}，请改正", f"setting {name} cannot be {value}: {first['msg']}"
        ) from None
    except SettingsError as error:
        raise Invalid("settings", f"环境变量 FP_… 有误：{error}", f"an FP_… variable cannot be read: {error}") from None
    _check_reading(settings)
    return settings


def _check_reading(settings: Settings) -> None:
    """What only PostgreSQL can do is asked of PostgreSQL. No address is repeated: it may hold a password."""
    if settings.read_dsn is not None and not (_is_postgres(settings.read_dsn) and _is_postgres(settings.database_url)):
        raise Invalid(
            "FP_READ_DSN",
            "设置 FP_READ_DSN 应为 postgresql://主机/库，且 FP_DATABASE_URL 也须是 PostgreSQL",
            "setting FP_READ_DSN must be postgresql://host/database, and FP_DATABASE_URL must be PostgreSQL too",
        )
    if settings.row_security and settings.read_dsn is None:
        raise Invalid(
            "FP_ROW_SECURITY",
            "设置 FP_ROW_SECURITY 需要 FP_READ_DSN：请写受策略约束的只读角色的地址",
            "setting FP_ROW_SECURITY needs FP_READ_DSN: the address of the reading role that the policies hold",
        )


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _is_postgres(address: str) -> bool:
    try:
        return make_url(address).get_backend_name() in ("postgresql", "postgres")
    except (ArgumentError, ValueError):
        return False
