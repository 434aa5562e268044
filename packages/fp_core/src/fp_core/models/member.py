"""Members (家庭成员): who a person is, and what is collected of the person each year."""

from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any, ClassVar

from sqlalchemy import ForeignKeyConstraint, Index
from sqlmodel import SQLModel

from fp_core.indicators import indicator, sealed
from fp_core.scope import by

asked = partial(indicator, form="FH", required=True)
noted = partial(indicator, form="FH")
set_by_events = partial(indicator, computed=True)

MONTH = r"\d{4}-(0[1-9]|1[0-2])"


class Member(SQLModel, table=True):
    """A person of a household. The number of the document is stored sealed; shown is its mask, searched its blind index."""

    __tablename__ = "member"
    __label__: ClassVar[tuple[str, str]] = ("家庭成员", "member of a household")
    __scope__: ClassVar[Any] = by("village_code")
    __table_args__ = (
        ForeignKeyConstraint(["household_code"], ["household.household_code"]),
        Index(None, "village_code"),
    )

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16, form="FH")
    member_no: int = indicator("成员序号", "number in the household", primary_key=True, least=1, most=99, form="FH")
    village_code: str = set_by_events("所在村", "village", max_length=12, nullable=False)
    name: str = asked("姓名", "name", max_length=30, locked=True, personal=True, nullable=False, legacy="AAB002")
    id_type: str = asked(
        "证件类型",
        "kind of document",
        codes="ID_TYPE",
        default="RESIDENT_ID",
        locked=True,
        nullable=False,
        legacy="AAB018",
    )
    id_number_masked: str | None = asked(
        "证件号码", "number of the document, masked", max_length=22, locked=True, personal=True, legacy="AAB004"
    )
    id_number_cipher: bytes | None = sealed("证件号码密文", "number of the document, encrypted", computed=True)
    id_index: str | None = set_by_events(
        "证件号码索引", "blind index of the number's first 18 characters", max_length=64, secret=True, index=True
    )
    noid_reason: str | None = noted("无证件原因", "why there is no document", codes="NOID_REASON")
    sex: str | None = asked(
        "性别", "sex, from the number where there is one", codes="SEX", locked=True, legacy="AAB003"
    )
    birth_date: date | None = asked(
        "出生日期", "day of birth, from the number where there is one", locked=True, legacy="AAB005"
    )
    ethnicity: str | None = asked("民族", "ethnic group", codes="ETHNICITY", legacy="AAB007")
    disability_card_masked: str | None = noted(
        "残疾证号", "number of the disability card, masked", max_length=22, personal=True
    )
    disability_card_cipher: bytes | None = sealed(
        "残疾证号密文", "number of the disability card, encrypted", computed=True
    )
    disability_type: str | None = noted("残疾类别", "kind of disability", codes="DISABILITY")
    disability_grade: int | None = noted("残疾等级", "grade of disability, 1 is the gravest", least=1, most=4)
    disability_card_year: int | None = noted("残疾证办证年度", "year the card was issued", least=1990, most=2030)
    add_reason: str | None = set_by_events("增加原因", "how the person came into the household", codes="ADD_REASON")
    add_month: str | None = set_by_events("新增月份", "month the person came, YYYY-MM", max_length=7, pattern=MONTH)
    leave_reason: str | None = set_by_events(
        "减少原因", "how the person went out of the household", codes="LEAVE_REASON"
    )
    leave_month: str | None = set_by_events("减少月份", "month the person went, YYYY-MM", max_length=7, pattern=MONTH)
    split_to: str | None = set_by_events("分户去向", "household the person was split off to", max_length=16)


class MemberYearKey(SQLModel):
    """A member in a data year; only a VALID one is counted."""

    household_code: str = indicator("户编号", "household code", primary_key=True, max_length=16, form="FH")
    member_no: int = indicator("成员序号", "number in the household", primary_key=True, least=1, most=99, form="FH")
    year: int = indicator("年度", "data year", primary_key=True, least=2014)
    village_code: str = set_by_events("所在村", "village", max_length=12, nullable=False)
    member_status: str = set_by_events(
        "人员状态",
        "status; only VALID is counted",
        codes="MEMBER_STATUS",
        default="VALID",
        nullable=False,
        legacy="AAB015",
    )
    relation_to_head: str | None = asked("与户主关系", "relation to the head", codes="RELATION", legacy="AAB006")


