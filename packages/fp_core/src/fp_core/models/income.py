"""Income of a household in a year, in yuan: what is typed, and the sums that are computed from it."""

from decimal import Decimal
from functools import partial

from sqlmodel import SQLModel

from fp_core.indicators import indicator

typed = partial(indicator, unit="元", places=2, least=0, form="FH", fresh=True)
summed = partial(indicator, unit="元", places=2, computed=True)


class IncomeFields(SQLModel):
    """Gross income is wages, business, property and transfers; net income takes business expense off."""

    wage_income: Decimal | None = typed("工资性收入", "wage income", required=True, legacy="AAC073")
    business_income: Decimal | None = typed("生产经营性收入", "business income", required=True, legacy="AAC071")
    property_income: Decimal | None = typed("财产性收入", "property income", required=True, legacy="AAC072")
    asset_dividend_income: Decimal | None = typed(
        "资产收益扶贫分红收入", "dividends of poverty-relief assets, part of property income"
    )
    other_property_income: Decimal | None = typed(
        "其他财产性收入", "other income from property, part of property income"
    )
    family_planning_benefit: Decimal | None = typed("计划生育金", "family-planning benefit", legacy="AAC076")
    subsistence_allowance: Decimal | None = typed("低保金", "subsistence allowance", legacy="AAC077")
    five_guarantee_allowance: Decimal | None = typed("五保金", "five-guarantee allowance", legacy="AAC086")
    pension_benefit: Decimal | None = typed("养老保险金", "pension", legacy="AAC087")
    ecological_compensation: Decimal | None = typed("生态补偿金", "ecological compensation", legacy="AAC078")
    other_transfer_income: Decimal | None = typed("其他转移性收入", "other transfers", legacy="AAC083")
    transfer_income: Decimal | None = summed(
        "转移性收入",
        "transfer income: the sum of benefits, allowances, pension, compensation and others",
        legacy="AAC085",
    )
    business_expense: Decimal | None = typed("生产经营性支出", "business expense", required=True, legacy="AAC074")
    gross_income: Decimal | None = summed(
        "年收入", "gross income: wages, business, property and transfers", legacy="AAC081"
    )
    net_income: Decimal | None = summed("纯收入", "net income: gross income less business expense", legacy="AAC079")
    net_income_per_capita: Decimal | None = summed(
        "人均纯收入", "net income per head: net income by the number of valid members", legacy="AAC082"
    )
