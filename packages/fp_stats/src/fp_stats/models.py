"""The cells of the statistics: counts by year, village, table and column, made anew where something changed."""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, Index
from sqlmodel import SQLModel

from fp_core.indicators import indicator
from fp_core.scope import SYSTEM, by


class StatCell(SQLModel, table=True):
    """One counted column of one village in one year. A village without a cell has counted zero."""

    __tablename__ = "stat_cell"
    __label__: ClassVar[tuple[str, str]] = ("统计单元", "cell of a statistics table")
    __scope__: ClassVar[Any] = by("region_code")
    __table_args__ = (Index("ix_stat_cell_table", "statistic", "year", "region_code"),)

    year: int = indicator("年度", "data year", primary_key=True)
    region_code: str = indicator("行政区划", "village", primary_key=True, max_length=12)
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
