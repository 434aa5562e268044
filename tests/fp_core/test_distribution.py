"""Where tables lie beyond one machine: every one has its place, and one that breaks a rule is named."""

from typing import Any

import pytest
from sqlalchemy import (
    Column,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from fp_core.distribution import LOCAL, REFERENCE, Distribution, by_key, plan_of
from fp_core.plugins import Host
from fp_core.scope import PUBLIC, SYSTEM, by


def model(name: str, *columns: Any, scope: Any = SYSTEM, said: Distribution | None = None) -> Any:
    """A table as a plugin might bring it."""
    told = {"__scope__": scope, "__tablename__": name, "__table__": Table(name, MetaData(), *columns)}
    return type(name, (), told if said is None else {**told, "__distribution__": said})


def household(*more: Any, name: str = "x_house", **how: Any) -> Any:
    return model(name, Column("household_code", String(20), primary_key=True), *more, **how)


def test_every_table_of_every_plugin_has_its_place(host: Host) -> None:
    plan = plan_of(host.models)

    def of(kind: str) -> set[str]:
        return {p.table.name for p in plan.of(kind)}

    assert plan.breaches == ()
    assert {(p.table.name, p.how.key) for p in plan.of("key")} == {
        *((name, "household_code") for name in ("household", "household_year", "member", "member_year")),
        *((name, "household_code") for name in ("r45_household_year", "project_beneficiary", "beneficiary_industry")),
        ("event", "subject_code"),
        ("idempotency", "operator"),
    }
    assert of("reference") >= {"region", "data_year", "county", "village", "village_year", "project"}
    assert of("local") >= {"login", "operator", "dirty_mark", "fund_entry", "fund_account", "stat_cell"}
    assert sum(len(of(kind)) for kind in ("key", "reference", "local")) == len(host.models)


def test_place_follows_from_what_a_table_is_unless_its_model_says_it() -> None:
    code = Column("village_code", String(12), primary_key=True)
    given = [
        household(),
        household(name="x_said", said=LOCAL),
        model("x_public", Column("code", String(4), primary_key=True), scope=PUBLIC),
        model("x_system", Column("code", String(4), primary_key=True)),
        model("x_division", code, scope=by("village_code")),
    ]

    plan = plan_of(given)

    assert [p.how for p in plan.placed] == [by_key("household_code"), LOCAL, REFERENCE, LOCAL, REFERENCE]
    assert plan.breaches == ()


BROKEN: dict[str, tuple[list[Any], str]] = {
    "no rule": (
        [model("x", Column("code", String(4), primary_key=True), Column("r", String(12)), scope=by("r"))],
        "no rule says where it lies; write __distribution__",
    ),
    "household not first": (
        [
            model(
                "x",
                Column("year", Integer, primary_key=True),
                Column("household_code", String(20), primary_key=True),
                scope=by("year"),
            )
        ],
        "its primary key does not begin with it; put it first",
    ),
    "no such column": ([household(said=by_key("village"))], "it has no column 'village'; it has household_code"),
    "key outside the primary key": (
        [household(Column("village", String(12)), said=by_key("village"))],
        "its unique key PRIMARY KEY lacks village",
    ),
    "unique across households": (
        [household(Column("card", String(30)), UniqueConstraint("card", name="uq_card"))],
        "its unique key uq_card lacks household_code",
    ),
    "another type": (
        [household(), model("x", Column("n", Integer, primary_key=True), said=by_key("n", group="household_code"))],
        "n is INTEGER, but x_house.household_code is VARCHAR",
    ),
}


@pytest.mark.parametrize(("given", "why"), BROKEN.values(), ids=BROKEN)
def test_table_that_breaks_a_rule_is_named_with_the_way_out(given: list[Any], why: str) -> None:
    (breach,) = plan_of(given).breaches

    assert why in breach.en
    assert breach.table == given[-1].__tablename__
    assert breach.zh


def child(target: str, said: Distribution, column: str = "household_code") -> list[Any]:
    """Two tables of one metadata, the second of which refers to the first."""
    metadata = MetaData()
    parent = Table("x_parent", metadata, Column("household_code", String(20), primary_key=True), Column("n", Integer))
    table = Table(
        "x_child",
        metadata,
        Column("household_code", String(20), primary_key=True),
        Column("n", String(20)),
        ForeignKeyConstraint([column], [parent.c.household_code], name="fk_x"),
    )
    place = {"key": by_key("household_code"), "other": by_key("household_code", group="x"), "reference": REFERENCE}
    first = {"__table__": parent, "__tablename__": "x_parent", "__scope__": SYSTEM}
    second = {"__table__": table, "__tablename__": "x_child", "__scope__": SYSTEM, "__distribution__": said}
    first["__distribution__"] = place.get(target, LOCAL)
    return [type("P", (), first), type("C", (), second)]


@pytest.mark.parametrize(
    ("target", "said", "column", "may"),
    [
        ("key", by_key("household_code"), "household_code", True),
        ("key", by_key("household_code"), "n", False),
        ("key", LOCAL, "household_code", False),
        ("key", REFERENCE, "household_code", False),
        ("other", by_key("household_code"), "household_code", False),
        ("reference", by_key("household_code"), "n", True),
        ("reference", LOCAL, "n", True),
        ("reference", REFERENCE, "n", True),
        ("local", by_key("household_code"), "household_code", False),
        ("local", REFERENCE, "household_code", False),
        ("local", LOCAL, "household_code", True),
    ],
)
def test_foreign_key_leads_to_the_same_place_or_to_a_copy(
    target: str, said: Distribution, column: str, may: bool
) -> None:
    found = plan_of(child(target, said, column)).breaches

    assert [b.table for b in found] == ([] if may else ["x_child"])
    assert all("fk_x" in b.en and "fk_x" in b.zh for b in found)


def test_foreign_key_out_of_the_plan_is_named() -> None:
    given = child("key", by_key("household_code"))[1:]

    assert [b.en for b in plan_of(given).breaches] == ["it refers to x_parent, which no plan has"]
