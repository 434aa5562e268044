"""Row-level security: the policies show what the scope shows, to whoever reads and however."""

from collections.abc import Iterator
from typing import Any, ClassVar

import psycopg
import pytest
from sqlalchemy import (
    Column,
    ForeignKey,
    MetaData,
    String,
    Table,
    func,
    select,
)

from fp_core.errors import Invalid
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.row_security import policy_of, set_local, uncovered
from fp_core.scope import SYSTEM, By, Scope, by
from fp_gateway.distribute import breaches, policies_script
from tests.gateway.conftest import connected
from tests.places import DUAN, GUIZHOU, LATU, NATION, QIANXI, ZHONGZHAI


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
