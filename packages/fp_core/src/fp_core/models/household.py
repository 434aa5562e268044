"""Households (贫困户): what stays, and what is collected of them each year."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import SQLModel

from fp_core.indicators import indicator
from fp_core.models.income import IncomeFields
from fp_core.models.living import LandFields, LivelihoodFields, LivingFields, RelocationFields
from fp_core.scope import by

asked = partial(indicator, form="FH", required=True)
noted = partial(indicator, form="FH")
set_by_events = partial(indicator, computed=True)


class Household(SQLModel, table=True):
    """A registered household, in any status. Its version is that of the whole: years, members and their years."""

    __tablename__ = "household"
    __label__: ClassVar[tuple[str, str]] = ("贫困户", "registered household")
    __scope__: ClassVar[Any] = by("village_code")
    __table_args__ = (Index(None, "village_code"),)

    household_code: str = indicator(
        "户编号", "household code", primary_key=True, max_length=16, pattern=r"\d{16}", form="FH", legacy="AAC001"
    )
    village_code: str = asked("所在村", "village", max_length=12, pattern=r"\d{12}", locked=True, nullable=False)
    natural_village_code: str | None = noted("自然村", "natural village", max_length=15, pattern=r"\d{15}")
    group_name: str | None = noted("村组", "group in the village", max_length=40)
    address: str | None = noted("详细地址", "address", max_length=120, personal=True, legacy="AAR008")
    identified_on: date | None = asked("首次识别时间", "day of first identification")
    identified_year: int | None = set_by_events("识别年度", "year of first identification")
    origin: str | None = set_by_events("来源", "how it came into the register", codes="ORIGIN")
    split_from_code: str | None = set_by_events("原户编号", "household it was split from", max_length=16)
    is_closed: bool = set_by_events("是否销户", "is closed", default=False, nullable=False)
    closed_on: date | None = set_by_events("销户时间", "day it was closed")
    close_reason: str | None = set_by_events("销户原因", "why it was closed", codes="CLOSE_REASON")
    longitude: Decimal | None = noted("经度", "longitude", unit="度", places=6, least=73, most=136, legacy="AAR101")
    latitude: Decimal | None = noted("纬度", "latitude", unit="度", places=6, least=3, most=54, legacy="AAR102")
    altitude: Decimal | None = noted("高程", "altitude", unit="米", places=1, legacy="AAR103")
    version: int = set_by_events(
        "版本", "version of the household and all that belongs to it", default=0, nullable=False
    )


class HouseholdYearKey(SQLModel):
    """A household in a data year, and the village it lies in then."""

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16, form="FH")
    year: int = indicator("年度", "data year", primary_key=True, least=2014)
    village_code: str = indicator("所在村", "village", max_length=12, computed=True, nullable=False)


class StatusFields(SQLModel):
    """Whether the household is poor, set by events and by nothing else, and who it is."""

    exit_status: str = set_by_events(
        "脱贫状态", "status of exit", codes="EXIT_STATUS", default="NOT_EXITED", nullable=False, legacy="AAR010"
    )
    exit_year: int | None = set_by_events("脱贫年度", "year of the exit")
    relapse_year: int | None = set_by_events("返贫年度", "year of the relapse")
    stable_year: int | None = set_by_events("稳定脱贫年度", "year from which policies stopped")
    stable_ground: str | None = set_by_events("稳定脱贫理由", "ground of the lasting exit", codes="STABLE_GROUND")
    exit_basis: str | None = set_by_events("脱贫依据", "what the mark of exit rests on", max_length=300)
    planned_exit_year: int | None = noted("计划脱贫年度", "year the exit is planned for", least=2014, most=2020)
    head_name: str | None = set_by_events("户主姓名", "name of the head", max_length=30, personal=True, legacy="AAC029")
    member_count: int | None = set_by_events("家庭人口数", "number of valid members", unit="人", legacy="AAC017")
    is_key_target: bool | None = set_by_events("是否重点帮扶对象", "is a key target")
    key_target_reason: str | None = set_by_events("重点帮扶原因", "why it is a key target", max_length=200)
    key_target_on: date | None = set_by_events("标注重点帮扶日期", "day it was marked as a key target")


class CircumstanceFields(SQLModel):
    """Attribute, standard and causes of poverty; family, phone and bank."""

    identification_standard: str | None = asked(
        "识别标准", "standard of identification", codes="ID_STANDARD", locked=True, legacy="AAC005"
    )
    household_attribute: str | None = asked(
        "贫困户属性", "attribute of the household", codes="HH_ATTRIBUTE", locked=True, legacy="AAC006"
    )
    main_cause: str | None = asked("主要致贫原因", "main cause of poverty", codes="CAUSE_MAIN", legacy="AAC007")
    other_causes: tuple[str, ...] | None = noted(
        "其他致贫原因", "other causes of poverty, at most two", codes="CAUSE_OTHER", many=True, legacy="AAC008"
    )
    relapse_causes: tuple[str, ...] | None = set_by_events(
        "返贫原因", "causes of the relapse", codes="CAUSE_OTHER", many=True, legacy="AAC009"
    )
    is_military_family: bool | None = asked("是否军烈属", "is a family of soldiers or martyrs", legacy="AAC012")
    is_only_child_family: bool | None = asked("是否独生子女户", "is a one-child family")
    is_two_daughter_family: bool | None = asked("是否双女户", "is a two-daughter family")
    is_family_planning_household: bool | None = noted("是否计划生育户", "is a family-planning household")
    dropout_count: int | None = noted("因贫辍学人数", "children out of school for poverty", unit="人", least=0)
    phone: str | None = noted("联系电话", "phone", max_length=11, pattern=r"1\d{10}", personal=True, legacy="AAR012")
    bank_name: str | None = noted("开户银行", "bank", max_length=60, legacy="AAQ002")
    bank_account: str | None = noted(
        "银行卡号", "bank account", max_length=25, pattern=r"\d{12,25}", personal=True, legacy="AAC004"
    )


class CollectionFields(SQLModel):
    """Who filled the form, and when."""

    collector_name: str | None = noted("填表人", "who filled the form", max_length=30, fresh=True)
    collected_on: date | None = noted("填表日期", "day the form was filled", fresh=True)
    is_signed: bool | None = noted("户主是否签字", "the head has signed", fresh=True)


# The fields stand in the order of the bases from right to left.
class HouseholdYear(
    CollectionFields,
    RelocationFields,
    IncomeFields,
    LivelihoodFields,
    LivingFields,
    LandFields,
    CircumstanceFields,
    StatusFields,
    HouseholdYearKey,
    table=True,
):
    """A household in one data year: status, circumstances, land, living, income. Status is set by events."""

    __tablename__ = "household_year"
    __label__: ClassVar[tuple[str, str]] = ("贫困户年度信息", "household in a data year")
    __scope__: ClassVar[Any] = by("village_code")
    __table_args__ = (
        ForeignKeyConstraint(["household_code"], ["household.household_code"]),
        Index(None, "village_code", "year"),
        Index(None, "year", "village_code", "exit_status"),
    )
