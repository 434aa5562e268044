"""A registry with the core and the plugin of these tests only, its schema, and a way to ask it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from importlib.metadata import entry_points
from typing import Any

import pytest
from graphql import GraphQLEnumType
from sqlalchemy import event

from fp_core.db import make_engine
from fp_core.graphql import Context, FpSchema
from fp_core.keys import Keys
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.scope import Actor
from tests.actors import operator
from tests.fp_core.graphql import extra
from tests.places import QIANXI, ZHONGZHAI

OTHERS = tuple({entry.name for entry in entry_points(group="fp")} - {"national"})


@dataclass(frozen=True)
class Asking:
    """A schema over a registry."""

    registry: Registry
    schema: FpSchema

    async def run(self, query: str, at: str = QIANXI, actor: Actor | None = None, **variables: Any) -> Any:
        """The result of a query by an operator of the region."""
        who = actor or operator(self.registry, at)
        context = Context(self.registry, who, self.schema.joint)
        return await self.schema.execute(query, variable_values=variables, context_value=context)

    async def data(self, query: str, at: str = QIANXI, actor: Actor | None = None, **variables: Any) -> Any:
        """The data of a query that has no errors."""
        result = await self.run(query, at, actor, **variables)
        assert result.errors is None, result.errors
        return result.data

    async def refusal(self, query: str, **variables: Any) -> Any:
        """The extensions of the one error a query has."""
        result = await self.run(query, **variables)
        assert result.errors is not None and len(result.errors) == 1
        return result.errors[0].extensions

    @contextmanager
    def counted(self) -> Iterator[list[str]]:
        """The statements that are sent meanwhile."""
        sent: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if statement.startswith("SELECT"):
                sent.append(statement)

        event.listen(self.registry.engine, "before_cursor_execute", note)
        yield sent
        event.remove(self.registry.engine, "before_cursor_execute", note)


def names(schema: FpSchema, kind: str) -> set[str]:
    """The names of the fields or values of a type."""
    found = schema._schema.type_map[kind]
    return set(found.values if isinstance(found, GraphQLEnumType) else found.fields)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def core_host() -> Host:
    """The core alone."""
    return Host.load(without=OTHERS)


@pytest.fixture(scope="session")
def extra_host() -> Host:
    """The core and the plugin of these tests."""
    return Host.load(without=OTHERS, extra=[("extra", extra)])


@pytest.fixture(scope="session")
def core_schema(core_host: Host) -> FpSchema:
    return FpSchema(core_host)


@pytest.fixture(scope="session")
def extra_schema(extra_host: Host) -> FpSchema:
    return FpSchema(extra_host)


@pytest.fixture(scope="session")
def full_schema(host: Host) -> FpSchema:
    """The schema of every installed plugin."""
    return FpSchema(host)


@pytest.fixture
def ask(database: str, core_host: Host, core_schema: FpSchema, keys: Keys) -> Iterator[Asking]:
    """The core's schema over a fresh database."""
    with Registry(make_engine(database), core_host, keys) as registry:
        yield Asking(registry, core_schema)


@pytest.fixture
def ask_extra(database: str, extra_host: Host, extra_schema: FpSchema, keys: Keys) -> Iterator[Asking]:
    """The schema with the plugin of these tests over a fresh database."""
    with Registry(make_engine(database), extra_host, keys) as registry:
        extra.SilverYear.metadata.create_all(registry.engine)
        yield Asking(registry, extra_schema)


@pytest.fixture
def households() -> Callable[..., None]:
    """Writes `count` households of a village with one member and two years each; incomes rise from 1000.00, one in three is empty."""

    def write(asking: Asking, count: int, village: str = ZHONGZHAI, start: int = 1) -> None:
        codes = [f"{village}{number:04d}" for number in range(start, start + count)]
        with asking.registry.system_session() as session:
            session.add_all(Household(household_code=c, village_code=village, version=1) for c in codes)
            session.flush()
            session.add_all(Member(household_code=c, member_no=1, village_code=village, name="王小明") for c in codes)
            session.add_all(_year(c, year, village, n) for n, c in enumerate(codes) for year in (2016, 2017))
            session.flush()
            session.add_all(MemberYear(household_code=c, member_no=1, year=2016, village_code=village) for c in codes)
            session.commit()

    return write


def _year(code: str, year: int, village: str, number: int) -> HouseholdYear:
    return HouseholdYear(
        household_code=code,
        year=year,
        village_code=village,
        head_name="王小明",
        phone="13812345678",
        bank_account="6222021234567890",
        net_income=None if number % 3 == 2 else Decimal("1000.00") + number,
        other_causes=("DISASTER", "ILLNESS") if number % 2 else None,
    )
