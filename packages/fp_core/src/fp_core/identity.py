"""Identity numbers (GB 11643) and disability cards: what is wrong with one, and what it tells of its holder."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple

from fp_core.errors import Invalid

RESIDENT_ID, DISABILITY_CARD, NONE = "RESIDENT_ID", "DISABILITY_CARD", "NONE"

_MAINLAND = (*range(11, 16), *range(21, 24), *range(31, 38), *range(41, 47), *range(50, 55), *range(61, 66))
_OTHERS = (71, 81, 82, 83)  # 71 Taiwan; 81, 82, 83 residence permits of Hong Kong, Macao and Taiwan people, 2018
PROVINCES = frozenset(str(code) for code in (*_MAINLAND, *_OTHERS))
OLDEST = 120

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_INVISIBLE = re.compile(r"[\s\u200b-\u200f\u202a-\u202e\u2060\ufeff]+")
_NUMERIC_CELL = re.compile(r"[0-9]+\.[0-9]*(E\+?[0-9]+)?|[0-9]+E\+?[0-9]+")
_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_CARD_TAIL = re.compile(r"[1-7][1-4](B[0-9])?")


@dataclass(frozen=True)
class IdentityProblem:
    """One thing wrong with a number: the rule it breaks, and whether it is refused or only pointed out."""

    rule: str
    zh: str
    en: str
    level: Literal["error", "warning"] = "error"


class Disability(NamedTuple):
    """Type 1 sight, 2 hearing, 3 speech, 4 limbs, 5 intellect, 6 mind, 7 multiple; grade 1 is the gravest, 4 the lightest."""

    type: int
    grade: int


def normalise(text: object) -> str:
    """The number as it is stored: upper case, plain digits, no blanks. A number kept by Excel as a quantity is refused."""
    if not isinstance(text, str):
        raise _kept_as_quantity()
    if text.isascii() and text.removesuffix("X").isdigit():
        return text
    plain = _INVISIBLE.sub("", text.translate(_FULL_WIDTH)).upper().removeprefix("'")
    if _NUMERIC_CELL.fullmatch(plain):
        raise _kept_as_quantity()
    return plain


def problems(id_type: str, number: str, today: date) -> list[IdentityProblem]:
    """All that is wrong with a normalised number of this type of document."""
    if id_type == RESIDENT_ID:
        return _resident_problems(number, today)
    if id_type == DISABILITY_CARD:
        return _document_card_problems(number, today)
    if id_type == NONE:
        return [_length("无证件人员不填证件号码", "without a document there is no number")] if number else []
    raise Invalid(
        "id_type",
        f"证件类型 {id_type!r} 不存在，可用 {RESIDENT_ID}、{DISABILITY_CARD}、{NONE}",
        f"document type {id_type!r} does not exist; use {RESIDENT_ID}, {DISABILITY_CARD} or {NONE}",
    )


def is_sound(number: str, today: date) -> bool:
    """Whether a resident's number has no error; what `problems` says of nearly all, said sooner."""
    if not (len(number) == 18 and _NUMBER.fullmatch(number) and check_digit(number[:17]) == number[17]):
        return False
    born = _day(number[6:14])
    return born is not None and _is_possible(born, today)


def card_problems(card: str, id_number: str) -> list[IdentityProblem]:
    """All that is wrong with a normalised disability card, held against its holder's ID number."""
    if len(card) not in (20, 22):
        return [_card_length("DIS-LEN", card)]
    found = _kind_problems(card)
    if card[:18] != id_number[:18]:
        zh, en = "残疾证号前18位与证件号码不一致", "the first 18 characters of the card differ from the ID number"
        found.append(IdentityProblem("DIS-ID", zh, en))
    return found


def check_digit(first17: str) -> str:
    """The 18th character that belongs to the first 17 digits (ISO 7064, MOD 11-2)."""
    return _CHECK_DIGITS[(_weighed(first17[:6], 0) + _weighed(first17[6:14], 6) + _weighed(first17[14:], 14)) % 11]


@lru_cache(2**15)
def _weighed(digits: str, start: int) -> int:
    """The weighted sum of some digits. Counties and days of birth come again and again in one file."""
    weights = _WEIGHTS[start:]
    return sum(w * int(d) for w, d in zip(weights, digits, strict=start == 14))


def birth_date(number: str) -> date:
    """The holder's birth date, characters 7 to 14."""
    found = _date_in(number)
    if found is None:
        zh, en = "第7至14位不是真实日期", "characters 7 to 14 are no real date"
        raise Invalid("id_number", f"证件号码 {mask(number)} {zh}", f"ID number {mask(number)}: {en}")
    return found


