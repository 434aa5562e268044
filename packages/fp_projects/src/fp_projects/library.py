"""项目库: a project of any type is saved as a draft and enters the library when it is complete and the rules hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel

from fp_core import regions
from fp_core.commands import describe, operation
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.entered import command_fields, command_type, entered
from fp_core.errors import Invalid, NotFound, Refused
from fp_core.events import Happened
from fp_core.indicators import indicators
from fp_core.models.regions import find
from fp_core.operations.households import refuse
from fp_core.regions import Level
from fp_core.rulebook import year_end
from fp_core.rules import Record
from fp_projects.models import LIBRARY, PLANS, Project, ProjectSerial
from fp_projects.states import take
from fp_projects.types import ProjectType, own_fields, type_named, types_of

MOST = 99_999
"""A project code has five digits for the project in its county, year and type."""
FIXED = ("region_code", "project_year")
NEEDED = (*FIXED, "project_name", "sub_type")
FORM = tuple(name for name, i in indicators(Project).items() if i.form == LIBRARY)


@dataclass(frozen=True, kw_only=True)
class OfProject:
    """What every command on one project names: the project and the version that was seen."""

    project_code: str = field(metadata=describe("项目编号", "code of the project"))
    version: int = field(metadata=describe("版本", "version of the project that was seen"))


@dataclass(frozen=True, kw_only=True)
class SubmitToLibrary(OfProject):
    """入库: a project's draft is complete and enters the library."""


@cache
def save_command(kind: ProjectType) -> type[Any]:
    """The command that saves a draft of a type: the form of the library and the type's own indicators."""
    free = (*(name for name in FORM if name not in NEEDED),)
    english = f"save a draft of a project of {kind.english}"
    made_of = [
        (
            "project_code",
            str | None,
            field(default=None, metadata=describe("项目编号", "code; none for a new project")),
        ),
        ("version", int | None, field(default=None, metadata=describe("版本", "version seen; none for a new project"))),
        *command_fields(Project, required=NEEDED, optional=free),
        *(command_fields(kind.project, optional=own_fields(kind.project)) if kind.project else ()),
    ]
    command = command_type(f"Save{kind.word}Project", f"{kind.label}项目保存 · {english}", made_of, project_type=kind)
    operation(command, right="projects:enter", label=f"{kind.label}项目保存", english=english, lock=lock_draft)(save)
    return command


def lock_project(session: ScopedSession, command: Any) -> Project:
    """The project a command names, locked for this transaction; outside the scope it does not exist."""
    found = session.scalars(
        select(Project).where(Project.project_code == command.project_code).with_for_update()
    ).one_or_none()
    if found is None:
        raise NotFound("项目 project", command.project_code)
    return found


def lock_draft(session: ScopedSession, command: Any) -> Project | None:
    """The project to save again, or None for a new one."""
    if command.project_code is None:
        return None
    if command.version is None:
        raise Invalid("version", "修改项目须提供所见版本", "give the version that was seen to save a project again")
    return lock_project(session, command)


def save(session: ScopedSession, command: Any, project: Project | None) -> Happened:
    """Write the whole form: what is left out is empty. Place, year and type stay as they were first saved."""
    kind: ProjectType = type_named(types_of(session.host.collect), command.project_type.code)
    values = entered(session.host.codes, Project, _given(command, FORM), command.project_year, required=NEEDED)
    if values["sub_type"] not in {item.name for item in kind.sub_types}:
        labels = "、".join(item.label for item in kind.sub_types)
        raise Invalid("sub_type", f"{kind.label}的子类型为：{labels}", f"sub types of {kind.code} are {labels}")
    if project is None:
        project = _new(session, kind, values)
        session.add(project)
    _refuse_moved(project, kind, values)
    for name, value in values.items():
        setattr(project, name, value)
    project.total_plan = sum((getattr(project, name) or Decimal(0) for name in PLANS), Decimal(0))
    own = _given(command, own_fields(kind.project))
    save_own(session, kind.project, own, project, year=project.project_year)
    return happened(take(project, "PROJECT_SAVED"), project)


