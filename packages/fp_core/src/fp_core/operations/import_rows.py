"""The tables of a form as rows of the register: codes given, numbers sealed, sums computed, all of it column by column."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, select
from sqlmodel import SQLModel

from fp_core import identity, regions
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.excel.reading import Content, Progress
from fp_core.forms import Field, Sheet
from fp_core.indicators import indicators
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import TRANSFERS, refuse
from fp_core.operations.identify import MOST_HOUSEHOLDS
from fp_core.operations.import_copy import Columns, copy_in

Values = dict[str, Any]


@dataclass(frozen=True)
class Places:
    """Where the rows of a form go: each household's code, and for each person the household, by its place, and a number."""

    codes: Sequence[str]
    homes: Sequence[int]
    member_numbers: Sequence[int]


def write_households(
    session: ScopedSession,
    content: Content,
    county_code: str,
    index_by_number: Mapping[str, str],
    *,
    key: str,
    progress: Progress | None,
) -> tuple[str, ...]:
    """Insert all households with members, and the event that registered each. Returns the villages touched."""
    content = _in_order_of_codes(content)
    writer = _Writer(session, content, county_code, progress)
    places = _places(session, content, county_code)
    writer.households(places)
    writer.members(places, index_by_number)
    writer.events(places, key)
    return tuple(sorted(set(content.tables["household"]["village_code"])))


def _in_order_of_codes(content: Content) -> Content:
    """The same rows, village by village and household by household: an index that grows at its end grows fastest."""
    household, person = content.tables["household"], content.tables["person"]
    homes = sorted(range(len(household)), key=household["village_code"].__getitem__)
    rank = {household["serial"][home]: place for place, home in enumerate(homes)}
    ranks = [rank[serial] for serial in person["serial"]]
    tables = {
        "household": household.in_order(homes),
        "person": person.in_order(sorted(range(len(ranks)), key=ranks.__getitem__)),
    }
    return replace(content, tables=tables)


class _Writer:
    """Writes the tables of a form, each with one statement."""

    def __init__(self, session: ScopedSession, content: Content, county_code: str, progress: Progress | None) -> None:
        self.session, self.content, self.progress = session, content, progress
        self.household, self.person = content.tables["household"], content.tables["person"]
        self._by_sheet = {sheet.name: self._by_model(sheet, county_code) for sheet in content.form.sheets}

    def households(self, places: Places) -> None:
        """Households of the register, poor until an event says otherwise, and what plugins keep beside their year."""
        given, year = self._by_sheet["household"], {"year": self.content.year}
        identified = [int(day[:4]) for day in self.household["identified_on"]]
        own = {"household_code": places.codes, "identified_year": identified}
        self._write(Household, {**given.pop(Household), **own}, version=1, origin="REGISTERED_2014")
        key = {"household_code": places.codes, "village_code": self.household["village_code"]}
        annual = {**given.pop(HouseholdYear), **key}
        annual |= _computed(annual, _heads(self.person["relation_to_head"], self.person["name"], places))
        self._write(HouseholdYear, annual, **year, exit_status="NOT_EXITED")
        for model, columns in given.items():
            filled = [
                place
                for place, row in enumerate(zip(*columns.values(), strict=True))
                if any(v is not None for v in row)
            ]
            self._write(model, {name: [held[at] for at in filled] for name, held in {**columns, **key}.items()}, **year)

    def members(self, places: Places, index_by_number: Mapping[str, str]) -> None:
        """The persons of the households, their numbers sealed."""
        given = self._by_sheet["person"]
        codes = [places.codes[home] for home in places.homes]
        key = {
            "household_code": codes,
            "member_no": places.member_numbers,
            "village_code": [code[:12] for code in codes],
        }
        rows = [f"{code}:{number}" for code, number in zip(codes, places.member_numbers, strict=True)]
        own = {
            **given[Member],
            **key,
            **self._sealed(rows),
            "id_index": list(map(index_by_number.get, self.person["id_number"])),
        }
        self._write(Member, own, add_reason="INITIAL")
        self._write(MemberYear, {**given[MemberYear], **key}, year=self.content.year, member_status="VALID")

    def events(self, places: Places, key: str) -> None:
        """Each household's first event. What was first entered is what later events, read backwards, lead to."""
        sizes = Counter(places.homes)
        self._write(
            Event,
            {
                "subject_code": places.codes,
                "region_code": self.household["village_code"],
                "persons": [sizes[home] for home in range(len(places.codes))],
            },
            subject_type="household",
            event_no=1,
            event_type="REGISTERED",
            year=self.content.year,
            was_poor=False,
            operator=self.session.actor.name,
            happened_at=datetime.now(UTC),
            idempotency_key=key,
        )

    def _sealed(self, rows: Sequence[str]) -> Values:
        """The columns that stand for the numbers; birth date and sex are what the numbers say."""
        numbers, cards, seal = self.person["id_number"], self.person["disability_card"], self.session.keys.encrypt
        born, typed_sex = self.person["birth_date"], self.person["sex"]
        return {
            "id_number_cipher": (number and seal(number, row) for number, row in zip(numbers, rows, strict=True)),
            "id_number_masked": (number and identity.mask(number) for number in numbers),
            "sex": [identity.sex(n) if n else typed for n, typed in zip(numbers, typed_sex, strict=True)],
            "birth_date": [identity.birth_date(n).isoformat() if n else t for n, t in zip(numbers, born, strict=True)],
            "disability_card_cipher": [card and seal(card, row) for card, row in zip(cards, rows, strict=True)],
            "disability_card_masked": [card and identity.mask(card) for card in cards],
        }

    def _write(self, model: type[SQLModel], columns: Columns, **constants: Any) -> None:
        same = {name: value for name, value in {**_defaults(model), **constants}.items() if name not in columns}
        count, title = len(columns["subject_code" if model is Event else "household_code"]), str(model.__tablename__)

        def told(written: int) -> None:
            if self.progress is not None:
                self.progress(title, written, count)

        if count:
            copy_in(self.session, model, columns, same, count, told)

    def _by_model(self, sheet: Sheet, county_code: str) -> dict[type[SQLModel], Values]:
        """The columns of a sheet by model and field. Sealed numbers are left out: they are never stored as typed."""
        table, found = self.content.tables[sheet.name], defaultdict[type[SQLModel], Values](dict)
        fields: tuple[Field, ...] = self.content.form.fields(sheet, self.session.host, self.content.year, county_code)
        for one in fields:
            if one.model is not None and not one.is_sealed:
                found[one.model][one.indicator.name] = table[one.name]
        return found


