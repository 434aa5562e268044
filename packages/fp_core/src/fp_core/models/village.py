"""Villages (贫困村): what stays, and the indicator table of each year."""

from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import SQLModel

from fp_core.indicators import indicator
from fp_core.models.village_services import (
    VillageHomeFields,
    VillageMoneyFields,
    VillageNetFields,
    VillageProgrammeFields,
    VillageRoadFields,
    VillageServiceFields,
)
from fp_core.scope import by

noted = partial(indicator, form="FV")
asked = partial(indicator, form="FV", required=True)
set_by_events = partial(indicator, computed=True)
count = partial(indicator, least=0, form="FV", required=True)
households = partial(count, unit="户")
persons = partial(count, unit="人")
area = partial(indicator, unit="亩", places=2, least=0, form="FV", required=True)
counted = partial(indicator, computed=True)


class Village(SQLModel, table=True):
    """An administrative village on the register. Its version is that of all its years and natural villages."""

    __tablename__ = "village"
    __label__: ClassVar[tuple[str, str]] = ("贫困村", "registered village")
    __scope__: ClassVar[Any] = by("village_code")

    village_code: str = indicator(
        "村编号", "village code", primary_key=True, max_length=12, pattern=r"\d{12}", form="FV"
    )
    village_attribute: str | None = asked("村属性", "attribute of the village", codes="VILLAGE_ATTRIBUTE", locked=True)
    exit_status: str = set_by_events(
        "脱贫状态", "status of exit", codes="EXIT_STATUS", default="NOT_EXITED", nullable=False
    )
    exit_year: int | None = set_by_events("出列年度", "year of the exit")
    added_year: int | None = set_by_events("纳入年度", "year the village came into the register")
    is_deep_poverty: bool | None = noted("是否深度贫困村", "is a deep-poverty village")
    longitude: Decimal | None = noted("经度", "longitude", unit="度", places=6, least=73, most=136, legacy="AAR101")
    latitude: Decimal | None = noted("纬度", "latitude", unit="度", places=6, least=3, most=54, legacy="AAR102")
    altitude: Decimal | None = noted("高程", "altitude", unit="米", places=1, legacy="AAR103")
    version: int = set_by_events("版本", "version of the village and all that belongs to it", default=0, nullable=False)


class VillageYearKey(SQLModel):
    """A village in a data year, its leader and what it means to live from."""

    village_code: str = indicator("村编号", "village code", primary_key=True, max_length=12, form="FV")
    year: int = indicator("年度", "data year", primary_key=True, least=2014)
    leader_name: str | None = asked("村负责人", "leader of the village", max_length=30, legacy="AAR011")
    leader_post: str | None = asked("职务", "post of the leader", max_length=40, legacy="AAF031")
    leader_phone: str | None = asked(
        "联系电话", "phone of the leader", max_length=11, pattern=r"1\d{10}", personal=True, legacy="AAR012"
    )
    graduate_official_count: int | None = persons("大学生村官人数", "graduate village officials", legacy="AAD038")
    party_member_count: int | None = persons("中共党员人数", "members of the CPC", legacy="AAD037")
    terrain: str | None = asked("地形地貌", "terrain", codes="TERRAIN", legacy="AAD036")
    development_direction: str | None = asked(
        "发展方向", "direction of development", codes="DEV_DIRECTION", legacy="AAD035"
    )
    planned_exit_year: int | None = noted(
        "计划脱贫退出年份", "year the exit is planned for", least=2014, most=2020, legacy="ADA007"
    )


class VillagePeopleFields(SQLModel):
    """Households and people. Those of the register are counted from it and never typed."""

    natural_village_count: int | None = count("自然村数", "natural villages", unit="个", legacy="AAD006")
    total_households: int | None = households("总户数", "households", legacy="AAD005")
    total_population: int | None = persons("总人口数", "population", legacy="AAD010")
    poor_households: int | None = counted("贫困户数", "poor households", unit="户", legacy="AAD007")
    poor_population: int | None = counted("贫困人口数", "poor people", unit="人", legacy="AAD011")
    general_poor_households: int | None = counted(
        "一般贫困户数", "ordinary poor households", unit="户", legacy="ADA001"
    )
    general_poor_population: int | None = counted(
        "一般贫困人口数", "people of ordinary poor households", unit="人", legacy="ADA002"
    )
    subsistence_poor_households: int | None = counted(
        "低保贫困户数", "poor households with subsistence allowance", unit="户", legacy="ADA003"
    )
    subsistence_poor_population: int | None = counted(
        "低保贫困人口数", "people of poor households with subsistence allowance", unit="人", legacy="ADA004"
    )
    five_guarantee_poor_households: int | None = counted(
        "五保贫困户数", "poor households with five guarantees", unit="户", legacy="ADA005"
    )
    five_guarantee_poor_population: int | None = counted(
        "五保贫困人口数", "people of poor households with five guarantees", unit="人", legacy="ADA006"
    )
    disabled_poor_population: int | None = counted(
        "残疾贫困人口数", "poor people with a disability", unit="人", legacy="ADA024"
    )
    poverty_incidence: Decimal | None = counted(
        "贫困发生率", "poor people in the population", unit="%", places=2, missing=Decimal(100)
    )
    subsistence_households: int | None = households(
        "低保户数", "households with subsistence allowance", legacy="AAD008"
    )
    subsistence_population: int | None = persons("低保人口数", "people with subsistence allowance", legacy="AAD012")
    five_guarantee_households: int | None = households("五保户数", "households with five guarantees", legacy="AAD009")
    five_guarantee_population: int | None = persons("五保人口数", "people with five guarantees", legacy="AAD013")
    minority_population: int | None = persons("少数民族人口数", "people of ethnic minorities", legacy="AAD014")
    female_population: int | None = persons("妇女人口数", "women", legacy="AAD015")
    disabled_population: int | None = persons("残疾人口数", "people with a disability", legacy="AAD016")
    labour_count: int | None = persons("劳动力人数", "people able to work", legacy="AAD017")
    migrant_count: int | None = persons("外出务工人数", "people working away", legacy="AAD018")


class VillageLandFields(SQLModel):
    """Land of the village in 亩, and its animals."""

    arable_area: Decimal | None = area("耕地面积", "arable land", legacy="AAD019")
    irrigated_area: Decimal | None = area("有效灌溉面积", "irrigated land", legacy="AAD027")
    forest_area: Decimal | None = area("林地面积", "forest", legacy="AAD021")
    returned_forest_area: Decimal | None = area("退耕还林面积", "land returned to forest", legacy="AAD022")
    orchard_area: Decimal | None = area("林果面积", "orchard", legacy="AAD023")
    grass_area: Decimal | None = area("牧草地面积", "grassland", legacy="AAD024")
    water_area: Decimal | None = area("水域面积", "water surface", legacy="AAD025")
    livestock_count: int | None = count("牲畜存栏数", "livestock", unit="头", legacy="AAD026")


# The fields stand in the order of the bases from right to left.
class VillageYear(
    VillageProgrammeFields,
    VillageNetFields,
    VillageServiceFields,
    VillageHomeFields,
    VillageRoadFields,
    VillageMoneyFields,
    VillageLandFields,
    VillagePeopleFields,
    VillageYearKey,
    table=True,
):
    """A village in one data year: people, land, income, roads, water, power, services, programmes."""

    __tablename__ = "village_year"
    __label__: ClassVar[tuple[str, str]] = ("贫困村年度信息", "village in a data year")
    __scope__: ClassVar[Any] = by("village_code")
    __table_args__ = (ForeignKeyConstraint(["village_code"], ["village.village_code"]),)