class PersonalFields(SQLModel):
    """Schooling, health, work and political status."""

    education_level: str | None = noted("文化程度", "education finished", codes="EDUCATION", legacy="AAB008")
    student_status: str | None = noted("在校生状况", "school stage", codes="STUDENT", legacy="AAB009")
    dropout_reason: str | None = noted("失学或辍学原因", "why the child is out of school", codes="DROPOUT")
    health_status: tuple[str, ...] | None = asked("健康状况", "health", codes="HEALTH", many=True, legacy="AAB017")
    disease_name: str | None = noted("疾病名称", "name of the disease", max_length=60, legacy="ABB001")
    disease_grade: str | None = noted("疾病等级", "grade of the disease", max_length=20, legacy="ABB002")
    labour_capacity: str | None = asked("劳动技能", "labour capacity", codes="LABOUR", legacy="AAB010")
    migrant_work_place: str | None = noted("务工区域", "where the person works", codes="WORK_PLACE", legacy="AAB011")
    work_region_code: str | None = noted("务工所在地", "division the person works in", max_length=12, legacy="AAB025")
    work_months: Decimal | None = noted(
        "务工时间", "months worked in the year", unit="月", places=1, least=0, most=12, legacy="AAB012"
    )
    employer_name: str | None = noted("务工企业名称", "employer", max_length=60, legacy="AAB029")
    political_status: str | None = asked("政治面貌", "political status", codes="POLITICS", since=2017, legacy="AAK033")
    is_active_soldier: bool | None = asked("是否现役军人", "is an active soldier", legacy="AAB019")
    member_phone: str | None = noted(
        "联系电话", "phone", max_length=11, pattern=r"1\d{10}", personal=True, legacy="AAB031"
    )


class InsuranceFields(SQLModel):
    """Medical care, pensions and allowances the person has."""

    has_resident_medical: bool | None = asked(
        "是否参加城乡居民基本医疗保险", "has basic medical insurance of residents", legacy="AAB013"
    )
    has_employee_medical: bool | None = asked(
        "是否参加城镇职工基本医疗保险", "has basic medical insurance of employees", since=2018
    )
    has_serious_illness_insurance: bool | None = asked(
        "是否参加大病保险", "has serious-illness insurance", legacy="AAB022"
    )
    has_commercial_medical: bool | None = asked(
        "是否参加商业补充医疗保险", "has commercial medical insurance", since=2018, legacy="AAB067"
    )
    got_medical_aid: bool | None = asked("是否接受大病医疗救助", "received aid for serious illness", since=2018)
    has_resident_pension: bool | None = asked(
        "是否参加城乡居民基本养老保险", "has pension insurance of residents", legacy="AAB014"
    )
    has_employee_pension: bool | None = asked(
        "是否参加城镇职工基本养老保险", "has pension insurance of employees", legacy="AAB021"
    )
    gets_subsistence: bool | None = asked("是否享受低保", "gets subsistence allowance", since=2016, legacy="AAB030")
    gets_five_guarantee: bool | None = asked("是否特困供养", "gets five guarantees", since=2016, legacy="ABB003")


# The fields stand in the order of the bases from right to left.
class MemberYear(InsuranceFields, PersonalFields, MemberYearKey, table=True):
    """A member in one data year: relation, schooling, health, work, insurance."""

    __tablename__ = "member_year"
    __label__: ClassVar[tuple[str, str]] = ("家庭成员年度信息", "member in a data year")
    __scope__: ClassVar[Any] = by("village_code")
    __table_args__ = (
        ForeignKeyConstraint(["household_code", "member_no"], ["member.household_code", "member.member_no"]),
        ForeignKeyConstraint(["household_code", "year"], ["household_year.household_code", "household_year.year"]),
        Index(None, "village_code", "year"),
    )
