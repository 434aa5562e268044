"""`fp distribute`: the script names every table and runs on a filled database; the check ends with 1 when it must."""

from io import StringIO
from typing import Any

import psycopg
import pytest
from rich.console import Console
from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
)
from typer.testing import CliRunner

from fp_core.distribution import plan_of
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_core.scope import by
from fp_gateway import cli
from fp_gateway.distribute import check_for_shell, plan_script, policies_script
from tests.gateway.conftest import connected

KEYS = """select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
          where contype = 'f' order by 1"""


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


def homeless() -> Any:
    """A table of which nobody says where it lies."""
    table = Table("x_homeless", MetaData(), Column("code", String(4), primary_key=True), Column("region", String(12)))
    return type("Homeless", (), {"__tablename__": table.name, "__table__": table, "__scope__": by("region")})


def test_check_names_the_tables_that_stand_in_the_way_and_ends_with_1(host: Host) -> None:
    out = Console(record=True, width=300, file=StringIO())

    assert check_for_shell(out, [homeless()]) == 1
    said = out.export_text()
    assert "x_homeless: 没有适用的分布规则" in said and "1 tables, 1 problems" in said
    assert check_for_shell(out, host.models) == 0


def test_command_prints_the_scripts_and_its_check_passes(host: Host) -> None:
    def fp(*options: str) -> tuple[int, str]:
        done = CliRunner().invoke(cli.app, ["distribute", *options])
        return done.exit_code, done.output

    assert fp() == fp("--plan") == (0, plan_script(host.models))
    assert fp("--policies") == (0, policies_script(host.models))
    code, said = fp("--check")
    assert code == 0 and f"{len(host.models)} tables, 0 problems" in said


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
