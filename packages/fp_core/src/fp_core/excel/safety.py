"""What a workbook must be before anything parses it: a small, honest zip of plain cells. Read as a stream, never unpacked."""

import re
import stat
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile, ZipInfo

from fp_core.errors import Problem

MOST_BYTES = 20 * 2**20
MOST_ENTRIES = 200
MOST_UNPACKED = 300 * 2**20
MOST_RATIO = 100
"""Honest workbooks shrink to about a tenth."""

LAST_ROW = 100_001
LAST_COLUMN = 200

_CHUNK = 2**18
_OVERLAP = 256
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
_BANNED = {
    "vbaproject": ("宏", "macros"),
    "macrosheets/": ("宏工作表", "macro sheets"),
    "externallinks/": ("指向其他文件的链接", "links to other files"),
    "activex/": ("控件", "controls"),
    "embeddings/": ("嵌入的文件", "embedded files"),
}
# A reference can be far only if it has six digits or a column beyond GR (200), so honest cells cost no match.
_FAR = re.compile(rb"""\sr\s*=\s*["']\s*(?:([A-Z]{3,}|[H-Z][A-Z]|G[S-Z])\d*|[A-Z]*(\d{6,}))""", re.IGNORECASE)
# As programs write it; beginning with a fixed text, it is found ten times as fast.
_FAR_PLAIN = re.compile(rb""" r="(?:([A-Za-z]{3,}|[H-Zh-z][A-Za-z]|[Gg][S-Zs-z])\d*|[A-Za-z]*(\d{6,}))""")
_BREAKS = (b"\tr", b"\nr", b"\rr")


class FileRefused(Problem):
    """The file is no workbook we read; nothing in it was looked at."""

    code = "FILE_REFUSED"


def check_file(path: Path) -> int:
    """How many bytes the file unpacks to.

    Refused is what is too big, no xlsx, packed to explode, carries macros or links, or has cells far outside a form.
    """
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise FileRefused(
            f"文件为 {size / 2**20:.1f} MiB，上限 {MOST_BYTES // 2**20} MiB，请按乡镇拆分后分别导入",
            f"the file has {size / 2**20:.1f} MiB, at most {MOST_BYTES // 2**20} are taken; split it by town",
        )
    _check_kind(path)
    try:
        with ZipFile(path) as archive:
            _check_entries(archive.infolist())
            return _check_content(archive, size)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, RuntimeError, ValueError) as error:
        raise _damaged() from error


def _check_kind(path: Path) -> None:
    with path.open("rb") as file:
        start = file.read(4)
    if start == _OLD_OFFICE:
        raise FileRefused(
            "文件已加密或为旧版 .xls 格式，请在 Excel 中取消密码并另存为 .xlsx",
            "the file has a password or is an old .xls; remove the password and save it as .xlsx",
        )
    if start != b"PK\x03\x04" or not zipfile.is_zipfile(path):
        raise _damaged()


def _check_entries(entries: list[ZipInfo]) -> None:
    if len(entries) > MOST_ENTRIES:
        raise FileRefused(
            f"文件内含 {len(entries)} 个部件，上限 {MOST_ENTRIES}，请把数据粘贴到新下载的模板中",
            f"the file has {len(entries)} parts, at most {MOST_ENTRIES} are taken; paste the data into a fresh template",
        )
    names = [entry.filename for entry in entries]
    if len({name.lower() for name in names}) < len(names) or any(map(_is_odd, entries)):
        raise _damaged()
    for name in names:
        for part, (zh, en) in _BANNED.items():
            if part in name.lower():
                raise FileRefused(
                    f"文件含有{zh}（{name}），不予读取，请把数据以“值”粘贴到新下载的模板中",
                    f"the file has {en} ({name}) and is not read; paste the data as values into a fresh template",
                )


def _is_odd(entry: ZipInfo) -> bool:
    """Encrypted, a link, or a name that leads elsewhere: Excel writes none of these."""
    name = entry.filename
    linked = stat.S_ISLNK(entry.external_attr >> 16)
    return bool(entry.flag_bits & 1) or linked or name.startswith(("/", "\\")) or ".." in name or ":" in name


def _check_content(archive: ZipFile, size: int) -> int:
    """Count what really comes out, and look at it while it passes."""
    unpacked = 0
    for entry in archive.infolist():
        tail = b""
        for chunk in _chunks(archive, entry):
            unpacked += len(chunk)
            if unpacked > min(MOST_UNPACKED, MOST_RATIO * size):
                raise FileRefused(
                    "文件解压后异常庞大，疑似压缩炸弹，不予读取；请把数据粘贴到新下载的模板中",
                    "the file unpacks to far more than it is, like a zip bomb, and is not read; paste the data into a fresh template",
                )
            _look(tail + chunk, entry.filename)
            tail = chunk[-_OVERLAP:]
    return unpacked


def _chunks(archive: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    with archive.open(entry) as content:
        while chunk := content.read(_CHUNK):
            yield chunk


def _look(text: bytes, name: str) -> None:
    if b"\0" in text and name.endswith((".xml", ".rels")):
        raise _damaged()  # UTF-16 would hide what is looked for; Excel writes UTF-8
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise FileRefused(
            f"文件部件 {name} 含有实体声明，不予读取，请把数据粘贴到新下载的模板中",
            f"part {name} of the file declares entities and is not read; paste the data into a fresh template",
        )
    plainly_written = text.count(b" r") == text.count(b' r="') and not any(mark in text for mark in _BREAKS)
    for column, row in (_FAR_PLAIN if plainly_written else _FAR).findall(text):
        if column or int(row) > LAST_ROW:
            raise FileRefused(
                f"表格范围过大：最多 {LAST_ROW} 行、{LAST_COLUMN} 列；请删除数据以外的行列或使用新下载的模板",
                f"cells lie beyond row {LAST_ROW} or column {LAST_COLUMN}; delete what is outside the data, or take a fresh template",
            )


def _damaged() -> FileRefused:
    return FileRefused(
        "文件不是有效的 Excel 工作簿（.xlsx）或已损坏，请用新下载的模板填写",
        "the file is no valid Excel workbook (.xlsx) or is damaged; fill in a fresh template",
    )
