"""The projects' part of the schema: their types, the links to households and funds, and two mutations for each project type."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlmodel import SQLModel

from fp_core.graphql.parts import GraphQL
from fp_core.graphql.sources import Link, source_of
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.regions import Region
from fp_projects.beneficiaries import beneficiary_command
from fp_projects.library import SubmitToLibrary, save_command
from fp_projects.models import Project, ProjectBeneficiary, ProjectProgress
from fp_projects.operations import AcceptProject, ApproveProject, RecordProgress
from fp_projects.types import types_of

CODE = "project_code"
LIFE = (SubmitToLibrary, ApproveProject, RecordProgress, AcceptProject)


def projects_graphql(collect: Callable[[str], Iterator[tuple[str, Any]]], ledger: type[SQLModel] | None) -> GraphQL:
    """Types, links and commands of every project type that a plugin has; links to the ledger where one is installed."""
    types = types_of(collect).values()
    return GraphQL(
        sources=(
            source_of(Project, search=("project_name",)),
            source_of(ProjectProgress, plural="projectProgressLines"),
            source_of(ProjectBeneficiary),
        ),
        links=(*_links(), *(_funds(ledger) if ledger is not None else ())),
        commands=(
            *(save_command(one) for one in types),
            *LIFE,
            *(beneficiary_command(one) for one in types),
        ),
    )


def _links() -> tuple[Link, ...]:
    year = ("household_code", "year")
    return (
        _link(Project, "progress", ProjectProgress, (CODE,), "实施进度", "lines of progress", many=True),
        _link(Project, "beneficiaries", ProjectBeneficiary, (CODE,), "受益户", "households that benefit", many=True),
        _link(ProjectProgress, "project", Project, (CODE,), "项目", "the project"),
        _link(ProjectBeneficiary, "project", Project, (CODE,), "项目", "the project"),
        _link(
            ProjectBeneficiary, "household_year", HouseholdYear, year, "受益年度的贫困户", "the household in that year"
        ),
        _link(HouseholdYear, "benefits", ProjectBeneficiary, year, "项目受益", "benefits from projects", many=True),
        _link(
            Household,
            "benefits",
            ProjectBeneficiary,
            ("household_code",),
            "项目受益",
            "benefits of all years",
            many=True,
        ),
        Link(
            of=Project,
            name="region",
            to=Region,
            on=(("region_code", "code"),),
            label="建设地点",
            english="the division it lies in, under its latest name",
            order_by=("-valid_from",),
        ),
    )


def _funds(ledger: type[SQLModel]) -> tuple[Link, ...]:
    """A fund is followed from the central document to the household, and from the household back."""
    return (
        _link(Project, "funds", ledger, (CODE,), "资金安排", "entries of the ledger that name the project", many=True),
        _link(ledger, "project", Project, (CODE,), "项目", "the project the money is arranged to"),
    )


def _link(
    of: type[SQLModel],
    name: str,
    to: type[SQLModel],
    key: tuple[str, ...],
    label: str,
    english: str,
    *,
    many: bool = False,
) -> Link:
    return Link(of=of, name=name, to=to, on=tuple((k, k) for k in key), label=label, english=english, many=many)
