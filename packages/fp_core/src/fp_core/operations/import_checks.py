"""What only the register knows of a workbook: which villages there are, and which numbers are taken. Two questions, in sets."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, String, any_, func, literal, select

from fp_core import regions
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.excel.reading import Content, sheets_of
from fp_core.excel.rows import CellError, Finding
from fp_core.models.member import Member
from fp_core.models.regions import Region, in_force
from fp_core.operations.people import claim_numbers, holders


def register_errors(
    session: ScopedSession, content: Content, county_code: str, index_by_number: Mapping[str, str]
) -> tuple[CellError, ...]:
    """Every cell that names an unknown village or a number that is registered already, by the blind index of each number."""
    sheets = sheets_of(content.form, session.host, content.year, county_code)
    found = [*_unknown_villages(session, content, county_code), *_taken_numbers(session, content, index_by_number)]
    return tuple(sheets[one.sheet].located(one) for one in found)


def _unknown_villages(session: ScopedSession, content: Content, county_code: str) -> Iterator[Finding]:
    inside = Region.code.between(*regions.span(county_code))
    villages = select(Region.code).where(inside, Region.level == regions.Level.VILLAGE, in_force(content.year))
    known = {None, *session.scalars(villages)}
    table = content.tables["household"]
    for number, code in zip(table.numbers, table["village_code"], strict=True):
        if code not in known:
            zh = f"{content.year} 年 {county_code} 没有村级代码 {code}，请核对行政区划代码"
            en = f"county {county_code} has no village {code} in {content.year}"
            yield Finding("household", number, "village_code", "HH-VILLAGE", zh, en)


def _taken_numbers(session: ScopedSession, content: Content, index_by_number: Mapping[str, str]) -> Iterator[Finding]:
    """ID-DUP over the whole register. Where the number stands is told only inside the operator's region."""
    table = content.tables["person"]
    rows = zip(table["id_number"], table.numbers, strict=True)
    held = {index_by_number[number]: row for number, row in rows if number is not None}
    claim_numbers(session, held)
    taken = holders().where(_is_one_of(session, Member.id_index, list(held)))
    for household, village, _, index in session.execute(taken, execution_options=UNSCOPED):
        where = f"{household} 户" if session.actor.scope.contains(village) else "其他地区"
        zh, en = f"该证件号码已登记在{where}", "the number is already registered"
        yield Finding("person", held[index], "id_number", "ID-DUP", zh, en)


def _is_one_of(session: ScopedSession, column: Any, texts: list[str]) -> ColumnElement[bool]:
    """Whether a column is one of any number of texts, which cross as one value."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(texts, ARRAY(String)))  # type: ignore[no-any-return]
    return column.in_(select(func.json_each(literal(json.dumps(texts))).table_valued("value").c.value))  # type: ignore[no-any-return]