def sex(number: str) -> Literal["MALE", "FEMALE"]:
    """The holder's sex: the 17th character is odd for men, even for women."""
    if not _NUMBER.fullmatch(number[:18]):
        zh, en = "须为17位数字加1位数字或X", "must be 17 digits and a digit or X"
        raise Invalid("id_number", f"证件号码 {mask(number)} {zh}", f"ID number {mask(number)}: {en}")
    return "MALE" if number[16] in "13579" else "FEMALE"


def disability(card: str) -> Disability:
    """Type and grade of disability, characters 19 and 20 of the card."""
    if not _CARD_TAIL.fullmatch(card[18:]):
        zh, en = "没有有效的残疾类别和等级", "has no valid type and grade"
        raise Invalid("disability_card", f"残疾证号 {mask(card)} {zh}", f"disability card {mask(card)} {en}")
    return Disability(int(card[18]), int(card[19]))


def mask(number: str) -> str:
    """The number as it may be shown: prefecture and last two of the 18, never the birth date nor the disability."""
    if len(number) < 18:
        return "*" * 10
    return f"{number[:4]}**********{number[16:18]}"


def _resident_problems(number: str, today: date) -> list[IdentityProblem]:
    if len(number) == 15:
        return [_length("15位旧号码已停用，请填18位", "15-digit numbers are no longer valid; enter the one with 18")]
    if len(number) != 18:
        return [
            _length(f"证件号码位数不正确：应为18位，现为{len(number)}位", f"must have 18 characters, has {len(number)}")
        ]
    if not _NUMBER.fullmatch(number):
        return [_length("证件号码应为17位数字加1位数字或X", "must be 17 digits and a digit or X")]
    found = (_check_problem(number), _date_problem(number, today), _region_problem(number))
    return [problem for problem in found if problem is not None]


def _document_card_problems(card: str, today: date) -> list[IdentityProblem]:
    if len(card) not in (20, 22):
        return [_card_length("ID-LEN", card)]
    return _resident_problems(card[:18], today) + _kind_problems(card)


def _check_problem(number: str) -> IdentityProblem | None:
    if check_digit(number[:17]) == number[17]:
        return None
    zh, en = "证件号码校验位错误", "the check digit is wrong"
    if number.endswith("000"):  # Excel keeps 15 digits of a quantity and fills up with zeros
        zh += "；末三位为000，可能被Excel按数值保存，请将单元格设为文本后重新填写"
        en += (
            "; the last three digits are 000: Excel may have kept it as a quantity, format the cell as text and retype"
        )
    return IdentityProblem("ID-CHECK", zh, en)


def _date_problem(number: str, today: date) -> IdentityProblem | None:
    born = _date_in(number)
    if born is not None and _is_possible(born, today):
        return None
    zh = f"证件号码出生日期不合理：应为1900年至今的真实日期，年龄不超过{OLDEST}岁"
    return IdentityProblem("ID-DATE", zh, f"the birth date must exist, from 1900 to today, for an age up to {OLDEST}")


@lru_cache(2**15)
def _is_possible(born: date, today: date) -> bool:
    return date(1900, 1, 1) <= born <= today and _age(born, today) <= OLDEST


def _region_problem(number: str) -> IdentityProblem | None:
    if number[:2] in PROVINCES:
        return None
    zh, en = f"证件号码地区码异常：没有 {number[:2]} 开头的省份", f"no province has the prefix {number[:2]}"
    return IdentityProblem("ID-REGION", zh, en, level="warning")


def _kind_problems(card: str) -> list[IdentityProblem]:
    if _CARD_TAIL.fullmatch(card[18:]):
        return []
    zh = "残疾类别或等级错误：第19位为类别1-7，第20位为等级1-4，补发证另加B和1位数字"
    en = "character 19 is the type 1 to 7, character 20 the grade 1 to 4; a re-issued card adds B and a digit"
    return [IdentityProblem("DIS-TYPE", zh, en)]


def _length(zh: str, en: str) -> IdentityProblem:
    return IdentityProblem("ID-LEN", zh, en)


def _card_length(rule: str, card: str) -> IdentityProblem:
    zh = f"残疾证号位数不正确：应为20位或22位，现为{len(card)}位"
    return IdentityProblem(rule, zh, f"a disability card has 20 or 22 characters, this one {len(card)}")


def _date_in(number: str) -> date | None:
    return _day(number[6:14])


@lru_cache(2**15)
def _day(digits: str) -> date | None:
    if not re.fullmatch("[0-9]{8}", digits):
        return None
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _kept_as_quantity() -> Invalid:
    return Invalid(
        "id_number",
        "证件号码被Excel按数值保存，末几位已丢失：请将单元格格式设为文本，再重新填写完整号码",
        "Excel kept the number as a quantity and lost its last digits: format the cell as text and type it again in full",
    )
