"""Counties (贫困县): what stays, and the figures of each year, collected from 2015."""

from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import SQLModel

from fp_core.indicators import indicator
from fp_core.models.county_base import CountyEconomyFields, CountyLandFields, CountyPeopleFields
from fp_core.models.county_programmes import CountyCreditFields, CountyRelocationFields, CountyTrainingFields
from fp_core.models.county_services import CountyCultureFields, CountyEducationFields, CountyHealthFields
from fp_core.models.county_works import CountyHomeFields, CountyIndustryFields, CountyRoadFields
from fp_core.scope import by


class County(SQLModel, table=True):
    """A county on the register. Its version is that of all its years."""

    __tablename__ = "county"
    __label__: ClassVar[tuple[str, str]] = ("贫困县", "registered county")
    __scope__: ClassVar[Any] = by("county_code")

    county_code: str = indicator("县编号", "county code", primary_key=True, max_length=12, pattern=r"\d{12}", form="FC")
    county_attribute: tuple[str, ...] | None = indicator(
        "县属性",
        "attributes of the county",
        codes="COUNTY_ATTRIBUTE",
        many=True,
        form="FC",
        required=True,
        legacy="AAE002",
    )
    is_exited: bool = indicator(
        "是否摘帽", "is out of poverty", computed=True, default=False, nullable=False, legacy="AAE100"
    )
    exit_year: int | None = indicator("摘帽年度", "year of the exit", computed=True)
    version: int = indicator("版本", "version of the county and its years", computed=True, default=0, nullable=False)


class CountyYearKey(SQLModel):
    """A county in a data year."""

    county_code: str = indicator("县编号", "county code", primary_key=True, max_length=12, form="FC")
    year: int = indicator("年度", "data year", primary_key=True, least=2015)


# The fields stand in the order of the bases from right to left.
class CountyYear(
    CountyRelocationFields,
    CountyCreditFields,
    CountyTrainingFields,
    CountyCultureFields,
    CountyHealthFields,
    CountyEducationFields,
    CountyIndustryFields,
    CountyHomeFields,
    CountyRoadFields,
    CountyEconomyFields,
    CountyLandFields,
    CountyPeopleFields,
    CountyYearKey,
    table=True,
):
    """A county in one data year: people, land, economy, works, services, programmes."""

    __tablename__ = "county_year"
    __label__: ClassVar[tuple[str, str]] = ("贫困县年度信息", "county in a data year")
    __scope__: ClassVar[Any] = by("county_code")
    __table_args__ = (ForeignKeyConstraint(["county_code"], ["county.county_code"]),)
