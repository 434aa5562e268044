"""The explorer: GraphiQL on GET /graphql with a login bar, for demonstration and development; everything comes from here."""

import gzip
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from mimetypes import guess_type

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

_FOLDER = files("fp_gateway") / "explorer"
_PLAIN = ("index.html", "page.css", "page.js", "favicon.svg", "LICENSES.md")
_PACKED = ("react.js", "react-dom.js", "graphiql.js", "graphiql.css")
# GraphiQL sets style attributes; nothing else is loosened, and nothing may come from another host.
POLICY = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Offered:
    """An operator the login bar proposes: name and what it is. Never a password."""

    name: str
    label: str


def routes(examples: Sequence[str], operators: Sequence[Offered] = ()) -> list[Route]:
    """The page, its files, and the example queries that open as tabs. Leave these routes out in production."""
    start = {"examples": list(examples), "operators": [{"name": o.name, "label": o.label} for o in operators]}

    async def started(_request: Request) -> JSONResponse:
        return JSONResponse(start, headers={"cache-control": "no-store"})

    return [
        Route("/graphql", _page, methods=["GET"]),
        Route("/explorer/start.json", started),
        Route("/explorer/{name}", _file),
        Route("/favicon.ico", _icon),
    ]


async def _page(_request: Request) -> Response:
    headers = {"content-security-policy": POLICY, "referrer-policy": "no-referrer", "x-content-type-options": "nosniff"}
    return Response(_read("index.html"), media_type="text/html", headers={**headers, "cache-control": "no-store"})


async def _icon(_request: Request) -> Response:
    return Response(_read("favicon.svg"), media_type="image/svg+xml")


async def _file(request: Request) -> Response:
    name = request.path_params["name"]
    kind = guess_type(name)[0] or "text/plain"
    if name in _PLAIN:
        return Response(_read(name), media_type=kind, headers={"cache-control": "no-cache"})
    if name not in _PACKED:
        return Response(f"{name!r}: 无此文件 · no such file", 404, media_type="text/plain")
    packed, headers = _read(f"{name}.gz"), {"cache-control": "max-age=86400", "vary": "accept-encoding"}
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(gzip.decompress(packed), media_type=kind, headers=headers)
    return Response(packed, media_type=kind, headers={**headers, "content-encoding": "gzip"})


def _read(name: str) -> bytes:
    return (_FOLDER / name).read_bytes()
