"""Exports over HTTP and from the shell: a type's rows of a region and year as CSV or XLSX, streamed.

Whoever leaves while a file is being made takes the query along: nothing is read for nobody.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import quote

from anyio import CancelScope
from anyio.to_thread import run_sync
from rich.console import Console
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from fp_core import regions
from fp_core.errors import Invalid, Problem
from fp_core.graphql.export_files import format_of
from fp_core.graphql.exports import Export, Reading, export_of
from fp_core.graphql.joint import Joint, join
from fp_core.registry import Registry
from fp_core.scope import Actor
from fp_core.scope import Scope as Region
from fp_gateway.known import require_region, require_year
from fp_gateway.login_routes import NotLoggedIn, actor_of, polite
from fp_gateway.logs import note
from fp_gateway.masking import unexpected

AT_ONCE = 4
"""Each export holds a connection to the database as long as its client reads."""

MEDIA = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


class TooManyExports(Problem):
    """As many exports are under way as one gateway makes."""

    code = "BUSY"

    def __init__(self) -> None:
        super().__init__("正在进行的导出过多，请稍后再试", "too many exports are under way; try again in a minute")


def routes(registry: Registry) -> list[Route]:
    """GET /exports/{type}?region=…&year=…&format=csv|xlsx gives the rows that the operator may see."""
    joint = join(registry.host)
    under_way: set[Reading] = set()

    async def export(request: Request) -> Response:
        actor = await actor_of(request, registry)
        if actor is None:
            raise NotLoggedIn
        kind, region, year, form = _asked(request)
        chunks = format_of(form)
        asked = await run_sync(_export, registry, joint, actor, kind, region, year)
        if len(under_way) >= AT_ONCE:
            raise TooManyExports
        reading = Reading(registry, actor, asked)
        note(operation=" ".join(("export", kind, _short(region), str(year or "-"), form)))
        return Streamed(reading, chunks(reading), under_way, f"{_name(kind, region, year)}.{form}", MEDIA[form])

    return [Route("/exports/{type}", polite(export), methods=["GET"])]


class Streamed(StreamingResponse):
    """A file that is made while it is sent. When it ends, by whatever reason, so does the reading behind it."""

    def __init__(
        self, reading: Reading, chunks: Iterator[bytes], under_way: set[Reading], name: str, media: str
    ) -> None:
        headers = {
            "content-disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
            "cache-control": "no-store",
        }
        self.reading, self.chunks, self.under_way = reading, chunks, under_way
        super().__init__(self._sent(), headers=headers, media_type=media)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watched() -> Message:
            message = await receive()
            if message["type"] == "http.disconnect":
                with CancelScope(shield=True):
                    await run_sync(self.reading.stop)
            return message

        self.under_way.add(self.reading)
        try:
            await super().__call__(scope, watched, send)
        except ClientDisconnect:
            return
        except Exception as error:
            unexpected(error)
            raise  # the answer has begun: it must end broken, or it would be taken for whole
        finally:
            self.under_way.discard(self.reading)
            with CancelScope(shield=True):
                await run_sync(self.chunks.close)  # type: ignore[attr-defined]
            note(rows=self.reading.rows)

    async def _sent(self) -> AsyncIterator[bytes]:
        while (chunk := await run_sync(next, self.chunks, None)) is not None:
            yield chunk


def export_for_shell(out: Console, registry: Registry, kind: str, region: str, year: int | None, file: Path) -> int:
    """Export from the shell, as somebody with every right in the region; the file is there when it is whole."""
    chunks = format_of(file.suffix.removeprefix(".").lower())
    actor = Actor("shell", Region.region(region), frozenset(p.name for p in registry.host.permissions))
    reading = Reading(registry, actor, _export(registry, join(registry.host), actor, kind, region, year))
    part = file.with_name(f"{file.name}.part")
    try:
        with out.status("正在导出 · exporting") as status, part.open("wb") as written:
            for chunk in chunks(reading):
                written.write(chunk)
                status.update(f"正在导出 · exporting: {reading.rows:,}")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)
    out.print(f"已导出 · exported: {reading.rows:,} 行 · rows: {file}")
    return 0


def _export(registry: Registry, joint: Joint, actor: Actor, kind: str, region: str, year: int | None) -> Export:
    """The export, of a division and a year that the registry knows."""
    asked = export_of(joint, actor, kind, region, year)
    if year is not None:
        require_year(year)
    with registry.system_session() as session:
        require_region(session, region)
    return asked


def _asked(request: Request) -> tuple[str, str, int | None, str]:
    given = request.query_params
    year, region = given.get("year"), given.get("region")
    if not region or not (year is None or (year.isascii() and year.isdigit() and len(year) == 4)):
        kind = request.path_params["type"]
        example = f"/exports/{kind}?region=520522000000&year=2016&format=csv"
        raise Invalid(
            "year" if region else "region",
            f"请在地址中给出 region（12位行政区划代码）和 year（4位年度），如 {example}",
            f"name region (12 digits) and year (4 digits) in the address, as {example}",
        )
    return request.path_params["type"], region, int(year) if year else None, given.get("format", "csv")


def _name(kind: str, region: str, year: int | None) -> str:
    return "-".join((kind, region, *(() if year is None else (str(year),))))


def _short(region: str) -> str:
    """The region for the log, down to the town: longer numbers are blotted out there."""
    return region[: min(regions.level_of(region).digits, regions.Level.TOWN.digits)] or "nation"
