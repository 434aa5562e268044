"""`fp demo`: make the registry, run the main job through HTTP against itself, and serve what it left."""

import shutil
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.console import Console
from sqlalchemy import select

import fp_core
from fp_core.keys import Keys
from fp_core.models.regions import Region, in_force
from fp_core.models.users import Operator
from fp_core.national.divisions import load
from fp_core.regions import span
from fp_core.registry import Registry
from fp_core.verify import verify
from fp_gateway.auth import create_operator
from fp_gateway.demo.client import JobFailed
from fp_gateway.demo.job import Job
from fp_gateway.demo.places import DUAN, OFFERED, OPERATORS, PASSWORD, QIANXI
from fp_gateway.demo.queries import EXAMPLES
from fp_gateway.demo.steps import STEPS
from fp_gateway.serving import serve_forever, served
from fp_gateway.settings import Settings

DONE = "main-job-done"


def run_demo(out: Console, folder: Path, *, port: int, check: bool, fresh: bool) -> int:
    """Make the demonstration where it is not there yet, then serve it. With `check`, in a folder of its own, and stop."""
    if check:
        with tempfile.TemporaryDirectory(prefix="fp-check-") as temporary:
            return _check(out, Path(temporary))
    if fresh:
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / DONE).exists():
        shutil.rmtree(folder)
        folder.mkdir(parents=True)
        if _make(out, folder) != 0:
            return 1
        (folder / DONE).touch()
    settings = _settings(folder, port)
    with _registry(folder) as registry:
        _welcome(out, settings)
        serve_forever(registry, settings, examples=EXAMPLES, operators=OFFERED)
    return 0


def _check(out: Console, folder: Path) -> int:
    began = time.perf_counter()
    if _make(out, folder) != 0:
        return 1
    out.print(f"main job ok ({time.perf_counter() - began:.0f} s)", style="green")
    return 0


def _make(out: Console, folder: Path) -> int:
    """Prepare the registry and run the job; a failed step is named and ends with 1."""
    out.print("准备 · preparing")
    with _registry(folder) as registry:
        _prepare(out, registry)
        try:
            with (folder / "server.log").open("a") as log, served(registry, _settings(folder, 0), log=log) as address:
                _run(out, Job(address, folder, registry, _villages(registry), log))
        except JobFailed as failed:
            out.print(f"[red]FAILED[/red] {failed}", markup=True)
            return 1
        broken = [r for r in verify(registry) if r.violations]
        for result in broken:
            out.print(f"[red]FAILED[/red] {result.invariant.id} {result.invariant.en}: {result.violations[:3]}")
        out.print("  ok 全部不变量成立 · every invariant holds" if not broken else "")
    return 1 if broken else 0


def _registry(folder: Path) -> Registry:
    key = folder / "fp.key"
    keys = Keys.from_file(key) if key.exists() else Keys.generate_file(key)
    return fp_core.open(f"sqlite:///{folder / 'fp.db'}", keys=keys)


def _settings(folder: Path, port: int) -> Settings:
    return Settings(database_url=f"sqlite:///{folder / 'fp.db'}", key_file=folder / "fp.key", demo=True, port=port)


def _prepare(out: Console, registry: Registry) -> None:
    registry.migrate(lambda line: out.print(f"  {line}"))
    began = time.perf_counter()
    with registry.engine.connect().execution_options(fp_write=True) as connection, connection.begin():
        count = load(connection)
    out.print(f"  行政区划 · divisions: {count:,} rows in {time.perf_counter() - began:.1f} s")
    for operator in OPERATORS:
        with registry.system_session() as session:
            if session.get(Operator, operator.name) is None:
                session.rollback()
                create_operator(session, operator.name, operator.region, PASSWORD, must_change_password=False)
    out.print(f"  操作员 · operators: {', '.join(o.name for o in OPERATORS)}")


def _villages(registry: Registry) -> Mapping[str, Sequence[str]]:
    """The villages of the two counties that are there in 2016 and in 2017."""
    found: dict[str, Sequence[str]] = {}
    with registry.system_session() as session:
        for county in (QIANXI, DUAN):
            lists = [
                session.scalars(
                    select(Region.code).where(
                        Region.code.between(*span(county)), Region.level == "VILLAGE", in_force(year)
                    )
                ).all()
                for year in (2016, 2017)
            ]
            found[county] = sorted(set(lists[0]) & set(lists[1]))
    return found


def _run(out: Console, job: Job) -> None:
    for title, step in STEPS:
        out.print(title, style="bold")
        began = time.perf_counter()
        for line in step(job):
            out.print(f"  {line}", soft_wrap=True)
        out.print(f"  ok ({time.perf_counter() - began:.1f} s)", style="dim")


def _welcome(out: Console, settings: Settings) -> None:
    out.print(f"\nGraphQL · GraphiQL: http://{settings.host}:{settings.port}/graphql", style="bold")
    out.print(f"密码 · password of every demo operator: {PASSWORD}")
    for operator in OPERATORS:
        out.print(f"  {operator.name:<10} {operator.region}  {operator.label}")
    out.print("可粘贴的查询 · three queries to paste:\n")
    for query in EXAMPLES:
        out.print(query, markup=False, soft_wrap=True)
    out.print("其他命令使用本演示数据库 · for ./fp verify, serve, import on this registry:")
    out.print(
        f"  export FP_DATABASE_URL={settings.database_url} FP_KEY_FILE={settings.key_file}",
        markup=False,
        soft_wrap=True,
    )
