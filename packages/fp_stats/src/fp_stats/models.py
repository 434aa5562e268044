"""The cells of the statistics: counts by year, level, region, table and column, kept for every village and all above it."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, PrimaryKeyConstraint
from sqlmodel import SQLModel

from fp_core.distribution import LOCAL
from fp_core.indicators import indicator
from fp_core.scope import SYSTEM, by


class StatCell(SQLModel, table=True):
    """One counted column in one year: of a place at the level of the village, of all places in a region above it.

    A place counts once at each level. Where a level is stepped over, the region above stands for it: the towns of
    东莞 have no county, so at the level of the county the city stands. A region without a cell has counted zero.
    """

    __tablename__ = "stat_cell"
    __label__: ClassVar[tuple[str, str]] = ("统计单元", "cell of a statistics table")
    __scope__: ClassVar[Any] = by("region_code")
    __distribution__: ClassVar[Any] = LOCAL
    # The order is that of a reading: one table, one year, one level, a run of regions.
    __table_args__ = (PrimaryKeyConstraint("statistic", "year", "level", "region_code", "column_code"),)

    year: int = indicator("年度", "data year", primary_key=True)
    level: str = indicator("行政级别", "level of administration", codes="REGION_LEVEL", primary_key=True, max_length=8)
    region_code: str = indicator("行政区划", "division", primary_key=True, max_length=12)
    statistic: str = indicator("统计表", "statistics table", primary_key=True, max_length=40)
    column_code: str = indicator("统计指标", "column", primary_key=True, max_length=40)
    households: int = indicator("户数", "households", unit="户", sa_type=BigInteger, default=0, nullable=False)
    persons: int = indicator("人数", "persons", unit="人", sa_type=BigInteger, default=0, nullable=False)


class StatDefinition(SQLModel, table=True):
    """Which columns a statistics table had when its cells were counted; other columns are counted anew."""

    __tablename__ = "stat_definition"
    __scope__: ClassVar[Any] = SYSTEM

    statistic: str = indicator("统计表", "statistics table", primary_key=True, max_length=40)
    columns: str = indicator("统计指标", "digest of its columns", max_length=64, nullable=False)


MODELS = (StatCell, StatDefinition)
