"""The limit: for each query one statement, written by hand, that makes the whole answer; for PostgreSQL and for SQLite."""

from collections.abc import Mapping
from decimal import Decimal

from sqlmodel import SQLModel
from strawberry.utils.str_converters import to_camel_case

from benchmarks import queries
from benchmarks.servers import group_by
from fp_core.indicators import Indicator, indicators
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_projects.models import Project, ProjectBeneficiary

MASKED = {"phone": 3, "bank_account": 4}
"""How many signs stay in front of the mask; the last four stay as well."""
Pairs = Mapping[str, str]
"""By key of an object: the SQL of its value."""


class Postgresql:
    """row_to_json over sub-selects."""

    name = "postgresql"

    def one(self, pairs: Pairs, rows: str) -> str:
        return f"(select row_to_json(x) from (select {self._listed(pairs)} {rows}) x)"

    def many(self, pairs: Pairs, rows: str, order: str) -> str:
        return f"(select coalesce(json_agg(x), '[]') from (select {self._listed(pairs)} {rows} order by {order}) x)"

    def value(self, meaning: Indicator, sql: str) -> str:
        if meaning.many:
            return f"array_to_json(string_to_array(trim(both ',' from {sql}), ','))"
        if meaning.type is Decimal:
            return f"({sql} * {Decimal(1).scaleb(-(meaning.places or 0))})::text"
        return sql

    def text(self, sql: str) -> str:
        return sql

    def truth(self, sql: str) -> str:
        return sql

    def _listed(self, pairs: Pairs) -> str:
        return ", ".join(f'{sql} as "{key}"' for key, sql in pairs.items())


class Sqlite:
    """Text put together: its JSON functions would parse again what they made before."""

    name = "sqlite"

    def one(self, pairs: Pairs, rows: str) -> str:
        return f"coalesce((select {self._object(pairs)} {rows}), 'null')"

    def many(self, pairs: Pairs, rows: str, order: str) -> str:
        listed = f"select {self._object(pairs)} as t {rows} order by {order}"
        return f"(select '[' || coalesce(group_concat(t, ','), '') || ']' from ({listed}))"

    def value(self, meaning: Indicator, sql: str) -> str:
        if meaning.many:
            listed = f"'[\"' || replace(trim({sql}, ','), ',', '\",\"') || '\"]'"
            return f"case when {sql} is null then 'null' when {sql} = ',' then '[]' else {listed} end"
        if meaning.type is Decimal:
            unit, places = 10 ** (meaning.places or 0), meaning.places or 0
            shown = f"printf('\"%s%d.%0{places}d\"', case when {sql} < 0 then '-' else '' end, abs({sql}) / {unit}, abs({sql}) % {unit})"
            return f"case when {sql} is null then 'null' else {shown} end"
        if meaning.type is bool:
            return f"case {sql} when 1 then 'true' when 0 then 'false' else 'null' end"
        return f"coalesce({sql}, 'null')" if meaning.type is int else self.text(sql)

    def text(self, sql: str) -> str:
        return f"json_quote({sql})"

    def truth(self, sql: str) -> str:
        return f"case when {sql} then 'true' else 'false' end"

    def _object(self, pairs: Pairs) -> str:
        pieces = [f"'{',' if place else '{'}\"{key}\":' || {sql}" for place, (key, sql) in enumerate(pairs.items())]
        return " || ".join([*pieces, "'}'"])


Writer = Postgresql | Sqlite
PAGE = (
    "with page as (select p.*, row_number() over (order by household_code, year) as n from (select {columns} from household_year "
    "where year = :year and village_code between :low and :high and village_code between :from and :to and "
    "exit_status = :status and (household_code, year) > (:code, :last_year) order by household_code, year limit {more}) p) "
)


def statements(write: Writer) -> dict[str, str]:
    """Every query's statement, with the parameters :name; :from and :to are the operator's region."""
    return {
        "Q1": f"select {_data(write, 'household', _household(write))}",
        "Q2": _page(write, queries.PAGES["Q2"], with_benefits=False),
        "Q3": _page(write, queries.PAGES["Q3"], with_benefits=True),
        "Q4": f"select {_data(write, 'statistics', _statistics(write))}",
    }