@operation(SubmitToLibrary, right="projects:enter", label="入库", english="submit to the library", lock=lock_project)
def submit_to_library(session: ScopedSession, command: SubmitToLibrary, project: Project) -> Happened:
    """Refused while something required is empty, or a rule of all projects or of the type does not hold."""
    event = take(project, "PROJECT_SUBMITTED")
    kind = type_named(types_of(session.host.collect), project.project_type)
    own = session.get(kind.project, project.project_code) if kind.project else None
    empty = [*_empty(Project, project), *(_empty(kind.project, own) if kind.project else ())]
    if empty:
        raise refuse("PRJ-COMPLETE", f"请先填写：{'、'.join(empty)}", f"still to be filled in: {', '.join(empty)}")
    require(session, "project.may_enter_library", project)
    if kind.library_rule is not None:
        require(session, kind.library_rule.name, project)
    return happened(event, project)


def require(session: ScopedSession, rule: str, project: Project, on: date | None = None) -> None:
    """Refuse with the failing clauses unless a rule over projects holds."""
    extensions = {
        e.name: session.get(e.model, project.project_code) for e in session.host.extensions if e.of is Project
    }
    record = Record(project, extensions=extensions)
    day = on or year_end(project.project_year)
    failing = session.host.rules.failing(rule, record, region=project.region_code, on=day)
    if failing:
        raise Refused(rule, failing)


def save_own(
    session: ScopedSession,
    model: type[SQLModel] | None,
    given: Mapping[str, Any],
    row: Any,
    *,
    year: int,
    required: tuple[str, ...] = (),
) -> None:
    """Write the type's own row beside a project or a beneficiary, whose key and place it takes over."""
    if model is None:
        return
    known = indicators(model)
    key = {name: getattr(row, name) for name, i in known.items() if i.primary_key}
    carried = {name: getattr(row, name) for name in known if name in type(row).model_fields and name not in given}
    held = session.get(model, tuple(key.values()))
    values = {**carried, **entered(session.host.codes, model, given, year, required=required)}
    if held is None:
        session.add(model(**values))
        return
    for name, value in values.items():
        setattr(held, name, value)


def happened(event: str, project: Project, **more: Any) -> Happened:
    """What happened to a project, in its place and year."""
    return Happened(event, project, region_code=project.region_code, year=project.project_year, **more)


def _given(command: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(command, name) for name in names}


def _new(session: ScopedSession, kind: ProjectType, values: Mapping[str, Any]) -> Project:
    region, year = values["region_code"], values["project_year"]
    level = regions.level_of(region)
    if not session.actor.scope.contains(region) or find(session, region, year) is None:
        raise NotFound("建设地点 region", region)
    if level not in (Level.COUNTY, Level.TOWN, Level.VILLAGE):
        raise Invalid("region_code", "建设地点应为县、乡镇或村", "a project lies in a county, a town or a village")
    county = regions.at_level(region, Level.COUNTY)
    serial = _next_serial(session, county, year, kind.code)
    if serial > MOST:
        raise refuse(
            "PRJ-CODE", f"{county} {year} 年的项目编号已用完", f"{county} has used all project codes of {year}"
        )
    code = f"{year}{county[:6]}{kind.digit}{serial:05d}"
    fixed = {"region_code": region, "project_year": year, "project_type": kind.code, "county_code": county}
    return Project(project_code=code, state="DRAFT", version=0, **fixed)


def _next_serial(session: ScopedSession, county: str, year: int, kind: str) -> int:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    # The numbers are the county's, also where a town enters the project: the one row written outside its region.
    first = insert(ProjectSerial).values(county_code=county, project_year=year, project_type=kind, last=1)
    keys = ["county_code", "project_year", "project_type"]
    raised = first.on_conflict_do_update(index_elements=keys, set_={"last": ProjectSerial.last + 1})
    return int(session.execute(raised.returning(ProjectSerial.last), execution_options=UNSCOPED).scalar_one())


def _refuse_moved(project: Project, kind: ProjectType, values: Mapping[str, Any]) -> None:
    if project.project_type != kind.code or any(getattr(project, name) != values[name] for name in FIXED):
        raise refuse(
            "PRJ-FIXED",
            "项目的地点、年度和类型保存后不能更改，请另建项目",
            "place, year and type stay as they were first saved; make another project",
        )


def _empty(model: type[SQLModel], row: Any) -> list[str]:
    """Labels of the required indicators that have no value."""
    return [i.label for name, i in indicators(model).items() if i.required and getattr(row, name, None) is None]
