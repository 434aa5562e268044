"""Projects: the common fields of every type from library to acceptance, lines of progress, and beneficiary households."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from fp_core.distribution import LOCAL, REFERENCE
from fp_core.indicators import indicator
from fp_core.scope import by

WAN = "万元"
LIBRARY = "project_library"
"""The form of the project library: what is entered before a project is approved."""


def asked(label: str, english: str, **facts: Any) -> Any:
    """An indicator of the library form that must be filled in before a project enters the library."""
    return indicator(label, english, form=LIBRARY, required=True, **facts)


def noted(label: str, english: str, **facts: Any) -> Any:
    """An indicator of the library form that may stay empty."""
    return indicator(label, english, form=LIBRARY, **facts)


def planned(label: str, english: str) -> Any:
    """Planned money from one source."""
    return noted(label, english, places=4, unit=WAN, least=0)


def counted(label: str, english: str) -> Any:
    """Planned households or people."""
    return asked(label, english, least=0)


def summed(label: str, english: str) -> Any:
    """Money that is summed from what happened, never typed."""
    return indicator(label, english, places=4, unit=WAN, computed=True, default=Decimal(0), nullable=False)


class Project(SQLModel, table=True):
    """A project of any type. What only one type has stands in that type's own table."""

    __tablename__ = "project"
    __label__: ClassVar[tuple[str, str]] = ("扶贫项目", "poverty relief project")
    __scope__: ClassVar[Any] = by("region_code")
    __distribution__: ClassVar[Any] = REFERENCE
    __table_args__ = (Index(None, "region_code", "project_year"), Index(None, "county_code", "project_year"))

    project_code: str = indicator(
        "项目编号", "code: year, county, type, number", primary_key=True, max_length=16, computed=True
    )
    region_code: str = asked("建设地点", "county, town or village where it lies", max_length=12, nullable=False)
    county_code: str = indicator("所在县", "county", max_length=12, computed=True, nullable=False)
    project_year: int = asked("项目年度", "year of the project", least=2014, most=2099, nullable=False)
    project_name: str = asked("项目名称", "name", max_length=100, nullable=False)
    project_type: str = indicator(
        "项目类型", "type", codes="PROJECT_TYPE", max_length=20, computed=True, nullable=False
    )
    sub_type: str = asked("项目子类型", "sub type", codes="PROJECT_SUBTYPE", max_length=30, nullable=False)
    project_level: str | None = asked("项目级次", "level it belongs to", codes="PROJECT_LEVEL", max_length=20)
    competent_body: str | None = asked("主管单位", "competent body", max_length=60)
    implementer: str | None = asked("实施主体", "who implements it", max_length=60)
    implement_year: int | None = asked("实施年度", "first year", least=2014, most=2099)
    end_year: int | None = asked("完结年度", "last year", least=2014, most=2099)
    task: str | None = asked("建设任务", "what is to be done", max_length=300)
    scale_quantity: Decimal | None = asked("规模", "scale", places=2, least=0)
    scale_unit: str | None = asked("规模单位", "unit of the scale", codes="SCALE_UNIT", max_length=20)
    performance_target: str | None = noted("绩效目标", "target of performance", max_length=300)
    participation: str | None = asked("群众参与", "how people take part", max_length=300)
    benefit_mechanism: str | None = asked("带贫减贫机制", "how it lifts households", max_length=300)
    plan_central: Decimal | None = planned("计划投资：中央", "planned from the central government")
    plan_province: Decimal | None = planned("计划投资：省级", "planned from the province")
    plan_city: Decimal | None = planned("计划投资：市级", "planned from the city")
    plan_county: Decimal | None = planned("计划投资：县级", "planned from the county")
    plan_social: Decimal | None = planned("计划投资：社会", "planned from society")
    plan_self: Decimal | None = planned("计划投资：自筹", "planned from the people themselves")
    plan_loan: Decimal | None = planned("计划投资：信贷", "planned from loans")
    plan_households: int | None = counted("计划受益户数", "households to benefit")
    plan_people: int | None = counted("计划受益人数", "people to benefit")
    plan_poor_households: int | None = counted("计划受益贫困户数", "poor households among them")
    plan_poor_people: int | None = counted("计划受益贫困人口", "poor people among them")
    manager_name: str | None = asked("项目负责人", "who is in charge", max_length=30)
    manager_phone: str | None = asked("联系方式", "telephone of who is in charge", max_length=20, personal=True)
    total_plan: Decimal = summed("计划总投资", "planned in all")
    approval_document: str | None = indicator("立项批文", "document of the approval", max_length=60)
    approved_on: date | None = indicator("立项日期", "day of the approval")
    approved_amount: Decimal | None = indicator("批复金额", "amount approved", places=4, unit=WAN, least=0)
    arranged: Decimal = summed("已安排资金", "funds arranged to it")
    spent: Decimal = summed("已支出资金", "spent")
    progress_percent: Decimal | None = indicator("完成进度", "progress", places=2, unit="%", computed=True)
    started_on: date | None = indicator("开工日期", "day it began", computed=True)
    completed_on: date | None = indicator("完工日期", "day it was completed", computed=True)
    accepted_on: date | None = indicator("验收日期", "day of the acceptance")
    acceptance_body: str | None = indicator("验收单位", "who accepted it", max_length=60)
    acceptance_result: str | None = indicator("验收结论", "result", codes="ACCEPTANCE", max_length=20)
    state: str = indicator(
        "项目状态", "state", codes="PROJECT_STATE", max_length=20, computed=True, default="DRAFT", nullable=False
    )
    version: int = indicator("版本", "version, the number of its events", default=0, computed=True, nullable=False)


