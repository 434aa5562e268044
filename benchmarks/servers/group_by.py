"""A statistics table of a region by its children, counted from the rows in one statement: what there is without cells."""

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from benchmarks.queries import STATISTIC
from fp_core.models.household import HouseholdYear
from fp_core.models.regions import LAST_YEAR
from fp_stats.national import TABLES
from fp_stats.tables import Counted

JSON = {"postgresql": ("json_build_array", "json_build_object"), "sqlite": ("json_array", "json_object")}


def statement(name: str, digits: int = 9) -> str:
    """The SELECT for a database, with :region, :low, :high and :year; rows are (region_code, name, cells).

    The children of the region have so many digits of their own: 9 for townships, 4 for cities.
    """
    dialect: Dialect = postgresql.dialect() if name == "postgresql" else sqlite.dialect()  # type: ignore[no-untyped-call]
    columns = _columns()
    codes = range(len(columns))
    counts = ", ".join(
        f"count(*) filter (where {condition}) as h{n}, coalesce(sum(member_count) filter (where {condition}), 0) as p{n}"
        for n, condition in enumerate(_text(column, dialect) for column in columns)
    )
    held = ", ".join(f"coalesce(h{n}, 0) as h{n}, coalesce(p{n}, 0) as p{n}" for n in codes)
    sums = ", ".join(f"cast(coalesce(sum(h{n}), 0) as bigint), cast(coalesce(sum(p{n}), 0) as bigint)" for n in codes)
    array, record = JSON[name]
    child = f"substr(village_code, 1, {digits})"
    cells = ", ".join(
        f"{record}('column', '{c.code}', 'households', h{n}, 'persons', p{n})" for n, c in enumerate(columns)
    )
    in_force = f"valid_from <= {LAST_YEAR} and (valid_to is null or valid_to > {LAST_YEAR})"
    return (
        f"with children as (select {child} || '{'0' * (12 - digits)}' as child, {counts} from household_year "
        "where year = :year and village_code between :low and :high and exit_status not in ('REMOVED', 'CLOSED') "
        f"group by {child}), lines as (select 0 as at_end, code, name, {held} from region left join "
        f"children on child = code where parent_code = :region and {in_force} "
        f"union all select 1, cast(:region as varchar(12)), '合计', {sums} from children) "
        f"select code as region_code, name, {array}({cells}) as cells from lines order by at_end, code"
    )


def _columns() -> list[Counted]:
    table = next(table for table in TABLES if table.code == STATISTIC)
    return [column for column in table.columns if isinstance(column, Counted)]


def _text(column: Counted, dialect: Dialect) -> str:
    condition = column.condition(HouseholdYear)
    return str(condition.compile(dialect=dialect, compile_kwargs={"literal_binds": True}))
