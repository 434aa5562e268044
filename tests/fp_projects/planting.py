"""A province's plugin for these tests: a further project type with tables of its own."""

from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import MetaData
from sqlmodel import SQLModel

from fp_core.codes import Item
from fp_core.hookspecs import hookimpl
from fp_core.indicators import indicator
from fp_core.parts import Tables
from fp_core.scope import by
from fp_projects.types import ProjectType

METADATA = MetaData()


class R52Trees(SQLModel, table=True):
    """What only a project of trees has."""

    metadata: ClassVar[MetaData] = METADATA
    __tablename__ = "r52_trees"
    __label__: ClassVar[tuple[str, str]] = ("生态林项目信息", "project of trees")
    __scope__: ClassVar[Any] = by("region_code")

    project_code: str = indicator("项目编号", "code of the project", primary_key=True, max_length=16)
    region_code: str = indicator("建设地点", "where it lies", max_length=12, computed=True, nullable=False)
    tree_species: str | None = indicator("树种", "species", max_length=30, required=True)


class R52TreeKeeper(SQLModel, table=True):
    """What a household gets as a keeper of trees."""

    metadata: ClassVar[MetaData] = METADATA
    __tablename__ = "r52_tree_keeper"
    __label__: ClassVar[tuple[str, str]] = ("生态护林员", "keeper of trees")
    __scope__: ClassVar[Any] = by("village_code")
    __subject__: ClassVar[str] = "project_code"

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16)
    project_code: str = indicator("项目编号", "code of the project", primary_key=True, max_length=16)
    village_code: str = indicator("所在村", "village", max_length=12, computed=True, nullable=False)
    patrol_area: Decimal | None = indicator("管护面积", "area looked after", places=2, unit="亩", required=True)


TREES = ProjectType(
    code="R52_TREES",
    digit="6",
    label="生态护林",
    english="trees",
    sub_types=(Item("KEEPING", "管护", "keeping"),),
    project=R52Trees,
    beneficiary=R52TreeKeeper,
    county_wide=True,
)


@hookimpl
def fp_tables() -> Tables:
    """The two tables of the type; these tests make them without a migration."""
    return Tables(
        "r52",
        (R52Trees, R52TreeKeeper),
        Path(__file__).parent,
        prefix="r52_",
        requires=("core", "projects"),
        extensions=TREES.extensions,
    )


@hookimpl
def fp_project_types() -> Iterable[ProjectType]:
    """生态护林."""
    return (TREES,)
