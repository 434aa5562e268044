"""The rounds: every contender has its turn with every query in each, in shuffled order, after all gave the same answers."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks import queries
from benchmarks.contenders import Contender
from benchmarks.load import generator, load
from benchmarks.processes import memory_bytes, settle, used_by

MANY = 8
"""Connections of the throughput load."""
COMPARED = 5
"""Sets of variables whose answers are compared before a run."""
Report = Callable[[str], None]
Durations = tuple[float, float]
"""Seconds of a load by one connection, and of one by many."""


@dataclass(frozen=True)
class Sample:
    """One turn of one contender: latencies in ms, CPU in ms of a request, memory in bytes, the answer in bytes."""

    query: str
    contender: str
    round: int
    per_second: float
    p50: float
    p99: float
    server_cpu: float
    database_cpu: float
    memory: int
    bytes: float
    errors: int


@dataclass(frozen=True)
class Plan:
    """Which queries, how many rounds, how many seconds each load lasts at least, and where bodies are written."""

    names: Sequence[str]
    rounds: int
    seconds: float
    scratch: Path


def run(
    contenders: dict[str, Contender], sets: queries.Sets, plan: Plan, postmaster: int | None, report: Report
) -> list[Sample]:
    """Compare, warm up, and measure."""
    for query in plan.names:
        report(f"{query}: {compare(contenders, sets, query)} values, the same from {len(contenders)} contenders")
    seconds = {}
    for contender in contenders.values():
        contender.write_bodies(sets, plan.scratch, plan.names)
        for query in plan.names:
            seconds[contender.name, query] = _durations(contender, query, plan.seconds)
    found = []
    for turn in range(plan.rounds):
        order = list(contenders.values())
        random.Random(turn).shuffle(order)
        for query in plan.names:  # those whose ratio is taken follow each other closely
            for contender in order:
                found.append(_sample(contender, query, turn, seconds[contender.name, query], postmaster))
        report(f"round {turn + 1} of {plan.rounds} is done")
    return found


def compare(contenders: dict[str, Contender], sets: queries.Sets, query: str) -> int:
    """Refuse to go on unless all give the same answer; returns how many values the last one had."""
    values = 0
    for given in sets.of(query)[:COMPARED]:
        answers = {name: comparable(one.ask(query, given)) for name, one in contenders.items()}
        first, wanted = next(iter(answers.items()))
        for name, answer in answers.items():
            if answer != wanted:
                raise RuntimeError(f"{query} with {given}: {name} and {first} differ: {difference(wanted, answer)}")
        values = count(wanted)
    return values


def comparable(data: Any) -> Any:
    """An answer without what is each server's own: where its cursor stands."""
    if isinstance(data, dict):
        return {key: comparable(value) for key, value in data.items() if key != "endCursor"}
    return [comparable(one) for one in data] if isinstance(data, list) else data


def count(data: Any) -> int:
    """How many values an answer has."""
    if isinstance(data, dict):
        return sum(map(count, data.values()))
    return sum(map(count, data)) if isinstance(data, list) else 1


def difference(wanted: Any, found: Any, place: str = "") -> str:
    """Where two answers differ first."""
    if isinstance(wanted, dict) and isinstance(found, dict) and wanted.keys() == found.keys():
        return next(
            d for k in wanted if (d := difference(wanted[k], found[k], f"{place}.{k}")) or wanted[k] != found[k]
        )
    if isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        pairs = enumerate(zip(wanted, found, strict=True))
        return next(difference(a, b, f"{place}[{n}]") for n, (a, b) in pairs if a != b)
    return f"{place}: {str(wanted)[:200]} against {str(found)[:200]}" if wanted != found else ""


def _durations(contender: Contender, query: str, seconds: float) -> Durations:
    """Warm the server up; a slow one is given time for three requests of each connection, as wrk loses what is under way."""
    port, bodies, token = contender.port, contender.bodies[query], contender.token
    load(port, bodies, token, MANY, seconds)
    settle(contender.process.pid)
    if generator(seconds) != "wrk":
        return seconds, seconds
    warm = load(port, bodies, token, 1, seconds)
    each = warm.p50 / 1000 if warm.requests else seconds
    return max(seconds, ceil(3 * each)), max(seconds, ceil(3 * MANY * each))


def _sample(contender: Contender, query: str, turn: int, seconds: Durations, postmaster: int | None) -> Sample:
    pid, bodies = contender.process.pid, contender.bodies[query]
    alone = load(contender.port, bodies, contender.token, 1, seconds[0])
    settle(pid)
    with used_by(pid) as server, used_by(postmaster) as database:
        many = load(contender.port, bodies, contender.token, MANY, seconds[1])
        settle(pid)
    carried_out = many.requests + MANY  # those under way at the end are carried out too
    return Sample(
        query=query,
        contender=contender.name,
        round=turn,
        per_second=many.per_second,
        p50=alone.p50,
        p99=many.p99,
        server_cpu=1000 * server.seconds / carried_out,
        database_cpu=1000 * database.seconds / carried_out,
        memory=memory_bytes(pid),
        bytes=many.bytes / max(many.requests, 1),
        errors=alone.errors + many.errors,
    )
