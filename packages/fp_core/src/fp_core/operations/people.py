"""Persons as they are entered: the number checked, sealed and searched by its blind index, birth date and sex derived from it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import ARRAY, Integer, exists, func, literal, select
from sqlalchemy.orm import aliased

from fp_core import identity
from fp_core.commands import describe
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.errors import FailedClause, Invalid, Refused
from fp_core.models.household import HouseholdYear
from fp_core.models.member import Member, MemberYear

NUMBERS = 11643
"""The first half of the advisory locks on identity numbers; the second is one of 256 shelves of the blind index."""

CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True)
class Person:
    """A person to be entered as a member of a household."""

    name: str = field(metadata=describe("姓名", "name", personal=True))
    relation: str = field(metadata=describe("与户主关系", "relation to the head", codes="RELATION"))
    id_type: str = field(default="RESIDENT_ID", metadata=describe("证件类型", "kind of document", codes="ID_TYPE"))
    id_number: str | None = field(default=None, metadata=describe("证件号码", "number of the document", personal=True))
    noid_reason: str | None = field(
        default=None, metadata=describe("无证件原因", "why there is no document", codes="NOID_REASON")
    )
    sex: str | None = field(default=None, metadata=describe("性别", "sex, typed only without a document", codes="SEX"))
    birth_date: date | None = field(
        default=None, metadata=describe("出生日期", "birth date, typed only without a document")
    )
    ethnicity: str = field(default="HAN", metadata=describe("民族", "ethnic group", codes="ETHNICITY"))
    education_level: str | None = field(default=None, metadata=describe("文化程度", "education", codes="EDUCATION"))
    student_status: str | None = field(default=None, metadata=describe("在校生状况", "school stage", codes="STUDENT"))
    health_status: tuple[str, ...] = field(
        default=("HEALTHY",), metadata=describe("健康状况", "health", codes="HEALTH")
    )
    labour_capacity: str | None = field(default=None, metadata=describe("劳动技能", "labour capacity", codes="LABOUR"))
    has_resident_medical: bool = field(
        default=False, metadata=describe("是否参加城乡居民基本医疗保险", "resident medical insurance")
    )
    has_serious_illness_insurance: bool = field(
        default=False, metadata=describe("是否参加大病保险", "serious-illness insurance")
    )


def today() -> date:
    """The business day: the date in China, whatever the machine's clock is set to."""
    return datetime.now(UTC).astimezone(CHINA).date()


def new_member(
    session: ScopedSession, person: Person, household_code: str, member_no: int, village_code: str, year: int
) -> tuple[MemberYear, Member]:
    """A checked person as a new valid member; the number is sealed and never stored in clear."""
    read = session.host.codes
    number = _checked_number(person)
    member = Member(
        household_code=household_code,
        member_no=member_no,
        village_code=village_code,
        name=_checked_name(person.name),
        id_type=read["ID_TYPE"].read(person.id_type, year),
        ethnicity=read["ETHNICITY"].read(person.ethnicity, year),
        **sealed_number(session, number, household_code, member_no),
        **_birth(session, person, number, year),
    )
    annual = MemberYear(
        household_code=household_code,
        member_no=member_no,
        year=year,
        village_code=village_code,
        member_status="VALID",
        relation_to_head=read["RELATION"].read(person.relation, year),
        health_status=tuple(read["HEALTH"].read(code, year) for code in person.health_status),
        has_resident_medical=person.has_resident_medical,
        has_serious_illness_insurance=person.has_serious_illness_insurance,
        **{
            name: read[codes].read(value, year)
            for name, codes in (
                ("education_level", "EDUCATION"),
                ("student_status", "STUDENT"),
                ("labour_capacity", "LABOUR"),
            )
            if (value := getattr(person, name)) is not None
        },
    )
    return annual, member


def sealed_number(session: ScopedSession, number: str | None, household_code: str, member_no: int) -> dict[str, Any]:
    """The columns that stand for a number: encrypted, masked for display, and the blind index for equality."""
    if number is None:
        return {}
    return {
        "id_number_cipher": session.keys.encrypt(number, f"{household_code}:{member_no}"),
        "id_number_masked": identity.mask(number),
        "id_index": session.keys.index(number[:18]),
    }


def refuse_duplicates(session: ScopedSession, indexes: Collection[str], *, but: str = "") -> None:
    """ID-DUP: a number belongs to one valid member in the whole register. Looks beyond the scope, tells nothing of it."""
    if len(set(indexes)) < len(indexes):
        raise Invalid("id_number", "同一证件号码重复填写", "the same number is given twice")
    claim_numbers(session, indexes)
    held = session.execute(
        holders().where(Member.id_index.in_(indexes), Member.household_code != but).limit(1), execution_options=UNSCOPED
    ).one_or_none()
    if held is not None:
        where = held.household_code if session.actor.scope.contains(held.village_code) else "其他地区"
        raise Refused(
            "ID-DUP",
            (
                FailedClause(
                    "ID-DUP", f"证件号码 {held.id_number_masked} 已登记在{where}", "the number is already registered"
                ),
            ),
        )


def holders() -> Any:
    """Who holds a number now: the valid members of each household's latest year."""
    later = aliased(HouseholdYear)
    same = (MemberYear.household_code == Member.household_code) & (MemberYear.member_no == Member.member_no)
    return (
        select(Member.household_code, Member.village_code, Member.id_number_masked, Member.id_index)
        .join(MemberYear, same)
        .where(
            MemberYear.member_status == "VALID",
            ~exists().where(later.household_code == MemberYear.household_code, later.year > MemberYear.year),
        )
    )


def claim_numbers(session: ScopedSession, indexes: Collection[str]) -> None:
    """Hold the numbers' shelves until the transaction ends, so that no two enter one at once. SQLite has one writer."""
    if session.get_bind().dialect.name != "postgresql":
        return
    shelves = literal(sorted({int(index[:2], 16) for index in indexes}), ARRAY(Integer))
    session.execute(select(func.pg_advisory_xact_lock(NUMBERS, func.unnest(shelves))), execution_options=UNSCOPED)


def _checked_name(name: str) -> str:
    text = name.strip()
    if not 2 <= len(text) <= 30 or any(not (c.isalpha() or c in "·. ") for c in text):
        raise Invalid("name", "姓名应为 2 至 30 个汉字或字母，可含“·”", "a name has 2 to 30 letters, and may contain ·")
    return text


def _checked_number(person: Person) -> str | None:
    if person.id_type == "NONE":
        if person.id_number:
            raise Invalid(
                "id_number", "证件类型为无证件时不得填写证件号码", "no number goes with the document type NONE"
            )
        return None
    number = identity.normalise(person.id_number or "")
    found = identity.problems(person.id_type, number, today())
    errors = [p for p in found if p.level == "error"]
    if errors:
        raise Refused(errors[0].rule, tuple(FailedClause(p.rule, p.zh, p.en) for p in errors))
    return number


def _birth(session: ScopedSession, person: Person, number: str | None, year: int) -> dict[str, Any]:
    if number is not None:
        return {"birth_date": identity.birth_date(number), "sex": identity.sex(number)}
    if person.birth_date is None or person.sex is None:
        raise Invalid(
            "birth_date", "无证件人员须填写出生日期和性别", "without a document, birth date and sex must be typed"
        )
    return {"birth_date": person.birth_date, "sex": session.host.codes["SEX"].read(person.sex, year)}
