"""The budget refuses a document before validation, names limit, value and way out, and lets ordinary queries through."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, ClassVar

import pytest
import strawberry
from graphql import get_introspection_query, parse
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

from fp_gateway.limits import Limits, budget, refusal

LIMITS = Limits()


def found(text: str, variables: dict[str, Any] | None = None, limits: Limits = LIMITS) -> str | None:
    refused = refusal(parse(text), variables, limits)
    return refused.limit if refused else None


def nested(levels: int) -> str:
    return "{" + "h{" * (levels - 1) + "id" + "}" * (levels - 1) + "}"


def deep(levels: int) -> Any:
    value: list[Any] = []
    for _ in range(levels - 1):
        value = [value]
    return value


def doubling(count: int) -> str:
    steps = "".join(f"fragment F{i} on H{{...F{i + 1} ...F{i + 1}}} " for i in range(count - 1))
    return "{h{...F0}} " + steps + f"fragment F{count - 1} on H{{id}}"


AT_LIMIT = {
    "depth": (nested(10), nested(11)),
    "fields": (
        "{" + " ".join(f"f{i}" for i in range(500)) + "}",
        "{" + " ".join(f"f{i}" for i in range(501)) + "}",
    ),
    "aliases": (
        "{" + " ".join(f"a{i}:id" for i in range(15)) + "}",
        "{" + " ".join(f"a{i}:id" for i in range(16)) + "}",
    ),
    "same_key": ("{" + "id " * 20 + "}", "{" + "id " * 21 + "}"),
    "directives": ("{id" + " @a" * 10 + "}", "{id" + " @a" * 11 + "}"),
    "fragments": ("{" + "...{id} " * 15 + "}", "{" + "...{a:id} " * 31 + "}"),
    "first": ("{h(first:200){id}}", "{h(first:201){id}}"),
    "list_items": (f"{{h(ids:{list(range(250))})}}", f"{{h(ids:{list(range(251))})}}"),
    "nodes": ("{h(first:100){h(first:99){id}}}", "{h(first:100){h(first:100){id}}}"),
    "value_depth": ("{h(w:" + "{a:" * 10 + "1" + "}" * 10 + ")}", "{h(w:" + "{a:" * 11 + "1" + "}" * 11 + ")}"),
    "mutations": ("mutation{a}", "mutation{a b}"),
    "operations": ("query A{a}", "query A{a} query B{b}"),
}


@pytest.mark.parametrize("limit", AT_LIMIT)
def test_a_document_at_the_limit_passes_and_one_more_is_refused(limit: str) -> None:
    at_limit, one_more = AT_LIMIT[limit]

    assert found(at_limit) is None
    assert found(one_more) == limit


def test_every_limit_of_the_budget_is_tested_here() -> None:
    own = {"tokens", "introspection", "introspection_depth"}

    assert set(AT_LIMIT) == set(Limits.__dataclass_fields__) - own


def test_a_refusal_names_limit_value_and_way_out_in_both_languages() -> None:
    refused = refusal(parse(nested(11)), None, LIMITS)

    assert refused is not None
    assert refused.code == "OVER_BUDGET"
    assert refused.zh == "查询超出限制：嵌套层数为 11，上限 10；请减少嵌套或分次查询"
    assert (
        refused.en == "the query is over its budget: depth 11, allowed 10; ask for fewer levels, or in several queries"
    )


def test_doubling_fragments_are_counted_without_being_walked_again() -> None:
    refused = refusal(parse(doubling(30)), None, LIMITS)

    assert refused is not None
    assert "536870913" in refused.en


def test_many_doubling_fragments_are_measured_once_each_whatever_the_limit() -> None:
    wide = replace(LIMITS, fragments=100, fields=2**80, depth=5)

    assert found(doubling(60), limits=replace(wide, fields=2**50)) == "fields"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{...A} fragment A on Q{...B} fragment B on Q{...A}", "fragment 'A' spreads itself; break the cycle"),
        ("{...A}", "fragment 'A' does not exist; define it first"),
        ("{id} fragment A on Q{id}", "fragment 'A' is unused; remove it"),
        ("type A{b:Int}", "no operation; write a query or a mutation"),
    ],
)
def test_documents_that_only_waste_validation_are_refused_at_once(text: str, said: str) -> None:
    refused = refusal(parse(text), None, LIMITS)

    assert refused is not None
    assert refused.en == said


def test_depth_counts_through_fragments_where_they_are_spread() -> None:
    inner = "fragment A on H{" + "h{" * 4 + "id" + "}" * 4 + "}"

    assert found("{" + "h{" * 5 + "...A" + "}" * 5 + "} " + inner) is None
    assert found("{...A " + "h{" * 6 + "...A" + "}" * 6 + "} " + inner) == "depth"


def test_fields_repeated_at_one_place_of_the_answer_are_counted_across_parents() -> None:
    assert found("{" + ("h{" + "id " * 5 + "} ") * 4 + "}") is None
    assert found("{" + ("h{" + "id " * 7 + "} ") * 3 + "}") == "same_key"


def test_page_size_is_read_from_variables_and_their_defaults() -> None:
    query = "query($n:Int=500){h(first:$n){id}}"

    assert found(query, {"n": 200}) is None
    assert found(query, {"n": 201}) == "first"
    assert found(query, {"n": 1e9}) == "first"
    assert found(query) == "first"


def test_a_connection_without_page_size_counts_as_the_largest_page() -> None:
    assert found("{a{edges{node{id}}}}") is None
    assert found("{a{edges{node{b{nodes{id}}}}}}") == "nodes"
    assert found("{a(first:40){edges{node{b{...P}}}}} fragment P on B{nodes{id}}") is None


def test_a_negative_page_size_cannot_lower_the_count() -> None:
    assert found("{a(first:-1000){edges{node{b{nodes{id}}}}}}") == "nodes"


@pytest.mark.parametrize(
    ("variables", "limit"),
    [
        ({"ids": list(range(250))}, None),
        ({"ids": list(range(251))}, "list_items"),
        ({"w": {"a": [{"b": list(range(251))}]}}, "list_items"),
        ({"w": deep(11)}, None),
        ({"w": deep(12)}, "value_depth"),
    ],
)
def test_variables_are_held_to_the_same_limits_as_literals(variables: dict[str, Any], limit: str | None) -> None:
    assert found("{id}", variables) == limit


@strawberry.type
class H:
    id: str = "1"

    @strawberry.field
    def h(self) -> "H":
        return H()


@strawberry.type
class Query:
    @strawberry.field
    def h(self) -> H:
        return H()


class Quiet(strawberry.Schema):
    def process_errors(self, errors: Any, execution_context: Any = None) -> None:
        """The errors are read from the result."""


def schema(limits: Limits = LIMITS) -> strawberry.Schema:
    return Quiet(Query, extensions=[budget(limits)])


class Validated(SchemaExtension):
    """Notes that validation was reached."""

    seen: ClassVar[list[str]] = []

    def on_validate(self) -> Iterator[None]:
        self.seen.append(self.execution_context.query or "")
        yield


@pytest.mark.parametrize("others", [(), (lambda: ValidationCache(9), lambda: ParserCache(9))])
@pytest.mark.parametrize("budget_first", [True, False])
def test_a_query_over_budget_never_reaches_validation(others: tuple[Any, ...], budget_first: bool) -> None:
    extensions = [Validated, *others]
    ordered = [budget(LIMITS), *extensions] if budget_first else [*extensions, budget(LIMITS)]
    query = "{" + "h{id} " * 400 + "nosuchfield}"
    Validated.seen.clear()

    for _ in range(2):
        result = Quiet(Query, extensions=ordered).execute_sync(query)
        assert result.data is None
        assert [(e.extensions or {})["limit"] for e in result.errors or ()] == ["fields"]
    assert Validated.seen == []


async def test_the_budget_holds_for_asynchronous_execution_too() -> None:
    result = await schema().execute(nested(11))

    assert [(e.extensions or {})["limit"] for e in result.errors or ()] == ["depth"]


def test_a_query_within_budget_is_validated_and_executed() -> None:
    assert schema().execute_sync("{h{h{id}}}").data == {"h": {"h": {"id": "1"}}}
    assert "nosuchfield" in str(schema().execute_sync("{nosuchfield}").errors)


def test_more_tokens_than_allowed_are_not_parsed() -> None:
    result = schema().execute_sync("{" + "h{id} " * 700 + "}")

    assert "Document contains more than 2000 tokens" in str(result.errors)


def test_introspection_of_graphiql_passes_only_where_it_is_open() -> None:
    query = get_introspection_query(
        specified_by_url=True, directive_is_repeatable=True, schema_description=True, input_value_deprecation=True
    )

    assert schema(replace(LIMITS, introspection=True)).execute_sync(query).errors is None
    closed = schema().execute_sync(query)
    assert [(e.extensions or {})["code"] for e in closed.errors or ()] == ["FORBIDDEN"]


def test_introspection_has_a_depth_of_its_own() -> None:
    loop = "{__schema{types{" + "fields{type{" * 10 + "name" + "}}" * 10 + "}}}"

    assert found(loop, limits=replace(LIMITS, introspection=True)) == "depth"
