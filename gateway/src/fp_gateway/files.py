"""Files: templates of the collection forms out, filled workbooks in, and the bad cells marked."""

from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from rich.console import Console
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from fp_core import regions
from fp_core.errors import Invalid
from fp_core.excel.marking import mark_errors
from fp_core.excel.template import write_template
from fp_core.forms import form_of
from fp_core.operations.import_households import ImportReport, import_workbook
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.scope import Actor, Scope
from fp_gateway import exports
from fp_gateway.known import require_region, require_year
from fp_gateway.login_routes import NotLoggedIn, actor_of, polite

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NO_STORE = {"cache-control": "no-store"}


def routes(registry: Registry) -> list[Route]:
    """GET /forms/{code}/{year}?region=… gives a template; POST /imports?county=…&year=…&name=… takes a filled one; exports."""

    async def form(request: Request) -> Response:
        await _actor(request, registry)
        code, year = request.path_params["code"], request.path_params["year"]
        region = request.query_params.get("region", regions.NATION)
        content = await run_in_threadpool(_template, registry, code, year, region)
        return _workbook(content, f"{code}-{year}-{region}.xlsx")

    async def imports(request: Request) -> Response:
        actor = await _actor(request, registry)
        county, year, name = _where(request)
        body = await request.body()
        wants_workbook = XLSX in request.headers.get("accept", "")
        report, marked = await run_in_threadpool(_import, registry, actor, body, county, year, name, wants_workbook)
        if marked is not None:
            return _workbook(marked, f"{Path(name).stem}-errors.xlsx", status=422)
        facts = {**asdict(report), "rows_per_second": round(report.rows_per_second)}
        facts["errors"] = [{**asdict(error), "cell": error.cell} for error in report.errors]
        return JSONResponse(facts, 422 if report.errors else 200, NO_STORE)

    return [
        Route("/forms/{code}/{year:int}", polite(form), methods=["GET"]),
        Route("/imports", polite(imports), methods=["POST"]),
        *exports.routes(registry),
    ]


async def _actor(request: Request, registry: Registry) -> Actor:
    actor = await actor_of(request, registry)
    if actor is None:
        raise NotLoggedIn
    return actor


def _where(request: Request) -> tuple[str, int, str]:
    given = request.query_params
    year = given.get("year", "")
    if not given.get("county") or not (year.isascii() and year.isdigit()):
        raise Invalid(
            "county",
            "请在地址中给出 county（12位县代码）和 year（年度），如 /imports?county=520522000000&year=2016",
            "name county (12 digits) and year in the address, as /imports?county=520522000000&year=2016",
        )
    return given["county"], int(year), given.get("name") or "upload.xlsx"


def _template(registry: Registry, code: str, year: int, region: str) -> bytes:
    with registry.system_session() as session:
        require_region(session, region)
    with TemporaryDirectory(prefix="fp-form-") as folder:
        path = Path(folder) / "form.xlsx"
        write_form(registry.host, code, year, region, path)
        return path.read_bytes()


def write_form(host: Host, code: str, year: int, region: str, path: Path) -> None:
    """Write the empty workbook of a form."""
    regions.level_of(region)
    require_year(year)
    write_template(path, form_of(host, code), host, year=year, region=region)


def _import(
    registry: Registry, actor: Actor, body: bytes, county: str, year: int, name: str, wants_workbook: bool
) -> tuple[ImportReport, bytes | None]:
    """The report on an uploaded file and, where bad cells are to come back marked, the workbook."""
    with TemporaryDirectory(prefix="fp-import-") as folder:
        path, marked = Path(folder) / "upload.xlsx", Path(folder) / "marked.xlsx"
        path.write_bytes(body)
        with registry.session(actor) as session:
            report = import_workbook(session, path, county_code=county, year=year, file_name=name)
        if not (report.errors and wants_workbook):
            return report, None
        mark_errors(path, report.errors, marked)
        return report, marked.read_bytes()


def import_for_shell(out: Console, registry: Registry, file: Path, county: str, year: int, marked: Path) -> int:
    """Import from the shell, as somebody with every right in the county; says what came of it."""
    rights = frozenset(p.name for p in registry.host.permissions)
    with registry.session(Actor("shell", Scope.region(county), rights)) as session:
        report = import_workbook(session, file, county_code=county, year=year)
    for error in report.errors[:20]:
        out.print(f"{error.sheet} {error.cell} {error.rule} {error.zh}")
    if report.errors:
        mark_errors(file, report.errors, marked)
        out.print(
            f"共 {len(report.errors)} 处错误，未导入；已标红 · {len(report.errors)} bad cells, nothing imported: {marked}"
        )
        return 1
    said = "该文件此前已导入，无变化 · imported before, nothing changed" if report.replayed else "已导入 · imported"
    out.print(f"{said}: {report.households:,} 户 {report.persons:,} 人, {report.seconds:.1f} s")
    return 0


def _workbook(content: bytes, name: str, status: int = 200) -> Response:
    headers = {"content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}", **NO_STORE}
    return Response(content, status, headers, XLSX)