def _heads(relations: Sequence[str], names: Sequence[str], places: Places) -> tuple[Sequence[int], Sequence[str]]:
    """How many members each household has, and the name of its head."""
    sizes = Counter(places.homes)
    head = {home: name for home, name, kind in zip(places.homes, names, relations, strict=True) if kind == "HEAD"}
    every = range(len(places.codes))
    return [sizes[home] for home in every], [head[home] for home in every]


def _computed(annual: Columns, members: tuple[Sequence[int], Sequence[str]]) -> dict[str, Sequence[Any]]:
    """What is never typed, as `recount` computes it: members, head, sums of income; money in whole 分."""
    sizes, heads = members
    transfer = _sums(annual, *TRANSFERS)
    earned = _sums(annual, "wage_income", "business_income", "property_income")
    gross = list(map(int.__add__, transfer, earned))
    net = list(map(int.__sub__, gross, _sums(annual, "business_expense")))
    return {
        "member_count": sizes,
        "head_name": heads,
        "transfer_income": transfer,
        "gross_income": gross,
        "net_income": net,
        "net_income_per_capita": list(map(_per_head, net, sizes)),
    }


def _sums(columns: Columns, *names: str) -> list[int]:
    return [sum(filter(None, row)) for row in zip(*(columns[name] for name in names), strict=True)]


def _per_head(amount: int, persons: int) -> int:
    """Half away from zero, as everywhere."""
    if not persons:
        return 0
    whole = (2 * abs(amount) + persons) // (2 * persons)
    return whole if amount >= 0 else -whole


def _defaults(model: type[SQLModel]) -> Values:
    """The fields of a table that have a default."""
    fields = model.model_fields
    return {name: fields[name].get_default() for name in indicators(model) if not fields[name].is_required()}


def _places(session: ScopedSession, content: Content, county_code: str) -> Places:
    household, person = content.tables["household"], content.tables["person"]
    next_code = _codes(session, county_code)
    codes = [next_code(village) for village in household["village_code"]]
    home = {serial: place for place, serial in enumerate(household["serial"])}
    homes = [home[serial] for serial in person["serial"]]
    return Places(codes, homes, list(_counted(homes)))


def _counted(homes: Sequence[int]) -> Iterator[int]:
    """The number of each person in the household, in the order of the file."""
    given = Counter[int]()
    for home in homes:
        given[home] += 1
        yield given[home]


def _codes(session: ScopedSession, county_code: str) -> Callable[[str], str]:
    """Gives the next household code of a village. Codes go on after the last one ever given, wherever that household is now."""
    low, high = regions.span(county_code)
    village = func.substr(Household.household_code, 1, 12)
    given = (
        select(village, func.max(Household.household_code))
        .where(Household.household_code.between(low + "0000", high + "9999"))
        .group_by(village)
    )
    last = {code: int(highest[12:]) for code, highest in session.execute(given, execution_options=UNSCOPED)}

    def next_code(village_code: str) -> str:
        serial = last[village_code] = last.get(village_code, 0) + 1
        if serial > MOST_HOUSEHOLDS:
            raise refuse(
                "HH-CODE", f"{village_code} 的户编号已用完", f"village {village_code} has used all household codes"
            )
        return f"{village_code}{serial:04d}"

    return next_code
