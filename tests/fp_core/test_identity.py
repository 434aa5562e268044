"""Identity numbers and disability cards: what is refused, what is derived, what is shown. All numbers are invented."""

from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fp_core import identity
from fp_core.errors import Invalid

TODAY = date(2016, 12, 31)
MAN, WOMAN, WITH_X = "520522198203151233", "520522199007214561", "11010519491231002X"


def _check_by_definition(first17: str) -> str:
    """ISO 7064 as the standard defines it: the whole number, weighted by powers of two, is 1 modulo 11."""
    total = sum(int(d) * 2 ** (17 - place) for place, d in enumerate(first17))
    value = (1 - total) % 11
    return "X" if value == 10 else str(value)


def _number(prefix: str, born: date, sequence: int) -> str:
    first17 = f"{prefix}{born:%Y%m%d}{sequence:03}"
    return first17 + _check_by_definition(first17)


def _numbers(count: int) -> list[str]:
    rng = Random(2016)
    prefixes = ("110105", "220202", "450123", "451228", "520522", "520203", "610102", "659001", "710000", "810000")
    days = (TODAY - date(1897, 1, 1)).days
    return [
        _number(
            rng.choice(prefixes), max(TODAY - timedelta(rng.randrange(days)), date(1900, 1, 1)), rng.randrange(1, 1000)
        )
        for _ in range(count)
    ]


NUMBERS = _numbers(300)
valid_numbers = st.sampled_from(NUMBERS)


def _rules(number: str, id_type: str = "RESIDENT_ID", today: date = TODAY) -> list[str]:
    return [p.rule for p in identity.problems(id_type, number, today)]


def test_the_example_of_the_standard_is_valid() -> None:
    assert identity.check_digit("11010519491231002") == "X"
    assert identity.problems("RESIDENT_ID", WITH_X, TODAY) == []


def test_three_hundred_generated_numbers_are_valid() -> None:
    assert [number for number in NUMBERS if _rules(number)] == []


@pytest.mark.parametrize(
    ("number", "rule", "zh"),
    [
        ("", "ID-LEN", "证件号码位数不正确：应为18位，现为0位"),
        ("52052219820315123", "ID-LEN", "证件号码位数不正确：应为18位，现为17位"),
        ("520522820315123", "ID-LEN", "15位旧号码已停用，请填18位"),
        ("52052219820315X236", "ID-LEN", "证件号码应为17位数字加1位数字或X"),
        ("52052219820315123x", "ID-LEN", "证件号码应为17位数字加1位数字或X"),
        ("520522198203151237", "ID-CHECK", "证件号码校验位错误"),
        (
            _number("520522", date(1899, 12, 31), 123),
            "ID-DATE",
            "证件号码出生日期不合理：应为1900年至今的真实日期，年龄不超过120岁",
        ),
        (
            _number("520522", date(2017, 1, 1), 123),
            "ID-DATE",
            "证件号码出生日期不合理：应为1900年至今的真实日期，年龄不超过120岁",
        ),
        (_number("990522", date(1982, 3, 15), 123), "ID-REGION", "证件号码地区码异常：没有 99 开头的省份"),
    ],
)
def test_a_wrong_number_is_named_by_its_rule(number: str, rule: str, zh: str) -> None:
    found = identity.problems("RESIDENT_ID", number, TODAY)

    assert [(p.rule, p.zh) for p in found] == [(rule, zh)]


def test_a_day_that_does_not_exist_is_no_birth_date() -> None:
    number = "52052219830229123"

    assert _rules(number + _check_by_definition(number)) == ["ID-DATE"]
    assert _rules(_number("520522", date(1984, 2, 29), 123)) == []


def test_nobody_is_older_than_120() -> None:
    number = _number("520522", date(1900, 6, 1), 123)

    assert _rules(number, today=date(2021, 5, 31)) == []
    assert _rules(number, today=date(2021, 6, 1)) == ["ID-DATE"]


def test_all_that_is_wrong_is_told_at_once() -> None:
    assert _rules("995522198313151230") == ["ID-CHECK", "ID-DATE", "ID-REGION"]


def test_an_unknown_region_is_only_a_warning() -> None:
    found = identity.problems("RESIDENT_ID", _number("990522", date(1982, 3, 15), 123), TODAY)

    assert [p.level for p in found] == ["warning"]


@pytest.mark.parametrize("prefix", ["710000", "810000", "820000", "830000"])
def test_residence_permits_and_taiwan_are_known_regions(prefix: str) -> None:
    assert _rules(_number(prefix, date(1982, 3, 15), 123)) == []


def test_a_number_that_excel_rounded_is_explained() -> None:
    (found,) = identity.problems("RESIDENT_ID", "520522198203151000", TODAY)

    assert found.rule == "ID-CHECK"
    assert found.zh == "证件号码校验位错误；末三位为000，可能被Excel按数值保存，请将单元格设为文本后重新填写"


