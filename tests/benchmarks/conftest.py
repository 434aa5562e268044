"""A registry filled as the benchmarks fill theirs, with the villages of tests/places.py."""

import pytest

from benchmarks import data
from fp_core.registry import Registry


@pytest.fixture
def filled(registry: Registry) -> Registry:
    data.fill(registry)
    return registry
