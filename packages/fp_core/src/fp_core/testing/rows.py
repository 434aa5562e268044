"""Random rows in the database, and the same rows loaded whole, as a rule over one record sees them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import func, insert, select, tuple_
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core.indicators import indicators
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.registry import Registry
from fp_core.rules import Record
from fp_core.testing.invented import Inventor

Key = tuple[Any, ...]
Rows = dict[type[SQLModel], list[dict[str, Any]]]

MOST_MEMBERS = 6


def random_household_years(
    registry: Registry, *, villages: Sequence[str], count: int = 100, seed: int = 0, year: int = 2017
) -> list[Key]:
    """Write random households with members, and rows of plugins beside them; their keys (household_code, year)."""
    invent = Inventor(registry.host, seed, year)
    rows: Rows = defaultdict(list)
    with registry.system_session() as session:
        first = _count(session, Household) + 1
        for number in range(first, first + count):
            _add_household(invent, rows, villages[number % len(villages)], number)
        _add_extensions(registry, invent, rows)
        _write(session, rows)
    return keys_of(HouseholdYear, rows[HouseholdYear])


def random_rows(
    registry: Registry,
    model: type[SQLModel],
    *,
    villages: Sequence[str],
    count: int = 100,
    seed: int = 0,
    year: int = 2017,
) -> list[Key]:
    """Write random rows of one model, and rows of plugins beside them; their keys. Their regions are the villages."""
    invent = Inventor(registry.host, seed, year)
    rows: Rows = defaultdict(list)
    with registry.system_session() as session:
        first = _count(session, model) + 1
        for number in range(first, first + count):
            invent.next_luck()
            village = villages[number % len(villages)]
            regions = dict.fromkeys(model.__scope__.columns, village)  # type: ignore[attr-defined]
            rows[model].append(invent.row(model, **regions, **_new_key(model, regions, village, number, year)))
        _add_extensions(registry, invent, rows)
        _write(session, rows)
    return keys_of(model, rows[model])


def load_records(registry: Registry, model: type[SQLModel], keys: Sequence[Key]) -> Iterator[tuple[Key, Record]]:
    """Each of these rows whole: itself, its members, and the rows plugins keep beside it."""
    names = key_names(model)
    with registry.system_session() as session:
        beside = {e.name: _by_key(session, e.model, names, keys) for e in registry.host.extensions if e.of is model}
        members = _members(session, keys) if model is HouseholdYear else {}
        for key, row in _by_key(session, model, names, keys).items():
            extensions = {name: rows.get(key) for name, rows in beside.items()}
            yield key, Record(row, tuple(members.get(key, ())), extensions)


def key_names(model: type[SQLModel]) -> list[str]:
    """The names of the columns of a model's key."""
    return [c.key for c in model.__table__.primary_key]  # type: ignore[attr-defined]


def keys_of(model: type[SQLModel], rows: Iterable[dict[str, Any]]) -> list[Key]:
    return [tuple(row[name] for name in key_names(model)) for row in rows]


def among(model: type[SQLModel], keys: Sequence[Key]) -> Any:
    """The condition of being one of these rows."""
    return tuple_(*(getattr(model, name) for name in key_names(model))).in_(keys)


def _add_household(invent: Inventor, rows: Rows, village: str, number: int) -> None:
    invent.next_luck()
    known = {"household_code": f"{village}{number:04d}", "village_code": village, "year": invent.year}
    rows[Household].append(invent.row(Household, **known, version=0))
    rows[HouseholdYear].append(invent.row(HouseholdYear, **known))
    for member_no in range(1, invent.random.randint(0, MOST_MEMBERS) + 1):
        rows[Member].append(invent.row(Member, **known, member_no=member_no))
        rows[MemberYear].append(invent.row(MemberYear, **known, member_no=member_no))


def _add_extensions(registry: Registry, invent: Inventor, rows: Rows) -> None:
    """For four of five rows the row that a plugin keeps beside it."""
    for extension in registry.host.extensions:
        shared = set(key_names(extension.of)) | set(extension.model.__scope__.columns)  # type: ignore[attr-defined]
        for row in list(rows[extension.of]):
            if invent.random.random() < 0.8:
                known = {name: row[name] for name in shared if name in row}
                rows[extension.model].append(invent.row(extension.model, **known))


def _new_key(model: type[SQLModel], regions: dict[str, str], village: str, number: int, year: int) -> dict[str, Any]:
    """Values for the columns of a key, different for each number; a column that is a region is one already."""
    key: dict[str, Any] = {}
    for name in key_names(model):
        if name not in regions:
            meaning = indicators(model)[name]
            text = f"{village}{number:04d}"[-(meaning.max_length or 16) :]
            key[name] = year if name == "year" else number if meaning.type is int else text
    return key


def _write(session: Session, rows: Rows) -> None:
    for model, given in rows.items():
        if given:
            session.execute(insert(model.__table__), given)  # type: ignore[attr-defined]
    session.commit()


def _count(session: Session, model: type[SQLModel]) -> int:
    return session.scalars(select(func.count()).select_from(model)).one()


def _by_key(session: Session, model: type[SQLModel], names: list[str], keys: Sequence[Key]) -> dict[Key, Any]:
    rows = session.scalars(select(model).where(among(model, keys)))
    return {tuple(getattr(row, name) for name in names): row for row in rows}


def _members(session: Session, keys: Sequence[Key]) -> dict[Key, list[tuple[MemberYear, Member]]]:
    found: dict[Key, list[tuple[MemberYear, Member]]] = defaultdict(list)
    person = (Member.household_code == MemberYear.household_code) & (Member.member_no == MemberYear.member_no)
    mine = tuple_(MemberYear.household_code, MemberYear.year).in_(keys)
    rows = select(MemberYear, Member).join(Member, person).where(mine).order_by(MemberYear.member_no)
    for annual, member in session.execute(rows):
        found[annual.household_code, annual.year].append((annual, member))
    return found
