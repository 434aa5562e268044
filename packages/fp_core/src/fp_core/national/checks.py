"""Check rules of the household form that look at more than one cell: pure functions over rows, run without a database.

Ids are those of the official list of form checks; only those that refuse are here.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar

from fp_core import identity
from fp_core.errors import Invalid
from fp_core.excel.rows import Finding, Row

HOUSEHOLD, PERSON = "household", "person"
FIRST_REGISTRATION = date(2013, 1, 1)
MOST_MEMBERS = 20
NO_SCHOOL_LISTED_UNTIL = 2017
"""Up to this year the school stage is always filled, with 非在校生 for those who are at none."""

MEN = frozenset(
    [
        "SON",
        "SON_IN_LAW",
        "GRANDSON",
        "GRANDSON_BY_DAUGHTER",
        "FATHER",
        "WIFES_FATHER",
        "HUSBANDS_FATHER",
        "GRANDFATHER",
        "MATERNAL_GRANDFATHER",
        "GREAT_GRANDSON",
        "NEPHEW",
    ]
)
WOMEN = frozenset(
    [
        "DAUGHTER",
        "DAUGHTER_IN_LAW",
        "GRANDDAUGHTER",
        "GRANDDAUGHTER_BY_DAUGHTER",
        "MOTHER",
        "WIFES_MOTHER",
        "HUSBANDS_MOTHER",
        "GRANDMOTHER",
        "MATERNAL_GRANDMOTHER",
        "GREAT_GRANDDAUGHTER",
        "NIECE",
        "BROTHERS_WIFE",
    ]
)

T = TypeVar("T")
Wrong = tuple[str, str, str, str]
"""Column, rule, and the message in both languages."""


def check_households(rows: Mapping[str, Sequence[Row]], year: int, today: date) -> Iterator[Finding]:
    """Everything wrong in single rows, then in households with their members, then with numbers given twice."""
    for row in rows[HOUSEHOLD]:
        yield from _found(HOUSEHOLD, row, _household(row, year))
    for row in rows[PERSON]:
        yield from _found(PERSON, row, _person(row, year, today))
    yield from _families(rows[HOUSEHOLD], rows[PERSON])
    yield from _repeated(HOUSEHOLD, rows[HOUSEHOLD], "serial", "HH-SERIAL", "户序号")
    yield from _repeated(PERSON, rows[PERSON], "id_number", "ID-DUP", "证件号码")


def _found(sheet: str, row: Row, wrong: Iterable[Wrong]) -> Iterator[Finding]:
    for column, rule, zh, en in wrong:
        yield Finding(sheet, row.number, column, rule, zh, en)


def _household(row: Row, year: int) -> Iterator[Wrong]:
    yield from _identification(row, year)
    yield from _land(row)
    yield from _causes(row)
    if _both_or_neither(row, "bank_name", "bank_account"):
        yield "bank_account", "BANK-PAIR", "开户银行与账号须同时填写", "bank and account are given both or not at all"
    if row["is_only_child_family"] and row["is_two_daughter_family"]:
        zh, en = "独生子女户与双女户不能同时为是", "a family has one child or two daughters, not both"
        yield "is_two_daughter_family", "FAM-EXCL", zh, en
    if row.has("is_dangerous_house", "danger_grade") and row["is_dangerous_house"] != (row["danger_grade"] is not None):
        zh, en = "危房户须填写危房级别，非危房户不填", "a dangerous house has a grade of danger, another has none"
        yield "danger_grade", "HOUSE-GRADE", zh, en
    for name, label in (("relocation_mode", "搬迁方式"), ("settlement_mode", "安置方式")):
        if row["is_relocation_household"] and row.has(name) and row[name] is None:
            yield (
                name,
                "RELO-REQ",
                f"搬迁户须填写{label}",
                "a relocation household has a mode of relocation and settlement",
            )


def _identification(row: Row, year: int) -> Iterator[Wrong]:
    held = row["identified_on"]
    if held is not None and not FIRST_REGISTRATION <= held <= date(year, 12, 31):
        zh = f"首次识别时间应在 {FIRST_REGISTRATION:%Y} 年至 {year} 年之间"
        yield "identified_on", "HH-IDDATE", zh, f"first identification lies between {FIRST_REGISTRATION:%Y} and {year}"


def _land(row: Row) -> Iterator[Wrong]:
    if _exceeds(row, "irrigated_area", "arable_area"):
        yield "irrigated_area", "LAND-IRR", "有效灌溉面积不能大于耕地面积", "irrigated land is part of the arable land"
    if _exceeds(row, "returned_forest_area", "forest_area", "grass_area"):
        zh, en = "退耕还林面积不能大于林地与牧草地面积之和", "land returned to forest is part of forest and grassland"
        yield "returned_forest_area", "LAND-RET", zh, en


def _causes(row: Row) -> Iterator[Wrong]:
    others = row["other_causes"] or ()
    if len(others) > 2:
        yield "other_causes", "CAUSE-MAX2", "其他致贫原因最多两项", "there are at most two other causes"
    if row["main_cause"] in others:
        yield (
            "other_causes",
            "CAUSE-DIFF",
            "其他致贫原因不能与主要致贫原因相同",
            "the other causes differ from the main one",
        )


def _person(row: Row, year: int, today: date) -> Iterator[Wrong]:
    yield from _name(row)
    yield from _number(row, today)
    yield from _schooling(row, year)
    sex, relation = _sex(row), row["relation_to_head"]
    if (sex == "FEMALE" and relation in MEN) or (sex == "MALE" and relation in WOMEN):
        yield "relation_to_head", "MEM-RELSEX", "与户主关系和性别不符", "the relation does not go with the sex"
    if row.has("migrant_work_place", "work_months") and (row["migrant_work_place"] is not None) != bool(
        row["work_months"]
    ):
        zh, en = "务工区域与务工时间须同时填写", "place and months of work are given both or not at all"
        yield "work_months", "WORK-PAIR", zh, en
    for first, second, rule, zh in (
        ("has_resident_medical", "has_employee_medical", "MED-XOR", "两种基本医疗保险不能同时参加"),
        ("has_resident_pension", "has_employee_pension", "PEN-XOR", "两种养老保险不能同时参加"),
    ):
        if row[first] and row[second]:
            yield second, rule, zh, "a person is in one of the two insurances, not in both"


def _name(row: Row) -> Iterator[Wrong]:
    name = row["name"]
    if name is not None and (not 2 <= len(name) <= 30 or any(not (sign.isalpha() or sign in "·. ") for sign in name)):
        yield (
            "name",
            "PER-NAME",
            "姓名应为 2 至 30 个汉字或字母，可含“·”",
            "a name has 2 to 30 letters, and may contain ·",
        )


def _number(row: Row, today: date) -> Iterator[Wrong]:
    """The number of the document, and what is derived from it."""
    kind, number = row["id_type"], row["id_number"]
    if kind is None or not row.has("id_number"):
        return
    if kind == identity.NONE:
        yield from _without_number(row)
        return
    if number is None:
        yield "id_number", "REQUIRED", "证件号码必须填写", "the number of the document is required"
        return
    problems = [p for p in identity.problems(kind, number, today) if p.level == "error"]
    yield from (("id_number", p.rule, p.zh, p.en) for p in problems)
    if not problems:
        yield from _derived(row, number)
        yield from _disability(row, number)


def _without_number(row: Row) -> Iterator[Wrong]:
    if row["id_number"] is not None:
        yield "id_number", "ID-LEN", "无证件人员不填证件号码", "without a document there is no number"
    if row.has("noid_reason") and row["noid_reason"] is None:
        yield "noid_reason", "NOID-REASON", "请填写无证件原因", "say why there is no document"
    for name, label in (("sex", "性别"), ("birth_date", "出生日期")):
        if row.has(name) and row[name] is None:
            yield name, "REQUIRED", f"无证件人员须填写{label}", "without a document, sex and birth date are typed"


def _derived(row: Row, number: str) -> Iterator[Wrong]:
    for name, true in (("sex", identity.sex(number)), ("birth_date", identity.birth_date(number))):
        if row[name] is not None and row[name] != true:
            zh, en = (
                "性别和出生日期由证件号码生成，填写的与号码不符",
                "sex and birth date follow the number; what is typed differs",
            )
            yield name, "ID-DERIVE", zh, en


def _disability(row: Row, number: str) -> Iterator[Wrong]:
    if row["disability_card"] is not None:
        problems = identity.card_problems(row["disability_card"], number)
        yield from (("disability_card", p.rule, p.zh, p.en) for p in problems)


def _schooling(row: Row, year: int) -> Iterator[Wrong]:
    if row.has("education_level", "student_status") and _is_schooling_odd(row, year):
        zh, en = "文化程度与在校生状况填写不符合要求", "education and school stage do not go together in this year"
        yield "student_status", "EDU-XOR", zh, en
    born = _born(row)
    if born is None:
        return
    age = year - born.year
    if age < 6 and row["education_level"] == "ILLITERATE":
        yield (
            "education_level",
            "EDU-ILLIT",
            "六周岁以下应填学龄前儿童",
            "below six a child is below school age, not illiterate",
        )
    if age < 16 and row["labour_capacity"] not in (None, "NONE"):
        yield "labour_capacity", "LAB-AGE", "16周岁以下应填无劳动力", "below 16 there is no labour capacity"


def _is_schooling_odd(row: Row, year: int) -> bool:
    education, stage = row["education_level"], row["student_status"]
    if year > NO_SCHOOL_LISTED_UNTIL:
        return (education is None) == (stage is None)
    return stage is None or (stage == "NOT_STUDENT" and education is None)


def _sex(row: Row) -> str | None:
    typed: str | None = row["sex"]
    return _told(identity.sex, row["id_number"]) if row["id_number"] else typed


def _born(row: Row) -> date | None:
    typed: date | None = row["birth_date"]
    return _told(identity.birth_date, row["id_number"]) if row["id_number"] else typed


def _told(fact: Callable[[str], T], number: str) -> T | None:
    """What the number tells; nothing if it is wrong, which is said elsewhere."""
    try:
        return fact(number)
    except Invalid:
        return None


def _families(households: Sequence[Row], persons: Sequence[Row]) -> Iterator[Finding]:
    """Each person belongs to a household of the file; each household has one head and at most one spouse."""
    known = {row["serial"] for row in households}
    members: dict[int, list[Row]] = defaultdict(list)
    for row in persons:
        if row["serial"] in known:
            members[row["serial"]].append(row)
        elif row["serial"] is not None:
            zh = f"“户”表中没有户序号 {row['serial']}"
            yield Finding(
                PERSON, row.number, "serial", "MEM-HOUSEHOLD", zh, f"sheet 户 has no household {row['serial']}"
            )
    for household in households:
        if household["serial"] is not None:
            yield from _family(household, members[household["serial"]])


def _family(household: Row, members: Sequence[Row]) -> Iterator[Finding]:
    if len(members) > MOST_MEMBERS:
        zh, en = (
            f"家庭人口数异常：{len(members)} 人，最多 {MOST_MEMBERS} 人",
            f"a household has at most {MOST_MEMBERS} members",
        )
        yield Finding(HOUSEHOLD, household.number, "serial", "MEM-COUNT", zh, en)
    if not all(row.has("relation_to_head") for row in members):
        return
    heads = [row for row in members if row["relation_to_head"] == "HEAD"]
    one_head = ("MEM-ONEHEAD", "每户必须且只能有一名户主", "a household has exactly one head")
    if not heads:
        yield Finding(HOUSEHOLD, household.number, "serial", *one_head)
    for row in heads[1:]:
        yield Finding(PERSON, row.number, "relation_to_head", *one_head)
    for row in [row for row in members if row["relation_to_head"] == "SPOUSE"][1:]:
        zh, en = "同一户内配偶不能超过一人", "a household has at most one spouse of the head"
        yield Finding(PERSON, row.number, "relation_to_head", "MEM-ONESPOUSE", zh, en)


def _repeated(sheet: str, rows: Sequence[Row], column: str, rule: str, label: str) -> Iterator[Finding]:
    first: dict[Any, int] = {}
    for row in rows:
        value = row[column][:18] if isinstance(row[column], str) else row[column]
        if not value:
            continue
        if value in first:
            zh = f"{label}与第 {first[value]} 行重复"
            yield Finding(sheet, row.number, column, rule, zh, f"the same value stands in row {first[value]}")
        first.setdefault(value, row.number)


def _both_or_neither(row: Row, first: str, second: str) -> bool:
    return row.has(first, second) and (row[first] is None) != (row[second] is None)


def _exceeds(row: Row, part: str, *wholes: str) -> bool:
    if row[part] is None or any(row[whole] is None for whole in wholes):
        return False
    return bool(row[part] > sum(row[whole] for whole in wholes))
