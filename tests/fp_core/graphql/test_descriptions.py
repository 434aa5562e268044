"""House rule: each type, field, argument and enum value says what it means, the Chinese term first, then English."""

import re
from collections.abc import Iterator

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    is_introspection_type,
    is_specified_scalar_type,
)

from fp_core.graphql import FpSchema

SYMBOLS = {"kW"}  # the official forms write this unit so
CHINESE = re.compile("[\u4e00-\u9fff]")


def described(schema: FpSchema) -> Iterator[tuple[str, str | None]]:
    for name, kind in schema._schema.type_map.items():
        if is_introspection_type(kind) or is_specified_scalar_type(kind):
            continue
        yield name, kind.description
        if isinstance(kind, (GraphQLObjectType, GraphQLInterfaceType)):
            for field_name, field in kind.fields.items():
                yield f"{name}.{field_name}", field.description
                yield from ((f"{name}.{field_name}({a})", argument.description) for a, argument in field.args.items())
        if isinstance(kind, GraphQLInputObjectType):
            yield from ((f"{name}.{f}", field.description) for f, field in kind.fields.items())
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{v}", value.description) for v, value in kind.values.items())


def is_bilingual(text: str | None) -> bool:
    first, between, second = (text or "").partition(" · ")
    return bool(between and second) and (CHINESE.search(first) is not None or first in SYMBOLS)


@pytest.mark.parametrize("fixture", ["core_schema", "extra_schema", "full_schema"])
def test_everything_in_the_schema_is_described_chinese_first(fixture: str, request: pytest.FixtureRequest) -> None:
    schema = request.getfixturevalue(fixture)

    found = dict(described(schema))

    assert len(found) > 2_000
    assert [name for name, text in found.items() if not is_bilingual(text)] == []


def test_a_code_lists_values_carry_their_official_labels(core_schema: FpSchema) -> None:
    statuses = core_schema._schema.type_map["ExitStatus"]
    assert isinstance(statuses, GraphQLEnumType)

    assert statuses.values["NOT_EXITED"].description == "未脱贫 · poor"


def test_scalars_are_few(core_schema: FpSchema) -> None:
    kinds = core_schema._schema.type_map.values()
    own = {k.name for k in kinds if isinstance(k, GraphQLScalarType) and not is_specified_scalar_type(k)}

    assert own == {"Decimal", "Date", "DateTime"}
