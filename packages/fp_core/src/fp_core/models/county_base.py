"""A county in a year: people, land, economy."""

from decimal import Decimal
from functools import partial

from sqlmodel import SQLModel

from fp_core.indicators import indicator

count = partial(indicator, least=0, form="FC", required=True)
pieces = partial(count, unit="个")
households = partial(count, unit="户")
persons = partial(count, unit="人")
money = partial(count, unit="万元", places=4)
hectares = partial(count, unit="公顷", places=2)
percent = partial(count, unit="%", places=2, most=100)
growth = partial(indicator, unit="%", places=2, form="FC", required=True)
counted = partial(indicator, computed=True)


class CountyPeopleFields(SQLModel):
    """Divisions, households and people. Those of the register are counted from it and never typed."""

    town_count: int | None = pieces("乡镇数", "towns", legacy="AAE003")
    village_count: int | None = pieces("行政村数", "villages", legacy="AAE006")
    poor_village_count: int | None = counted("贫困村数", "poor villages", unit="个", legacy="AAE007")
    natural_village_count: int | None = pieces("自然村数", "natural villages", legacy="AAE008")
    households_end: int | None = households("年末总户数", "households at the year's end", legacy="AAE010")
    population_end: int | None = persons("年末总人口", "population at the year's end", legacy="AAE014")
    rural_households: int | None = households("乡村户数", "rural households", legacy="AAE011")
    rural_population: int | None = persons("乡村人口数", "rural population", legacy="AAE015")
    subsistence_households: int | None = households(
        "低保户数", "households with subsistence allowance", legacy="AAE012"
    )
    subsistence_population: int | None = persons("低保人口数", "people with subsistence allowance", legacy="AAE017")
    five_guarantee_households: int | None = households("五保户数", "households with five guarantees", legacy="AAE013")
    five_guarantee_population: int | None = persons("五保人口数", "people with five guarantees", legacy="AAE018")
    female_population: int | None = persons("妇女人口数", "women", legacy="AAE019")
    minority_population: int | None = persons("少数民族人口数", "people of ethnic minorities", legacy="AAE016")
    serious_illness_insured: int | None = persons(
        "参加大病保险人数", "people with serious-illness insurance", legacy="AAE051"
    )
    poor_households: int | None = counted("贫困户数", "poor households", unit="户", legacy="AAE021")
    poor_population: int | None = counted("贫困人口数", "poor people", unit="人", legacy="AAE022")
    general_poor_households: int | None = counted(
        "一般贫困户数", "ordinary poor households", unit="户", legacy="AEA001"
    )
    general_poor_population: int | None = counted(
        "一般贫困人口数", "people of ordinary poor households", unit="人", legacy="AEA002"
    )
    subsistence_poor_households: int | None = counted(
        "低保贫困户数", "poor households with subsistence allowance", unit="户", legacy="AEA003"
    )
    subsistence_poor_population: int | None = counted(
        "低保贫困人口数", "people of poor households with subsistence allowance", unit="人", legacy="AEA004"
    )
    five_guarantee_poor_households: int | None = counted(
        "五保贫困户数", "poor households with five guarantees", unit="户", legacy="AEA005"
    )
    five_guarantee_poor_population: int | None = counted(
        "五保贫困人口数", "people of poor households with five guarantees", unit="人", legacy="AEA006"
    )


class CountyLandFields(SQLModel):
    """Land in hectares (公顷), unlike that of villages and households; the county's area in km²."""

    land_area_km2: Decimal | None = count(
        "行政区域土地面积", "area of the county", unit="平方公里", places=2, legacy="AAE023"
    )
    forest_farm_count: int | None = pieces("国有林场数", "state forest farms", legacy="AAE004")
    poor_forest_farm_count: int | None = pieces("国有贫困林场数", "poor state forest farms", legacy="AAE005")
    arable_area: Decimal | None = hectares("耕地面积", "arable land", legacy="AAE024")
    basic_farmland_area: Decimal | None = hectares("基本农田面积", "basic farmland", legacy="AAE025")
    irrigated_area: Decimal | None = hectares("有效灌溉面积", "irrigated land", legacy="AAE026")
    forest_area: Decimal | None = hectares("林地面积", "forest", legacy="AAE027")
    returned_forest_area: Decimal | None = hectares("退耕还林面积", "land returned to forest", legacy="AAE028")
    orchard_area: Decimal | None = hectares("林果面积", "orchard", legacy="AAE029")
    grass_area: Decimal | None = hectares("牧草地面积", "grassland", legacy="AAE047")
    water_area: Decimal | None = hectares("水面面积", "water surface", legacy="AAE031")
    desertified_area: Decimal | None = hectares("荒漠化面积", "desertified land", legacy="AAE032")
    rocky_area: Decimal | None = hectares("石漠化面积", "rocky desertified land", legacy="AAE033")
    forest_cover_pct: Decimal | None = percent("森林覆盖率", "forest cover", legacy="AAE034")
    returned_grass_area: Decimal | None = hectares("退牧还草面积", "pasture returned to grass", legacy="AAE035")


class CountyEconomyFields(SQLModel):
    """Product, budget and rural income."""

    gdp: Decimal | None = money("地区生产总值", "gross product", legacy="AAE036")
    primary_industry: Decimal | None = money("第一产业增加值", "value added by primary industry", legacy="AAE037")
    secondary_industry: Decimal | None = money("第二产业增加值", "value added by secondary industry", legacy="AAE038")
    tertiary_industry: Decimal | None = money("第三产业增加值", "value added by tertiary industry", legacy="AAE039")
    gdp_growth_pct: Decimal | None = growth("地区生产总值增长率", "growth of the gross product", legacy="AAE048")
    budget_revenue: Decimal | None = money("公共财政预算收入", "budget revenue", legacy="AAE041")
    budget_expense: Decimal | None = money("公共财政预算支出", "budget expense", legacy="AAE042")
    budget_poverty_expense: Decimal | None = money("扶贫预算支出", "budget expense on poverty relief", legacy="AAE043")
    rural_net_income: Decimal | None = count(
        "农民人均纯收入", "net income per rural person", unit="元", places=2, legacy="AAE044"
    )
    rural_income_growth_pct: Decimal | None = growth(
        "农民人均纯收入增长率", "growth of the net income per rural person", legacy="AAE045"
    )
