"""A throw-away PostgreSQL for the tests: its own cluster in a temporary folder, on a unix socket, without a port."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SETTINGS = (
    "-c listen_addresses='' -c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"
)


class NoPostgres(Exception):
    """No server binaries on this machine."""


def binary(name: str) -> str:
    """The path of a PostgreSQL program, from PATH or from where Debian keeps them."""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name), reverse=True)
    for folder in [*os.get_exec_path(), *map(str, debian)]:
        if found := shutil.which(name, path=folder):
            return found
    raise NoPostgres(
        f"PostgreSQL's {name} was found neither on PATH nor in /usr/lib/postgresql/*/bin; "
        "install a server (Debian and Ubuntu: apt-get install postgresql) to run these tests"
    )


@contextmanager
def cluster() -> Iterator[str]:
    """A running server; yields the folder of its socket. The superuser is `fp`, without a password."""
    initdb, pg_ctl = binary("initdb"), binary("pg_ctl")
    with tempfile.TemporaryDirectory(prefix="fp-pg-", dir=fast_folder(), ignore_cleanup_errors=True) as folder:
        as_user = _ordinary_user(folder)
        data = f"{folder}/data"
        _run(initdb, "-D", data, "-A", "trust", "-U", "fp", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", **as_user)
        start = [pg_ctl, "-D", data, "-w", "-l", f"{folder}/log", "-o", f"-k {folder} {SETTINGS}", "start"]
        _run(*start, **as_user)
        try:
            yield folder
        finally:
            _run(pg_ctl, "-D", data, "-m", "immediate", "stop", **as_user)


def url(folder: str, database: str) -> str:
    """The address of a database in the cluster."""
    return f"postgresql://fp@/{database}?host={folder}"


def fast_folder() -> str | None:
    """Memory, where the machine offers it with room; else the usual temporary folder."""
    memory = Path("/dev/shm")
    return str(memory) if memory.is_dir() and shutil.disk_usage(memory).free > 2 * 1024**3 else None


def _ordinary_user(folder: str) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: root hands the folder and the processes to an ordinary user."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    os.chown(folder, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _run(*command: str, **as_user: Any) -> None:
    # Output goes to a file: a server that inherits a pipe keeps it open for ever.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/", **as_user)
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")
