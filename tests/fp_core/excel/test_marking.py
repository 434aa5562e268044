"""A refused workbook comes back with its bad cells marked, and nothing in it is ever run."""

from pathlib import Path

from openpyxl import load_workbook

from fp_core.excel.marking import mark_errors
from fp_core.excel.template import write_template
from fp_core.forms import form_of
from fp_core.plugins import Host
from tests.places import QIANXI
from tests.workbooks import couple, household, person, read, write


def test_bad_cells_are_coloured_and_explained_and_listed(host: Host, tmp_path: Path) -> None:
    path, marked = couple(tmp_path / "form.xlsx", host, of_household={"main_cause": "因懒"}), tmp_path / "marked.xlsx"
    errors = read(path, host).errors

    mark_errors(path, errors, marked)

    book = load_workbook(marked)
    cell = book["户"]["M3"]
    assert cell.fill.fgColor.rgb == "00FFC7CE"
    assert cell.comment is not None
    assert cell.comment.text.startswith("CODE：主要致贫原因没有选项 '因懒'")
    assert book["户"]["N3"].comment is None
    assert [c.value for c in book["错误清单"][2]][:4] == ["户", "M3", "主要致贫原因", "CODE"]
    assert book.sheetnames == ["错误清单", "户", "人", "_dict", "_meta"]


def test_marked_workbook_can_be_mended_and_read_again(host: Host, tmp_path: Path) -> None:
    path, marked = couple(tmp_path / "form.xlsx", host, of_household={"main_cause": "因懒"}), tmp_path / "marked.xlsx"
    mark_errors(path, read(path, host).errors, marked)
    book = load_workbook(marked)
    book["户"]["M3"] = "因病"
    book.save(marked)

    content = read(marked, host)

    assert content.errors == ()
    assert content.tables["household"]["main_cause"] == ["ILLNESS"]


def test_marking_twice_leaves_one_list(host: Host, tmp_path: Path) -> None:
    path = couple(tmp_path / "form.xlsx", host, of_household={"main_cause": "因懒"})
    mark_errors(path, read(path, host).errors, tmp_path / "once.xlsx")

    mark_errors(tmp_path / "once.xlsx", read(tmp_path / "once.xlsx", host).errors, tmp_path / "twice.xlsx")

    book = load_workbook(tmp_path / "twice.xlsx")
    assert book.sheetnames.count("错误清单") == 1
    assert book["错误清单"].max_row == 2


def test_formula_comes_back_as_text(host: Host, tmp_path: Path) -> None:
    path = couple(tmp_path / "form.xlsx", host)
    book = load_workbook(path)
    book["户"]["D3"] = '=HYPERLINK("http://a.example","x")'
    book.save(path)

    mark_errors(path, read(path, host).errors, tmp_path / "marked.xlsx")

    cell = load_workbook(tmp_path / "marked.xlsx")["户"]["D3"]
    assert (cell.data_type, cell.value) == ("s", '=HYPERLINK("http://a.example","x")')


def test_text_that_looks_like_a_formula_is_written_as_text(host: Host, tmp_path: Path) -> None:
    path = write(tmp_path / "form.xlsx", host, [household(address="=1+1")], [person()])

    content = read(path, host)

    assert content.errors == ()
    assert content.tables["household"]["address"] == ["=1+1"]


def test_template_offers_the_values_of_its_year(host: Host, tmp_path: Path) -> None:
    offered = {}
    for year in (2015, 2016):
        path = tmp_path / f"{year}.xlsx"
        write_template(path, form_of(host, "FH"), host, year=year, region=QIANXI)
        book = load_workbook(path)
        offered[year] = {tuple(c.value for c in column if c.value) for column in book["_dict"].iter_cols()}
        assert book["_meta"].sheet_state == "veryHidden"
        assert book["人"]["D3"].number_format == "@" or book["人"].column_dimensions["D"].number_format == "@"

    assert ("一般贫困户", "低保贫困户", "五保贫困户") in offered[2016]
    assert ("一般贫困户", "低保户", "五保户", "低保贫困户", "低收入农户") in offered[2015]
