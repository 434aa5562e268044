"""What makes a household or a member suspect (疑点数据): each check with the condition under which a row fails it.

Checked are the rule of exit on who has left, the rule of entry on who is poor, every rule whose name begins with
`check.`, and that what the form requires is there.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, exists, not_, or_, true
from sqlmodel import SQLModel

from fp_core import regions
from fp_core.db import ScopedSession
from fp_core.indicators import Indicator, indicators
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.rulebook import Rulebook, year_end
from fp_core.rules import Clause, RuleError
from fp_core.status import POOR

CHECK = "check."
"""A rule whose name begins so is to hold for every household on the register."""

REQUIRED = "required"
"""The check that what the form requires is there; its clauses are called by the indicators."""


class Finding(NamedTuple):
    """A clause that does not hold, and the rule it belongs to."""

    rule: str
    clause: Clause


Checks = list[tuple[Finding, ColumnElement[bool]]]
"""Each finding with the condition under which a row has it."""


def on_register() -> ColumnElement[bool]:
    """Neither struck out nor closed: who is gone is no suspect."""
    return HouseholdYear.exit_status.not_in(("REMOVED", "CLOSED"))


def of_households(session: ScopedSession, region: str, year: int) -> Checks:
    """The checks of a household-year, what is missing first: it costs no look at the members."""
    required = [*_missing(HouseholdYear, year), *_missing_beside(session, region, year)]
    return [*required, *_of_rules(session.host.rules, region, year)]


def of_members(year: int) -> Checks:
    """The checks of a valid member in a year."""
    return [*_missing(MemberYear, year), *_missing(Member, year)]


def _of_rules(book: Rulebook, region: str, year: int) -> Iterator[tuple[Finding, ColumnElement[bool]]]:
    day = year_end(year)
    for name, among in _judged(book).items():
        if book[name].since > day:
            continue
        verdicts, clauses = book.verdicts(name, region, day)
        held = list(verdicts.selected_columns)[-len(clauses) :] if clauses else []
        for clause, verdict in zip(clauses, held, strict=True):
            yield Finding(name, clause), and_(among, not_(verdict.element))


def _judged(book: Rulebook) -> dict[str, ColumnElement[bool]]:
    """Each rule that is a check, with the households it is to hold for."""
    left_this_year = and_(HouseholdYear.exit_status == "STABLE_EXITED", HouseholdYear.exit_year == HouseholdYear.year)
    found = {
        "status.may_exit": or_(HouseholdYear.exit_status == "EXITED", left_this_year),
        "status.may_enter": HouseholdYear.exit_status.in_(sorted(POOR)),
    }
    for name, rule in book.rules.items():
        if name.startswith(CHECK):
            if rule.model is not HouseholdYear:
                raise RuleError(f"{name} is a rule over {rule.model.__name__}; a check is one over HouseholdYear")
            found[name] = true()
    return found


def _missing(model: type[SQLModel], year: int) -> Iterator[tuple[Finding, ColumnElement[bool]]]:
    for meaning in _required(model, year):
        column = getattr(model, meaning.name)
        empty = column.is_(None)
        if meaning.name == "id_number_masked":
            empty = and_(empty, Member.id_type != "NONE")
        yield _finding(meaning), empty


def _missing_beside(session: ScopedSession, region: str, year: int) -> Iterator[tuple[Finding, ColumnElement[bool]]]:
    """What stands on the household itself, and on the tables of plugins where they are collected."""
    for meaning in _required(Household, year):
        yield _finding(meaning), not_(_given(Household, meaning))
    for extension in session.host.extensions:
        if extension.of is HouseholdYear and _meet(extension.region, region):
            inside = HouseholdYear.village_code.between(*regions.span(extension.region))
            for meaning in _required(extension.model, year):
                yield _finding(meaning), and_(inside, not_(_given(extension.model, meaning)))


def _required(model: type[SQLModel], year: int) -> list[Indicator]:
    return [
        meaning
        for meaning in indicators(model).values()
        if meaning.required and meaning.nullable and meaning.in_year(year) and not meaning.computed
    ]


def _finding(meaning: Indicator) -> Finding:
    name = meaning.name.removesuffix("_masked")
    return Finding(REQUIRED, Clause(name, f"填有{meaning.label}", f"{meaning.english} is given"))


def _given(model: Any, meaning: Indicator) -> ColumnElement[bool]:
    """Whether the row beside a household-year has a value."""
    shared = [c.key for c in model.__table__.primary_key if c.key in ("household_code", "year")]
    same = and_(*(getattr(model, key) == getattr(HouseholdYear, key) for key in shared))
    return exists().where(same, getattr(model, meaning.name).is_not(None)).correlate(HouseholdYear)


def _meet(one: str, other: str) -> bool:
    return regions.contains(one, other) or regions.contains(other, one)
