"""What only the register knows of a workbook: which villages there are, and which numbers are taken. Two questions, in sets."""

from collections.abc import Iterator

from sqlalchemy import select

from fp_core import regions
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.excel.reading import Content, columns_of, located
from fp_core.excel.rows import CellError, Finding
from fp_core.models.member import Member
from fp_core.models.regions import Region, in_force
from fp_core.operations.people import claim_numbers, holders

MOST_KEYS = 5000
"""How many numbers one statement asks for; SQLite takes 32,766 values, PostgreSQL 65,535."""


def register_errors(session: ScopedSession, content: Content, county_code: str) -> tuple[CellError, ...]:
    """Every cell that names an unknown village or a number that is registered already."""
    form = content.form
    columns = {s.name: columns_of(form, s, session.host, content.year, county_code) for s in form.sheets}
    found = [*_unknown_villages(session, content, county_code), *_taken_numbers(session, content)]
    return tuple(located(form, columns, one) for one in found)


def _unknown_villages(session: ScopedSession, content: Content, county_code: str) -> Iterator[Finding]:
    inside = Region.code.between(*regions.span(county_code))
    known = set(
        session.scalars(
            select(Region.code).where(inside, Region.level == regions.Level.VILLAGE, in_force(content.year))
        )
    )
    for row in content.rows["household"]:
        code = row["village_code"]
        if code is not None and code not in known:
            zh = f"{content.year} 年 {county_code} 没有村级代码 {code}，请核对行政区划代码"
            en = f"county {county_code} has no village {code} in {content.year}"
            yield Finding("household", row.number, "village_code", "HH-VILLAGE", zh, en)


def _taken_numbers(session: ScopedSession, content: Content) -> Iterator[Finding]:
    """ID-DUP over the whole register. Where the number stands is told only inside the operator's region."""
    held = {session.keys.index(row["id_number"][:18]): row for row in content.rows["person"] if row["id_number"]}
    claim_numbers(session, held)
    indexes = list(held)
    for start in range(0, len(indexes), MOST_KEYS):
        taken = holders().where(Member.id_index.in_(indexes[start : start + MOST_KEYS]))
        for household, village, _, index in session.execute(taken, execution_options=UNSCOPED):
            where = f"{household} 户" if session.actor.scope.contains(village) else "其他地区"
            zh, en = f"该证件号码已登记在{where}", "the number is already registered"
            yield Finding("person", held[index].number, "id_number", "ID-DUP", zh, en)
