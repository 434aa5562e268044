"""Exports: what stands in the file, to the last cell, and that a file ten times as long takes no more memory."""

import csv
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import update

from fp_core.errors import Forbidden, Invalid, NotFound, Problem
from fp_core.graphql import export_files
from fp_core.graphql.export_files import BOM, as_csv, as_xlsx, format_of, safe
from fp_core.graphql.exports import RIGHT, Reading, export_of, types_of, year_column
from fp_core.graphql.joint import Joint, join
from fp_core.models.years import DataYear
from fp_core.plugins import Host
from fp_core.registry import Registry
from tests.actors import operator
from tests.households import edit, identified, open_years, person, rich_enough
from tests.money import county_money
from tests.places import DINGFU, DUAN, GUIZHOU, JINBI, LATU, NATION, QIANXI, ZHONGZHAI


@pytest.fixture(scope="module")
def joint(host: Host) -> Joint:
    return join(host)


def reading(registry: Registry, joint: Joint, kind: str, region: str, year: int | None, *, at: str = "") -> Reading:
    actor = operator(registry, at or region)
    return Reading(registry, actor, export_of(joint, actor, kind, region, year))


def table(*given: Any, **more: Any) -> list[dict[str, str]]:
    """The lines of a CSV export by its header."""
    content = b"".join(as_csv(reading(*given, **more)))
    assert content.startswith(BOM)
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline="")))


def test_csv_is_exactly_its_header_and_rows_by_key(registry: Registry, joint: Joint) -> None:
    open_years(registry, 2016, 2017)
    with registry.system_session() as session:
        opened = datetime(2016, 12, 31, 18, 30, tzinfo=UTC)
        session.execute(update(DataYear).values(opened_on=opened, closed_on=None))
        session.commit()

    content = b"".join(as_csv(reading(registry, joint, "data_year", QIANXI, 2017)))

    assert content == BOM + ("县,年度,开年时间,关年时间,版本\r\n520522000000,2017,2017-01-01 02:30:00,,1\r\n").encode()


def test_household_year_is_exported_with_labels_masks_and_exact_numbers(registry: Registry, joint: Joint) -> None:
    open_years(registry, 2016)
    code = identified(registry, is_dangerous_house=None)
    edit(
        registry,
        code,
        2016,
        wage_income="0",
        business_expense="0.50",
        phone="13812345678",
        other_causes="因灾、因残",
        house_area="60.5",
    )
    edit(registry, code, 2016, bank_account="6222021234567890", collector_name="=1+1")

    (row,) = table(registry, joint, "household_year", QIANXI, 2016)

    shown = (
        "户编号",
        "年度",
        "所在村",
        "脱贫状态",
        "主要致贫原因",
        "其他致贫原因",
        "联系电话",
        "银行卡号",
        "住房面积（平方米）",
    )
    assert [row[name] for name in shown] == [
        *(code, "2016", ZHONGZHAI, "未脱贫", "因病", "因残、因灾", "138****5678", "6222****7890", "60.50")
    ]
    assert row["填表人"] == "'=1+1"
    assert row["纯收入（元）"] == "-0.50"
    assert row["饮水是否安全"] == "是" and row["饮水是否困难"] == "否"


def test_member_is_exported_masked_and_without_what_is_secret(registry: Registry, joint: Joint) -> None:
    open_years(registry, 2016)
    head = person("王建国")
    identified(registry, members=(head,))

    (row,) = table(registry, joint, "member", QIANXI, None)

    number = str(head.id_number)
    assert row["证件号码"] == f"{number[:4]}{'*' * 10}{number[16:]}"
    assert not {"证件号码密文", "证件号码索引"} & set(row)
    assert (row["姓名"], row["性别"], row["民族"]) == ("王建国", "男", "汉族")


def test_xlsx_has_the_same_rows_as_cells_and_says_what_was_asked(registry: Registry, joint: Joint) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    rich_enough(registry, code, 2016)
    edit(registry, code, 2016, collector_name="=1+1", collected_on="2016-07-01")

    book = load_workbook(BytesIO(b"".join(as_xlsx(reading(registry, joint, "household_year", QIANXI, 2016)))))

    sheet = book["贫困户年度信息"]
    header, line = (list(row) for row in sheet.iter_rows())
    cells = {title.value: cell for title, cell in zip(header, line, strict=True)}
    assert (cells["户编号"].value, cells["户编号"].data_type) == (code, "s")
    assert (cells["填表人"].value, cells["填表人"].data_type) == ("=1+1", "s")
    assert cells["填表日期"].value.date() == date(2016, 7, 1)
    assert cells["住房面积（平方米）"].value == 80 and cells["住房面积（平方米）"].data_type == "n"
    assert [[cell.value for cell in row] for row in book["导出条件"].iter_rows()] == [
        ["类型", "贫困户年度信息"],
        ["行政区划", QIANXI],
        ["年度", "2016"],
        ["行数", "1"],
    ]


