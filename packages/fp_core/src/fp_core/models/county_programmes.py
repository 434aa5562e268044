"""A county in a year: vocational training, small loans, relocation. Money is in 万元."""

from decimal import Decimal
from functools import partial

from sqlmodel import SQLModel

from fp_core.indicators import indicator

count = partial(indicator, least=0, form="FC", required=True)
pieces = partial(count, unit="个")
households = partial(count, unit="户")
persons = partial(count, unit="人")
money = partial(count, unit="万元", places=4)


class CountyTrainingFields(SQLModel):
    """The Rain and Dew plan (雨露计划) for vocational training, and its funds."""

    rain_dew_trained: int | None = persons("雨露计划培训人数", "people trained", legacy="AAE411")
    new_labour_trained: int | None = persons(
        "新成长劳动力培训人数", "young people new to work who were trained", legacy="AAE412"
    )
    vocational_trained: int | None = persons("职业教育人数", "people in vocational education", legacy="AAE413")
    pre_employment_trained: int | None = persons("就业前培训人数", "people trained before a job", legacy="AAE414")
    transfer_employment: int | None = persons("转移就业人数", "people who found work elsewhere", legacy="AAE415")
    practical_skill_trained: int | None = persons(
        "农村实用技术培训人数", "people trained in practical skills", legacy="AAE416"
    )
    leader_trained: int | None = persons(
        "致富带头人培训人数", "leaders in enterprise who were trained", legacy="AAE417"
    )
    rain_dew_funds_total: Decimal | None = money("雨露计划资金合计", "training funds, total", legacy="AAE418")
    rain_dew_funds_central: Decimal | None = money("雨露计划中央资金", "training funds of the centre", legacy="AAE419")
    rain_dew_funds_local: Decimal | None = money(
        "雨露计划地方资金", "training funds of the local levels", legacy="AAE420"
    )


class CountyCreditFields(SQLModel):
    """Small loans (扶贫小额信贷). The amount is the sum of its five uses."""

    credit_poor_villages: int | None = pieces("小额信贷覆盖贫困村数", "poor villages with small loans", legacy="AAE422")
    credit_households: int | None = households("小额信贷贷款户数", "households with a small loan", legacy="AAE423")
    credit_amount: Decimal | None = money("小额信贷贷款总额", "small loans, total", legacy="AAE424")
    credit_planting: Decimal | None = money("用于种植业贷款额", "small loans for planting", legacy="AAE425")
    credit_breeding: Decimal | None = money("用于养殖业贷款额", "small loans for breeding", legacy="AAE426")
    credit_processing: Decimal | None = money("用于加工业贷款额", "small loans for processing", legacy="AAE427")
    credit_services: Decimal | None = money("用于服务业贷款额", "small loans for services", legacy="AAE428")
    credit_other: Decimal | None = money("用于其他贷款额", "small loans for other uses", legacy="AAE429")
    credit_interest_paid: Decimal | None = money("小额信贷贴息总额", "interest paid for borrowers", legacy="AAE430")
    credit_local_interest: Decimal | None = money("地方财政贴息额", "interest paid by local budgets", legacy="AAE431")
    credit_due: Decimal | None = money("到期应收贷款额", "small loans due", legacy="AAE432")
    credit_collected: Decimal | None = money("到期已收贷款额", "small loans collected", legacy="AAE433")
    credit_balance: Decimal | None = money("小额信贷贷款余额", "small loans outstanding", legacy="AAE434")


class CountyRelocationFields(SQLModel):
    """Relocation (易地扶贫搬迁). The funds are the sum of their five sources."""

    relocation_planned_households: int | None = households(
        "规划搬迁户数", "households planned for relocation", legacy="AAE436"
    )
    relocation_planned_population: int | None = persons(
        "规划搬迁人数", "people planned for relocation", legacy="AAE437"
    )
    relocation_done_households: int | None = households("已搬迁户数", "households relocated", legacy="AAE438")
    relocation_done_population: int | None = persons("已搬迁人数", "people relocated", legacy="AAE439")
    relocation_funds_total: Decimal | None = money("易地搬迁资金合计", "relocation funds, total", legacy="AAE440")
    relocation_funds_central_budget: Decimal | None = money(
        "中央预算内投资", "relocation funds of the central investment budget", legacy="AAE441"
    )
    relocation_funds_central_special: Decimal | None = money(
        "中央专项资金", "relocation funds of the central special fund", legacy="AAE442"
    )
    relocation_funds_province: Decimal | None = money("省级资金", "relocation funds of the province", legacy="AAE443")
    relocation_funds_city_county: Decimal | None = money(
        "市县资金", "relocation funds of city and county", legacy="AAE444"
    )
    relocation_funds_other: Decimal | None = money("其他资金", "relocation funds of other sources", legacy="AAE445")
