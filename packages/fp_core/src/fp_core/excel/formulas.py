"""Cells that hold a formula: their shown value may be old or forged, so they are refused by name."""

import re
from collections.abc import Iterator
from pathlib import Path
from posixpath import join, normpath
from xml.etree import ElementTree
from zipfile import ZipFile

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FORMULA = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["'][^>]*>\s*<(?:\w+:)?f[\s>/]""")


def formula_cells(path: Path) -> dict[str, list[tuple[str, int]]]:
    """By title of the sheet: letters of the column and number of the row of each cell with a formula.

    Called after `check_file`, which has seen that the parts are small and declare no entities.
    """
    with ZipFile(path) as archive:
        return {title: list(_in_part(archive, part)) for title, part in _parts(archive)}


def _parts(archive: ZipFile) -> Iterator[tuple[str, str]]:
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    held = set(archive.namelist())
    for sheet in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if sheet.tag.endswith("}sheet"):
            part = normpath(join("/xl", targets.get(sheet.get(_RELATION), ""))).lstrip("/")
            if part in held:
                yield sheet.get("name", ""), part


def _in_part(archive: ZipFile, part: str) -> Iterator[tuple[str, int]]:
    text = archive.read(part)
    if text.count(b"<f") == text.count(b"<formula") and b":f" not in text:  # only rules of dropdowns, if any
        return
    for letters, row in _FORMULA.findall(text):
        yield letters.decode().upper(), int(row)
