"""The cases that an official can read and check: every *.toml in this folder, each case judged by the installed rules."""

import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import SQLModel

from fp_core.indicators import Indicator, indicators
from fp_core.models.household import HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.plugins import Host
from fp_core.rules import Record

FILES = sorted(Path(__file__).parent.glob("*.toml"))
ZHONGZHAI = "520522101203"

Facts = Mapping[str, Any]


def read(path: Path) -> list[tuple[Facts, Facts]]:
    """(what the file says of all, what the case says) for each case of a file."""
    told = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return [(told, case) for case in told["case"]]


CASES = [pytest.param(told, case, id=f"{path.stem}: {case['name']}") for path in FILES for told, case in read(path)]


@pytest.mark.parametrize(("told", "case"), CASES)
def test_case_of_an_official(told: Facts, case: Facts, host: Host) -> None:
    on = case.get("on", date(2016, 12, 31))
    region = case.get("region", told.get("region", ZHONGZHAI))
    rules = host.rules.assuming(**case.get("assuming", {}))

    failing = rules.failing(told["rule"], record(host, told, case, on.year), region=region, on=on)

    assert [c.id for c in failing] == case["fails"]


def record(host: Host, told: Facts, case: Facts, year: int) -> Record:
    """The household of a case: the file's, with what the case says otherwise."""
    members = [told_of | (case["member"] if is_member(case, told_of) else {}) for told_of in told["members"]]
    beside = {
        e.name: fill(host, [e.model], {**told.get(e.name, {}), **case.get(e.name, {})}, year)[0]
        for e in host.extensions
        if e.of is HouseholdYear and e.name in told
    }
    (row,) = fill(host, [HouseholdYear], {**told["household"], **case.get("household", {})}, year)
    people = [fill(host, [MemberYear, Member], facts, year) for facts in members]
    return Record(row, tuple((annual, person) for annual, person in people), beside)


def is_member(case: Facts, told_of: Facts) -> bool:
    """Whether the case speaks of this member; a name that is nobody's is a mistake in the file."""
    return "member" in case and case["member"]["姓名"] == told_of["姓名"]


def fill(host: Host, models: list[type[SQLModel]], facts: Facts, year: int) -> list[Any]:
    """Rows of these models with the facts, which are called by the labels of the form or the names of the fields."""
    rows = [model(year=year) if "year" in indicators(model) else model() for model in models]
    for label, value in facts.items():
        row, meaning = find(rows, label)
        setattr(row, meaning.name, value_of(host, meaning, value, year))
    return rows


def find(rows: list[Any], label: str) -> tuple[Any, Indicator]:
    known: list[tuple[Any, Indicator]] = []
    for row in rows:
        model: type[SQLModel] = type(row)
        known += [(row, meaning) for meaning in indicators(model).values()]
    for row, meaning in known:
        if label in (meaning.label, meaning.name):
            return row, meaning
    raise AssertionError(f"没有指标 {label!r}；可用：{'、'.join(i.label for _, i in known)}")


def value_of(host: Host, meaning: Indicator, value: Any, year: int) -> Any:
    """The value as the record holds it; empty text is a cell left empty."""
    if value == "":
        return None
    if meaning.many:
        return tuple(host.codes[str(meaning.codes)].read(one, year) for one in value)
    if meaning.codes:
        return host.codes[meaning.codes].read(value, year)
    return Decimal(value) if meaning.type is Decimal else value


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_case_file_names_its_members(path: Path) -> None:
    for told, case in read(path):
        assert "member" not in case or any(is_member(case, one) for one in told["members"])


def test_every_clause_of_the_status_rules_fails_in_some_case(host: Host) -> None:
    tried = {clause for path in FILES for _, case in read(path) for clause in case["fails"]}
    in_force = {
        clause.id
        for rule, region in (
            ("status.may_exit", ZHONGZHAI),
            ("status.may_exit", "451228101201"),
            ("status.may_enter", ZHONGZHAI),
        )
        for clause in host.rules.explain(rule, region, date(2016, 12, 31))[0]
    }

    assert in_force <= tried
