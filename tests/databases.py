"""Fresh databases for the tests: the tables are made once, every test gets a copy of its own."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg

from tests import postgres

Fill = Callable[[str], None]
"""Makes the tables in the database at an address."""


class Sqlite:
    """Databases as files in one folder."""

    def __init__(self, folder: Path, fill: Fill) -> None:
        self._folder, self._numbers, self._template = folder, count(1), folder / "template.db"
        fill(f"sqlite:///{self._template}")

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The address of a filled database."""
        with self.empty() as url:
            shutil.copyfile(self._template, url.removeprefix("sqlite:///"))
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without tables."""
        file = self._folder / f"{next(self._numbers)}.db"
        yield f"sqlite:///{file}"
        for rest in self._folder.glob(f"{file.name}*"):
            rest.unlink()


class Postgres:
    """Databases in one cluster, copied from a template."""

    def __init__(self, folder: str, fill: Fill) -> None:
        self._folder, self._numbers = folder, count(1)
        self._admin = psycopg.connect(postgres.url(folder, "postgres"), autocommit=True)
        # Copying files needs no log of every page: four times as fast, where the server (15 and later) knows the word.
        self._how = " STRATEGY file_copy" if self._admin.info.server_version >= 150000 else ""
        self._admin.execute("CREATE DATABASE template_fp")
        fill(postgres.url(folder, "template_fp"))

    @contextmanager
    def copy(self) -> Iterator[str]:
        """The address of a filled database."""
        with self._database(f"TEMPLATE template_fp{self._how}") as url:
            yield url

    @contextmanager
    def empty(self) -> Iterator[str]:
        """The address of a database without tables."""
        with self._database(f"TEMPLATE template0{self._how}") as url:
            yield url

    @contextmanager
    def _database(self, source: str) -> Iterator[str]:
        name = f"test_{next(self._numbers)}"
        self._admin.execute(f"CREATE DATABASE {name} {source}")
        yield postgres.url(self._folder, name)
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


Backend = Sqlite | Postgres


@contextmanager
def sqlite(fill: Fill) -> Iterator[Sqlite]:
    """SQLite in memory where the machine offers it, else in a temporary folder."""
    with TemporaryDirectory(prefix="fp-sqlite-", dir=postgres.fast_folder()) as folder:
        yield Sqlite(Path(folder), fill)


@contextmanager
def postgresql(fill: Fill) -> Iterator[Postgres]:
    """PostgreSQL in a cluster of its own."""
    with postgres.cluster() as folder:
        yield Postgres(folder, fill)