def test_workbook_begins_a_further_sheet_where_one_is_full(
    registry: Registry, joint: Joint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_files, "ROWS_OF_A_SHEET", 3)

    book = load_workbook(BytesIO(b"".join(as_xlsx(reading(registry, joint, "region", QIANXI, None)))))

    assert book.sheetnames == ["行政区划", "行政区划 2", "行政区划 3", "导出条件"]
    held = [[row[0] for row in book[name].iter_rows(values_only=True)] for name in book.sheetnames[:3]]
    assert [len(rows) for rows in held] == [4, 4, 2]
    assert [code for _, *rows in held for code in rows] == sorted(c for _, *rows in held for c in rows)


def test_rows_are_those_of_the_region_year_and_operator(registry: Registry, joint: Joint) -> None:
    open_years(registry, 2016)
    open_years(registry, 2016, county=DUAN)
    here, there, away = identified(registry), identified(registry, LATU), identified(registry, DINGFU)
    open_years(registry, 2017)

    def codes(region: str, year: int, at: str = "") -> list[str]:
        return [row["户编号"] for row in table(registry, joint, "household_year", region, year, at=at)]

    assert codes(QIANXI, 2016) == codes(QIANXI, 2017) == codes(GUIZHOU, 2016) == [here, there]
    assert codes(JINBI, 2016) == codes(JINBI, 2016, at=QIANXI) == [here]
    assert codes(NATION, 2016) == [away, here, there]


def test_columns_are_those_collected_in_the_year_and_region(registry: Registry, joint: Joint) -> None:
    def titles(kind: str, region: str, year: int) -> set[str]:
        return set(reading(registry, joint, kind, region, year).export.titles)

    assert titles("member_year", QIANXI, 2017) - titles("member_year", QIANXI, 2016) == {"政治面貌"}
    assert "路通村屯" in titles("household_year", DUAN, 2016) & titles("household_year", NATION, 2016)
    assert "路通村屯" not in titles("household_year", QIANXI, 2016)


def test_rows_a_plugin_keeps_beside_a_household_stand_in_its_line(registry: Registry, joint: Joint) -> None:
    open_years(registry, 2016, county=DUAN)
    with_road, without = identified(registry, DINGFU), identified(registry, DINGFU)
    edit(registry, with_road, 2016, has_hamlet_road="是")

    rows = table(registry, joint, "household_year", DUAN, 2016)

    assert {row["户编号"]: row["路通村屯"] for row in rows} == {with_road: "是", without: ""}


def test_money_of_a_budget_year_is_exported(registry: Registry, joint: Joint) -> None:
    entry = county_money(registry)

    rows = table(registry, joint, "fund_entry", QIANXI, 2017)

    assert entry in [row["流水号"] for row in rows]
    assert {row["资金年度"] for row in rows} == {"2017"}
    assert table(registry, joint, "fund_entry", QIANXI, 2016) == []


def test_every_type_can_be_exported_and_no_header_has_a_title_twice(registry: Registry, joint: Joint) -> None:
    for kind in types_of(joint):
        try:
            found = reading(registry, joint, kind, NATION, 2016)
        except Invalid:
            found = reading(registry, joint, kind, NATION, None)

        assert next(as_csv(found)).startswith(BOM), kind
        assert len(set(found.export.titles)) == len(found.export.titles), kind


@pytest.mark.parametrize(
    ("kind", "column"),
    [
        ("household_year", "year"),
        ("event", "year"),
        ("fund_entry", "fund_year"),
        ("project", "project_year"),
        ("household", None),
        ("member", None),
        ("region", None),
    ],
)
def test_year_is_that_of_the_row_and_no_other(joint: Joint, kind: str, column: str | None) -> None:
    assert year_column(types_of(joint)[kind]) == column


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+86", "'+86"),
        ("-", "'-"),
        ("@x", "'@x"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("a=1", "a=1"),
        ("", ""),
    ],
)
def test_text_cannot_become_a_formula(text: str, written: str) -> None:
    assert safe(text) == written


@pytest.mark.parametrize(
    ("kind", "region", "year", "error", "said"),
    [
        ("household", QIANXI, 2016, Invalid, "household has no years"),
        ("household_year", QIANXI, None, Invalid, "household_year has rows of every year"),
        ("idempotency", QIANXI, 2016, Invalid, "known are region, data_year"),
        ("operator", QIANXI, None, Invalid, "household_year"),
        ("household_year", "5205", 2016, Invalid, "12 digits"),
        ("household_year", DUAN, 2016, NotFound, "outside your region"),
        ("household_year", GUIZHOU, 2016, NotFound, "outside your region"),
    ],
)
def test_what_cannot_be_exported_is_refused_by_name(
    registry: Registry, joint: Joint, kind: str, region: str, year: int | None, error: type[Problem], said: str
) -> None:
    with pytest.raises(error, match=said):
        export_of(joint, operator(registry, QIANXI), kind, region, year)


def test_export_needs_its_right_and_a_known_format(registry: Registry, joint: Joint) -> None:
    nobody = operator(registry, QIANXI, without=(RIGHT,))

    with pytest.raises(Forbidden):
        export_of(joint, nobody, "household_year", QIANXI, 2016)
    with pytest.raises(Invalid, match="use csv or xlsx"):
        format_of("pdf")
