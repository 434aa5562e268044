"""Plain Strawberry as one writes it by hand: SQLAlchemy's async ORM and a dataloader for each link; no login, no scope.

BENCH_DATABASE is the address of the database.
"""

import json
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

import strawberry
from sqlalchemy import select, text, tuple_
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader

from benchmarks.servers import group_by
from fp_core.models import household as household_models
from fp_core.models import member as member_models
from fp_core.regions import span
from fp_projects import models as project_models

URL = make_url(os.environ["BENCH_DATABASE"])
IS_SQLITE = URL.get_backend_name() == "sqlite"
POOL: dict[str, int] = {} if IS_SQLITE else {"pool_size": 8, "max_overflow": 0}
engine = create_async_engine(URL.set(drivername="sqlite+aiosqlite" if IS_SQLITE else "postgresql+asyncpg"), **POOL)
Session = async_sessionmaker(engine, expire_on_commit=False)
COUNTED = text(group_by.statement("sqlite" if IS_SQLITE else "postgresql"))
Row = Any
Loaders = dict[str, DataLoader[Any, Any]]


async def rows(statement: Any) -> Sequence[Row]:
    async with Session() as session:
        return (await session.scalars(statement)).all()


def many(model: Any, *key: str) -> DataLoader[Any, Any]:
    """Rows of a model by some of its columns."""
    columns = [getattr(model, name) for name in key]

    async def load(keys: list[Any]) -> list[Any]:
        found: dict[Any, list[Row]] = {one: [] for one in keys}
        for row in await rows(select(model).where(tuple_(*columns).in_(keys)).order_by(*model.__table__.primary_key)):
            found[tuple(getattr(row, name) for name in key)].append(row)
        return [found[one] for one in keys]

    return DataLoader(load_fn=load)


def one(model: Any, *key: str) -> DataLoader[Any, Any]:
    """One row of a model by its key."""
    listed = many(model, *key)

    async def load(keys: list[Any]) -> list[Any]:
        return [next(iter(found), None) for found in await listed.load_many(keys)]

    return DataLoader(load_fn=load)


def loaders() -> Loaders:
    """Those of one request."""
    return {
        "years": many(household_models.HouseholdYear, "household_code"),
        "members": many(member_models.Member, "household_code"),
        "member_years": many(member_models.MemberYear, "household_code", "member_no"),
        "annual_members": many(member_models.MemberYear, "household_code", "year"),
        "member": one(member_models.Member, "household_code", "member_no"),
        "benefits": many(project_models.ProjectBeneficiary, "household_code", "year"),
        "project": one(project_models.Project, "project_code"),
    }


def linked(loader: str, *key: str) -> Callable[..., Awaitable[Any]]:
    """A resolver that follows a link by a loader."""

    async def resolve(root: strawberry.Parent[Any], info: strawberry.Info) -> Any:
        return await info.context[loader].load(tuple(getattr(root, name) for name in key))

    return resolve


def masked(name: str, head: int) -> Callable[..., str | None]:
    """A resolver that shows the first and the last signs of a number."""

    def resolve(root: strawberry.Parent[Any]) -> str | None:
        value: str | None = getattr(root, name)
        if value is None:
            return None
        return f"{value[:head]}****{value[-4:]}" if len(value) >= head + 6 else "****"

    return resolve


@strawberry.type
class Member:
    member_no: int
    name: str
    id_number_masked: str | None
    sex: str | None
    birth_date: date | None
    ethnicity: str | None
    years: list[Annotated["MemberYear", strawberry.lazy(__name__)]] = strawberry.field(
        resolver=linked("member_years", "household_code", "member_no")
    )


@strawberry.type
class MemberYear:
    member_no: int
    year: int
    relation_to_head: str | None
    member_status: str
    education_level: str | None
    health_status: list[str] | None
    labour_capacity: str | None
    work_months: Decimal | None
    has_resident_medical: bool | None
    member: Member | None = strawberry.field(resolver=linked("member", "household_code", "member_no"))


@strawberry.type
class Project:
    project_code: str
    project_name: str
    sub_type: str
    project_level: str | None
    state: str


