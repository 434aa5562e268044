"""The projects as a plugin: library to acceptance, beneficiaries, and the national types through the hook that all types use."""

from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlmodel import SQLModel

from fp_core import codes
from fp_core.db import ScopedSession
from fp_core.events import Happened
from fp_core.hookspecs import hookimpl
from fp_core.parts import Invariant, Permission, RuleSet, Tables
from fp_core.permissions import right
from fp_core.regions import Level
from fp_projects import funding, hookspecs
from fp_projects.invariants import invariants_of
from fp_projects.models import MODELS
from fp_projects.rules import RULES
from fp_projects.states import EVENTS, STATES
from fp_projects.types import ProjectType, dictionaries, types_of
from fp_projects.types.industry import INDUSTRY, BeneficiaryIndustry, ProjectIndustry

HERE = Path(__file__).parent
COUNTY, TOWN, VILLAGE = Level.COUNTY, Level.TOWN, Level.VILLAGE
LEDGER = "fund_entry"
"""The table of a ledger of funds, by whichever plugin. Without one, projects stand alone."""

Collect = Callable[[str], Iterator[tuple[str, Any]]]


@hookimpl
def fp_hookspecs() -> ModuleType:
    """The hook for project types."""
    return hookspecs


@hookimpl
def fp_project_types() -> tuple[ProjectType, ...]:
    """产业扶贫."""
    return (INDUSTRY,)


@hookimpl
def fp_tables() -> Tables:
    """The common tables, and those of the national types, which extend the project and the beneficiary."""
    models = (*MODELS, ProjectIndustry, BeneficiaryIndustry)
    return Tables("projects", models, HERE / "migrations", extensions=INDUSTRY.extensions)


@hookimpl
def fp_codes(collect: Collect) -> tuple[codes.Dictionary | codes.CodeAddition, ...]:
    """The code lists of the projects, those that come from the types, and what can happen to a project."""
    return (*codes.read(HERE / "codes.toml"), STATES, *dictionaries(types_of(collect).values()), *EVENTS)


@hookimpl
def fp_rules(collect: Collect) -> RuleSet:
    """The rules of all projects and of each type, and their parameters."""
    of_types = tuple(rule for one in types_of(collect).values() for rule in one.rules)
    return RuleSet(rules=(*RULES, *of_types), parameters=(HERE / "params.toml",))


@hookimpl
def fp_permissions() -> tuple[Permission, ...]:
    """Villages, towns and counties enter; the county approves and accepts."""
    return (
        right("projects:enter", "项目录入", "enter projects and submit them to the library", COUNTY, TOWN, VILLAGE),
        right("projects:approve", "项目立项", "approve projects", COUNTY),
        right("projects:progress", "项目实施", "record progress and payments", COUNTY, TOWN, VILLAGE),
        right("projects:accept", "项目验收", "accept projects", COUNTY),
        right("projects:benefit", "受益户录入", "add households that benefit", COUNTY, TOWN, VILLAGE),
    )


@hookimpl
def fp_on(event: Happened, session: ScopedSession) -> Happened | None:
    """Money arranged to a project, or taken back from it, counts there; what a project cannot take is refused."""
    return funding.follow(session, event)


@hookimpl
def fp_invariants(collect: Collect) -> tuple[Invariant, ...]:
    """The identities of projects."""
    return invariants_of(_ledger(collect))


@hookimpl
def fp_graphql(collect: Collect) -> Any:
    """The types, links and mutations of projects."""
    from fp_projects.graphql import projects_graphql

    return projects_graphql(collect, _ledger(collect))


def _ledger(collect: Collect) -> type[SQLModel] | None:
    models = (model for _, tables in collect("fp_tables") for model in tables.models)
    return next((model for model in models if model.__tablename__ == LEDGER), None)
