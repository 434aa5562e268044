"""The ways to read give the same answers: to generated queries, and to a directed one for each thing that a query can have."""

import os
from collections.abc import Iterator

import pytest
from graphql import GraphQLSchema
from hypothesis import HealthCheck, given, settings

from fp_core.db import make_engine
from fp_core.graphql import FpSchema
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from tests import databases
from tests.ways import curios
from tests.ways.compare import MAY_CHOOSE, Case, Sides, sides
from tests.ways.data import Data, make
from tests.ways.directed import GONE_WRONG, RESOLVED, directed
from tests.ways.queries import cases

SOAK = int(os.environ.get("FP_SOAK_EXAMPLES", "0"))
EXAMPLES = SOAK or 150


@pytest.fixture(scope="module")
def odd_host() -> Host:
    """Every installed plugin, and the one of these tests."""
    return Host.load(extra=[("curios", curios)])


@pytest.fixture(scope="module")
def schema(odd_host: Host) -> GraphQLSchema:
    return FpSchema(odd_host)._schema


@pytest.fixture(scope="module")
def data(odd_host: Host) -> Data:
    return make(odd_host)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def both(request: pytest.FixtureRequest, odd_host: Host, keys: Keys, data: Data) -> Iterator[Sides]:
    """The applications over one database with the data, for all tests here: nothing is written after this."""
    source: databases.Backend = request.getfixturevalue(request.param)
    with source.copy() as url, Registry(make_engine(url), odd_host, keys) as registry, sides(registry, data) as opened:
        yield opened


def test_generated_queries_are_answered_alike(both: Sides, schema: GraphQLSchema, data: Data) -> None:
    both.forget()

    @settings(
        max_examples=EXAMPLES,
        derandomize=not SOAK,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    @given(cases(schema, data))
    def alike(case: Case) -> None:
        for asked in case.rounds():
            both.check(asked)

    alike()

    print(both.report())
    assert both.without_errors > 0.85 * both.asked
    if MAY_CHOOSE:
        assert both.share("whole", "whole") > 0.4
        assert both.share("field", "field") > 0.4


def test_each_thing_that_a_query_can_have_is_answered_alike(both: Sides, data: Data) -> None:
    for name, case in directed(data).items():
        answers = both.check(case)
        assert bool(answers["ordinary"].codes) is (name in GONE_WRONG), (name, answers["ordinary"].text[:2000])
        if MAY_CHOOSE and name not in GONE_WRONG | RESOLVED:
            assert (answers["whole"].way, answers["field"].way) == ("whole", "field"), name
