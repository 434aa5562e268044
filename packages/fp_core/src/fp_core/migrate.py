"""Migrations: each package's own Alembic folder and version table, run in the order the packages require each other."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text
from sqlmodel import SQLModel

from fp_core.errors import PluginError
from fp_core.parts import Tables

_LOCK = int.from_bytes(hashlib.sha256(b"fp migrate").digest()[:7], "big")
ENVIRONMENT = Path(__file__).parent / "migrations"
Report = Callable[[str], None]


def migrate(engine: Engine, tables: Sequence[Tables], report: Report | None = None) -> None:
    """Upgrade every package to its head, one migrator at a time. Nothing is done while tables have no migration."""
    unwritten = [reason for package in tables if (reason := _unwritten(package))]
    if unwritten:
        raise PluginError("; ".join(unwritten))
    with _alone(engine) as connection:
        for package in tables:
            before = current(connection, package)
            _upgrade(connection, package)
            after = current(connection, package)
            if report and before != after:
                report(f"{package.label}: {before or '∅'} → {after}")


def pending(engine: Engine, tables: Sequence[Tables]) -> list[str]:
    """The packages whose tables are not at their newest migration, or what is to be said of those that have none."""
    with engine.connect() as connection:
        due = [t for t in tables if _unwritten(t) or current(connection, t) != _scripts(t).get_current_head()]
    return [_unwritten(t) or t.label for t in due]


def current(connection: Connection, package: Tables) -> str | None:
    """The revision a package's tables are at, or None."""
    context = MigrationContext.configure(connection, opts={"version_table": version_table(package.label)})
    return context.get_current_revision()


def version_table(label: str) -> str:
    return f"fp_version_{label}"


def differences(connection: Connection, tables: Sequence[Tables]) -> list[Any]:
    """How the database differs from the models of these packages; empty when the migrations are complete."""
    names = {str(m.__tablename__) for t in tables for m in t.models}
    context = MigrationContext.configure(
        connection,
        opts={
            "include_object": lambda o, name, kind, *_: name in names if kind == "table" else True,
            "compare_type": True,
        },
    )
    return [d for d in compare_metadata(context, SQLModel.metadata) if not _foreign(d, names)]


def write_revision(engine: Engine, package: Tables, revision: str, message: str) -> Path:
    """Write the migration that brings the package's tables from where the database is to its models."""
    from alembic import command

    names = {str(m.__tablename__) for m in package.models}
    config = _config(package)
    with engine.begin() as connection:
        config.attributes.update(connection=connection, names=names, label=package.label)
        script = command.revision(
            config, message, autogenerate=True, rev_id=revision, version_path=str(package.migrations)
        )
    return Path(script.path)  # type: ignore[union-attr]


def _unwritten(package: Tables) -> str | None:
    """Why a package's tables would never be made: it has models and no migration."""
    if not package.models or _scripts(package).get_heads():
        return None
    names = ", ".join(sorted(str(model.__tablename__) for model in package.models))
    return f"plugin {package.label!r}: its tables {names} have no migration; write one: docs/plugin.md"


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    with engine.connect() as connection:
        connection = connection.execution_options(fp_write=True)
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
            yield connection


def _upgrade(connection: Connection, package: Tables) -> None:
    config, scripts = _config(package), _scripts(package)

    def steps(revision: Any, _context: Any) -> Any:
        return scripts._upgrade_revs("heads", revision)

    with EnvironmentContext(config, scripts, fn=steps) as environment:
        environment.configure(
            connection=connection,
            target_metadata=SQLModel.metadata,
            version_table=version_table(package.label),
            render_as_batch=connection.dialect.name == "sqlite",
        )
        environment.run_migrations()


def _config(package: Tables) -> Config:
    config = Config()
    config.set_main_option("script_location", str(ENVIRONMENT))
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", str(package.migrations))
    return config


def _scripts(package: Tables) -> ScriptDirectory:
    return ScriptDirectory.from_config(_config(package))


def _foreign(difference: Any, names: set[str]) -> bool:
    """Differences about tables of no package given, such as the version tables."""
    if isinstance(difference, list):
        return False
    kind, subject = difference[0], difference[1]
    return kind == "remove_table" and subject.name not in names
