"""The query `statistics` reads no more than what is asked for, in statements whose number does not grow."""

from typing import Any

import pytest

from fp_core.graphql import Context, FpSchema
from fp_core.plugins import Host
from fp_core.registry import Registry
from tests import statements
from tests.actors import operator
from tests.fp_stats.levels import add_household
from tests.places import GUIZHOU, JINBI, NATION, QIANXI, YUDUO, ZHONGZHAI

HEAD = "code label columns { code label english }"
ROWS = "rows { regionCode name cells { column households persons } }"


@pytest.fixture(scope="session")
def schema(host: Host) -> FpSchema:
    return FpSchema(host)


async def ask(registry: Registry, schema: FpSchema, fields: str, region: str = QIANXI, code: str = "exited") -> Any:
    """The table of 2016 for an operator of the region."""
    query = f'{{ statistics(code: "{code}", region: "{region}", year: 2016) {{ {fields} }} }}'
    context = Context(registry, operator(registry, region), schema.joint)
    result = await schema.execute(query, context_value=context)
    assert result.errors is None, result.errors
    return result.data["statistics"]


async def test_rows_are_the_children_and_their_sum(registry: Registry, schema: FpSchema) -> None:
    add_household(registry, ZHONGZHAI, persons=3)

    found = await ask(registry, schema, ROWS, code="poor")

    cells = [{c["column"]: (c["households"], c["persons"]) for c in row["cells"]} for row in found["rows"]]
    assert [(row["regionCode"], row["name"]) for row in found["rows"]] == [
        (JINBI, "金碧镇"),
        (YUDUO, "雨朵镇"),
        (QIANXI, "合计"),
    ]
    assert [each["total"] for each in cells] == [(1, 3), (0, 0), (1, 3)]


async def test_number_of_statements_is_that_of_a_reading_at_every_level(registry: Registry, schema: FpSchema) -> None:
    add_household(registry, ZHONGZHAI)
    await ask(registry, schema, ROWS, NATION)

    counts = {}
    for region in (NATION, GUIZHOU, QIANXI, ZHONGZHAI):
        with statements.counted(registry) as sent:
            await ask(registry, schema, f"{HEAD} {ROWS}", region)
        counts[region] = len(sent)

    assert set(counts.values()) == {3}


async def test_columns_alone_ask_the_database_nothing(registry: Registry, schema: FpSchema) -> None:
    add_household(registry, ZHONGZHAI)

    with statements.counted(registry) as sent:
        found = await ask(registry, schema, HEAD)

    assert (sent, [c["code"] for c in found["columns"]]) == ([], ["total", "exited", "stable", "cumulative"])
