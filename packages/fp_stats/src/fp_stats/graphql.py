"""The statistics in GraphQL: which tables there are, and one table of a region and year."""

import asyncio
from collections.abc import Callable
from functools import partial

import strawberry
from strawberry import Info

from fp_core import regions
from fp_core.errors import NotFound
from fp_core.graphql.context import Context
from fp_core.graphql.extends import field
from fp_core.graphql.parts import GraphQL
from fp_stats.operations import statistics_of, table
from fp_stats.tables import Line, Statistic, by_code

RIGHT = "statistics:read"
Read = Callable[[], list[Line]]


@strawberry.type(description="统计指标 · a column of a statistics table")
class StatisticsColumn:
    """A column."""

    code: str = strawberry.field(description="指标代码 · code of the column")
    label: str = strawberry.field(description="指标名称 · Chinese label")
    english: str = strawberry.field(description="英文名称 · English label")


@strawberry.type(description="统计数 · one number of a table, for households and for persons")
class StatisticsCell:
    """A cell."""

    column: str = strawberry.field(description="指标代码 · code of the column")
    households: int = strawberry.field(description="户数 · households")
    persons: int = strawberry.field(description="人数 · persons")


@strawberry.type(description="统计行 · one row of a table: a child of the region, or 合计, the sum")
class StatisticsRow:
    """A row."""

    region_code: str = strawberry.field(description="行政区划 · division")
    name: str = strawberry.field(description="名称 · its name, 合计 in the last row")
    cells: list[StatisticsCell] = strawberry.field(description="统计数 · a cell for each column, in their order")


@strawberry.type(description="统计表 · a statistics table")
class StatisticsTable:
    """A table, and its rows where they were asked for."""

    code: str = strawberry.field(description="统计表代码 · code of the table")
    label: str = strawberry.field(description="统计表名称 · Chinese title")
    english: str = strawberry.field(description="英文名称 · English title")
    columns: list[StatisticsColumn] = strawberry.field(description="统计指标 · columns")
    read: strawberry.Private[Read]

    @strawberry.field(description="统计行 · rows, the last one the sum")  # type: ignore[untyped-decorator]
    async def rows(self) -> list[StatisticsRow]:
        """Read only where they are asked for."""
        return [_row(line) for line in await asyncio.to_thread(self.read)]


class StatisticsQueries:
    """What is counted."""

    @field("统计表目录", "the statistics tables of the installed plugins")
    @staticmethod
    def statistics_tables(info: Info[Context]) -> list[StatisticsTable]:
        return [_table(s, list) for s in statistics_of(info.context.registry.host).values()]

    @field(
        "统计表",
        "a statistics table: rows are the children of the region, the last row their sum",
        code="统计表代码 · poor, exited, net_decrease …",
        region="行政区划 · 12-digit code of the region",
        year="年度 · data year",
        recount="从原始记录重新计数 · count the register's rows instead of reading the cells; the numbers are the same",
    )
    @staticmethod
    def statistics(
        info: Info[Context],
        code: str,
        region: str,
        year: int,
        recount: bool = False,
    ) -> StatisticsTable:
        context = info.context
        context.actor.require(RIGHT)
        regions.level_of(region)
        if not context.actor.scope.contains(region):
            raise NotFound("行政区划 region", region)
        statistic = by_code(statistics_of(context.registry.host), code)
        read = partial(table, context.registry, context.actor, code, region, year, from_rows=recount)
        return _table(statistic, read)


def _table(statistic: Statistic, read: Read) -> StatisticsTable:
    return StatisticsTable(
        code=statistic.code,
        label=statistic.label,
        english=statistic.english,
        columns=[StatisticsColumn(code=c.code, label=c.label, english=c.english) for c in statistic.columns],
        read=read,
    )


def _row(line: Line) -> StatisticsRow:
    cells = [StatisticsCell(column=code, households=c.households, persons=c.persons) for code, c in line.cells.items()]
    return StatisticsRow(region_code=line.region_code, name=line.name, cells=cells)


def parts() -> GraphQL:
    """Two queries; the cells themselves are no type: a table is asked for, never put together by the caller."""
    return GraphQL(queries=(StatisticsQueries,))
