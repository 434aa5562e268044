"""The form of every compiled statement: what it needs so that it runs, in order and within its scope, beyond one machine."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from graphql import OperationDefinitionNode, parse

from fp_core.graphql import FpSchema
from fp_core.graphql.compiled.plans import Operation, Statement
from fp_core.graphql.compiled.reads import Compiled
from fp_core.graphql.sources import Source
from fp_core.plugins import Host
from fp_core.scope import Actor, By, Scope

NATION = Actor("nation", Scope.nation())
TABLE = re.compile(r"FROM (?!\()(\w+) AS (\w+)")


@dataclass
class Kept:
    """A database that keeps what it is asked and has no rows: the statements are looked at, not run."""

    statements: list[str] = field(default_factory=list)

    async def fetch(self, statement: str, _values: Any, _scope: Scope) -> None:
        self.statements.append(statement)


def selects(text: str) -> Iterator[str]:
    """Every select of a statement, with what stands in brackets inside it left out."""
    stack: list[list[str]] = [[]]
    for piece in re.findall(r"'(?:[^']|'')*'|[()]|[^'()]+", text):
        if piece == "(":
            stack.append([])
        elif piece == ")":
            inner = "".join(stack.pop()).strip()
            if inner.startswith("SELECT"):
                yield inner
            stack[-1].append("(…)" if inner.startswith("SELECT") else f"({inner})")
        else:
            stack[-1].append("'…'" if piece.startswith("'") else piece)
    yield "".join(stack[0])


def deep(schema: FpSchema, source: Source, levels: int) -> str:
    """A selection of all columns, of every link as many levels down, and there of a few columns."""
    fields = ["id", *(column.field for column in source.columns[: None if levels > 1 else 3])]
    if levels:
        for link in source.links:
            fields.append(f"{link.field} {{ {deep(schema, schema.joint.source(link.to), levels - 1)} }}")
    return " ".join(fields)


def queries(schema: FpSchema) -> Iterator[tuple[Source, str, str]]:
    """For every source one row and a page, both with all that lies two links below."""
    for source in schema.joint.sources.values():
        below = deep(schema, source, 2)
        kinds = {str: '"2016-01-01"', int: "2016"}
        given = ", ".join(f"{source.by_name[n].field}: {kinds[source.by_name[n].indicator.type]}" for n in source.key)
        yield source, "one", f"{{ {source.one}({given}) {{ {below} }} }}"
        page = "totalCount pageInfo { hasNextPage endCursor } edges { cursor node { id } }"
        yield source, "page", f"{{ {source.many}(first: 3) {{ nodes {{ {below} }} {page} }} }}"


async def compiled(schema: FpSchema, dialect: str, query: str) -> str:
    """The statement of a query, in which the parameters of the scope have names."""
    database = Kept()
    document = parse(query)
    node = document.definitions[0]
    assert isinstance(node, OperationDefinitionNode)
    reads, operation = Compiled(schema._schema, schema.joint, dialect, database), Operation(document, node)
    assert await reads.whole(operation, {}, NATION) is not None, query
    (text,) = database.statements
    ((statement,)) = operation.plans.values()
    assert isinstance(statement, Statement)
    for number, name in enumerate(statement.names or (), 1):
        text = text.replace(f"${number}::", f"${name}::") if name.startswith("scope") else text
    return text


@pytest.fixture(scope="module")
def schema(host: Host) -> FpSchema:
    return FpSchema(host)


async def test_every_select_has_a_table_and_every_list_an_order_that_a_limit_holds(schema: FpSchema) -> None:
    for _, _, query in queries(schema):
        found = list(selects(await compiled(schema, "postgresql", query)))
        for n, select in enumerate(found):
            assert "FROM" in select, select
            if "json_agg" in select:  # what it is made of was closed just before it
                inner = found[n - 1]
                assert "ORDER BY" in inner and "LIMIT" in inner, inner


async def test_every_table_is_read_within_the_scope(schema: FpSchema) -> None:
    scoped = {s.model.__tablename__ for s in schema.joint.sources.values() if isinstance(s.model.__scope__, By)}  # type: ignore[attr-defined]
    seen = set()
    for _, _, query in queries(schema):
        for select in selects(await compiled(schema, "postgresql", query)):
            if (found := TABLE.search(select)) and found[1] in scoped:
                seen.add(found[1])
                where = rf"{found[2]}\.\w+ BETWEEN \$scope_low::VARCHAR AND \$scope_high::VARCHAR"
                assert re.search(where, select), select
    assert seen == scoped


async def test_the_key_of_one_household_stands_in_every_sub_select_of_its_tables(schema: FpSchema) -> None:
    households = {
        source.model.__tablename__ for source in schema.joint.sources.values() if source.key[0] == "household_code"
    }
    statement = await compiled(
        schema,
        "postgresql",
        '{ household(householdCode: "1") { years { members { name: memberNo } benefits { projectCode } }'
        " members { years { year } } benefits { amount: projectCode } } }",
    )
    tables = [(found[1], select) for select in selects(statement) if (found := TABLE.search(select))]
    assert len(tables) == 7
    for table, select in tables:
        assert table in households
        assert re.search(r"\.household_code = \$\d+::VARCHAR", select), select


async def test_both_databases_are_asked_for_the_same_tables(schema: FpSchema) -> None:
    for _, _, query in queries(schema):
        asked = [
            sorted(found[1] for s in selects(await compiled(schema, dialect, query)) for found in TABLE.finditer(s))
            for dialect in ("postgresql", "sqlite")
        ]
        assert asked[0] == asked[1]
