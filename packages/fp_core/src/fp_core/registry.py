"""The registry: plugins and database together, from which sessions are opened. `fp_core.open(url)` makes one."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from fp_core.db import ScopedSession, make_engine
from fp_core.errors import Invalid
from fp_core.keys import Keys
from fp_core.migrate import migrate
from fp_core.plugins import Host
from fp_core.rulebook import Rulebook
from fp_core.scope import Actor, Scope


@dataclass(frozen=True)
class Registry:
    """One database with the plugins that serve it. Immutable; close it when done."""

    engine: Engine
    host: Host
    keys: Keys | None = None

    @property
    def rules(self) -> Rulebook:
        return self.host.rules

    @contextmanager
    def session(self, actor: Actor | Scope) -> Iterator[ScopedSession]:
        """A session limited to the actor's region. A bare `Scope` reads only: it carries no right to change anything."""
        who = actor if isinstance(actor, Actor) else Actor("reader", actor)
        with ScopedSession(self.engine, who, self.host.models, self.host, self.keys) as session:
            yield session

    @contextmanager
    def system_session(self) -> Iterator[Session]:
        """A session without scope, for logins, migrations and verification. Never handed to a plugin."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    def migrate(self, report: Any = None) -> None:
        """Bring every installed package's tables to its newest migration, in the order they require each other."""
        migrate(self.engine, self.host.tables, report)

    def close(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> "Registry":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open(url: str, *, keys: Keys | Path | None = None, host: Host | None = None, **engine_options: Any) -> Registry:
    """Open a registry with every installed plugin: `fp_core.open("sqlite:///fp.db")`."""
    if "://" not in url:
        raise Invalid(
            "url",
            f"数据库地址 {url!r} 不完整，应为 sqlite:///文件 或 postgresql://主机/库",
            f"database address {url!r} is incomplete; write sqlite:///file or postgresql://host/database",
        )
    held = Keys.from_file(keys) if isinstance(keys, Path) else keys
    return Registry(make_engine(url, **engine_options), host or Host.load(), held)
