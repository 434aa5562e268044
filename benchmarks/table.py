"""The results as Markdown tables: ratios with their spread, never the figures of a machine alone."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

from benchmarks import imports, queries, statistics
from benchmarks.contenders import FP, LIMIT, NAMES, POSTGRAPHILE, STRAWBERRY
from benchmarks.goals import Results, goals
from benchmarks.machine import shown
from benchmarks.ratios import Row, Spread, chosen, figure, ratio, spread

BEGIN, END = "<!-- written by ./fp bench --write -->", "<!-- end of what ./fp bench writes -->"
WORDS = {
    FP: "**fp**, with login, scope and masking",
    STRAWBERRY: "plain Strawberry, ORM and dataloaders",
    POSTGRAPHILE: "PostGraphile 5",
    LIMIT: "limit: one hand-written statement, no GraphQL, no login",
}
DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


def markdown(results: Results) -> str:
    """Everything a run has to say."""
    parts = [_about(results), _goals(results)]
    parts += [_contenders(results, name) for name in DATABASES if results["samples"].get(name)]
    parts += [_statistics(results["statistics"])] if results["statistics"] else []
    parts += [_imports(results["imports"])] if results["imports"] else []
    return "\n\n".join(parts) + "\n"


def write_into(page: Path, text: str) -> None:
    """Put the text between the markers of a page; what stands around them is left alone."""
    before, begin, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"{page} has no lines {BEGIN!r} and {END!r} to write between")
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")


def _about(results: Results) -> str:
    options, left_out = results["options"], results["left_out"]
    lines = [
        f"Measured on {results['date']}: {shown(results['hardware'].items())}.",
        f"{shown(results['versions'].items())}.",
        _sizes(options),
        *(f"Left out: {line}." for line in left_out),
    ]
    return "\n".join(lines)


def _sizes(options: Mapping[str, Any]) -> str:
    sizes = " and ".join(f"{size:,}" for size in options["sizes"])
    return (
        f"Size: {options['size']:,} members in PostgreSQL, {options['sqlite_size']:,} in SQLite, two data years; "
        f"statistics {sizes} members; imports {options['households']:,} households. {options['rounds']} rounds in "
        f"shuffled order, each load {options['seconds']:g} s or more. One worker process each, a pool of 8 where the pool "
        "is ours to set. A ratio is taken within a round; shown are median and (least..most)."
    )


def _goals(results: Results) -> str:
    rows = [(g.what, g.bound, _text(g.found), g.verdict) for g in goals(results)]
    return "### What is to be reached\n\n" + _table(("", "goal", "measured", ""), rows)


def _contenders(results: Results, database: str) -> str:
    rows = results["samples"][database]
    titles = [f"{q}: {text}" for q, text in queries.TITLES.items() if chosen(rows, query=q)]
    parts = [f"### Reading on {DATABASES[database]}", "\n".join(f"- {title}" for title in titles)]
    parts += [_query(rows, query) for query in queries.NAMES if chosen(rows, query=query)]
    return "\n\n".join(parts)


def _query(rows: Sequence[Row], query: str) -> str:
    """Every contender as a multiple of the limit; throughput more is better, the rest less."""
    of_query = chosen(rows, query=query)
    base = chosen(of_query, contender=LIMIT)
    size = spread(row["bytes"] for row in base)
    lines = []
    for name in NAMES:
        mine = chosen(of_query, contender=name)
        if mine:
            lines.append((WORDS[name], *_multiples(mine, base), str(sum(row["errors"] for row in mine))))
    head = (
        f"{query}, {figure(size.median / 1000)} KB" if size else query,
        "requests/s",
        "p50 alone",
        "p99 of 8",
        "CPU server",
        "CPU database",
        "memory",
        "errors",
    )
    return _table(head, lines)


def _multiples(mine: Sequence[Row], base: Sequence[Row]) -> Iterator[str]:
    for what in ("per_second", "p50", "p99", "server_cpu", "database_cpu", "memory"):
        yield _text(ratio(mine, base, itemgetter(what)))


def _statistics(rows: Sequence[Row]) -> str:
    """The group-by as a multiple of the cells, by size, and how each grows."""
    sizes = sorted({row["size"] for row in rows})
    lines = []
    for level, words in statistics.TITLES.items():
        for size in sizes:
            cells, plain = (_of(rows, size, way, level) for way in (statistics.CELLS, statistics.PLAIN))
            grown = [
                ratio(_of(rows, size, w, level), _of(rows, sizes[0], w, level), _ms)
                for w in (statistics.CELLS, statistics.PLAIN)
            ]
            lines.append((words, f"{size:,}", _text(ratio(plain, cells, _ms)), *map(_text, grown)))
    again = [
        (
            f"{size:,}",
            _text(
                ratio(_of(rows, size, statistics.REFRESH, "COUNTY"), _of(rows, size, statistics.PLAIN, "COUNTY"), _ms)
            ),
        )
        for size in sizes
    ]
    head = ("table", "members", "group-by / cells", "cells, against the smallest", "group-by, against the smallest")
    return (
        "### Statistics on PostgreSQL\n\n"
        + _table(head, lines)
        + "\n\n"
        + _table(("members", "one village counted anew / a county's group-by"), again)
    )


_ms = itemgetter("ms")


def _of(rows: Sequence[Row], size: int, way: str, level: str) -> list[Row]:
    return chosen(rows, size=size, way=way, level=level)


def _imports(rows: Sequence[Row]) -> str:
    lines = []
    for database, words in DATABASES.items():
        of_database = chosen(rows, database=database)
        base = chosen(of_database, way=imports.ADD_ALL)
        for way in (imports.ADD_ALL, imports.TUPLES, imports.COPY, imports.FILE, imports.READING):
            found = ratio(base, chosen(of_database, way=way), itemgetter("seconds"))
            if found:
                lines.append((words, _IMPORTS[way], _text(found)))
    return "### Imports: rows/s, as a multiple of the ORM's `add_all`\n\n" + _table(("", "", "add_all = 1"), lines)


_IMPORTS = {
    imports.ADD_ALL: "`add_all` of ready objects, flushed by 5,000; nothing is checked",
    imports.TUPLES: "our import of tuples: all checks, sealed numbers, events, marks",
    imports.COPY: "bare COPY (executemany on SQLite) of ready rows; nothing is checked",
    imports.FILE: "our import of a workbook: reading in a limited process, then all of that",
    imports.READING: "calamine alone reads the workbook; nothing is written",
}


def _text(found: Spread | None) -> str:
    return "–" if found is None else str(found)


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [head, ["---", *("---:" for _ in head[1:])], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
