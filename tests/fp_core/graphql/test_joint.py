"""Several plugins make one schema, each schema by itself, and a clash is refused naming both plugins."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
import strawberry
from sqlmodel import SQLModel
from strawberry import Parent

from fp_core.codes import Item
from fp_core.errors import PluginError
from fp_core.graphql import FpSchema, GraphQL, Link, extends, field, source_of
from fp_core.hookspecs import hookimpl
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.users import Login
from fp_core.parts import CodeAddition
from fp_core.plugins import Host
from tests.fp_core.graphql import extra
from tests.fp_core.graphql.conftest import OTHERS, Asking, names
from tests.places import DINGFU, QIANXI, ZHONGZHAI

Write = Callable[..., None]


def plugin(part: GraphQL) -> Any:
    @hookimpl
    def fp_graphql() -> GraphQL:
        return part

    return SimpleNamespace(fp_graphql=fp_graphql)


def schema_with(*parts: tuple[str, Any]) -> FpSchema:
    return FpSchema(Host.load(without=OTHERS, extra=list(parts)))


async def test_a_plugins_column_is_a_field_of_the_type_it_extends(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 3)
    silver(ask_extra, f"{ZHONGZHAI}0002", ZHONGZHAI)

    data = await ask_extra.data("{ householdYears(year: 2016) { nodes { silverGrams netIncome } } }")

    assert data["householdYears"]["nodes"] == [
        {"silverGrams": None, "netIncome": "1000.00"},
        {"silverGrams": "12.50", "netIncome": "1001.00"},
        {"silverGrams": None, "netIncome": None},
    ]


async def test_a_plugins_column_is_filtered_and_ordered_like_any_other(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 3)
    silver(ask_extra, f"{ZHONGZHAI}0002", ZHONGZHAI)

    data = await ask_extra.data(
        """{ rich: householdYears(where: {silverGrams: {gt: "10"}}) { totalCount nodes { householdCode } }
             all: householdYears(year: 2016, orderBy: SILVER_GRAMS_DESC, first: 2) { nodes { householdCode } } }"""
    )

    assert data["rich"] == {"totalCount": 1, "nodes": [{"householdCode": f"{ZHONGZHAI}0002"}]}
    assert [node["householdCode"][12:] for node in data["all"]["nodes"]] == ["0002", "0001"]


async def test_a_plugins_table_is_not_joined_when_it_is_not_asked_for(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 1)

    with ask_extra.counted() as statements:
        await ask_extra.data("{ householdYears { nodes { netIncome } } }")

    assert not [statement for statement in statements if "t99_" in statement]


async def test_a_plugins_row_of_another_region_is_not_seen(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 1)
    silver(ask_extra, f"{ZHONGZHAI}0001", DINGFU)

    data = await ask_extra.data("{ householdYears(year: 2016) { nodes { silverGrams } } }", QIANXI)

    assert data["householdYears"]["nodes"] == [{"silverGrams": None}]


@pytest.mark.parametrize("first", [1, 10, 100])
async def test_a_resolver_batches_by_a_loader(ask_extra: Asking, households: Write, first: int) -> None:
    households(ask_extra, 100)

    with ask_extra.counted() as statements:
        data = await ask_extra.data(
            "query ($first: Int) { householdYears(year: 2016, first: $first) { nodes { doubleIncome yearCount } } }",
            first=first,
        )

    assert data["householdYears"]["nodes"][0] == {"doubleIncome": "2000.00", "yearCount": 2}
    assert len(data["householdYears"]["nodes"]) == first
    assert len(statements) == 2


async def test_rows_a_resolver_gives_have_their_links_and_their_scope(ask_extra: Asking, households: Write) -> None:
    households(ask_extra, 100)
    households(ask_extra, 5, DINGFU)

    with ask_extra.counted() as statements:
        data = await ask_extra.data('{ richer(than: "1090") { netIncome household { members { name } } } }')

    assert len(data["richer"]) == 12  # 1091, 1093, 1094, 1096, 1097, 1099 in two years each
    assert data["richer"][0] == {"netIncome": "1091.00", "household": {"members": [{"name": "王小明"}]}}
    assert len(statements) == 3


async def test_a_models_own_object_is_refused_since_nothing_masks_it(ask_extra: Asking) -> None:
    result = await ask_extra.run("{ unmasked { householdCode } }")

    assert result.data == {"unmasked": None}
    assert str(result.errors[0].original_error) == (
        "a resolver gave a Household object; give rows read by info.context.rows(…)"
    )


def test_two_schemas_of_one_process_do_not_know_each_other(core_schema: FpSchema, extra_schema: FpSchema) -> None:
    added = {"silverGrams", "doubleIncome", "yearCount"}

    assert not added & names(core_schema, "HouseholdYear")
    assert added <= names(extra_schema, "HouseholdYear")
    assert "moveGroup" in names(extra_schema, "Mutation") - names(core_schema, "Mutation")
    assert core_schema.get_field_for_type("silverGrams", "HouseholdYear") is None
    assert extra_schema.get_field_for_type("silverGrams", "HouseholdYear") is not None


def test_a_plugins_code_is_a_value_of_its_own_schema_only(core_schema: FpSchema) -> None:
    item = Item("SANDSTORM", "沙尘暴", "sandstorm")

    @hookimpl
    def fp_codes() -> list[CodeAddition]:
        return [CodeAddition("CAUSE_OTHER", item)]

    more = schema_with(("sand", SimpleNamespace(fp_codes=fp_codes)))

    assert "沙尘暴 · sandstorm" in more.as_str()
    assert names(more, "CauseOther") - names(core_schema, "CauseOther") == {"SANDSTORM"}


@extends(HouseholdYear)
class Doubled:
    @field("收入翻倍", "twice the income")
    @staticmethod
    def double_income(year: Parent[HouseholdYear]) -> Decimal:
        return Decimal(0)


@extends(HouseholdYear)
class Shadowing:
    @field("净收入", "net income, again")
    @staticmethod
    def net_income(year: Parent[HouseholdYear]) -> Decimal:
        return Decimal(0)


@extends(HouseholdYear)
class Undescribed:
    @strawberry.field
    @staticmethod
    def silent(year: Parent[HouseholdYear]) -> int:
        return 0


class AnotherMe:
    @field("谁", "who")
    @staticmethod
    def me() -> str:
        return ""


def link(of: type[SQLModel], name: str, **more: Any) -> Link:
    on = more.pop("on", (("household_code", "household_code"),))
    return Link(of=of, name=name, to=Household, on=on, label="户", english="household", **more)


@pytest.mark.parametrize(
    ("part", "message"),
    [
        (
            GraphQL(extensions=(Doubled,)),
            "plugins 'extra' and 'other' both add HouseholdYear.doubleIncome to the schema",
        ),
        (
            GraphQL(extensions=(Shadowing,)),
            "plugins 'national' and 'other' both add HouseholdYear.netIncome to the schema",
        ),
        (GraphQL(queries=(AnotherMe,)), "plugins 'national' and 'other' both add Query.me to the schema"),
        (GraphQL(commands=(extra.MoveGroup,)), "plugins 'extra' and 'other' both add Mutation.moveGroup to the schema"),
        (
            GraphQL(sources=(source_of(Household),)),
            "plugins 'national' and 'other' both add type Household to the schema",
        ),
        (
            GraphQL(links=(link(HouseholdYear, "silver_grams"),)),
            "plugins 'extra' and 'other' both add HouseholdYear.silverGrams to the schema",
        ),
        (
            GraphQL(links=(link(Household, "again", on=(("house_number", "household_code"),)),)),
            "plugin 'other': link Household.again names 'house_number', which Household does not have",
        ),
        (GraphQL(links=(link(Login, "household"),)), "plugin 'other': link 'household' is on Login, which is no type"),
        (GraphQL(extensions=(Undescribed,)), "plugin 'other': HouseholdYear.silent has no description"),
    ],
)
def test_a_clash_names_both_plugins(part: GraphQL, message: str) -> None:
    with pytest.raises(PluginError) as refused:
        schema_with(("extra", extra), ("other", plugin(part)))

    assert message in str(refused.value)


def test_two_plugins_with_a_loader_of_one_name_are_refused() -> None:
    @hookimpl
    def fp_loaders() -> dict[str, Any]:
        return {"year_count": extra.year_count}

    with pytest.raises(PluginError, match="plugins 'extra' and 'other' both have a loader 'year_count'; rename one"):
        schema_with(("extra", extra), ("other", SimpleNamespace(fp_loaders=fp_loaders)))


def test_bookkeeping_never_becomes_a_type() -> None:
    with pytest.raises(PluginError, match="Login is bookkeeping"):
        source_of(Login)


def silver(asking: Asking, code: str, village: str) -> None:
    with asking.registry.system_session() as session:
        row = extra.SilverYear(household_code=code, year=2016, village_code=village, silver_grams=Decimal("12.50"))
        session.add(row)
        session.commit()
