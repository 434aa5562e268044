"""Check rules of the household form over single rows: which cell, which id, what it reads, and when that is wrong.

Ids are those of the official list of form checks; only those that refuse are here.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import compress, count, starmap
from typing import Any

from fp_core.excel.rows import Finding, Table

FIRST_REGISTRATION = date(2013, 1, 1)
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


@dataclass(frozen=True)
class Rule:
    """A rule over single rows: the cell it marks, its official id and messages, what it reads, and when that is wrong.

    It says nothing of a row in which a cell it reads could not be read.
    """

    column: str
    id: str
    zh: str
    en: str
    reads: tuple[str, ...]
    is_wrong: Callable[..., Any]

    def found(self, sheet: str, table: Table) -> Iterator[Finding]:
        read = zip(*(table[name] for name in self.reads), strict=True)
        for place in compress(count(), starmap(self.is_wrong, read)):
            if table.has(place, *self.reads):
                yield Finding(sheet, table.numbers[place], self.column, self.id, self.zh, self.en)


def _exceeds(part: int | None, *wholes: int | None) -> bool:
    return part is not None and None not in wholes and part > sum(wholes)  # type: ignore[arg-type]


def _one_of_both(first: Any, second: Any) -> bool:
    return (first is None) != (second is None)


def _both(first: Any, second: Any) -> Any:
    return first and second


def _codes(held: str | None) -> list[str]:
    return held.strip(",").split(",") if held else []


HOUSEHOLD_RULES = (
    Rule(
        "irrigated_area",
        "LAND-IRR",
        "有效灌溉面积不能大于耕地面积",
        "irrigated land is part of the arable land",
        ("irrigated_area", "arable_area"),
        _exceeds,
    ),
    Rule(
        "returned_forest_area",
        "LAND-RET",
        "退耕还林面积不能大于林地与牧草地面积之和",
        "land returned to forest is part of forest and grassland",
        ("returned_forest_area", "forest_area", "grass_area"),
        _exceeds,
    ),
    Rule(
        "other_causes",
        "CAUSE-MAX2",
        "其他致贫原因最多两项",
        "there are at most two other causes",
        ("other_causes",),
        lambda others: len(_codes(others)) > 2,
    ),
    Rule(
        "other_causes",
        "CAUSE-DIFF",
        "其他致贫原因不能与主要致贫原因相同",
        "the other causes differ from the main one",
        ("main_cause", "other_causes"),
        lambda main, others: main in _codes(others),
    ),
    Rule(
        "bank_account",
        "BANK-PAIR",
        "开户银行与账号须同时填写",
        "bank and account are given both or not at all",
        ("bank_name", "bank_account"),
        _one_of_both,
    ),
    Rule(
        "is_two_daughter_family",
        "FAM-EXCL",
        "独生子女户与双女户不能同时为是",
        "a family has one child or two daughters, not both",
        ("is_only_child_family", "is_two_daughter_family"),
        _both,
    ),
    Rule(
        "danger_grade",
        "HOUSE-GRADE",
        "危房户须填写危房级别，非危房户不填",
        "a dangerous house has a grade of danger, another has none",
        ("is_dangerous_house", "danger_grade"),
        lambda dangerous, grade: dangerous != (grade is not None),
    ),
    *(
        Rule(
            name,
            "RELO-REQ",
            f"搬迁户须填写{label}",
            "a relocation household has a mode of relocation and settlement",
            ("is_relocation_household", name),
            lambda moves, mode: moves and mode is None,
        )
        for name, label in (("relocation_mode", "搬迁方式"), ("settlement_mode", "安置方式"))
    ),
)

PERSON_RULES = (
    Rule(
        "name",
        "PER-NAME",
        "姓名应为 2 至 30 个汉字或字母，可含“·”",
        "a name has 2 to 30 letters, and may contain ·",
        ("name",),
        lambda name: name is not None and not (2 <= len(name) <= 30 and (name.isalpha() or _is_name(name))),
    ),
    Rule(
        "relation_to_head",
        "MEM-RELSEX",
        "与户主关系和性别不符",
        "the relation does not go with the sex",
        ("true_sex", "relation_to_head"),
        lambda sex, relation: (sex == "FEMALE" and relation in MEN) or (sex == "MALE" and relation in WOMEN),
    ),
    Rule(
        "work_months",
        "WORK-PAIR",
        "务工区域与务工时间须同时填写",
        "place and months of work are given both or not at all",
        ("migrant_work_place", "work_months"),
        lambda place, months: (place is not None) != bool(months),
    ),
    *(
        Rule(second, rule, zh, "a person is in one of the two insurances, not in both", (first, second), _both)
        for first, second, rule, zh in (
            ("has_resident_medical", "has_employee_medical", "MED-XOR", "两种基本医疗保险不能同时参加"),
            ("has_resident_pension", "has_employee_pension", "PEN-XOR", "两种养老保险不能同时参加"),
        )
    ),
)


def identification(year: int) -> Rule:
    low, high = FIRST_REGISTRATION.isoformat(), date(year, 12, 31).isoformat()
    return Rule(
        "identified_on",
        "HH-IDDATE",
        f"首次识别时间应在 {FIRST_REGISTRATION:%Y} 年至 {year} 年之间",
        f"first identification lies between {FIRST_REGISTRATION:%Y} and {year}",
        ("identified_on",),
        lambda day: day is not None and not low <= day <= high,
    )


def schooling(year: int) -> tuple[Rule, ...]:
    """What education, school stage and work go with each other, and with the age at the end of the year."""
    six, sixteen = str(year - 5), str(year - 15)  # born in this year or later: younger at the end of it
    return (
        Rule(
            "student_status",
            "EDU-XOR",
            "文化程度与在校生状况填写不符合要求",
            "education and school stage do not go together in this year",
            ("education_level", "student_status"),
            _is_schooling_odd
            if year <= NO_SCHOOL_LISTED_UNTIL
            else lambda level, stage: not _one_of_both(level, stage),
        ),
        Rule(
            "education_level",
            "EDU-ILLIT",
            "六周岁以下应填学龄前儿童",
            "below six a child is below school age, not illiterate",
            ("true_birth", "education_level"),
            lambda born, level: level == "ILLITERATE" and born is not None and born >= six,
        ),
        Rule(
            "labour_capacity",
            "LAB-AGE",
            "16周岁以下应填无劳动力",
            "below 16 there is no labour capacity",
            ("true_birth", "labour_capacity"),
            lambda born, capacity: capacity not in (None, "NONE") and born is not None and born >= sixteen,
        ),
    )


def _is_schooling_odd(level: str | None, stage: str | None) -> bool:
    return stage is None or (stage == "NOT_STUDENT" and level is None)


def _is_name(text: str) -> bool:
    return all(sign.isalpha() or sign in "·. " for sign in text)
