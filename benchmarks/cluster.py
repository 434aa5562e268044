"""A private PostgreSQL for one benchmark: on disk, sized for the machine, on a unix socket, gone afterwards."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from psycopg import connect

from tests.postgres import binary

MIB = 1024**2


@dataclass(frozen=True)
class Cluster:
    """A running server: the folder of its socket, and the process that started all its others."""

    folder: Path
    postmaster: int

    def url(self, database: str) -> str:
        """The address of a database, for every driver alike."""
        return f"postgresql://fp@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """A new database, empty or a copy of another."""
        with connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'create database "{database}" template "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        with connect(self.url("postgres"), autocommit=True) as admin:
            admin.execute(f'drop database "{database}" with (force)')


@contextmanager
def cluster(under: Path, memory: int) -> Iterator[Cluster]:
    """A server with its own files below `under`, for a machine with so many bytes of memory. The superuser is `fp`."""
    initdb, pg_ctl = binary("initdb"), binary("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="fp-bench-pg-", dir=under, ignore_cleanup_errors=True) as place:
        folder, who = Path(place), _ordinary_user(Path(place))
        data = str(folder / "data")
        _run(who, initdb, "-D", data, "-A", "trust", "-U", "fp", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
        options = " ".join(f"-c {name}={value}" for name, value in settings(memory).items())
        _run(who, pg_ctl, "-D", data, "-w", "-l", f"{place}/log", "-o", f"-k {place} {options}", "start")
        try:
            yield Cluster(folder, int(Path(data, "postmaster.pid").read_text().split()[0]))
        finally:
            _run(who, pg_ctl, "-D", data, "-m", "immediate", "stop")


def settings(memory: int) -> dict[str, str]:
    """The same for all contenders: a quarter of the memory as buffers, no waiting for the disk, plans without JIT."""
    buffers = min(memory // 4, 8 * 1024 * MIB) // MIB
    return {
        "listen_addresses": "''",
        "shared_buffers": f"{buffers}MB",
        "effective_cache_size": f"{memory * 5 // 8 // MIB}MB",
        "work_mem": "64MB",
        "maintenance_work_mem": "512MB",
        "max_wal_size": "8GB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "fsync": "off",
        "full_page_writes": "off",
        "synchronous_commit": "off",
        "random_page_cost": "1.1",
        "jit": "off",
        "max_connections": "100",
    }


def _ordinary_user(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: root hands the folder and the processes to an ordinary user."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    shutil.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(who: dict[str, Any], *command: str) -> None:
    # Output goes to a file: a server that inherits a pipe keeps it open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", **who)
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")
