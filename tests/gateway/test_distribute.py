"""Beyond one machine: every table has its place, the script is SQL that runs, and the policies hold who reads."""

from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any, ClassVar

import psycopg
import pytest
from rich.console import Console
from sqlalchemy import (
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    Table,
    UniqueConstraint,
    func,
    select,
)
from sqlalchemy.engine import make_url
from typer.testing import CliRunner

from fp_core.db import make_engine
from fp_core.distribution import LOCAL, REFERENCE, Distribution, by_key, plan_of
from fp_core.errors import Invalid
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.row_security import policy_of, set_local, uncovered
from fp_core.scope import PUBLIC, SYSTEM, By, Scope, by
from fp_gateway import cli
from fp_gateway.distribute import breaches, check_for_shell, plan_script, policies_script
from tests.households import identified, open_years
from tests.money import county_money
from tests.places import DINGFU, DUAN, GUIZHOU, LATU, NATION, QIANXI, ZHONGZHAI

KEYS = """select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
          where contype = 'f' order by 1"""


def model(name: str, *columns: Any, scope: Any = SYSTEM, said: Distribution | None = None) -> Any:
    """A table as a plugin might bring it."""
    told = {"__scope__": scope, "__tablename__": name, "__table__": Table(name, MetaData(), *columns)}
    return type(name, (), told if said is None else {**told, "__distribution__": said})


def household(*more: Any, name: str = "x_house", **how: Any) -> Any:
    return model(name, Column("household_code", String(20), primary_key=True), *more, **how)


# --- the plan


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


def test_check_names_the_tables_that_stand_in_the_way_and_ends_with_1(host: Host) -> None:
    out = Console(record=True, width=300, file=StringIO())

    assert check_for_shell(out, [household(), *BROKEN["no such column"][0]]) == 1
    said = out.export_text()
    assert "x_house: 没有列 'village'" in said and "2 tables, 1 problems" in said
    assert check_for_shell(out, host.models) == 0


def test_command_prints_the_scripts_and_its_check_passes(host: Host) -> None:
    def fp(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.app, ["distribute", *options])
        return done.exit_code, done.output

    assert fp() == fp("--plan") == (0, plan_script(host.models))
    assert fp("--policies") == (0, policies_script(host.models))
    code, said = fp("--check")
    assert code == 0 and f"{len(host.models)} tables, 0 problems" in said


# --- the script, on a PostgreSQL without Citus


CITUS = """
create table placed (name text, how text, beside text);
create function refuse_keys(t regclass) returns void language plpgsql as $$ begin
  if exists (select from pg_constraint where contype = 'f' and t in (conrelid, confrelid)) then
    raise exception '% has a foreign key', t; end if; end $$;
create function create_reference_table(t regclass) returns void language plpgsql as $$ begin
  perform refuse_keys(t); insert into placed values (t::text, 'reference', null); end $$;
create function create_distributed_table(t regclass, k text, colocate_with text) returns void language plpgsql as $$ begin
  perform refuse_keys(t);
  if not exists (select from pg_index i join pg_attribute a on a.attrelid = t and a.attnum = any(i.indkey)
                 where i.indrelid = t and i.indisprimary and a.attname = k) then
    raise exception '% is not in the primary key of %', k, t; end if;
  if colocate_with <> 'none' and colocate_with not in (select name from placed) then
    raise exception '% is not distributed yet', colocate_with; end if;
  insert into placed values (t::text, k, colocate_with); end $$;
"""
"""Stands in for Citus: the two calls refuse what it would refuse, and write down what they were asked."""


@contextmanager
def connected(url: str, user: str = "fp") -> Iterator[psycopg.Connection]:
    parts = make_url(url)
    with psycopg.connect(dbname=parts.database, host=str(parts.query["host"]), user=user, autocommit=True) as found:
        yield found


@pytest.fixture
def migrated(postgresql: Any, host: Host, keys: Keys) -> Iterator[tuple[str, Registry]]:
    """A PostgreSQL database with households of two counties, and money that went from one region to another."""
    with postgresql.copy() as url, Registry(make_engine(url), host, keys) as registry:
        for county, villages in ((QIANXI, (ZHONGZHAI, ZHONGZHAI, LATU)), (DUAN, (DINGFU,))):
            open_years(registry, 2016, county=county)
            for village in villages:
                identified(registry, village)
        county_money(registry)
        yield url, registry


def test_plan_runs_on_a_filled_database_and_leaves_every_foreign_key_as_it_was(migrated: tuple[str, Registry]) -> None:
    url, registry = migrated
    with connected(url) as connection:
        before = connection.execute(KEYS).fetchall()
        connection.execute(CITUS)

        connection.execute(plan_script(registry.host.models))

        assert connection.execute(KEYS).fetchall() == before
        assert len(before) == len(plan_of(registry.host.models).foreign_keys) > 0
        placed = {name: (how, beside) for name, how, beside in connection.execute("select * from placed").fetchall()}
    assert placed["household"] == ("household_code", "none")
    assert placed["event"] == ("subject_code", "household")
    assert placed["idempotency"] == ("operator", "none")
    assert placed["village"] == ("reference", None)
    assert "login" not in placed
    with connected(url) as connection:
        assert connection.execute("show citus.propagate_set_commands").fetchall() == [("local",)]


def test_plan_stops_before_anything_is_changed_where_a_table_has_a_trigger(migrated: tuple[str, Registry]) -> None:
    url, registry = migrated
    with connected(url) as connection:
        before = connection.execute(KEYS).fetchall()
        connection.execute(CITUS)
        connection.execute("create function stop() returns trigger language plpgsql as 'begin return null; end'")
        connection.execute("create trigger meddling before delete on member for each row execute function stop()")

        with pytest.raises(psycopg.errors.RaiseException, match="meddling on member"):
            connection.execute(plan_script(registry.host.models))

        assert connection.execute(KEYS).fetchall() == before


