"""The ways to read, side by side: one query sent to an application of each, and the answers compared token for token."""

import asyncio
import inspect
import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from graphql import GraphQLError, parse, print_ast
from structlog.testing import capture_logs

from fp_core.registry import Registry
from fp_gateway import auth
from fp_gateway.app import make_app
from fp_gateway.limits import Limits
from fp_gateway.settings import Settings
from tests.ways.data import OPERATORS, Data, write

WAYS: Mapping[str, tuple[str, ...]] = {"ordinary": (), "field": ("field",), "whole": ("whole", "field")}
"""What each of the applications may use; the first is what the others are held against."""

MAY_CHOOSE = "ways" in inspect.signature(make_app).parameters
ROOMY = Limits(
    fields=5_000, aliases=500, same_key=100, directives=200, fragments=100, list_items=600, nodes=10**7, operations=3,
    tokens=40_000,
)  # fmt: skip
PASSWORDS = auth.Passwords(memory_kib=8, passes=1)


Round = tuple[str, Mapping[str, Any]]
"""An operator and variables."""


@dataclass(frozen=True)
class Case:
    """A request of an operator. With `cursor`, `$after` is taken from the answer to another query first."""

    operator: str
    query: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation: str | None = None
    cursor: "Cursor | None" = None
    again: tuple["Round", ...] = ()

    def rounds(self) -> "Iterator[Case]":
        """The request, and the same text again by other operators with other variables, as its kept plan meets them."""
        yield replace(self, again=())
        for n, (operator, variables) in enumerate(self.again):
            yield replace(self, operator=operator, variables=variables, again=self.again[:n])

    def __str__(self) -> str:
        try:
            query = print_ast(parse(self.query))
        except GraphQLError:
            query = self.query
        variables = json.dumps(self.variables, ensure_ascii=True, indent=1)
        before = f"\nasked before by and with {self.again}" if self.again else ""
        return f"operator of {self.operator}, operationName {self.operation}\n{query}\nvariables {variables}{before}"


@dataclass(frozen=True)
class Cursor:
    """Where a cursor comes from: the query, in which `page` is the connection, and which of its cursors."""

    query: str
    variables: Mapping[str, Any]
    number: int


@dataclass(frozen=True)
class Answer:
    """What came back: what is compared, and what is only counted."""

    status: int
    tokens: Any
    way: str
    codes: tuple[str, ...]
    internal: tuple[str, ...]
    text: str


@dataclass
class Sides:
    """The applications over one registry, in one event loop, and how often each answered which way."""

    runner: asyncio.Runner
    clients: Mapping[str, httpx2.AsyncClient]
    tokens: Mapping[str, str]
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    asked: int = 0
    without_errors: int = 0

    def ask(self, side: str, case: Case) -> Answer:
        """The answer of one of them."""
        body: dict[str, Any] = {"query": case.query, "variables": dict(case.variables)}
        if case.operation is not None:
            body["operationName"] = case.operation
        headers = {"authorization": f"Bearer {self.tokens[case.operator]}", "content-type": "application/json"}
        posted = self.clients[side].post("/graphql", content=json.dumps(body), headers=headers)
        with capture_logs() as logs:
            response = self.runner.run(_awaited(posted))
        failures = tuple(str(log) for log in logs if log["event"] == "internal_error")
        return _answer(response.status_code, response.text, failures)

    def settled(self, case: Case) -> Case:
        """The case with a real cursor in its variables, where it wants one."""
        if case.cursor is None:
            return case
        asked = self.ask("ordinary", Case(case.operator, case.cursor.query, case.cursor.variables))
        page = (json.loads(asked.text).get("data") or {}).get("page") or {"edges": []}
        cursors = [edge["cursor"] for edge in page["edges"]]
        after = cursors[case.cursor.number % len(cursors)] if cursors else None
        return replace(case, variables={**case.variables, "after": after}, cursor=None)

    def check(self, case: Case) -> Mapping[str, Answer]:
        """Every answer to a case; they must be the same, and none may be an internal error."""
        case = self.settled(case)
        answers = {side: self.ask(side, case) for side in self.clients}
        expected = answers["ordinary"]
        self.asked += 1
        self.without_errors += not expected.codes
        for side, answer in answers.items():
            self.counts[side, answer.way] += 1
            assert not answer.internal, f"{side} fails inside\n{case}\n{answer.internal}\n{answer.text[:2000]}"
            if (answer.status, answer.tokens) != (expected.status, expected.tokens):
                raise AssertionError(_difference(case, side, answer, expected))
        return answers

    def forget(self) -> None:
        """Count anew."""
        self.counts.clear()
        self.asked = self.without_errors = 0

    def report(self) -> str:
        """What was asked, and how it went."""
        ways = ", ".join(f"{side} app {way}: {number}" for (side, way), number in sorted(self.counts.items()))
        return f"{self.asked} queries, {self.without_errors} without errors; {ways}"

    def share(self, side: str, way: str) -> float:
        """How many of a side's answers went this way."""
        return self.counts[side, way] / max(1, sum(n for (of, _), n in self.counts.items() if of == side))


