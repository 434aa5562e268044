"""Parity: a rule names the same rows with the same failing clauses for loaded records and in SQL."""

from collections.abc import Mapping
from datetime import date
from functools import partial

from sqlalchemy import select

from fp_core import regions
from fp_core.models.household import HouseholdYear
from fp_core.registry import Registry
from fp_core.rulebook import Rulebook, region_column, year_end
from fp_core.scope import Scope
from fp_core.testing.rows import Key, among, key_names, load_records, random_household_years, random_rows

SHOWN = 5
"""How many differences a failure lists."""

ELSEWHERE = "520000000000"
"""A province that stands for all that change nothing, where the nation is asked for."""

Failing = Mapping[Key, tuple[str, ...]]


def assert_rule_parity(
    registry: Registry, name: str, *, region: str = regions.NATION, count: int = 100, seed: int = 0, year: int = 2017
) -> list[Key]:
    """Write `count` random rows in `region`, judge each as an object and in SQL, and return those that satisfy the rule.

    Raises AssertionError with the rows on which the two differ, and the clauses each of them says are failing.
    """
    model, on = registry.rules[name].model, year_end(year)
    write = random_household_years if model is HouseholdYear else partial(random_rows, model=model)
    places = random_places(registry.rules, name, region)
    keys = write(registry, villages=places, count=count, seed=seed, year=year)
    objects = _by_objects(registry, name, keys, on)
    failing, satisfying = _by_sql(registry, name, keys, region, on)
    _compare(name, objects, failing)
    _compare(name, {key: () for key in keys if not objects[key]}, dict.fromkeys(satisfying, ()))
    return satisfying


def random_places(rules: Rulebook, name: str, region: str = regions.NATION) -> list[str]:
    """A village in the region, and in each region below it where the rule or a number of its own begins to differ."""
    own = {o.region for o in rules.overrides if o.rule == name} | rules.parameters.regions
    places = {region, *(code for code in own if regions.contains(region, code))} - {regions.NATION}
    return sorted(_village(code) for code in places | ({ELSEWHERE} if region == regions.NATION else set()))


def _village(region: str) -> str:
    """A village code in the region; no division of that code needs to exist."""
    return region[: regions.level_of(region).digits].ljust(12, "1")


def _by_objects(registry: Registry, name: str, keys: list[Key], on: date) -> Failing:
    model = registry.rules[name].model
    place = region_column(model).key
    return {
        key: tuple(
            clause.id for clause in registry.rules.failing(name, record, region=getattr(record.row, place), on=on)
        )
        for key, record in load_records(registry, model, keys)
    }


def _by_sql(registry: Registry, name: str, keys: list[Key], region: str, on: date) -> tuple[Failing, list[Key]]:
    """The failing clauses of each row, and the rows that satisfy the rule: one statement each."""
    rules, model = registry.rules, registry.rules[name].model
    mine = among(model, keys)
    columns = [getattr(model, key) for key in key_names(model)]
    with registry.session(Scope.region(region)) as session:
        failing = rules.failing_where(session, name, mine, region=region, on=on)
        held = session.execute(select(*columns).where(mine, rules.where(name, region, on))).all()
    return {key: tuple(c.id for c in clauses) for key, clauses in failing.items()}, [tuple(row) for row in held]


def _compare(name: str, objects: Failing, sql: Failing) -> None:
    different = sorted(key for key in objects.keys() | sql.keys() if _of(objects, key) != _of(sql, key))
    if different:
        lines = [f"  {key}: as an object {_of(objects, key)}, in SQL {_of(sql, key)}" for key in different[:SHOWN]]
        raise AssertionError(
            f"rule {name!r} means different things for {len(different)} of {len(objects)} rows; "
            "look at NULL, at decimal places, and at the facts' SQL twins:\n" + "\n".join(lines)
        )


def _of(found: Failing, key: Key) -> str:
    """The failing clauses of a row in order of their ids, or that the row does not satisfy the rule at all."""
    return ", ".join(sorted(found[key])) or "nothing fails" if key in found else "not named"
