"""A county in a year: roads, water, power, housing, industry. Department funds are in 万元."""

from decimal import Decimal
from functools import partial

from sqlmodel import SQLModel

from fp_core.indicators import indicator

asked = partial(indicator, form="FC", required=True)
count = partial(indicator, least=0, form="FC", required=True)
pieces = partial(count, unit="个")
households = partial(count, unit="户")
persons = partial(count, unit="人")
money = partial(count, unit="万元", places=4)
distance = partial(count, unit="公里", places=2)
percent = partial(count, unit="%", places=2, most=100)


class CountyRoadFields(SQLModel):
    """Roads, and the funds of the transport department."""

    has_grade2_road: bool | None = asked("是否通二级以上公路", "has a road of grade 2 or better", legacy="AAE301")
    grade2_km: Decimal | None = distance("二级以上公路里程", "length of roads of grade 2 and better", legacy="AAE302")
    expressway_km: Decimal | None = distance("高速公路里程", "length of expressways", legacy="AAE303")
    paved_villages: int | None = pieces("通沥青(水泥)路的行政村数", "villages with a paved road", legacy="AAE304")
    bus_villages: int | None = pieces("通客运班车的行政村数", "villages a bus comes to", legacy="AAE305")
    transport_funds_total: Decimal | None = money("交通资金合计", "transport funds, total", legacy="AAE306")
    transport_funds_central: Decimal | None = money("交通中央资金", "transport funds of the centre", legacy="AAE307")
    transport_funds_province: Decimal | None = money("交通省级资金", "transport funds of the province", legacy="AAE308")
    transport_funds_city_county: Decimal | None = money(
        "交通市县资金", "transport funds of city and county", legacy="AAE309"
    )


class CountyHomeFields(SQLModel):
    """Water, power and housing, and the funds of their departments."""

    safe_water_population: int | None = persons("饮水安全人口数", "people with safe water", legacy="AAE311")
    safe_water_schools: int | None = pieces("饮水安全农村学校数", "rural schools with safe water", legacy="AAE312")
    safe_water_school_pct: Decimal | None = percent(
        "饮水安全农村学校比例", "rural schools with safe water, share", legacy="AAE313"
    )
    tap_households: int | None = households("通自来水户数", "households with tap water", legacy="AAE314")
    canal_km: Decimal | None = distance("灌溉渠道长度", "length of irrigation canals", legacy="AAE315")
    water_funds_total: Decimal | None = money("水利资金合计", "water funds, total", legacy="AAE316")
    water_funds_central: Decimal | None = money("水利中央资金", "water funds of the centre", legacy="AAE317")
    water_funds_province: Decimal | None = money("水利省级资金", "water funds of the province", legacy="AAE318")
    water_funds_city_county: Decimal | None = money("水利市县资金", "water funds of city and county", legacy="AAE319")
    powered_villages: int | None = pieces("通生活用电行政村数", "villages with power for living", legacy="AAE321")
    production_power_villages: int | None = pieces(
        "通生产用电行政村数", "villages with power for production", legacy="AAE322"
    )
    powered_households: int | None = households("通电户数", "households with power", legacy="AAE323")
    no_power_population: int | None = persons("未通电人口数", "people without power", legacy="AAE324")
    power_funds_total: Decimal | None = money("电力资金合计", "power funds, total", legacy="AAE325")
    power_funds_central: Decimal | None = money("电力中央资金", "power funds of the centre", legacy="AAE326")
    power_funds_province: Decimal | None = money("电力省级资金", "power funds of the province", legacy="AAE327")
    power_funds_city_county: Decimal | None = money("电力市县资金", "power funds of city and county", legacy="AAE328")
    dangerous_households: int | None = households("危房户数", "households in dangerous houses", legacy="AAE331")
    housing_funds_total: Decimal | None = money("危房改造资金合计", "housing funds, total", legacy="AAE332")
    housing_funds_central: Decimal | None = money("危房改造中央资金", "housing funds of the centre", legacy="AAE333")
    housing_funds_province: Decimal | None = money("危房改造省级资金", "housing funds of the province", legacy="AAE334")
    housing_funds_city_county: Decimal | None = money(
        "危房改造市县资金", "housing funds of city and county", legacy="AAE335"
    )


class CountyIndustryFields(SQLModel):
    """Cooperatives, mutual funds and loans, tourism."""

    coop_count: int | None = pieces("农民专业合作社个数", "farmers' cooperatives", legacy="AAE341")
    coop_villages: int | None = pieces("有合作社的行政村数", "villages with a cooperative", legacy="AAE342")
    mutual_villages: int | None = pieces("有互助资金的行政村数", "villages with a mutual fund", legacy="AAE343")
    mutual_members: int | None = households("加入互助资金户数", "households in mutual funds", legacy="AAE344")
    borrowers: int | None = households(
        "互助资金借款户数", "households that borrowed from mutual funds", legacy="AAE345"
    )
    poor_borrowers: int | None = households(
        "互助资金借款贫困户数", "poor households that borrowed from mutual funds", legacy="AAE346"
    )
    loan_times: int | None = count("互助资金借款笔数", "loans of mutual funds", unit="笔", legacy="AAE347")
    lent_total: Decimal | None = money("互助资金借款总额", "lent by mutual funds", legacy="AAE348")
    lent_poor: Decimal | None = money(
        "互助资金贫困户借款额", "lent by mutual funds to poor households", legacy="AAE349"
    )
    repaid_total: Decimal | None = money("互助资金还款总额", "repaid to mutual funds", legacy="AAE350")
    repaid_poor: Decimal | None = money(
        "互助资金贫困户还款额", "repaid to mutual funds by poor households", legacy="AAE351"
    )
    agri_forest_funds_total: Decimal | None = money(
        "农林资金合计", "agriculture and forestry funds, total", legacy="AAE352"
    )
    agri_forest_funds_central: Decimal | None = money(
        "农林中央资金", "agriculture and forestry funds of the centre", legacy="AAE353"
    )
    agri_forest_funds_province: Decimal | None = money(
        "农林省级资金", "agriculture and forestry funds of the province", legacy="AAE354"
    )
    agri_forest_funds_city_county: Decimal | None = money(
        "农林市县资金", "agriculture and forestry funds of city and county", legacy="AAE355"
    )
    youth_loan: Decimal | None = money("青年创业贷款", "loans to young people", legacy="AAE356")
    women_loan: Decimal | None = money("妇女小额贷款", "loans to women", legacy="AAE357")
    disabled_loan: Decimal | None = money("残疾人贷款", "loans to people with a disability", legacy="AAE358")
    tourism_poor_villages: int | None = pieces("开展乡村旅游的贫困村数", "poor villages with tourism", legacy="AAE361")
    tourism_visits: Decimal | None = count(
        "乡村旅游接待人次", "visits of rural tourism", unit="万人次", places=4, legacy="AAE362"
    )
    tourism_workers: int | None = persons("乡村旅游从业人员数", "people working in tourism", legacy="AAE363")
    tourism_income: Decimal | None = money("乡村旅游收入", "income of rural tourism", legacy="AAE364")
