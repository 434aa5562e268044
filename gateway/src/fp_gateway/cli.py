"""The `fp` command: everything that is done to a registry from a shell."""

import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from fp_gateway.polite import Polite, require_file, require_folder
from fp_gateway.settings import read_settings

app = typer.Typer(name="fp", cls=Polite, no_args_is_help=True, pretty_exceptions_show_locals=False, help=__doc__)
rules = typer.Typer(no_args_is_help=True, help="规则 · what the rules say, and by which documents")
app.add_typer(rules, name="rules")
out = Console(highlight=False, emoji=False, soft_wrap=True)  # a right such as funds:receipt:confirm is no picture

Database = Annotated[
    str | None,
    typer.Option(
        "--database", help="数据库地址 · sqlite:///file or postgresql://…; default FP_DATABASE_URL, else data/fp.db"
    ),
]
County = Annotated[str, typer.Option(help="县代码 · 12-digit code of the county")]
Year = Annotated[int, typer.Option(help="数据年度 · data year")]


@app.command()
def serve(
    database: Database = None,
    port: Annotated[int | None, typer.Option(help="监听端口 · port to listen on; default FP_PORT, else 8000")] = None,
    host: Annotated[
        str | None, typer.Option(help="监听地址 · address to listen on; default FP_HOST, else 127.0.0.1")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(help="工作进程数 · processes that serve; default FP_WORKERS, else one per core")
    ] = None,
) -> None:
    """Serve a registry over GraphQL. Migrations must be current: run `./fp migrate` first."""
    from fp_gateway.serving import serve as serve_it

    serve_it(read_settings(database_url=database, port=port, host=host, workers=workers))


@app.command()
def demo(
    check: Annotated[bool, typer.Option("--check", help="主线走一遍后退出 · run the main job once and stop")] = False,
    fresh: Annotated[bool, typer.Option("--fresh", help="重新生成 · make the demonstration anew")] = False,
    folder: Annotated[Path, typer.Option(help="存放位置 · where the demonstration lies")] = Path("data/demo"),
    port: Annotated[int, typer.Option(help="监听端口 · port to listen on")] = 8000,
) -> None:
    """Make the demonstration registry and serve it with GraphiQL."""
    from fp_gateway.demo.run import run_demo
    from fp_gateway.serving import require_port

    settings = read_settings(port=port)
    if not check:
        require_port(settings)
    raise typer.Exit(run_demo(out, folder, port=port, check=check, fresh=fresh))


@app.command()
def migrate(
    database: Database = None,
    divisions: Annotated[bool, typer.Option(help="同时装入2016–2020年行政区划 · load the divisions too")] = True,
) -> None:
    """Make a registry's database or bring its tables up to date, and load the divisions of 2016–2020."""
    from fp_core.national.divisions import load
    from fp_gateway.opening import open_registry_of

    with open_registry_of(read_settings(database_url=database), keys=False, create=True) as registry:
        registry.migrate(out.print)
        if divisions:
            with registry.engine.connect().execution_options(fp_write=True) as connection, connection.begin():
                out.print(f"行政区划 · divisions: {load(connection):,} rows loaded")
    out.print("数据库结构已是最新 · the tables are up to date")


@app.command()
def plugins(
    strict: Annotated[
        bool, typer.Option(help="插件有误即停止，否则列出其余 · stop at a broken plugin, or list the others")
    ] = True,
) -> None:
    """List the installed plugins and what each adds."""
    from fp_core.plugins import Host

    host = Host.load(strict=strict)
    for name in host.plugins:
        out.print(name, style="bold")
        for what, given in zip(("tables", "overrides", "rights"), _given(host, name), strict=True):
            if given:
                out.print(f"  {what}: {given}")
    for failure in host.failures:
        out.print(f"[red]{failure.reason}[/red]")


@app.command()
def schema(output: Annotated[Path | None, typer.Option(help="写入文件 · file to write")] = None) -> None:
    """Print the GraphQL schema of the installed plugins, or write it to a file."""
    from fp_core.plugins import Host
    from fp_gateway.app import make_schema

    if output is not None:
        require_folder(output, "output")
    text = make_schema(Host.load(), read_settings()).as_str().rstrip() + "\n"
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="填好的表 · the filled workbook")],
    county: County,
    year: Year,
    database: Database = None,
    marked: Annotated[
        Path | None, typer.Option(help="标红文件 · where the bad cells are marked; default FILE.marked.xlsx")
    ] = None,
) -> None:
    """Read a filled workbook of household forms into a registry: all of it, or nothing and the bad cells marked."""
    from fp_gateway.files import import_for_shell
    from fp_gateway.opening import open_registry_of

    require_file(file, "file")
    marked = marked or file.with_suffix(".marked.xlsx")
    require_folder(marked, "marked")
    with open_registry_of(read_settings(database_url=database)) as registry:
        raise typer.Exit(import_for_shell(out, registry, file, county, year, marked))


@app.command()
def template(
    output: Annotated[Path, typer.Argument(help="写入文件 · workbook to write")],
    year: Year,
    region: Annotated[str, typer.Option(help="行政区划 · division it is for")] = "000000000000",
) -> None:
    """Write an empty workbook of household forms."""
    from fp_core.plugins import Host
    from fp_gateway.files import write_form

    require_folder(output, "output")
    write_form(Host.load(), "FH", year, region, output)
    out.print(f"{output}")


