"""./fp bench: our gateway beside plain Strawberry, PostGraphile and hand-written SQL, on the same invented registry.

Databases and servers are made for the run and are gone afterwards; only the results stay, in data/bench. PostgreSQL is a
private server that the command starts. The load comes from wrk where it is installed (Debian and Ubuntu: apt-get install
wrk), else from a generator in Python, which disturbs the server more. PostGraphile, and what plain Strawberry needs, are
fetched into data/bench by npm and pip the first time. What is missing here is left out, and the table says so.
"""

import json
import shutil
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import contenders, data, imports, machine, places, postgraphile, queries, rounds, statistics, table
from benchmarks.cluster import Cluster, cluster
from benchmarks.options import Options, parse
from fp_core.db import make_engine
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from tests.postgres import NoPostgres

CACHE, PAGE = contenders.ROOT / "data" / "bench", contenders.ROOT / "docs" / "performance.md"
REGION = f"{places.PROVINCES[0]}0000000000"
"""Of the operator who asks: a province."""
BYTES_EACH = 2_600
"""Disk that a member takes in two years, with indexes and all that belongs to it."""
LOG_BYTES = 8_000_000_000
"""What PostgreSQL's log may take beside them."""


def main() -> int:
    """Measure, keep the samples, print the tables."""
    options = parse(None, __doc__ or "")
    require_room(options)
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="fp-bench-", dir=options.folder) as place:
        run = Run(options, Host.load(), Path(place))
        run.all()
        results = run.results()
    file = CACHE / f"{results['date'].replace(':', '')}.json"
    file.write_text(json.dumps(results, indent=1, ensure_ascii=False), encoding="utf-8")
    text = table.markdown(results)
    print(text)
    if options.write:
        table.write_into(PAGE, text)
    say(f"the samples are in {file.relative_to(contenders.ROOT)}")
    return 0


def say(text: str) -> None:
    """A line of what is being done; the tables alone go to the output."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def require_room(options: Options) -> None:
    """End where the disk would not do."""
    members = options.size + options.sqlite_size + sum(options.sizes) // 2
    wanted, free = members * BYTES_EACH + LOG_BYTES, shutil.disk_usage(options.folder).free
    if wanted > free:
        text = f"{options.folder} has {free / 1e9:.0f} GB free, {wanted / 1e9:.0f} GB are needed; name another --folder"
        raise SystemExit(f"fp: {text}, or a smaller --size or --sizes")


@dataclass
class Run:
    """One run, part by part; what it finds is added up here."""

    options: Options
    host: Host
    folder: Path
    samples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    statistics: list[dict[str, Any]] = field(default_factory=list)
    imports: list[dict[str, Any]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def all(self) -> None:
        """Every part that is wanted; those on PostgreSQL only where there is one."""
        with ExitStack() as stack:
            held = self._cluster(stack)
            if held and "postgresql" in self.options.parts:
                self._reading("postgresql", held.create("registry"), self.options.size, held.postmaster)
                held.drop("registry")
            if "sqlite" in self.options.parts:
                file = self.folder / "registry.db"
                self._reading("sqlite", f"sqlite:///{file}", self.options.sqlite_size, None)
                file.unlink()
            if held and "statistics" in self.options.parts:
                found = statistics.run(held, self.host, self.options.sizes, self.options.rounds, say)
                self.statistics = [asdict(sample) for sample in found]
            if "imports" in self.options.parts:
                given = self.options.households, self.options.rounds
                self.imports = [asdict(one) for one in imports.run(self.host, held, self.folder, *given, say)]

    def results(self) -> dict[str, Any]:
        """All that is kept of the run."""
        shown = {name: value for name, value in asdict(self.options).items() if name != "folder"}
        return {
            "date": datetime.now(UTC).isoformat(timespec="seconds"),
            "hardware": machine.hardware(),
            "versions": {**machine.versions(CACHE / "python", self.options.seconds), **self._node()},
            "options": shown,
            "left_out": list(dict.fromkeys(self.left_out)),
            "samples": self.samples,
            "statistics": self.statistics,
            "imports": self.imports,
        }

    def _node(self) -> dict[str, str]:
        """The versions of what runs on Node, where it took part."""
        took_part = any(sample["contender"] == contenders.POSTGRAPHILE for sample in self.samples.get("postgresql", []))
        return postgraphile.installed(CACHE / "postgraphile").versions if took_part else {}

    def _cluster(self, stack: ExitStack) -> Cluster | None:
        try:
            return stack.enter_context(cluster(self.options.folder, machine.memory_bytes()))
        except NoPostgres as missing:
            self._leave_out(str(missing))
            return None

    def _reading(self, name: str, database: str, size: int, postmaster: int | None) -> None:
        """The contenders over one registry."""
        logs, key_file = self.folder / f"logs-{name}", self.folder / f"{name}.key"
        logs.mkdir()
        Keys.generate_file(key_file)
        place = contenders.Place(database, key_file, REGION, logs, CACHE)
        with Registry(make_engine(database), self.host) as registry:
            data.make(registry, size, lambda line: say(f"{name}: {line}"))
            contenders.add_operator(registry, REGION)
            names = [one for one in self.options.only if postmaster or one in contenders.ON_SQLITE]
            with contenders.running(place, names, self._leave_out) as servers:
                with registry.engine.connect() as connection:
                    sets = queries.sets(connection, REGION, servers[contenders.FP].ask)
                plan = rounds.Plan(self.options.queries, self.options.rounds, self.options.seconds, self.folder)
                found = rounds.run(servers, sets, plan, postmaster, lambda line: say(f"{name}: {line}"))
        self.samples[name] = [asdict(sample) for sample in found]

    def _leave_out(self, line: str) -> None:
        say(line)
        self.left_out.append(line)


if __name__ == "__main__":
    sys.exit(main())
