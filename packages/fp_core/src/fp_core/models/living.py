"""How a household lives in a year: land, water, power, road and house, relocation. Areas of land are in 亩."""

from decimal import Decimal
from functools import partial

from sqlmodel import SQLModel

from fp_core.indicators import indicator

area = partial(indicator, unit="亩", places=2, least=0, form="FH", required=True)
asked = partial(indicator, form="FH", required=True)
noted = partial(indicator, form="FH")


class LandFields(SQLModel):
    """Land that the household works. Irrigated land is part of the arable land."""

    arable_area: Decimal | None = area("耕地面积", "arable land", legacy="AAC301")
    irrigated_area: Decimal | None = area("有效灌溉面积", "irrigated land", legacy="AAC302")
    forest_area: Decimal | None = area("林地面积", "forest", legacy="AAC303")
    returned_forest_area: Decimal | None = area("退耕还林面积", "land returned to forest", legacy="AAC304")
    orchard_area: Decimal | None = area("林果面积", "orchard", legacy="AAC305")
    grass_area: Decimal | None = area("牧草地面积", "grassland", legacy="AAC306")
    water_area: Decimal | None = area("水面面积", "water surface", legacy="AAC307")
    has_production_power: bool | None = asked("是否通生产用电", "has power for production", legacy="AAC308")


class LivingFields(SQLModel):
    """Water, power, road, house. A house not reported is taken as dangerous, and water as difficult, until it is."""

    water_difficult: bool | None = asked("饮水是否困难", "water is difficult to get", missing=True, legacy="AAC311")
    water_safe: bool | None = asked("饮水是否安全", "water is safe to drink", legacy="AAC312")
    has_living_power: bool | None = asked("是否通生活用电", "has power for living", legacy="AAC313")
    has_broadcast: bool | None = asked("是否通广播电视", "receives radio and television", legacy="AAC314")
    distance_main_road: Decimal | None = asked(
        "与村主干路距离", "distance to the main road of the village", unit="公里", places=2, least=0, legacy="AAC315"
    )
    access_road_type: str | None = asked("入户路类型", "road to the house", codes="ROAD_TYPE", legacy="AAC316")
    house_area: Decimal | None = asked(
        "住房面积", "area of the house; 0 where there is none", unit="平方米", places=2, least=0, legacy="AAC317"
    )
    is_dangerous_house: bool | None = asked("是否危房户", "the house is dangerous", missing=True, legacy="AAC318")
    danger_grade: str | None = noted("危房级别", "grade of the danger", codes="DANGER_GRADE", legacy="AAC322")
    renovation_year: int | None = noted("危改年度", "year the house was made safe", least=2000, most=2030)
    house_structure: str | None = noted("住房结构", "structure of the house", codes="HOUSE_STRUCTURE")
    has_sanitary_toilet: bool | None = asked("有无卫生厕所", "has a sanitary toilet", legacy="AAC319")
    main_fuel: str | None = asked("主要燃料类型", "main fuel", codes="FUEL", legacy="AAC320")
    food_secure: bool | None = noted("是否不愁吃", "has no worry about food")
    clothing_secure: bool | None = noted("是否不愁穿", "has no worry about clothing")


class LivelihoodFields(SQLModel):
    """What carries the household's work: cooperative, enterprise, leader, mutual fund."""

    in_cooperative: bool | None = asked("是否加入农民专业合作社", "is in a farmers' cooperative", legacy="AAC084")
    has_enterprise_lead: bool | None = asked("是否有龙头企业带动", "is led by an enterprise", since=2017)
    has_leader_lead: bool | None = asked("是否有创业致富带头人带动", "is led by a successful entrepreneur", since=2017)
    in_mutual_fund: bool | None = noted("是否参加互助资金组织", "is in a mutual fund")
    industry_type: str | None = noted("产业类型", "kind of industry", max_length=60)
    industry_income: Decimal | None = noted(
        "从产业收益", "income from that industry", unit="元", places=2, least=0, fresh=True
    )


class RelocationFields(SQLModel):
    """Relocation from inhospitable land, as the household itself reports it."""

    is_relocation_household: bool | None = asked("是否搬迁户", "is a relocation household", legacy="ACR077")
    relocation_mode: str | None = noted("搬迁方式", "mode of relocation", codes="RELO_MODE", legacy="ACR075")
    settlement_mode: str | None = noted("安置方式", "mode of settlement", codes="SETTLE_MODE", legacy="ACR078")
    settlement_place: str | None = noted("安置地", "place of settlement", codes="SETTLE_PLACE", legacy="ACR079")
    relocation_difficulties: tuple[str, ...] | None = noted(
        "搬迁可能存在的困难", "difficulties expected of the relocation", codes="RELO_DIFF", many=True, legacy="ACR081"
    )
