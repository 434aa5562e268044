"""Data years: when a county opened and closed each of them."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import SQLModel

from fp_core.indicators import indicator, moment
from fp_core.scope import PUBLIC


class DataYear(SQLModel, table=True):
    """A county's data year: opened as a copy of the year before, closed when its figures stand."""

    __tablename__ = "data_year"
    __label__: ClassVar[tuple[str, str]] = ("数据年度", "data year of a county")
    __scope__: ClassVar[Any] = PUBLIC

    county_code: str = indicator("县", "county", primary_key=True, max_length=12)
    year: int = indicator("年度", "data year", primary_key=True, least=2014)
    opened_on: datetime = moment("开年时间", "moment the year was opened", computed=True, nullable=False)
    closed_on: datetime | None = moment("关年时间", "moment the year was closed", computed=True)
    version: int = indicator("版本", "version", computed=True, default=0, nullable=False)