@app.command()
def export(
    kind: Annotated[
        str, typer.Argument(metavar="TYPE", help="类型 · type, as household_year, member_year, fund_entry")
    ],
    region: Annotated[str, typer.Option(help="行政区划 · 12-digit code of the region")],
    output: Annotated[Path, typer.Option("--out", help="写入文件 · .csv or .xlsx to write")],
    year: Annotated[int | None, typer.Option(help="年度 · year, where the type has years")] = None,
    database: Database = None,
) -> None:
    """Write a type's rows of a region and year to a CSV or XLSX file. Identity numbers are masked as in every query."""
    from fp_gateway.exports import export_for_shell
    from fp_gateway.opening import open_registry_of

    require_folder(output, "out")
    with open_registry_of(read_settings(database_url=database), keys=False) as registry:
        raise typer.Exit(export_for_shell(out, registry, kind, region, year, output))


@app.command("key")
def new_key(file: Annotated[Path, typer.Argument(help="密钥文件 · file to write")] = Path("data/fp.key")) -> None:
    """Make the key file that identity numbers are encrypted with. Keep a copy elsewhere: without it they are lost."""
    from fp_core.keys import Keys

    file.parent.mkdir(parents=True, exist_ok=True)
    Keys.generate_file(file)
    out.print(f"密钥已写入，请另存备份 · key written, keep a copy elsewhere: {file}")


@app.command()
def operator(
    name: Annotated[str, typer.Argument(help="用户名 · user name")],
    region: Annotated[str, typer.Argument(help="行政区划 · 12-digit code of the region")],
    database: Database = None,
) -> None:
    """Make an operator of a region. Asks for a first password, which the operator must change."""
    from fp_gateway.auth import create_operator
    from fp_gateway.known import require_region
    from fp_gateway.opening import open_registry_of

    with open_registry_of(read_settings(database_url=database), keys=False) as registry:
        with registry.system_session() as session:
            require_region(session, region)
        password = typer.prompt("初始密码 · first password", hide_input=True, confirmation_prompt=True)
        with registry.system_session() as session:
            made = create_operator(session, name, region, password)
            out.print(f"操作员已建立 · operator {made.name}: {made.level.label} {made.region_code}")


@app.command()
def verify(database: Database = None) -> None:
    """Recount every invariant of a registry. Ends with 1 when one does not hold."""
    from fp_core.verify import verify as check
    from fp_gateway.opening import open_registry_of

    failed = 0
    with open_registry_of(read_settings(database_url=database), keys=False) as registry:
        for result in check(registry):
            out.print(
                f"{'ok  ' if not result.violations else 'FAIL'} {result.invariant.id:<5} {result.invariant.zh} · {result.invariant.en}"
            )
            for line in result.violations:
                out.print(f"       {line}")
            failed += bool(result.violations)
    out.print(f"{failed} 项不成立 · {failed} failed")
    raise typer.Exit(1 if failed else 0)


@app.command()
def distribute(
    policies: Annotated[
        bool, typer.Option("--policies", help="输出行级安全策略 · print the policies of row-level security")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="输出分布脚本（默认） · print how tables are distributed, the default")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="只检查，有误则以1结束 · only check; 1 if a table fails")
    ] = False,
) -> None:
    """Print the SQL that spreads the tables of every plugin over machines (Citus), or check that it can be done."""
    from fp_core.plugins import Host
    from fp_gateway.distribute import check_for_shell, plan_script, policies_script

    models = Host.load().models
    if check:
        raise typer.Exit(check_for_shell(out, models))
    if plan or not policies:
        typer.echo(plan_script(models), nl=False)
    if policies:
        typer.echo(policies_script(models), nl=False)


@rules.command("explain")
def explain(
    name: Annotated[str, typer.Argument(help="规则 · rule, as status.may_exit")],
    region: Annotated[str, typer.Option(help="行政区划 · division")] = "000000000000",
    on: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="日期 · day", show_default="2017-12-31")
    ] = datetime(2017, 12, 31),
) -> None:
    """Print the chain of a rule in force in a region on a day, with its clauses, parameters and documents."""
    from fp_core.plugins import Host

    book, day = Host.load().rules, on.date()
    for part in book.chain(name, region, day):
        where = getattr(part, "region", "全国 · nation")
        out.print(f"{name} · {where} · since {part.since}\n  {part.meaning}\n  [dim]{part.cites}[/dim]")
    clauses, parameters = book.explain(name, region, day)
    for clause in clauses:
        out.print(f"  {clause.id:<18} {clause.zh} · {clause.en}")
    for key, value in parameters.used().items():
        out.print(f"  p.{key} = {value.value}  since {value.since}  [dim]{value.cites}[/dim]")


def _given(host: object, name: str) -> tuple[str, str, str]:
    def returned(hook: str) -> list[object]:
        return [value for plugin, value in host.collect(hook) if plugin == name]  # type: ignore[attr-defined]

    tables = [str(m.__tablename__) for t in returned("fp_tables") for m in t.models]  # type: ignore[attr-defined]
    overridden = [f"{o.rule}@{o.region}" for s in returned("fp_rules") for o in s.overrides]  # type: ignore[attr-defined]
    rights = [p.name for given in returned("fp_permissions") for p in given]  # type: ignore[attr-defined]
    return ", ".join(tables), ", ".join(overridden), ", ".join(rights)


def main() -> None:
    """Run the command, under the name it was called by."""
    app(prog_name="fp" if Path(sys.argv[0]).stem == "fp" else "./fp")


if __name__ == "__main__":
    main()
