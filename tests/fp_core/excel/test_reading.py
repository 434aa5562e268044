"""What is filled into a template is what is read, and every bad cell is named by place, rule and both messages."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from fp_core.excel.reading import read_workbook
from fp_core.excel.safety import FileRefused
from fp_core.forms import form_of
from fp_core.plugins import Host
from tests.places import DUAN, QIANXI
from tests.workbooks import couple, household, person, read, stored, write, wrong


def test_filled_template_reads_as_what_was_filled(host: Host, tmp_path: Path) -> None:
    households = [household(), household(2, water_safe=False, phone="10012345678")]
    persons = [
        person(),
        person(relation="SPOUSE"),
        person(2),
        person(2, "DAUGHTER", date(2008, 3, 1), labour_capacity="NONE"),
    ]

    content = read(write(tmp_path / "form.xlsx", host, households, persons), host)

    assert content.errors == ()
    assert list(content.tables["household"].rows()) == [stored(row) for row in households]
    assert list(content.tables["person"].rows()) == [stored(row) for row in persons]
    assert content.tables["person"].numbers == [3, 4, 5, 6]


def test_template_has_a_province_s_own_columns_in_that_province_only(host: Host, tmp_path: Path) -> None:
    given = {"r45.has_hamlet_road": True, "r45.dual_confirmed_on": date(2016, 12, 1)}

    guangxi = read(couple(tmp_path / "45.xlsx", host, region=DUAN, of_household=given), host, region=DUAN)
    guizhou = read(couple(tmp_path / "52.xlsx", host, of_household=given), host)

    assert guangxi.errors == guizhou.errors == ()
    assert {name: guangxi.tables["household"][name] for name in given} == {
        "r45.has_hamlet_road": [True],
        "r45.dual_confirmed_on": ["2016-12-01"],
    }
    assert "r45.has_hamlet_road" not in guizhou.tables["household"].columns


def test_template_of_another_province_is_refused_by_the_column(host: Host, tmp_path: Path) -> None:
    path = couple(tmp_path / "45.xlsx", host, region=DUAN)

    with pytest.raises(FileRefused, match=r"工作表 户 第 2 行有未知的列 r45\.has_hamlet_road"):
        read(path, host)


def test_template_of_another_year_is_refused(host: Host, tmp_path: Path) -> None:
    with pytest.raises(FileRefused, match="文件的年度是 2016，本次导入应为 2017"):
        read(couple(tmp_path / "form.xlsx", host), host, year=2017)


def test_every_bad_cell_is_found_not_only_the_first(host: Host, tmp_path: Path) -> None:
    of_household = {"water_safe": None, "main_cause": "因懒", "irrigated_area": Decimal(2), "is_dangerous_house": True}
    of_spouse = {"id_number": "520522197505010011", "relation_to_head": "HEAD"}

    content = read(couple(tmp_path / "form.xlsx", host, of_household=of_household, of_spouse=of_spouse), host)

    assert [(e.sheet, e.cell, e.rule) for e in content.errors] == [
        ("户", "M3", "CODE"),
        ("户", "X3", "LAND-IRR"),
        ("户", "AF3", "REQUIRED"),
        ("户", "AM3", "HOUSE-GRADE"),
        ("人", "D4", "ID-CHECK"),
        ("人", "M4", "MEM-ONEHEAD"),
    ]
    assert content.errors[1].label == "有效灌溉面积"
    assert content.errors[1].zh == "有效灌溉面积不能大于耕地面积"
    assert content.errors[1].en == "irrigated land is part of the arable land"


HOUSEHOLD_MISTAKES: list[tuple[str, Any, str]] = [
    ("household_attribute", "低收入农户", "CODE"),
    ("arable_area", Decimal(-1), "LAND-NN"),
    ("returned_forest_area", Decimal("1.01"), "LAND-RET"),
    ("other_causes", ("NO_SKILL",), "CAUSE-DIFF"),
    ("other_causes", ("ILLNESS", "NO_LAND", "NO_FUNDS"), "CAUSE-MAX2"),
    ("bank_account", "0000123412341234", "BANK-PAIR"),
    ("danger_grade", "C", "HOUSE-GRADE"),
    ("identified_on", date(2017, 1, 1), "HH-IDDATE"),
    ("wage_income", "约三千", "CELL-TYPE"),
    ("wage_income", Decimal("3000.555"), "PLACES"),
    ("phone", "0857-4220000", "PATTERN"),
    ("phone", 10012345678, "CELL-TEXT"),
    ("group_name", "一" * 41, "LENGTH"),
    ("address", "坡上\x07村", "CELL-SIGN"),
    ("dropout_count", Decimal("1.5"), "CELL-TYPE"),
    ("planned_exit_year", 2021, "RANGE"),
    ("planned_exit_year", 3_000_000_000, "RANGE"),
]


def test_every_mistake_in_a_household_is_named_by_its_rule(host: Host, tmp_path: Path) -> None:
    mistakes = list(enumerate(HOUSEHOLD_MISTAKES, start=1))
    households = [household(serial, **{column: value}) for serial, (column, value, _) in mistakes]
    path = write(tmp_path / "form.xlsx", host, households, [person(serial) for serial, _ in mistakes])

    content = read(path, host)

    expected = [("户", serial + 2, column, rule) for serial, (column, _, rule) in mistakes]
    assert [(e.sheet, e.row, e.column, e.rule) for e in content.errors] == expected


PERSON_MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("id_number", {"id_number": 520522197505010019}, "ID-TEXT"),
    ("id_number", {"id_number": "5.20522197505010E+17"}, "ID-TEXT"),
    ("id_number", {"id_number": "52052219750501001"}, "ID-LEN"),
    ("id_number", {"id_number": None}, "REQUIRED"),
    ("sex", {"sex": "MALE"}, "ID-DERIVE"),
    ("name", {"name": "王"}, "PER-NAME"),
    ("relation_to_head", {"relation_to_head": "SON"}, "MEM-RELSEX"),
    ("student_status", {"student_status": None}, "EDU-XOR"),
    ("student_status", {"education_level": None}, "EDU-XOR"),
    ("work_months", {"migrant_work_place": "IN_TOWN"}, "WORK-PAIR"),
    ("work_months", {"migrant_work_place": "IN_TOWN", "work_months": Decimal("12.5")}, "WORK-12"),
    ("has_employee_pension", {"has_employee_pension": True}, "PEN-XOR"),
    ("health_status", {"health_status": None}, "REQUIRED"),
    ("health_status", {"health_status": ("HEALTHY", "康复")}, "CODE"),
    ("disability_card", {"disability_card": "52052219750501002144"}, "DIS-ID"),
    ("serial", {"serial": 700}, "MEM-HOUSEHOLD"),
    (
        "noid_reason",
        {"id_type": "NONE", "id_number": None, "sex": "FEMALE", "birth_date": date(1980, 1, 1)},
        "NOID-REASON",
    ),
]


def test_every_mistake_in_a_person_is_named_by_its_rule(host: Host, tmp_path: Path) -> None:
    mistakes = list(enumerate(PERSON_MISTAKES, start=1))
    spouses = [person(**{"serial": serial, "relation": "SPOUSE", **given}) for serial, (_, given, _) in mistakes]
    heads = [person(serial) for serial, _ in mistakes]
    path = write(tmp_path / "form.xlsx", host, [household(serial) for serial, _ in mistakes], [*heads, *spouses])

    content = read(path, host)

    expected = [("人", len(heads) + serial + 2, column, rule) for serial, (column, _, rule) in mistakes]
    assert [(e.sheet, e.row, e.column, e.rule) for e in content.errors] == expected


def test_household_without_head_and_number_given_twice_are_found(host: Host, tmp_path: Path) -> None:
    head = person()
    persons = [head, person(2, "SPOUSE"), person(3, id_number=head["id_number"])]
    households = [household(), household(2), household(3), household(3)]

    content = read(write(tmp_path / "form.xlsx", host, households, persons), host)

    assert wrong(content) == [
        ("户", "serial", "MEM-ONEHEAD"),
        ("户", "serial", "HH-SERIAL"),
        ("人", "id_number", "ID-DUP"),
    ]


def test_full_width_digits_labels_and_blanks_are_understood(host: Host, tmp_path: Path) -> None:
    head = person()
    wide = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789X"}
    of_household: dict[str, Any] = {
        "wage_income": "１２００．５",
        "main_cause": " 因病\u200b",
        "identified_on": "2014年6月12日",
    }
    persons = [{**head, "id_number": f" {head['id_number'].translate(wide)} ", "id_type": "居民身份证（户口簿）"}]

    content = read(write(tmp_path / "form.xlsx", host, [household(**of_household)], persons), host)

    table = content.tables["household"]
    assert content.errors == ()
    assert [table[name] for name in of_household] == [[120050], ["ILLNESS"], ["2014-06-12"]]
    assert content.tables["person"]["id_number"] == [head["id_number"]]


def test_formula_is_refused_whatever_value_it_shows(host: Host, tmp_path: Path) -> None:
    path = couple(tmp_path / "form.xlsx", host)
    book = load_workbook(path)
    place = next(cell.coordinate for cell in book["户"][2] if cell.value == "wage_income").rstrip("2") + "3"
    book["户"][place] = "=1200+0.5"
    book.save(path)

    content = read(path, host)

    assert [(e.sheet, e.cell, e.rule) for e in content.errors] == [("户", place, "FORMULA")]


def test_header_that_was_changed_is_refused_by_name(host: Host, tmp_path: Path) -> None:
    path = couple(tmp_path / "form.xlsx", host)
    book = load_workbook(path)
    book["人"]["B2"] = "姓名"
    book.save(path)

    with pytest.raises(FileRefused, match="工作表 人 第 2 行缺少列 姓名（name）"):
        read(path, host)


def test_progress_is_told_while_a_long_sheet_is_read(host: Host, tmp_path: Path) -> None:
    persons = [person(serial) for serial in range(1, 400)] + [person(1, "SIBLING") for _ in range(700)]
    path = write(tmp_path / "form.xlsx", host, [household(serial) for serial in range(1, 400)], persons)
    told: list[tuple[str, int, int]] = []
    more = {"year": 2016, "region": QIANXI, "today": date(2017, 1, 1)}

    read_workbook(path, form_of(host, "FH"), host, progress=lambda *at: told.append(at), **more)  # type: ignore[arg-type]

    assert told == [("户", 401, 401), ("人", 1002, 1101), ("人", 1101, 1101)]
