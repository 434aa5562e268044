"""A small register for reading: rows behind every type of the schema, in two provinces, with every nasty value there is.

Written straight into the tables: much of it no command would enter, and all of it a database can hold.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from fp_core.graphql.joint import Joint, join
from fp_core.graphql.sources import SourceColumn
from fp_core.models.county import County, CountyYear
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.natural_village import NaturalVillage, NaturalVillageYear
from fp_core.models.regions import Region
from fp_core.models.village import Village, VillageYear
from fp_core.models.years import DataYear
from fp_core.plugins import Host
from fp_core.regions import level_of, parent_of
from fp_core.registry import Registry
from fp_funds.models import FundEntry
from fp_projects.models import Project, ProjectBeneficiary, ProjectProgress
from tests import places
from tests.places import BIJIE, DINGFU, DUAN, GUANGXI, GUIZHOU, JINBI, LONGCHANG, NATION, QIANXI, SANLIAN, ZHONGZHAI
from tests.ways.curios import Curio
from tests.ways.values import YEARS, Inventor

Row = dict[str, Any]
Rows = Mapping[type[SQLModel], Sequence[Row]]

OPERATORS = (NATION, GUIZHOU, GUANGXI, BIJIE, QIANXI, DUAN, JINBI, ZHONGZHAI, DINGFU)
"""One operator of every level, by region, in both provinces."""

REGISTERED = (ZHONGZHAI, LONGCHANG, DINGFU, SANLIAN)
"""The villages that are types themselves; the others have households only."""

_RENAMED = {QIANXI: '黔西"市\\', JINBI: "金碧:镇,100%", ZHONGZHAI: "中寨\u2028村😀"}
_ENDED = {"520100000000": 2018, "520522103000": 2**31 - 1}
_EMPTY = ("330000000000", "520100000000", "520522103000")
_ODD = ('5205%:,"', "\\é😀\u2028", "a:b", "%25", "\x01\x1f", " ")


@dataclass(frozen=True)
class Data:
    """The rows, and what a query needs to hit them."""

    joint: Joint
    rows: Rows

    def values(self, column: SourceColumn) -> list[Any]:
        """What a column of a type holds, without nulls."""
        return [row[column.name] for row in self.rows[column.model] if row[column.name] is not None]

    def regions(self) -> list[str]:
        """The code of every division."""
        return sorted({row["code"] for row in self.rows[Region]})


def make(host: Host) -> Data:
    """The same rows for every database."""
    made: dict[type[SQLModel], list[Row]] = defaultdict(list)
    invent = Inventor(host.codes, "ways")
    for part in (_divisions, _counties, _villages, _households, _people, _projects, _funds, _events, _curios):
        for model, row in part(invent, made):
            made[model].append(row)
    for extension in host.extensions:
        made[extension.model] += _beside(invent, extension, made[extension.of])
    return Data(join(host), made)


def write(registry: Registry, data: Data) -> None:
    """Write the rows into a database that has all tables and the divisions of tests/places.py."""
    Curio.__table__.create(registry.engine)  # type: ignore[attr-defined]
    ordered = [*SQLModel.metadata.sorted_tables, Curio.__table__]  # type: ignore[attr-defined]
    with registry.system_session() as session:
        for model in sorted(data.rows, key=lambda m: ordered.index(m.__table__)):  # type: ignore[attr-defined]
            known = set(places.NAMES) if model is Region else ()
            own = {column.key for column in model.__table__.columns}  # type: ignore[attr-defined]
            rows = [row for row in data.rows[model] if not (row.get("code") in known and row["valid_from"] == 2016)]
            session.execute(insert(model), [{k: v for k, v in row.items() if k in own} for row in rows])
        session.commit()


_Part = Iterator[tuple[type[SQLModel], Row]]
_Made = Mapping[type[SQLModel], list[Row]]


def _divisions(invent: Inventor, made: _Made) -> _Part:
    named = [(code, 2016, name) for code, name in places.NAMES.items()]
    named += [(code, 2018, name) for code, name in _RENAMED.items()] + [(code, 2016, '空"') for code in _EMPTY]
    for code, since, name in named:
        facts = {"level": str(level_of(code)), "parent_code": parent_of(code)}
        yield Region, {"code": code, "valid_from": since, "name": name, "valid_to": _ENDED.get(code), **facts}


def _counties(invent: Inventor, made: _Made) -> _Part:
    for county in (QIANXI, DUAN):
        yield County, invent.row(County, county_code=county)
        for year in YEARS:
            yield CountyYear, invent.row(CountyYear, county_code=county, year=year)
            yield DataYear, invent.row(DataYear, county_code=county, year=year)


def _villages(invent: Inventor, made: _Made) -> _Part:
    for village in REGISTERED:
        yield Village, invent.row(Village, village_code=village)
        for year in YEARS[:3]:
            yield VillageYear, invent.row(VillageYear, village_code=village, year=year)
        for natural in (f"{village}001", f"{village}002", '%:,"\\é'):
            key = {"village_code": village, "natural_code": natural}
            yield NaturalVillage, invent.row(NaturalVillage, **key)
            for year in YEARS[2:]:
                yield NaturalVillageYear, invent.row(NaturalVillageYear, **key, year=year)


def _households(invent: Inventor, made: _Made) -> _Part:
    for number in range(30):
        village = places.VILLAGES[number % 6]
        code = _ODD[number] if number < len(_ODD) else f"{village}{number:04}"
        yield Household, invent.row(Household, household_code=code, village_code=village)
        for year in YEARS[number % 5 :]:
            where = village if invent.random.random() < 0.9 else invent.random.choice(places.VILLAGES)
            yield HouseholdYear, invent.row(HouseholdYear, household_code=code, village_code=where, year=year)


def _people(invent: Inventor, made: _Made) -> _Part:
    years: dict[str, list[Row]] = defaultdict(list)
    for row in made[HouseholdYear]:
        years[row["household_code"]].append(row)
    for number, household in enumerate(made[Household]):
        for member_no in range(1, number % 4 + 1):
            key = {"household_code": household["household_code"], "member_no": member_no}
            yield Member, invent.row(Member, **key, village_code=household["village_code"])
            for row in years[household["household_code"]][member_no - 1 :]:
                same = {"year": row["year"], "village_code": row["village_code"]}
                yield MemberYear, invent.row(MemberYear, **key, **same)


def _projects(invent: Inventor, made: _Made) -> _Part:
    sites = (JINBI, QIANXI, ZHONGZHAI, LONGCHANG, DUAN, DINGFU)
    for number in range(14):
        code = _ODD[number] if number < 4 else f"2016{number:08}"
        region = sites[number % 6]
        county = f"{region[:6]}000000"
        yield Project, invent.row(Project, project_code=code, region_code=region, county_code=county)
        for line in range(number % 4):
            key = {"project_code": code, "progress_no": line}
            yield ProjectProgress, invent.row(ProjectProgress, **key, region_code=region)
        chosen = {row["household_code"]: row for row in invent.random.sample(made[HouseholdYear], number % 6)}
        for row in chosen.values():
            shared = {name: row[name] for name in ("household_code", "village_code", "year")}
            yield ProjectBeneficiary, invent.row(ProjectBeneficiary, project_code=code, **shared)


def _funds(invent: Inventor, made: _Made) -> _Part:
    regions = (GUIZHOU, BIJIE, QIANXI, JINBI, GUANGXI, DUAN, NATION)
    codes: list[str] = []
    for number in range(40):
        code = _ODD[number] if number < len(_ODD) else f"{regions[number % 7]}-{2014 + number % 5}-{number}"
        links = {
            "refers_to": invent.random.choice([None, "dangling", *codes]),
            "reverses": invent.random.choice([None, None, None, *codes]),
            "project_code": invent.random.choice([None, *(row["project_code"] for row in made[Project])]),
            "counterpart_code": invent.random.choice((None, *regions)),
        }
        year = 2014 + number % 5
        yield (
            FundEntry,
            invent.row(FundEntry, entry_code=code, region_code=regions[number % 7], fund_year=year, **links),
        )
        codes.append(code)


def _events(invent: Inventor, made: _Made) -> _Part:
    subjects = [("household", row["household_code"], row["village_code"]) for row in made[Household]]
    subjects += [("fund_entry", row["entry_code"], row["region_code"]) for row in made[FundEntry][:6]]
    subjects += [('odd":%,', '😀"\\:%,\x01', DINGFU), ("village", LONGCHANG, LONGCHANG)]
    for number, (kind, code, region) in enumerate(subjects):
        for event_no in range(1, number % 5 + 1):
            key = {"subject_code": code, "subject_type": kind, "event_no": event_no}
            year = invent.random.choice((None, *YEARS))
            yield Event, invent.row(Event, **key, region_code=region, year=year)


def _curios(invent: Inventor, made: _Made) -> _Part:
    households = [None, *(row["household_code"] for row in made[Household])]
    seen: set[Any] = set()
    for number in range(40):
        key = {"curio_code": ("%:,", "b", "😀", "1", '"\\')[number % 5], "is_real": number % 3 == 0}
        like = {"like_code": invent.random.choice((None, "%:,", "b", "1", "none"))}
        row = invent.row(Curio, **key, **like, region_code=places.VILLAGES[number % 6])
        row["household_code"] = invent.random.choice(households)
        if (same := (row["curio_code"], row["made_on"], row["is_real"])) not in seen:
            seen.add(same)
            yield Curio, row


def _beside(invent: Inventor, extension: Any, rows: Sequence[Row]) -> list[Row]:
    """For four of five rows the row that a plugin keeps beside it; now and then one that lies elsewhere."""
    found = []
    for row in rows:
        if invent.random.random() < 0.8:
            scope = extension.model.__scope__.columns
            known = {name: row[name] for name in (*_key(extension.model), *scope)}
            if invent.random.random() < 0.1:
                known |= dict.fromkeys(scope, invent.random.choice(places.VILLAGES))
            found.append(invent.row(extension.model, **known))
    return found


def _key(model: type[SQLModel]) -> tuple[str, ...]:
    return tuple(column.key for column in model.__table__.primary_key)  # type: ignore[attr-defined]
