"""Hostile and broken files are refused with a reason, by the stream check or by the death of the child alone."""

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from fp_core.excel.safety import FileRefused
from fp_core.plugins import Host
from tests.workbooks import couple, read, respoiled, with_xml

Spoil = Callable[[Path], Path]


def _same(_name: str, part: bytes) -> bytes:
    return part


def _into(pattern: bytes, new: bytes) -> Callable[[str, bytes], bytes]:
    return lambda name, part: re.sub(pattern, new, part, count=1) if name == "xl/worksheets/sheet1.xml" else part


def _cut(path: Path) -> Path:
    path.write_bytes(path.read_bytes()[:-2000])
    return path


def _written(content: bytes) -> Spoil:
    def write(path: Path) -> Path:
        path.write_bytes(content)
        return path

    return write


def _encrypted(path: Path) -> Path:
    """The flag that says: this part needs a password."""
    content = bytearray(path.read_bytes())
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    path.write_bytes(bytes(content))
    return path


def _huge(path: Path) -> Path:
    with path.open("wb") as file:
        file.truncate(21 * 2**20)
    return path


HOSTILE: dict[str, tuple[Spoil, str]] = {
    "far cell": (
        lambda p: respoiled(p, with_xml(b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
        "表格范围过大",
    ),
    "far column": (lambda p: respoiled(p, with_xml(b"<row r='9'><c r='GS9'><v>1</v></c></row>")), "表格范围过大"),
    "far column in small letters": (
        lambda p: respoiled(p, with_xml(b'<row r="9"><c r="xfd9"><v>1</v></c></row>')),
        "表格范围过大",
    ),
    "far column after a tab": (
        lambda p: respoiled(p, with_xml(b'<row r="9"><c s="1"\tr="XFD9"><v>1</v></c></row>')),
        "表格范围过大",
    ),
    "far column after a blank": (
        lambda p: respoiled(p, with_xml(b'<row r="9"><c r = "XFD9"><v>1</v></c></row>')),
        "表格范围过大",
    ),
    "far row": (lambda p: respoiled(p, with_xml(b'<row r="100002"/>')), "表格范围过大"),
    "bomb in a part": (lambda p: respoiled(p, _same, xl__media__a=b"\0" * 2**26), "疑似压缩炸弹"),
    "bomb in the sheet": (lambda p: respoiled(p, with_xml(b" " * 2**26)), "疑似压缩炸弹"),
    "macros": (lambda p: respoiled(p, _same, **{"xl__vbaProject.bin": b"x"}), "文件含有宏（xl/vbaProject.bin）"),
    "links": (lambda p: respoiled(p, _same, **{"xl__externalLinks__1.xml": b"<a/>"}), "指向其他文件的链接"),
    "entities": (
        lambda p: respoiled(p, _into(rb"\?>", b'?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>')),
        "含有实体声明",
    ),
    "many parts": (lambda p: respoiled(p, _same, **{f"{n}.xml": b"" for n in range(200)}), "上限 200"),
    "name that leads out": (lambda p: respoiled(p, _same, **{"..__a.xml": b""}), "不是有效的 Excel 工作簿"),
    "cut off": (_cut, "不是有效的 Excel 工作簿"),
    "encrypted part": (_encrypted, "不是有效的 Excel 工作簿"),
    "text": (_written(b"name,number\n"), "不是有效的 Excel 工作簿"),
    "zip head only": (_written(b"PK\x03\x04 and nothing"), "不是有效的 Excel 工作簿"),
    "empty": (_written(b""), "不是有效的 Excel 工作簿"),
    "old office": (_written(b"\xd0\xcf\x11\xe0" + b"x" * 600), "文件已加密或为旧版 .xls 格式"),
    "too big": (_huge, "文件为 21.0 MiB，上限 20 MiB"),
}


@pytest.mark.parametrize(("spoil", "reason"), HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_file_is_refused_before_it_is_parsed(host: Host, tmp_path: Path, spoil: Spoil, reason: str) -> None:
    path = spoil(couple(tmp_path / "form.xlsx", host))

    with pytest.raises(FileRefused, match=re.escape(reason)):
        read(path, host)


def test_workbook_that_kills_the_child_kills_nothing_else(host: Host, tmp_path: Path) -> None:
    # Two cells inside the limits, so far apart that the table between them does not fit into the child's memory.
    path = respoiled(
        couple(tmp_path / "form.xlsx", host), with_xml(b'<row r="100001"><c r="GR100001"><v>1</v></c></row>')
    )

    with pytest.raises(FileRefused, match="读取该文件超出内存或时间上限，已停止，未导入任何数据"):
        read(path, host)


def test_sheet_that_is_no_xml_is_refused(host: Host, tmp_path: Path) -> None:
    path = respoiled(couple(tmp_path / "form.xlsx", host), _into(rb"</sheetData>[\s\S]*", b"<broken"))

    with pytest.raises(FileRefused, match="工作簿内容无法解析"):
        read(path, host)


def test_workbook_of_another_kind_is_refused_by_what_it_lacks(host: Host, tmp_path: Path) -> None:
    path = respoiled(couple(tmp_path / "form.xlsx", host), lambda _name, part: part.replace(b"_meta", b"_mete"))

    with pytest.raises(FileRefused, match="工作簿缺少工作表 _meta，请使用系统下载的模板"):
        read(path, host)


def test_zip_with_a_part_twice_is_refused(host: Host, tmp_path: Path) -> None:
    path = couple(tmp_path / "form.xlsx", host)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/Workbook.xml", b"<other/>")

    with pytest.raises(FileRefused, match="不是有效的 Excel 工作簿"):
        read(path, host)
