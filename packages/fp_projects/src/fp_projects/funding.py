"""Money that comes to a project: the events of whatever ledger is installed, answered by what the project has of it."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from fp_core import regions
from fp_core.db import ScopedSession
from fp_core.events import Happened
from fp_core.operations.households import refuse
from fp_projects.library import happened, require
from fp_projects.models import Project

ARRANGED, REVERSED = "FUNDS_ARRANGED", "FUNDS_REVERSED"


def follow(session: ScopedSession, event: Happened) -> Happened | None:
    """FND-PROJ: money arranged to a project counts there; an arrangement taken back counts no more."""
    entry = event.subject
    code = getattr(entry, "project_code", None)
    if code is None:
        return None
    if event.type == ARRANGED:
        return _arranged(session, entry, _project(session, code))
    if event.type == REVERSED and event.reason == ARRANGED:
        return _returned(session, entry, _project(session, code))
    return None


def _arranged(session: ScopedSession, entry: Any, project: Project) -> Happened:
    if not regions.contains(entry.region_code, project.region_code):
        raise refuse(
            "FND-PROJ", "项目不在资金单位的区域内", "the project lies outside the region that arranges the money"
        )
    project.arranged += Decimal(entry.amount)
    require(session, "project.may_take_funds", project)
    return happened("PROJECT_FUNDED", project, note=entry.entry_code)


def _returned(session: ScopedSession, entry: Any, project: Project) -> Happened:
    project.arranged -= Decimal(entry.amount)
    if project.spent > project.arranged:
        raise refuse(
            "FND-DEL",
            f"该安排已有支出（项目已支出 {project.spent} 万元），不能撤销",
            f"the project has spent {project.spent} of it; it cannot be taken back",
        )
    return happened("PROJECT_FUNDS_WITHDRAWN", project, note=entry.entry_code)


def _project(session: ScopedSession, code: str) -> Project:
    found = session.scalars(select(Project).where(Project.project_code == code).with_for_update()).one_or_none()
    if found is None:
        raise refuse("FND-PROJ", f"没有项目 {code!r}，或无权访问", f"there is no project {code!r} in your region")
    return found
