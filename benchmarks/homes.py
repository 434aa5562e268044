"""A delivery of household forms: invented families as a filled workbook, and the same as tuples."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from fp_core.demo.circumstances import Draw, Kind, household, person
from fp_core.demo.people import families
from fp_core.excel.reading import sheets_of
from fp_core.excel.template import write_template
from fp_core.forms import form_of
from fp_core.plugins import Host

YEAR = 2016
SEED = 1
Tuples = Mapping[str, tuple[Sequence[str], Sequence[Sequence[Any]]]]
"""By sheet: the names of the columns, and rows in that order."""


@dataclass(frozen=True)
class Delivery:
    """What a county delivers, and how many households and persons that is."""

    county: str
    file: Path
    tuples: Tuples
    rows: int


def invent(host: Host, county: str, villages: Sequence[str], households: int, file: Path) -> Delivery:
    """Write the workbook, and keep its rows."""
    form, rows = form_of(host, "FH"), _rows(county, villages, households)
    write_template(file, form, host, year=YEAR, region=county, rows=rows)
    sheets = sheets_of(form, host, YEAR, county)
    tuples = {name: _tuples([column.name for column in sheets[name].columns], rows[name]) for name in rows}
    return Delivery(county, file, tuples, sum(map(len, rows.values())))


def _rows(county: str, villages: Sequence[str], households: int) -> dict[str, list[dict[str, Any]]]:
    draw = Draw(Random(SEED))
    rows: dict[str, list[dict[str, Any]]] = {"household": [], "person": []}
    for serial, family in enumerate(families(SEED, households, county), start=1):
        kind = Kind.of(draw, family)
        couple = any(member.relation_to_head == "SPOUSE" for member in family.members)
        same = {"serial": serial, "has_mother_at_home": couple}  # the second is for the household's row alone
        members = [{**same, **person(draw, member, kind, YEAR)} for member in family.members]
        place = {"serial": serial, "village_code": villages[serial % len(villages)]}
        rows["household"].append({**place, **household(draw, members, kind, YEAR), "collector_name": "王建国"})
        rows["person"] += members
    return rows


def _tuples(names: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> tuple[Sequence[str], Sequence[Sequence[Any]]]:
    return names, [tuple(row.get(name) for name in names) for row in rows]