class ProjectProgress(SQLModel, table=True):
    """A line of progress: how far a project is, and what was spent since the line before."""

    __tablename__ = "project_progress"
    __label__: ClassVar[tuple[str, str]] = ("项目实施进度", "progress of a project")
    __scope__: ClassVar[Any] = by("region_code")
    __distribution__: ClassVar[Any] = REFERENCE

    project_code: str = indicator("项目编号", "code of the project", primary_key=True, max_length=16)
    progress_no: int = indicator("序号", "number of the line", primary_key=True, computed=True)
    region_code: str = indicator("建设地点", "where the project lies", max_length=12, computed=True, nullable=False)
    progress_on: date = indicator("填报日期", "day", nullable=False)
    stage: str = indicator("实施阶段", "stage", codes="PROGRESS_STAGE", max_length=20, nullable=False)
    progress_percent: Decimal = indicator(
        "完成进度", "progress; 100 says that it is completed", places=2, unit="%", least=0, most=100, nullable=False
    )
    spent: Decimal = indicator("本次支出", "spent since the line before", places=4, unit=WAN, least=0, nullable=False)
    payment_document: str | None = indicator("报账凭证号", "number of the voucher", max_length=60)
    note: str | None = indicator("备注", "note", max_length=300)


class ProjectBeneficiary(SQLModel, table=True):
    """A household that benefits from a project. Belongs to the project's history; leads with the household's code."""

    __tablename__ = "project_beneficiary"
    __label__: ClassVar[tuple[str, str]] = ("项目受益户", "household that benefits from a project")
    __scope__: ClassVar[Any] = by("village_code")
    __subject__: ClassVar[str] = "project_code"
    __table_args__ = (Index(None, "project_code"), Index(None, "village_code", "year"))

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16)
    project_code: str = indicator("项目编号", "code of the project", primary_key=True, max_length=16)
    village_code: str = indicator("所在村", "village of the household", max_length=12, computed=True, nullable=False)
    year: int = indicator("受益年度", "year of the benefit", computed=True, nullable=False)
    benefited_on: date = indicator("受益日期", "day of the benefit", nullable=False)
    amount: Decimal = indicator(
        "补助金额", "paid to the household by the project", places=2, unit="元", least=0, nullable=False
    )
    note: str | None = indicator("备注", "note", max_length=300)


class ProjectSerial(SQLModel, table=True):
    """The last number given to a project of a county, year and type."""

    __tablename__ = "project_serial"
    __label__: ClassVar[tuple[str, str]] = ("项目编号流水", "last number of projects")
    __scope__: ClassVar[Any] = by("county_code")
    __distribution__: ClassVar[Any] = LOCAL

    county_code: str = indicator("县", "county", primary_key=True, max_length=12)
    project_year: int = indicator("项目年度", "year", primary_key=True)
    project_type: str = indicator("项目类型", "type", codes="PROJECT_TYPE", primary_key=True, max_length=20)
    last: int = indicator("最后序号", "last number", default=0, nullable=False)


MODELS = (Project, ProjectProgress, ProjectBeneficiary, ProjectSerial)
PLANS = ("plan_central", "plan_province", "plan_city", "plan_county", "plan_social", "plan_self", "plan_loan")
"""The seven sources a project's money is planned from."""