@strawberry.type
class ProjectBeneficiary:
    benefited_on: date
    amount: Decimal
    note: str | None
    project: Project | None = strawberry.field(resolver=linked("project", "project_code"))


@strawberry.type
class HouseholdYear:
    household_code: str
    year: int
    exit_status: str
    exit_year: int | None
    member_count: int | None
    head_name: str | None
    household_attribute: str | None
    main_cause: str | None
    other_causes: list[str] | None
    arable_area: Decimal | None
    house_area: Decimal | None
    is_dangerous_house: bool | None
    wage_income: Decimal | None
    net_income_per_capita: Decimal | None
    phone: str | None = strawberry.field(resolver=masked("phone", 3))
    bank_account: str | None = strawberry.field(resolver=masked("bank_account", 4))
    members: list[MemberYear] = strawberry.field(resolver=linked("annual_members", "household_code", "year"))
    benefits: list[ProjectBeneficiary] = strawberry.field(resolver=linked("benefits", "household_code", "year"))


@strawberry.type
class Household:
    household_code: str
    village_code: str
    group_name: str | None
    address: str | None
    identified_on: date | None
    origin: str | None
    is_closed: bool
    longitude: Decimal | None
    years: list[HouseholdYear] = strawberry.field(resolver=linked("years", "household_code"))
    members: list[Member] = strawberry.field(resolver=linked("members", "household_code"))


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class HouseholdYearConnection:
    nodes: list[HouseholdYear]
    page_info: PageInfo


@strawberry.enum
class ExitStatus(StrEnum):
    NOT_EXITED = "NOT_EXITED"
    EXITED = "EXITED"
    RELAPSED = "RELAPSED"
    STABLE_EXITED = "STABLE_EXITED"
    REMOVED = "REMOVED"
    CLOSED = "CLOSED"


@strawberry.input
class ExitStatusFilter:
    eq: ExitStatus


@strawberry.input
class HouseholdYearWhere:
    exit_status: ExitStatusFilter


@strawberry.type
class Cell:
    column: str
    households: int
    persons: int


@strawberry.type
class Line:
    region_code: str
    name: str
    cells: list[Cell]


@strawberry.type
class Table:
    rows: list[Line]


@strawberry.type
class Query:
    @strawberry.field
    async def household(self, household_code: str) -> Household | None:
        model = household_models.Household
        found: Any = await rows(select(model).where(model.household_code == household_code))
        return next(iter(found), None)

    @strawberry.field
    async def household_years(
        self, region: str, year: int, where: HouseholdYearWhere, first: int, after: str | None = None
    ) -> HouseholdYearConnection:
        model = household_models.HouseholdYear
        key = tuple_(model.household_code, model.year)
        chosen = select(model).where(
            model.year == year,
            model.village_code.between(*span(region)),
            model.exit_status == where.exit_status.eq.value,
        )
        if after is not None:
            _, code, last = after.split(":")
            chosen = chosen.where(key > (code, int(last)))
        found: Any = await rows(chosen.order_by(model.household_code, model.year).limit(first + 1))
        nodes = found[:first]
        end = f"householdCode,year:{nodes[-1].household_code}:{nodes[-1].year}" if nodes else None
        return HouseholdYearConnection(
            nodes=nodes, page_info=PageInfo(has_next_page=len(found) > first, end_cursor=end)
        )

    @strawberry.field
    async def statistics(self, code: str, region: str, year: int) -> Table:
        low, high = span(region)
        async with Session() as session:
            counted = await session.execute(COUNTED, {"region": region, "low": low, "high": high, "year": year})
        return Table(rows=[_line(*row) for row in counted])


def _line(code: str, name: str, cells: Any) -> Line:
    held = json.loads(cells) if isinstance(cells, str) else cells
    return Line(region_code=code, name=name, cells=[Cell(**cell) for cell in held])


class View(GraphQL[Any, Any]):
    async def get_context(self, request: Any, response: Any) -> Any:
        return loaders()


app = Starlette(routes=[Route("/graphql", View(strawberry.Schema(Query), graphql_ide=None))])
