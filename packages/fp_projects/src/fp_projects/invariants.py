"""What must always hold for projects, recounted from their rows, and against the ledger of funds where one is installed."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core.models.events import Event
from fp_core.parts import Invariant
from fp_projects.beneficiaries import YUAN_IN_WAN
from fp_projects.models import Project, ProjectBeneficiary, ProjectProgress

LIMIT = 20
"""How many violations of one invariant are listed."""


def invariants_of(ledger: type[SQLModel] | None) -> tuple[Invariant, ...]:
    """The identities of projects; with a ledger, also that projects have what it arranged to them."""
    found = (
        Invariant(
            "M5a",
            "项目支出等于进度支出之和，且不超过已安排资金",
            "a project has spent what its lines say, and no more than was arranged",
            _listing("{0}: spent {1}, in its lines {2}, arranged {3}", _spent),
        ),
        Invariant(
            "M5b",
            "受益金额合计不超过项目支出",
            "what households got lies within what the project spent",
            _beyond_spent,
        ),
        Invariant(
            "A1-PRJ",
            "项目版本号等于其变更记录数",
            "a project's version is the number of its events",
            _listing("{0}: version {1}, events {2}", _versions),
        ),
    )
    if ledger is None:
        return found
    arranged = Invariant(
        "M5",
        "项目已安排资金等于资金流水中对该项目的安排",
        "what a project has is what the ledger arranged to it",
        _listing("{0}: {1} at the project, {2} in the ledger", lambda: _arranged(ledger)),
    )
    return (*found, arranged)


def _listing(sentence: str, statement: Callable[[], Select[*tuple[Any, ...]]]) -> Callable[[Session], list[str]]:
    def check(session: Session) -> list[str]:
        return [sentence.format(*row) for row in session.execute(statement().limit(LIMIT))]

    return check


def _spent() -> Select[*tuple[Any, ...]]:
    lines = (
        select(func.sum(ProjectProgress.spent))
        .where(ProjectProgress.project_code == Project.project_code)
        .correlate(Project)
        .scalar_subquery()
    )
    said = func.coalesce(lines, Project.spent - Project.spent)
    return select(Project.project_code, Project.spent, said, Project.arranged).where(
        or_(Project.spent != said, Project.spent > Project.arranged)
    )


def _beyond_spent(session: Session) -> list[str]:
    """Households are paid in yuan, projects in 万元: compared here, where both are exact."""
    paid = func.sum(ProjectBeneficiary.amount)
    statement = (
        select(Project.project_code, Project.spent, paid)
        .join(ProjectBeneficiary, ProjectBeneficiary.project_code == Project.project_code)
        .group_by(Project.project_code, Project.spent)
    )
    rows = [(code, spent * YUAN_IN_WAN, got) for code, spent, got in session.execute(statement)]
    return [f"{code}: spent {spent} yuan, households got {got}" for code, spent, got in rows if got > spent][:LIMIT]


def _versions() -> Select[*tuple[Any, ...]]:
    same = and_(Event.subject_type == "project", Event.subject_code == Project.project_code)
    events = func.count(Event.event_no)
    return (
        select(Project.project_code, Project.version, events)
        .outerjoin(Event, same)
        .group_by(Project.project_code, Project.version)
        .having(Project.version != events)
    )


def _arranged(ledger: Any) -> Select[*tuple[Any, ...]]:
    """Arrangements less what was taken back of them; both name the project."""
    signed = case((ledger.reverses.is_(None), ledger.amount), else_=-ledger.amount)
    entries = (
        select(func.sum(signed))
        .where(ledger.project_code == Project.project_code, ledger.kind == "ARRANGEMENT")
        .correlate(Project)
        .scalar_subquery()
    )
    said = func.coalesce(entries, Project.arranged - Project.arranged)
    return select(Project.project_code, Project.arranged, said).where(Project.arranged != said)
