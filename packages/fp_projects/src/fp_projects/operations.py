"""立项, 实施 and 验收: a project of the library is approved, goes on line by line, and is accepted."""

from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from fp_core.commands import operation
from fp_core.db import ScopedSession
from fp_core.entered import command_fields, command_type, entered
from fp_core.errors import Invalid
from fp_core.events import Happened
from fp_core.operations.households import refuse
from fp_core.operations.people import today
from fp_projects.library import OfProject, happened, lock_project, require
from fp_projects.models import Project, ProjectProgress
from fp_projects.states import progress_event, take

APPROVAL = ("approval_document", "approved_on", "approved_amount")
LINE = ("progress_on", "stage", "progress_percent", "spent")
ACCEPTANCE = ("accepted_on", "acceptance_body", "acceptance_result")
DONE = Decimal(100)

ApproveProject = command_type(
    "ApproveProject",
    "立项 · approve a project of the library",
    command_fields(Project, required=APPROVAL),
    (OfProject,),
)
RecordProgress = command_type(
    "RecordProgress",
    "实施进度 · record how far a project is and what was spent",
    command_fields(ProjectProgress, required=LINE, optional=("payment_document", "note")),
    (OfProject,),
)
AcceptProject = command_type(
    "AcceptProject",
    "验收 · record the acceptance of a project",
    command_fields(Project, required=ACCEPTANCE),
    (OfProject,),
)


@operation(ApproveProject, right="projects:approve", label="立项", english="approve a project", lock=lock_project)
def approve_project(session: ScopedSession, command: Any, project: Project) -> Happened:
    """A project of the library is approved by a document, with an amount inside its plan."""
    event = take(project, "PROJECT_APPROVED")
    _write(session, command, project, APPROVAL)
    _refuse_future("approved_on", command.approved_on)
    require(session, "project.may_be_approved", project)
    return happened(event, project, document_number=project.approval_document)


@operation(RecordProgress, right="projects:progress", label="实施进度", english="record progress", lock=lock_project)
def record_progress(session: ScopedSession, command: Any, project: Project) -> Happened:
    """The first line starts the project, a hundred percent completes it; what is spent was arranged before."""
    event = take(project, progress_event(project, command.progress_percent == DONE))
    line = _line(session, command, project)
    project.spent += line.spent
    project.progress_percent = line.progress_percent
    project.started_on = project.started_on or line.progress_on
    completed = line.progress_on if event == "PROJECT_COMPLETED" else project.completed_on
    project.completed_on = completed if project.state == "COMPLETED" else None
    require(session, "project.may_spend", project)
    return happened(event, project, document_number=line.payment_document, note=line.note)


@operation(AcceptProject, right="projects:accept", label="验收", english="accept a project", lock=lock_project)
def accept_project(session: ScopedSession, command: Any, project: Project) -> Happened:
    """A completed project is accepted for good, or goes back to the works."""
    passed = session.host.codes["ACCEPTANCE"].read(command.acceptance_result, project.project_year) == "PASSED"
    event = take(project, "PROJECT_ACCEPTED" if passed else "PROJECT_REOPENED")
    _write(session, command, project, ACCEPTANCE)
    _refuse_future("accepted_on", command.accepted_on)
    if project.completed_on is not None and command.accepted_on < project.completed_on:
        raise refuse("PRJ-DATE", "验收日期不能早于完工日期", "a project is accepted after its completion")
    return happened(event, project, reason=project.acceptance_result)


def _line(session: ScopedSession, command: Any, project: Project) -> ProjectProgress:
    """The next line of progress; none is older than the approval, nor of a day to come."""
    names = (*LINE, "payment_document", "note")
    given = {name: getattr(command, name) for name in names}
    values = entered(session.host.codes, ProjectProgress, given, project.project_year, required=LINE)
    _refuse_future("progress_on", values["progress_on"])
    if project.approved_on is not None and values["progress_on"] < project.approved_on:
        raise refuse("PRJ-DATE", "实施日期不能早于立项日期", "works begin after the approval")
    last = session.scalar(
        select(func.max(ProjectProgress.progress_no)).where(ProjectProgress.project_code == project.project_code)
    )
    key: dict[str, Any] = {"project_code": project.project_code, "region_code": project.region_code}
    line = ProjectProgress(**key, progress_no=(last or 0) + 1, **values)
    session.add(line)
    return line


def _write(session: ScopedSession, command: Any, project: Project, names: tuple[str, ...]) -> None:
    given = {name: getattr(command, name) for name in names}
    values = entered(session.host.codes, Project, given, project.project_year, required=names)
    for name, value in values.items():
        setattr(project, name, value)


def _refuse_future(name: str, day: Any) -> None:
    if day > today():
        raise Invalid(name, "日期不能晚于今天", "the day is not in the future")