@contextmanager
def sides(registry: Registry, data: Data) -> Iterator[Sides]:
    """The applications over a registry that has all tables, with the data written and an operator of every level."""
    write(registry, data)
    tokens = {region: _token(registry, region) for region in OPERATORS}
    stop = asyncio.Event()
    with asyncio.Runner() as runner:
        apps = {side: _app(registry, ways) for side, ways in WAYS.items()}
        lives = [runner.run(_start(app, stop)) for app in apps.values()]
        yield Sides(runner, {side: _client(app) for side, app in apps.items()}, tokens)
        runner.run(_end(stop, lives))


def _app(registry: Registry, ways: tuple[str, ...]) -> Any:
    chosen: dict[str, Any] = {"ways": ways} if MAY_CHOOSE else {}
    return make_app(registry, Settings(demo=True, limits=ROOMY), passwords=PASSWORDS, **chosen)


def _client(app: Any) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(transport=httpx2.ASGITransport(app=app, raise_app_exceptions=False), base_url="http://fp")


async def _start(app: Any, stop: asyncio.Event) -> asyncio.Task[None]:
    """The application's lifespan in a task of its own, which ends when `stop` is set."""
    started = asyncio.Event()

    async def live() -> None:
        async with app.router.lifespan_context(app):
            started.set()
            await stop.wait()

    task = asyncio.create_task(live())
    await asyncio.wait([task, asyncio.create_task(started.wait())], return_when=asyncio.FIRST_COMPLETED)
    if task.done():
        await task
    return task


async def _end(stop: asyncio.Event, lives: list[asyncio.Task[None]]) -> None:
    stop.set()
    await asyncio.gather(*lives)


async def _awaited(response: Any) -> httpx2.Response:
    found: httpx2.Response = await response
    return found


def _token(registry: Registry, region: str) -> str:
    password = "reading-脱贫-2016"
    with registry.system_session() as session:
        create = {"must_change_password": False, "passwords": PASSWORDS}
        auth.create_operator(session, f"op{region}", region, password, **create)  # type: ignore[arg-type]
        return auth.log_in(session, f"op{region}", password, passwords=PASSWORDS)


def _answer(status: int, text: str, internal: tuple[str, ...]) -> Answer:
    for number in set(re.findall(r'"error_id":\s*"([0-9a-f]{12})"', text)):
        text = text.replace(number, "ERROR_NUMBER")
    plain, tokens = json.loads(text), json.loads(text, object_pairs_hook=_Object, **_AS_WRITTEN)
    way = (plain.get("extensions") or {}).get("way", "unknown")
    codes = tuple(error["extensions"].get("code", "?") for error in plain.get("errors") or ())
    return Answer(status, _compared(tokens), way, codes, internal, text)


_AS_WRITTEN: Any = {f"parse_{kind}": lambda text: ("number", text) for kind in ("int", "float", "constant")}


@dataclass(frozen=True)
class _Object:
    """An object with its keys in their order, each as often as it is there."""

    pairs: list[tuple[str, Any]]


def _compared(tokens: _Object) -> list[tuple[str, Any]]:
    """The body without the way it went; errors of siblings that run at once come in any order."""
    kept = []
    for key, value in tokens.pairs:
        if key == "extensions" and [inner for inner, _ in value.pairs][:1] == ["way"]:
            continue
        kept.append((key, sorted(value, key=repr) if key == "errors" else value))
    return kept


def _difference(case: Case, side: str, answer: Answer, expected: Answer) -> str:
    at = next((n for n, (a, b) in enumerate(zip(answer.text, expected.text, strict=False)) if a != b), 0)
    near = slice(max(0, at - 200), at + 300)
    return (
        f"{side} (went {answer.way}) differs\n{case}\n"
        f"ordinary {expected.status}: {expected.text[:3000]}\n{side} {answer.status}: {answer.text[:3000]}\n"
        f"first difference at {at}\n  ordinary …{expected.text[near]!r}\n  {side} …{answer.text[near]!r}"
    )
