"""The registry that a command works on: its address is one we know, its database is there and answers, its tables are current."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from fp_core import open as open_registry
from fp_core.errors import Invalid, Problem
from fp_core.migrate import pending
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway.settings import Settings

DRIVERS = ("sqlite", "postgresql", "postgres", "postgresql+psycopg")


class NotReady(Problem):
    """The registry cannot be worked with as it is."""

    code = "NOT_READY"


def open_registry_of(settings: Settings, *, keys: bool = True, create: bool = False) -> Registry:
    """The registry of these settings. Only with `create` may its SQLite file be missing, or its tables be out of date."""
    url = _address(settings.database_url)
    if url.get_backend_name() == "sqlite":
        _require_file(Path(url.database or ""), create)
    registry = _registry_of(settings, keys=keys)
    _require_answer(registry, url)
    if not create:
        require_current(registry)
    return registry


def open_served_registry(settings: Settings) -> Registry:
    """The registry that a worker serves: its address was checked before, and its database may be away for a while."""
    registry = _registry_of(settings)
    if registry.engine.dialect.name == "postgresql":
        _limit_reads(registry.engine, settings.statement_timeout)
    return registry


def _registry_of(settings: Settings, *, keys: bool = True) -> Registry:
    host = Host.load(strict=settings.strict_plugins)
    key_file = settings.key_file if keys else None
    return open_registry(settings.database_url, keys=key_file, host=host, pool_size=settings.pool, max_overflow=0)


def _limit_reads(engine: Engine, seconds: float) -> None:
    """End a reading statement after so many seconds. A change is not cut off: half an import would be none."""

    def limit(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET statement_timeout = {int(seconds * 1000)}")
        connection.commit()

    def lift(connection: Connection) -> None:
        if connection.get_execution_options().get("fp_write"):
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")

    event.listen(engine, "connect", limit)
    event.listen(engine, "begin", lift)


def require_current(registry: Registry) -> None:
    """Refuse a registry whose migrations are due."""
    waiting = pending(registry.engine, registry.host.tables)
    if waiting:
        names = ", ".join(waiting)
        raise NotReady(
            f"数据库结构未升级：{names}；请先运行 ./fp migrate",
            f"migrations are due for {names}; run ./fp migrate first",
        )


def _address(text: str) -> URL:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        url = None
    if url is None or url.drivername not in DRIVERS:
        given = text.partition("://")[0] if "://" in text else "?"  # the rest may hold a password
        raise Invalid(
            "database",
            f"不支持的数据库地址 {given}://…，应为 sqlite:///文件 或 postgresql://主机/库",
            f"database address {given}://… is not supported; write sqlite:///file or postgresql://host/database",
        )
    return url


def _require_file(file: Path, create: bool) -> None:
    if create:
        file.parent.mkdir(parents=True, exist_ok=True)
    elif not file.is_file():
        raise NotReady(
            f"{file} 处没有数据库；./fp migrate 可建立", f"there is no database at {file}; ./fp migrate makes one"
        )


def _require_answer(registry: Registry, url: URL) -> None:
    try:
        registry.engine.connect().close()
    except DBAPIError as error:
        registry.close()
        where = URL.create(url.get_backend_name(), host=url.host, port=url.port, database=url.database)
        reason = " ".join(str(error.orig).split())[:200]
        raise NotReady(
            f"数据库 {where} 无法使用，请检查地址与数据库服务（{reason}）",
            f"database {where} cannot be used; check the address and the server ({reason})",
        ) from None
