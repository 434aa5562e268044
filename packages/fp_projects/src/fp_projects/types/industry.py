"""产业扶贫: projects of planting, breeding, processing and trade, and what each household gets from them."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlmodel import SQLModel

from fp_core.codes import Dictionary, Item
from fp_core.distribution import REFERENCE
from fp_core.indicators import indicator
from fp_core.rules import Clause, Conditions, rule
from fp_core.scope import by
from fp_projects.models import ProjectBeneficiary
from fp_projects.types import ProjectType

CITES = "国开办发〔2018〕10号 关于完善县级脱贫攻坚项目库建设的指导意见"


class ProjectIndustry(SQLModel, table=True):
    """What only an industry project has."""

    __tablename__ = "project_industry"
    __label__: ClassVar[tuple[str, str]] = ("产业扶贫项目信息", "industry project")
    __scope__: ClassVar[Any] = by("region_code")
    __distribution__: ClassVar[Any] = REFERENCE

    project_code: str = indicator("项目编号", "code of the project", primary_key=True, max_length=16)
    region_code: str = indicator("建设地点", "where the project lies", max_length=12, computed=True, nullable=False)
    product: str | None = indicator("产品", "product", max_length=60, required=True)
    implementer_kind: str | None = indicator(
        "实施主体类型", "kind of the implementer", codes="IMPLEMENTER_KIND", max_length=20, required=True
    )
    drive_mode: str | None = indicator(
        "带动方式", "how households are drawn in", codes="DRIVE_MODE", max_length=20, required=True
    )
    technical_unit: str | None = indicator("技术支撑单位", "who gives technical help", max_length=60)
    expected_income: Decimal | None = indicator(
        "户均预期增收", "income expected for each household", places=2, unit="元", least=0, required=True
    )


class BeneficiaryIndustry(SQLModel, table=True):
    """What a household gets from an industry project besides what the project pays."""

    __tablename__ = "beneficiary_industry"
    __label__: ClassVar[tuple[str, str]] = ("产业扶贫受益信息", "benefit of an industry project")
    __scope__: ClassVar[Any] = by("village_code")
    __subject__: ClassVar[str] = "project_code"

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16)
    project_code: str = indicator("项目编号", "code of the project", primary_key=True, max_length=16)
    village_code: str = indicator("所在村", "village of the household", max_length=12, computed=True, nullable=False)
    participation_mode: str | None = indicator(
        "参与方式", "how the household takes part", codes="DRIVE_MODE", max_length=20, required=True
    )
    own_scale: Decimal | None = indicator("自有规模", "scale of its own", places=2, least=0)
    dividend: Decimal | None = indicator("分红", "dividend", places=2, unit="元", least=0)
    labour_income: Decimal | None = indicator("务工收入", "wages earned in it", places=2, unit="元", least=0)
    product_sold: str | None = indicator("销售产品", "what it sells through the project", max_length=60)


GAIN = Clause(
    "IND-GAIN",
    "受益户应有补助、分红、务工收入或自有规模",
    "the household is paid, shares a dividend, earns wages, or has a scale of its own",
)


@rule("project.industry.may_benefit", of=ProjectBeneficiary, since=date(2014, 1, 1), cites=CITES)
def may_benefit(h: Any, p: Any) -> Conditions:
    """A household benefits from industry by payment, dividend, wages or production."""
    own = h.industry
    return {GAIN: (h.amount > 0) | (own.dividend > 0) | (own.labour_income > 0) | (own.own_scale > 0)}


INDUSTRY = ProjectType(
    code="INDUSTRY",
    digit="4",
    label="产业扶贫",
    english="industry",
    sub_types=(
        Item("PLANTING", "种植业", "planting", "401"),
        Item("BREEDING", "养殖业", "breeding", "402"),
        Item("FORESTRY", "林果业", "forestry and fruit", "403"),
        Item("PROCESSING", "加工业", "processing", "404"),
        Item("TOURISM", "乡村旅游", "rural tourism", "405"),
        Item("E_COMMERCE", "电商扶贫", "trade by internet", "406"),
        Item("SOLAR", "光伏扶贫", "solar power", "407"),
        Item("ASSET_INCOME", "资产收益", "income from assets", "408"),
        Item("OTHER_INDUSTRY", "其他产业项目", "other industry", "499"),
    ),
    project=ProjectIndustry,
    beneficiary=BeneficiaryIndustry,
    codes=(
        Dictionary(
            "IMPLEMENTER_KIND",
            "实施主体类型",
            "kind of implementer",
            (
                Item("COOPERATIVE", "合作社", "cooperative", "1"),
                Item("LEADING_ENTERPRISE", "龙头企业", "leading enterprise", "2"),
                Item("FAMILY_FARM", "家庭农场", "family farm", "3"),
                Item("VILLAGE_COLLECTIVE", "村集体", "village collective", "4"),
                Item("FARMERS", "农户", "farmers", "5"),
            ),
        ),
        Dictionary(
            "DRIVE_MODE",
            "带动方式",
            "how households are drawn in",
            (
                Item("LAND_TRANSFER", "土地流转", "transfer of land", "1"),
                Item("ORDER", "订单", "orders for produce", "2"),
                Item("LABOUR", "务工", "work for wages", "3"),
                Item("SHARES", "入股分红", "shares with dividend", "4"),
                Item("DIRECT", "直接发放", "direct supply", "5"),
            ),
        ),
    ),
    beneficiary_rule=may_benefit,
)
