"""Natural villages (自然村): the settlements inside an administrative village, collected from 2016."""

from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint
from sqlmodel import SQLModel

from fp_core.indicators import indicator
from fp_core.scope import by

asked = partial(indicator, form="FN", required=True)
count = partial(indicator, least=0, form="FN", required=True)
households = partial(count, unit="户")
persons = partial(count, unit="人")
distance = partial(indicator, unit="公里", places=2, least=0, form="FN", required=True)
counted = partial(indicator, computed=True)


class NaturalVillage(SQLModel, table=True):
    """A settlement of a village: the village's code and three digits of its own."""

    __tablename__ = "natural_village"
    __label__: ClassVar[tuple[str, str]] = ("自然村", "natural village")
    __scope__: ClassVar[Any] = by("village_code")
    __table_args__ = (ForeignKeyConstraint(["village_code"], ["village.village_code"]),)

    village_code: str = indicator("所在村", "village", primary_key=True, max_length=12, form="FN")
    natural_code: str = indicator(
        "自然村编号", "natural village code", primary_key=True, max_length=15, pattern=r"\d{15}", form="FN"
    )
    natural_name: str = asked("自然村名称", "name", max_length=60, nullable=False)
    added_year: int | None = indicator("纳入年度", "year it was first entered", computed=True)
    closed_year: int | None = indicator("撤销年度", "year it ceased to exist", form="FN", least=2014)


class NaturalVillageYear(SQLModel, table=True):
    """A natural village in one data year: people, roads, power, water, services."""

    __tablename__ = "natural_village_year"
    __label__: ClassVar[tuple[str, str]] = ("自然村年度信息", "natural village in a data year")
    __scope__: ClassVar[Any] = by("village_code")
    __table_args__ = (
        ForeignKeyConstraint(
            ["village_code", "natural_code"], ["natural_village.village_code", "natural_village.natural_code"]
        ),
    )

    village_code: str = indicator("所在村", "village", primary_key=True, max_length=12, form="FN")
    natural_code: str = indicator("自然村编号", "natural village code", primary_key=True, max_length=15, form="FN")
    year: int = indicator("年度", "data year", primary_key=True, least=2016)
    total_households: int | None = households("总户数", "households")
    total_population: int | None = persons("总人口数", "population")
    poor_households: int | None = counted("贫困户数", "poor households", unit="户")
    poor_population: int | None = counted("贫困人口数", "poor people", unit="人")
    paved_to_village: bool | None = asked("到行政村是否通沥青(水泥)路", "the road to the village is paved")
    unpaved_km: Decimal | None = distance("到行政村未通沥青(水泥)路里程", "length of that road that is not paved")
    unhardened_inner_km: Decimal | None = distance("内部未硬化道路里程", "length of inner roads without a hard surface")
    has_living_power: bool | None = asked("是否通生活用电", "has power for living")
    has_production_power: bool | None = asked("是否通生产用电", "has power for production")
    no_power_households: int | None = households("未通电户数", "households without power")
    difficult_water_households: int | None = households("饮水困难户数", "households with difficult water")
    difficult_water_population: int | None = persons("饮水困难人数", "people with difficult water")
    fetch30_households: int | None = households(
        "取水往返超过30分钟户数", "households that fetch water for over 30 minutes"
    )
    fetch30_population: int | None = persons("取水往返超过30分钟人数", "people who fetch water for over 30 minutes")
    dry3m_households: int | None = households("全年缺水三个月以上户数", "households short of water for over 3 months")
    dry3m_population: int | None = persons("全年缺水三个月以上人数", "people short of water for over 3 months")
    has_broadcast: bool | None = asked("是否通广播电视", "receives radio and television")
    has_broadband: bool | None = asked("是否通宽带", "has broadband")
    has_clinic: bool | None = asked("是否有卫生室", "has a clinic")
    public_toilet_count: int | None = count("公共厕所个数", "public toilets", unit="个")
    waste_site_count: int | None = count("垃圾堆放点个数", "waste collection points", unit="个")
    dangerous_households: int | None = households("危房户数", "households in dangerous houses")
