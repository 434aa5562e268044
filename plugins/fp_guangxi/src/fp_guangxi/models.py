"""What Guangxi collects besides the national form: the roads and sources of income of 八有一超."""

from datetime import date
from typing import Any, ClassVar

from sqlmodel import SQLModel

from fp_core.indicators import indicator
from fp_core.scope import by


class GuangxiHouseholdYear(SQLModel, table=True):
    """A household in a data year, as Guangxi sees it."""

    __tablename__ = "r45_household_year"
    __label__: ClassVar[tuple[str, str]] = ("广西户年度补充信息", "Guangxi's own facts on a household-year")
    __scope__: ClassVar[Any] = by("village_code")

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16)
    year: int = indicator("年度", "data year", primary_key=True)
    village_code: str = indicator("所在村", "village", max_length=12, nullable=False)
    has_hamlet_road: bool | None = indicator("路通村屯", "a hardened road reaches the hamlet", form="FH")
    has_breeding_income: bool | None = indicator("有养殖收入", "steady income from breeding", form="FH")
    has_other_income: bool | None = indicator("有其他收入来源", "another steady source of income", form="FH")
    dual_confirmed_on: date | None = indicator("双认定日期", "day of the second confirmation of the exit", form="FH")
