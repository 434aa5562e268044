"""The scripts of `fp distribute`: how the tables spread over machines with Citus, and the policies of row-level security."""

from collections.abc import Iterator, Sequence

from rich.console import Console
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import AddConstraint, DDLElement, DropConstraint
from sqlmodel import SQLModel

from fp_core.distribution import Breach, Plan, plan_of
from fp_core.row_security import policy_of, uncovered
from fp_core.scope import PUBLIC

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_WAYS = {"key": "by {key}", "reference": "reference", "local": "local"}


def breaches(models: Sequence[type[SQLModel]]) -> tuple[Breach, ...]:
    """Every table that cannot be distributed as it is, or that no policy can hold."""
    bare = (
        Breach(
            name,
            "指向有行政区划的表，自己却没有行政区划列：请加列并写 __scope__ = by('列')",
            "it refers to a table with a region and has no region column; give it one and __scope__ = by('column')",
        )
        for name in uncovered(models)
    )
    return (*plan_of(models).breaches, *bare)


def plan_script(models: Sequence[type[SQLModel]]) -> str:
    """The SQL that distributes a migrated database, its rows included, in named steps."""
    plan = plan_of(models)
    steps = (
        ("Refuse what cannot be distributed", [_no_triggers(plan)]),
        ("Foreign keys off: no table is distributed while it has one", _each(plan, off=True)),
        ("Reference tables: a copy on every machine", [_reference(p.table.name) for p in plan.of("reference")]),
        ("Distributed tables: the first of a group, then those that lie beside it", list(_distributed(plan))),
        ("Foreign keys on again", _each(plan, off=False)),
        ("The region of a transaction reaches every machine", [_PROPAGATED]),
    )
    lines = ["-- Made by: fp distribute --plan. Stop the gateways, have a backup, try it on a copy, then:"]
    lines += ["--   psql -v ON_ERROR_STOP=1 -f plan.sql", "--", *_overview(plan)]
    lines += [f"-- PROBLEM {breach.table}: {breach.zh} · {breach.en}" for breach in plan.breaches]
    for number, (title, statements) in enumerate(steps, 1):
        lines += ["", f"-- {number}. {title}", *(f"{statement};" for statement in statements)]
    return "\n".join(lines) + "\n"


def policies_script(models: Sequence[type[SQLModel]]) -> str:
    """The SQL that puts every scoped table under its policy, and the names of those that have none."""
    lines = ["-- Made by: fp distribute --policies. Run it as the owner of the tables, again after each migration."]
    lines += [f"-- PROBLEM {name}: it has no region column, so no policy can hold it" for name in uncovered(models)]
    for model in models:
        lines += [f"{statement};" for statement in policy_of(model)]
    bare = {str(m.__tablename__): m.__scope__ for m in models if not policy_of(model=m)}  # type: ignore[attr-defined]
    shown = ", ".join(name for name, scope in bare.items() if scope is PUBLIC)
    hidden = ", ".join(name for name, scope in bare.items() if scope is not PUBLIC)
    lines += ["", f"-- Public, without a policy: {shown}", f"-- Not for a reading role, grant it nothing: {hidden}"]
    return "\n".join(lines) + "\n"


def check_for_shell(out: Console, models: Sequence[type[SQLModel]]) -> int:
    """Say what stands in the way of distributing these tables; 1 when something does."""
    found = breaches(models)
    for breach in found:
        out.print(f"{breach.table}: {breach.zh} · {breach.en}", markup=False)
    out.print(f"{len(models)} 张表，{len(found)} 处不符 · {len(models)} tables, {len(found)} problems")
    return 1 if found else 0


def _overview(plan: Plan) -> Iterator[str]:
    width = max(len(p.table.name) for p in plan.placed)
    for placed in plan.placed:
        way = _WAYS[placed.how.kind].format(key=placed.how.key)
        yield f"-- {placed.table.name:<{width}}  {way:<18}  {placed.why}"


def _no_triggers(plan: Plan) -> str:
    names = ", ".join(f"'{p.table.name}'" for kind in ("key", "reference") for p in plan.of(kind))
    return (
        "do $$ declare found text; begin\n"
        "  select string_agg(tgname || ' on ' || tgrelid::regclass, ', ') into found from pg_trigger\n"
        f"  where not tgisinternal and tgrelid::regclass::text in ({names});\n"
        "  if found is not null then raise exception 'triggers cannot be distributed: %', found; end if;\n"
        "end $$"
    )


def _each(plan: Plan, *, off: bool) -> list[str]:
    keys = plan.foreign_keys
    return [_written(DropConstraint(key) if off else AddConstraint(key)) for key in keys]


def _reference(table: str) -> str:
    return f"select create_reference_table('{table}')"


def _distributed(plan: Plan) -> Iterator[str]:
    leaders: dict[str, str] = {}
    for placed in plan.of("key"):
        name, how = placed.table.name, placed.how
        beside = leaders.get(how.group, "none")
        leaders.setdefault(how.group, name)
        yield f"select create_distributed_table('{name}', '{how.key}', colocate_with => '{beside}')"


_PROPAGATED = (
    "do $$ begin execute format('alter database %I set citus.propagate_set_commands = %L', current_database(), 'local'); "
    "end $$"
)


def _written(statement: DDLElement) -> str:
    """One statement on one line."""
    return " ".join(str(statement.compile(dialect=_DIALECT)).split())