@given(number=valid_numbers, place=st.integers(0, 17), digit=st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_caught(number: str, place: int, digit: str) -> None:
    assume(number[place] != digit)

    assert _rules(number[:place] + digit + number[place + 1 :]) != []


@given(number=valid_numbers, place=st.integers(0, 16))
def test_any_swap_of_neighbours_is_caught(number: str, place: int) -> None:
    assume(number[place] != number[place + 1])

    assert _rules(number[:place] + number[place + 1] + number[place] + number[place + 2 :]) != []


@given(first17=st.from_regex(r"[0-9]{17}", fullmatch=True))
def test_the_check_digit_is_the_one_of_the_definition(first17: str) -> None:
    assert identity.check_digit(first17) == _check_by_definition(first17)


@given(text=st.text(max_size=25), id_type=st.sampled_from(["RESIDENT_ID", "DISABILITY_CARD", "NONE"]))
def test_any_text_gets_an_answer_and_never_an_unexpected_error(text: str, id_type: str) -> None:
    try:
        number = identity.normalise(text)
    except Invalid:
        return

    assert len(identity.mask(number)) in (10, 16)
    assert all(p.zh and p.en for p in identity.problems(id_type, number, TODAY))


@pytest.mark.parametrize(
    "typed",
    [
        "11010519491231002x",
        " 11010519491231002X\t\n",
        "110105 19491231 002X",
        "１１０１０５１９４９１２３１００２ｘ",
        "\ufeff11010519491231002X\u200b\u3000",
        "'11010519491231002X",
    ],
)
def test_a_number_is_stored_in_one_way_however_it_was_typed(typed: str) -> None:
    assert identity.normalise(typed) == WITH_X


@given(number=valid_numbers)
def test_normalising_changes_no_normal_number(number: str) -> None:
    assert identity.normalise(number) == number


@pytest.mark.parametrize(
    "cell", [5.20522198203151e17, 520522198203151233, None, "5.20522E+17", "520522198203151000.0", "5E17"]
)
def test_a_number_kept_as_a_quantity_is_refused(cell: object) -> None:
    with pytest.raises(Invalid) as refused:
        identity.normalise(cell)

    assert refused.value.field == "id_number"
    assert refused.value.zh == "证件号码被Excel按数值保存，末几位已丢失：请将单元格格式设为文本，再重新填写完整号码"


def test_birth_date_and_sex_follow_the_number() -> None:
    assert (identity.birth_date(MAN), identity.sex(MAN)) == (date(1982, 3, 15), "MALE")
    assert (identity.birth_date(WOMAN), identity.sex(WOMAN)) == (date(1990, 7, 21), "FEMALE")
    assert (identity.birth_date(MAN + "43B1"), identity.sex(MAN + "43B1")) == (date(1982, 3, 15), "MALE")


def test_deriving_from_a_broken_number_shows_the_number_only_masked() -> None:
    with pytest.raises(Invalid, match=r"5205\*{10}33 .*不是真实日期"):
        identity.birth_date("520522198213151233")
    with pytest.raises(Invalid, match=r"\*{10} 须为17位数字"):
        identity.sex("52052219820315")


def test_a_masked_number_shows_prefecture_and_last_two() -> None:
    assert identity.mask(MAN) == "5205**********33"
    assert identity.mask(MAN + "43B1") == "5205**********33"
    assert identity.mask("52052219") == "**********"


@given(number=valid_numbers, tail=st.sampled_from(["", "43", "11B2"]))
def test_a_mask_never_shows_the_birth_date_or_the_disability(number: str, tail: str) -> None:
    shown = identity.mask(number + tail)

    assert shown == number[:4] + "*" * 10 + number[16:18]


@pytest.mark.parametrize("card", [MAN + "43", MAN + "11B1", MAN + "74B9"])
def test_a_card_of_its_holder_is_valid(card: str) -> None:
    assert identity.card_problems(card, MAN) == []
    assert identity.problems("DISABILITY_CARD", card, TODAY) == []


@pytest.mark.parametrize(
    ("card", "rules"),
    [
        (MAN, ["DIS-LEN"]),
        (MAN + "4", ["DIS-LEN"]),
        (MAN + "43B", ["DIS-LEN"]),
        (MAN + "83", ["DIS-TYPE"]),
        (MAN + "45", ["DIS-TYPE"]),
        (MAN + "0B", ["DIS-TYPE"]),
        (MAN + "43C1", ["DIS-TYPE"]),
        (WOMAN + "43", ["DIS-ID"]),
        (WOMAN + "03", ["DIS-TYPE", "DIS-ID"]),
    ],
)
def test_a_wrong_card_is_named_by_its_rule(card: str, rules: list[str]) -> None:
    assert [p.rule for p in identity.card_problems(card, MAN)] == rules


def test_a_card_used_as_document_is_checked_as_a_number_too() -> None:
    assert _rules(MAN, "DISABILITY_CARD") == ["ID-LEN"]
    assert _rules(MAN[:17] + "743", "DISABILITY_CARD") == ["ID-CHECK"]
    assert _rules(MAN + "93", "DISABILITY_CARD") == ["DIS-TYPE"]


def test_a_card_tells_type_and_grade() -> None:
    assert identity.disability(MAN + "43B1") == (4, 3)
    with pytest.raises(Invalid, match="没有有效的残疾类别和等级"):
        identity.disability(MAN)


def test_without_a_document_there_is_no_number() -> None:
    assert _rules("", "NONE") == []
    assert _rules(MAN, "NONE") == ["ID-LEN"]


def test_an_unknown_type_of_document_is_refused_with_the_known_ones() -> None:
    with pytest.raises(Invalid) as refused:
        identity.problems("PASSPORT", MAN, TODAY)

    assert refused.value.en == "document type 'PASSPORT' does not exist; use RESIDENT_ID, DISABILITY_CARD or NONE"