def _household(write: Writer) -> str:
    of_member = "y.household_code = m.household_code and y.member_no = m.member_no"
    person_years = write.many(
        _columns(write, MemberYear, "y", f"year {queries.MEMBER_ANNUAL}"),
        f"from member_year y where {of_member} and {_seen('y')}",
        "y.year",
    )
    members = write.many(
        {**_columns(write, Member, "m", queries.MEMBER), "years": person_years},
        f"from member m where m.household_code = h.household_code and {_seen('m')}",
        "m.member_no",
    )
    years = write.many(
        _columns(write, HouseholdYear, "a", queries.ANNUAL),
        f"from household_year a where a.household_code = h.household_code and {_seen('a')}",
        "a.year",
    )
    pairs = {**_columns(write, Household, "h", queries.HOUSEHOLD), "years": years, "members": members}
    return write.one(pairs, f"from household h where h.household_code = :code and {_seen('h')}")


def _page(write: Writer, first: int, *, with_benefits: bool) -> str:
    of_home = "household_code = h.household_code and {0}.year = h.year"
    person = write.one(
        _columns(write, Member, "m", queries.PERSON),
        f"from member m where m.household_code = y.household_code and m.member_no = y.member_no and {_seen('m')}",
    )
    members = write.many(
        {**_columns(write, MemberYear, "y", f"member_no {queries.MEMBER_ANNUAL}"), "member": person},
        f"from member_year y where y.{of_home.format('y')} and {_seen('y')}",
        "y.member_no",
    )
    columns = ", ".join(["household_code", *queries.ANNUAL.split()])
    node = {**_columns(write, HouseholdYear, "h", f"household_code {queries.ANNUAL}"), "members": members}
    if with_benefits:
        project = write.one(
            _columns(write, Project, "j", queries.PROJECT),
            "from project j where j.project_code = b.project_code and j.region_code between :from and :to",
        )
        benefits = {**_columns(write, ProjectBeneficiary, "b", queries.BENEFIT), "project": project}
        rows = f"from project_beneficiary b where b.{of_home.format('b')} and {_seen('b')}"
        node["benefits"] = write.many(benefits, rows, "b.project_code")
    info = {
        "hasNextPage": write.truth(f"exists (select 1 from page where n > {first})"),
        "endCursor": write.text(f"(select {_cursor()} from page where n <= {first} order by n desc limit 1)"),
    }
    connection = {
        "nodes": write.many(node, f"from page h where n <= {first}", "h.n"),
        "pageInfo": write.one(info, ""),
    }
    return f"{PAGE.format(columns=columns, more=first + 1)} select {_data(write, 'householdYears', write.one(connection, ''))}"


def _statistics(write: Writer) -> str:
    cells = "s.cells"
    pairs = {"regionCode": write.text("s.region_code"), "name": write.text("s.name"), "cells": cells}
    counted = f"from ({group_by.statement(write.name)}) s where :region between :from and :to"
    return write.one({"rows": write.many(pairs, counted, "s.name = '合计', s.region_code")}, "")


def _data(write: Writer, root: str, value: str) -> str:
    return write.one({"data": write.one({root: value}, "")}, "")


def _columns(write: Writer, model: type[SQLModel], alias: str, names: str) -> dict[str, str]:
    """The columns of a table as the schema writes them, masked where it masks them."""
    known = indicators(model)
    return {to_camel_case(name): write.value(known[name], _shown(f"{alias}.{name}", name)) for name in names.split()}


def _shown(sql: str, name: str) -> str:
    head = MASKED.get(name)
    if head is None:
        return sql
    covered = f"substr({sql}, 1, {head}) || '****' || substr({sql}, length({sql}) - 3, 4)"
    return f"case when {sql} is null then null when length({sql}) >= {head + 6} then {covered} else '****' end"


def _seen(alias: str) -> str:
    return f"{alias}.village_code between :from and :to"


def _cursor() -> str:
    return "'householdCode,year:' || household_code || ':' || year"
