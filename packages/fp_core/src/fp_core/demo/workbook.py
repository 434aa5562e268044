"""A county's filled household forms for demonstrations: invented families in real villages, with mistakes where asked for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from fp_core.demo import names
from fp_core.demo.circumstances import Draw, Kind, Values, household, person
from fp_core.demo.mistakes import HOUSEHOLD, PERSON, Planted, plant
from fp_core.demo.people import Family, families
from fp_core.excel.template import write_template
from fp_core.forms import form_of
from fp_core.plugins import Host


@dataclass(frozen=True)
class Written:
    """What a demonstration workbook holds, and every cell that was made wrong in it."""

    households: int
    persons: int
    planted: tuple[Planted, ...]


def write_demo_workbook(
    path: Path,
    host: Host,
    *,
    county_code: str,
    villages: Sequence[str],
    year: int,
    households: int,
    seed: int,
    bad_share: float = 0.0,
) -> Written:
    """Write a filled household form. The same seed gives the same families and the same mistakes."""
    rng = Random(f"{seed}:{county_code}:workbook")
    rows: dict[str, list[Values]] = {HOUSEHOLD: [], PERSON: []}
    for serial, family in enumerate(families(seed, households, county_code), start=1):
        members = list(_members(Draw(rng), family, year, serial, rows[HOUSEHOLD], villages))
        rows[PERSON] += members
    planted = plant(rows, bad_share, rng, county_code)
    write_template(path, form_of(host, "FH"), host, year=year, region=county_code, rows=rows)
    return Written(len(rows[HOUSEHOLD]), len(rows[PERSON]), planted)


def _members(
    draw: Draw, family: Family, year: int, serial: int, households: list[Values], villages: Sequence[str]
) -> Iterator[Values]:
    """The rows of a family's members; its own row is added to `households`."""
    kind = Kind.of(draw, family)
    couple = any(member.relation_to_head == "SPOUSE" for member in family.members)
    members = [
        {"serial": serial, "has_mother_at_home": couple, **person(draw, member, kind, year)}
        for member in family.members
    ]
    place = {"serial": serial, "village_code": villages[int(len(villages) * draw.rng.random() ** 1.5)]}
    collector = names.surname(draw.rng, "HAN") + names.given_name(draw.rng, "", "MALE", 1985)
    households.append({**place, **household(draw, members, kind, year), "collector_name": collector})
    yield from members
