"""受益户: a household of the project's place is added once, while policies apply to it and the project has spent the money."""

from dataclasses import field
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import func, select

from fp_core import regions
from fp_core.commands import describe, operation
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.entered import command_fields, command_type, entered
from fp_core.errors import FailedClause, Invalid, NotFound, Refused
from fp_core.events import Happened
from fp_core.models.household import HouseholdYear
from fp_core.operations.households import load_record, refuse
from fp_core.operations.people import today
from fp_core.rulebook import year_end
from fp_core.rules import Record
from fp_projects.library import happened, lock_project, save_own
from fp_projects.models import Project, ProjectBeneficiary
from fp_projects.states import STATES
from fp_projects.types import ProjectType, own_fields, required_fields, type_named, types_of

RUNNING = ("IN_PROGRESS", "COMPLETED", "ACCEPTED")
YUAN_IN_WAN = 10_000
COMMON = ("household_code", "benefited_on", "amount")


@cache
def beneficiary_command(kind: ProjectType) -> type[Any]:
    """The command that adds a household to a project of a type, with the type's own indicators."""
    own = own_fields(kind.beneficiary)
    needed = required_fields(kind.beneficiary)
    made_of = [
        ("project_code", str, field(metadata=describe("项目编号", "code of the project"))),
        *command_fields(ProjectBeneficiary, required=COMMON, optional=("note",)),
    ]
    if kind.beneficiary is not None:
        free = [name for name in own if name not in needed]
        made_of += command_fields(kind.beneficiary, required=needed, optional=free)
    label, english = f"{kind.label}受益户", f"add a household to a project of {kind.english}"
    command = command_type(f"Add{kind.word}Beneficiary", f"{label} · {english}", made_of, project_type=kind)
    operation(command, right="projects:benefit", label=label, english=english, lock=lock_project)(add_beneficiary)
    return command


def add_beneficiary(session: ScopedSession, command: Any, project: Project) -> Happened:
    """Add a household. Every clause that fails is named at once."""
    kind: ProjectType = type_named(types_of(session.host.collect), command.project_type.code)
    if project.project_type != kind.code:
        raise Invalid("project_code", f"该项目不是{kind.label}项目", f"the project is no {kind.code} project")
    values = _values(session, command)
    household = session.get(HouseholdYear, (values["household_code"], values["benefited_on"].year))
    if household is None:
        raise NotFound("年度记录 household year", f"{values['household_code']} {values['benefited_on'].year}")
    row = ProjectBeneficiary(
        project_code=project.project_code, village_code=household.village_code, year=household.year, **values
    )
    _require(session, kind, project, household, row)
    session.add(row)
    own = {name: getattr(command, name) for name in own_fields(kind.beneficiary)}
    needed = required_fields(kind.beneficiary)
    save_own(session, kind.beneficiary, own, row, year=household.year, required=needed)
    session.flush()  # the rule of the type reads the rows just written
    _require_own(session, kind, row)
    return happened("BENEFICIARY_ADDED", project, note=row.household_code)


def _values(session: ScopedSession, command: Any) -> dict[str, Any]:
    given = {name: getattr(command, name) for name in (*COMMON, "note")}
    year = command.benefited_on.year
    return entered(session.host.codes, ProjectBeneficiary, given, year, required=COMMON)


def _require(
    session: ScopedSession, kind: ProjectType, project: Project, household: HouseholdYear, row: ProjectBeneficiary
) -> None:
    place = project.county_code if kind.county_wide else project.region_code
    rule, day = "project.may_benefit", year_end(household.year)
    failing = [
        *_when(project.state not in RUNNING, "BEN-STATE", f"项目{STATES.label_of(project.state)}，不能录入受益户",
               "only a project under way, completed or accepted has beneficiaries"),
        *_when(not regions.contains(place, household.village_code), "BEN-REG", "该户不在项目区域内",
               "the household does not live where the project lies"),
        *session.host.rules.failing(rule, load_record(session, household), region=household.village_code, on=day),
        *_when(not _in_period(project, row), "BEN-DATE", "受益时间超出项目期", "the day lies outside the project's time"),
        *_when(_paid(session, project) + row.amount > project.spent * YUAN_IN_WAN, "BEN-SUM",
               "受益金额合计超过项目已支出", "all that households got lies within what was spent"),
    ]  # fmt: skip
    if session.get(ProjectBeneficiary, (row.household_code, row.project_code)) is not None:
        raise refuse("BEN-DUP", "该户已在受益名单中", "the household is on the list already")
    if failing:
        raise Refused(rule, tuple(failing))


def _require_own(session: ScopedSession, kind: ProjectType, row: ProjectBeneficiary) -> None:
    if kind.beneficiary_rule is None:
        return
    key = (row.household_code, row.project_code)
    extensions = {e.name: session.get(e.model, key) for e in session.host.extensions if e.of is ProjectBeneficiary}
    name, day = kind.beneficiary_rule.name, year_end(row.year)
    failing = session.host.rules.failing(name, Record(row, extensions=extensions), region=row.village_code, on=day)
    if failing:
        raise Refused(name, failing)


def _when(failed: bool, clause: str, zh: str, en: str) -> tuple[FailedClause, ...]:
    return (FailedClause(clause, zh, en),) if failed else ()


def _in_period(project: Project, row: ProjectBeneficiary) -> bool:
    started = project.started_on is not None and project.started_on <= row.benefited_on <= today()
    return started and row.year <= (project.end_year or row.year)


def _paid(session: ScopedSession, project: Project) -> Decimal:
    """What the project's households got so far, in yuan, also those out of the operator's sight."""
    paid = select(func.sum(ProjectBeneficiary.amount)).where(ProjectBeneficiary.project_code == project.project_code)
    return session.execute(paid, execution_options=UNSCOPED).scalar_one() or Decimal(0)
