"""Ratios within a round, the tables made of them, and the load that the samples come from."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from operator import itemgetter
from pathlib import Path
from typing import Any

import pytest

from benchmarks import imports, statistics, table
from benchmarks.contenders import FP, LIMIT, POSTGRAPHILE
from benchmarks.goals import goals
from benchmarks.hammer import main as hammer
from benchmarks.ratios import figure, ratio


def sample(contender: str, turn: int, per_second: float, query: str = "Q2") -> dict[str, Any]:
    facts = {"query": query, "contender": contender, "round": turn, "per_second": per_second, "errors": 0}
    return {**facts, "p50": 1.0, "p99": 2.0, "server_cpu": 1.0, "database_cpu": 1.0, "memory": 10, "bytes": 67_000.0}


@pytest.fixture
def results() -> dict[str, Any]:
    """Two rounds, the second on a machine that was half as fast."""
    options = {"size": 1000, "sqlite_size": 1000, "sizes": (1000,), "households": 10, "rounds": 2, "seconds": 1.0}
    speeds = {FP: (90.0, 42.0), LIMIT: (100.0, 50.0), POSTGRAPHILE: (30.0, 15.0)}
    rows = [sample(name, turn, speed) for name, both in speeds.items() for turn, speed in enumerate(both)]
    return {
        "date": "2020-01-02",
        "hardware": {"cores": "2"},
        "versions": {"Python": "3.11"},
        "options": options,
        "left_out": ["c: no npm"],
        "samples": {"postgresql": rows},
        "statistics": [],
        "imports": [],
    }


def test_a_ratio_is_taken_within_a_round_and_shown_with_its_spread(results: dict[str, Any]) -> None:
    rows = results["samples"]["postgresql"]
    ours, limit = ([row for row in rows if row["contender"] == name] for name in (FP, LIMIT))

    found = ratio(ours, limit, itemgetter("per_second"))

    assert found is not None
    assert (found.median, found.least, found.most) == pytest.approx((0.87, 0.84, 0.9))
    assert str(found) == "0.87 (0.84..0.90)"
    assert ratio(ours, [], itemgetter("per_second")) is None


@pytest.mark.parametrize(
    ("number", "shown"), [(1234.0, "1,234"), (43.21, "43.2"), (4.321, "4.32"), (0.4321, "0.43"), (0.0123, "0.012")]
)
def test_figures_have_as_many_digits_as_the_spread_allows(number: float, shown: str) -> None:
    assert figure(number) == shown


def test_a_goal_is_reached_by_its_median_or_says_that_it_was_not_measured(results: dict[str, Any]) -> None:
    by_text = {goal.what: goal for goal in goals(results)}

    against = by_text["Q2: throughput against PostGraphile 5"]
    assert (against.bound, str(against.found), against.verdict) == ("≥ 2.5", "2.90 (2.80..3.00)", "reached")
    assert by_text["Q1: throughput against PostGraphile 5"].verdict == "not measured"
    assert by_text["Q2: p99 with 8 connections against PostGraphile 5"].verdict == "not reached"


def test_goals_of_statistics_and_imports_divide_the_right_way(results: dict[str, Any]) -> None:
    results["statistics"] = [
        {"size": size, "round": 0, "way": way, "level": "COUNTY", "ms": ms}
        for size, cells in ((1000, 1.0), (10_000, 1.2))
        for way, ms in ((statistics.CELLS, cells), (statistics.PLAIN, 60.0), (statistics.REFRESH, 6.0))
    ]
    results["imports"] = [
        {"database": "postgresql", "round": 0, "way": way, "rows": 9, "seconds": seconds}
        for way, seconds in (
            (imports.ADD_ALL, 24.0),
            (imports.TUPLES, 2.0),
            (imports.FILE, 4.0),
            (imports.READING, 2.0),
            (imports.COPY, 1.0),
        )
    ]

    found = {goal.what: str(goal.found) for goal in goals(results) if goal.found is not None}

    assert found["statistics of a county by township: a plain group-by takes so many times as long"] == "50.0"
    assert found["statistics of a county by township: growth from 1,000 to 10,000 members"] == "1.20"
    assert found["counting one village anew against a county's group-by"] == "0.10"
    assert found["import of tuples with all checks, rows/s against add_all"] == "12.0"
    assert found["import of a workbook, all in, rows/s against calamine alone"] == "0.50"


def test_the_table_is_written_between_the_marks_of_the_page(results: dict[str, Any], tmp_path: Path) -> None:
    page = tmp_path / "performance.md"
    page.write_text(f"before\n{table.BEGIN}\nof an earlier run\n{table.END}\nafter\n", encoding="utf-8")

    table.write_into(page, table.markdown(results))

    text = page.read_text(encoding="utf-8")
    assert (text.startswith("before\n"), text.endswith("\nafter\n"), "earlier" in text) == (True, True, False)
    assert "| **fp**, with login, scope and masking | 0.87 (0.84..0.90) |" in text
    assert "Left out: c: no npm." in text
    page.write_text("no marks", encoding="utf-8")
    with pytest.raises(ValueError, match="has no lines"):
        table.write_into(page, "x")


class Answering(BaseHTTPRequestHandler):
    """Answers with 200, but with 400 to a body that says so."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(400 if b"bad" in body else 200)
        self.send_header("Content-Length", "5")
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def test_the_generator_counts_requests_bytes_and_errors(
    port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bodies").write_text('{"n": 1}\n{"n": "bad"}\n')
    monkeypatch.setenv("BENCH_BODIES", str(tmp_path / "bodies"))

    asyncio.run(hammer(port, 1, 0.1))

    found = json.loads(capsys.readouterr().out.removeprefix("RESULT "))
    assert found["requests"] >= 2
    assert found["bytes"] == 5 * found["requests"]
    assert found["errors"] == found["requests"] // 2
    assert 0 < found["p50"] <= found["p99"]