# --- the policies


@pytest.fixture
def secured(migrated: tuple[str, Registry]) -> Iterator[tuple[str, Registry]]:
    """The database under its policies, with a role that may read and write everything but owns nothing."""
    url, registry = migrated
    with connected(url) as owner:
        owner.execute(policies_script(registry.host.models))
        owner.execute("create role fp_reader login")
        owner.execute("grant select, insert, update, delete on all tables in schema public to fp_reader")
        yield url, registry
        owner.execute("drop owned by fp_reader cascade")
        owner.execute("drop role fp_reader")


def scoped(registry: Registry) -> list[Any]:
    return [m for m in registry.host.models if isinstance(m.__scope__, By)]  # type: ignore[attr-defined]


def counts(connection: psycopg.Connection, registry: Registry) -> dict[str, int]:
    """How many rows of each scoped table are seen."""
    names = [str(m.__tablename__) for m in scoped(registry)]
    found = [connection.execute(f"select count(*) from {name}").fetchone() for name in names]
    return {name: row[0] for name, row in zip(names, found, strict=True) if row}


def test_policies_show_what_the_scope_shows_and_without_a_region_nothing(secured: tuple[str, Registry]) -> None:
    url, registry = secured
    with connected(url, "fp_reader") as reader:
        assert set(counts(reader, registry).values()) == {0}

        seen = {}
        for region in (NATION, GUIZHOU, QIANXI, DUAN, ZHONGZHAI):
            with reader.transaction():
                reader.execute(set_local(Scope.region(region)))
                seen[region] = counts(reader, registry)
            assert set(counts(reader, registry).values()) == {0}, "nothing is left over after the transaction"

        assert reader.execute("select count(*) > 0 from region").fetchone() == (True,)
    with registry.system_session() as session:
        for region, found in seen.items():
            span = Scope.region(region).span
            allowed = [
                session.execute(select(func.count()).select_from(m).where(m.__scope__.visible(m, span))).scalar_one()
                for m in scoped(registry)
            ]
            assert list(found.values()) == allowed, region
    assert [seen[r]["household"] for r in (NATION, GUIZHOU, QIANXI, DUAN, ZHONGZHAI)] == [4, 3, 3, 1, 2]
    assert seen[QIANXI]["fund_entry"] == 2  # the province's issue to it, and its own receipt
    assert seen[DUAN]["fund_entry"] == 0


def test_a_row_is_written_only_where_its_owner_lies_inside(secured: tuple[str, Registry]) -> None:
    url, _ = secured
    new = "insert into household (household_code, village_code, is_closed, version) values ('x', %s, false, 1)"
    with connected(url, "fp_reader") as reader:
        with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
            reader.execute(new, [LATU])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
            reader.execute(set_local(Scope.region(ZHONGZHAI)))
            reader.execute(new, [LATU])
        with pytest.raises(psycopg.errors.InsufficientPrivilege), reader.transaction():
            reader.execute(set_local(Scope.region(ZHONGZHAI)))
            reader.execute("update household set village_code = %s", [LATU])
        with reader.transaction():
            reader.execute(set_local(Scope.region(DUAN)))
            assert reader.execute("delete from household_year where village_code = %s", [LATU]).rowcount == 0
        with reader.transaction():
            reader.execute(set_local(Scope.region(ZHONGZHAI)))
            assert reader.execute(new, [ZHONGZHAI]).rowcount == 1


def test_policies_hold_the_owner_too_and_can_be_made_again(secured: tuple[str, Registry]) -> None:
    url, registry = secured
    with connected(url) as superuser:
        superuser.execute(policies_script(registry.host.models))
        superuser.execute("alter table household owner to fp_reader")
    with connected(url, "fp_reader") as owner:
        assert owner.execute("select count(*) from household").fetchone() == (0,)
    with connected(url) as superuser:
        superuser.execute("alter table household owner to fp")
        superuser.execute("grant select on household to fp_reader")
        superuser.execute("alter role fp_reader bypassrls")
    with connected(url, "fp_reader") as writer:
        assert writer.execute("select count(*) from household").fetchone() == (4,)


def test_only_a_region_is_told_to_the_database() -> None:
    assert set_local(Scope.region(QIANXI)) == "SET LOCAL fp.low = '520522000000'; SET LOCAL fp.high = '520522999999'"
    with pytest.raises(Invalid):
        set_local(Scope("1'; drop table household; --"))


def test_table_that_refers_to_a_scoped_one_and_has_no_region_is_named(host: Host) -> None:
    metadata = MetaData()

    class Parent:
        __tablename__: ClassVar[str] = "x_parent"
        __scope__: ClassVar[Any] = by("village_code")
        __table__: ClassVar[Any] = Table(
            "x_parent",
            metadata,
            Column("household_code", String(20), primary_key=True),
            Column("village_code", String(12)),
        )

    class Child:
        __tablename__: ClassVar[str] = "x_child"
        __scope__: ClassVar[Any] = SYSTEM
        __table__: ClassVar[Any] = Table(
            "x_child", metadata, Column("household_code", ForeignKey("x_parent.household_code"), primary_key=True)
        )

    given: Any = (Parent, Child)

    assert uncovered(host.models) == ()
    assert uncovered(given) == ("x_child",) and policy_of(given[1]) == ()
    assert [b.table for b in breaches(given)] == ["x_child"]
    assert "-- PROBLEM x_child" in policies_script(given)
    assert breaches(host.models) == ()
