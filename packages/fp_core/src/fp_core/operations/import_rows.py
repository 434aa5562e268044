"""The rows of a workbook as rows of tables: codes given, numbers sealed, everything written in bulk."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import func, insert, select
from sqlmodel import SQLModel

from fp_core import identity, regions
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.excel.reading import Content
from fp_core.excel.rows import Row
from fp_core.forms import Field
from fp_core.indicators import indicators
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.households import refuse
from fp_core.operations.identify import MOST_HOUSEHOLDS

Values = dict[str, Any]
Written = dict[type[SQLModel], list[Values]]
"""Rows to be inserted, by model, in the order the models refer to each other."""

BULK = {"render_nulls": True}
"""One statement for all rows of a table, whichever cells are empty."""


def write_households(session: ScopedSession, content: Content, county_code: str, *, key: str) -> tuple[str, ...]:
    """Insert all households with members, and the event that registered each. Returns the villages touched."""
    writer = _Writer(session, content, county_code)
    members: dict[int, list[Row]] = defaultdict(list)
    for row in content.rows["person"]:
        members[row["serial"]].append(row)
    next_code = _codes(session, county_code)
    for row in content.rows["household"]:
        writer.household(next_code(row["village_code"]), row, members[row["serial"]], key)
    for model, rows in writer.rows.items():
        if rows:
            session.execute(insert(model), rows, execution_options=BULK)
    return tuple(sorted({row["village_code"] for row in content.rows["household"]}))


class _Writer:
    """Turns rows of the workbook into rows of tables."""

    def __init__(self, session: ScopedSession, content: Content, county_code: str) -> None:
        self.session, self.year, self.now = session, content.year, datetime.now(UTC)
        form, host = content.form, session.host
        self.fields = {s.name: form.fields(s, host, content.year, county_code) for s in form.sheets}
        self.rows: Written = {model: [] for model in (Household, HouseholdYear, Member, MemberYear, Event)}
        models = {one.model for fields in self.fields.values() for one in fields if one.model is not None}
        self._blank = {model: _defaults(model) for model in models}

    def household(self, code: str, row: Row, members: list[Row], key: str) -> None:
        """One household of the register, poor until an event says otherwise."""
        village = row["village_code"]
        year = {"household_code": code, "year": self.year, "village_code": village}
        given = _by_model(self.fields["household"], row)
        found = given.pop(Household)
        self._add(Household, found, household_code=code, version=1, origin="REGISTERED_2014",
                  identified_year=found["identified_on"].year)  # fmt: skip
        self._add(HouseholdYear, given.pop(HouseholdYear), **year, exit_status="NOT_EXITED")
        for number, member in enumerate(members, start=1):
            self._member(code, number, village, member)
        self.rows[Event].append(self._registered(code, village, len(members), key))
        for model, values in given.items():  # what plugins keep beside the household-year
            if any(value is not None for value in values.values()):
                self._add(model, values, **year)

    def _member(self, code: str, number: int, village: str, row: Row) -> None:
        given = _by_model(self.fields["person"], row)
        place = {"household_code": code, "member_no": number, "village_code": village}
        self._add(Member, given[Member], **place, add_reason="INITIAL", **self._sealed(code, number, row))
        self._add(MemberYear, given[MemberYear], **place, year=self.year, member_status="VALID")

    def _sealed(self, code: str, number: int, row: Row) -> Values:
        """The columns that stand for the numbers; birth date, sex and disability are what the numbers say."""
        keys, place = self.session.keys, f"{code}:{number}"
        values: Values = {}
        if held := row["id_number"]:
            values = {
                "id_number_cipher": keys.encrypt(held, place),
                "id_number_masked": identity.mask(held),
                "id_index": keys.index(held[:18]),
                "sex": identity.sex(held),
                "birth_date": identity.birth_date(held),
            }
        if card := row["disability_card"]:
            values["disability_card_cipher"] = keys.encrypt(card, place)
            values["disability_card_masked"] = identity.mask(card)
        return values

    def _registered(self, code: str, village: str, persons: int, key: str) -> Values:
        """The household's first event. What was first entered is what later events, read backwards, lead to."""
        return {
            "subject_code": code,
            "subject_type": "household",
            "event_no": 1,
            "event_type": "REGISTERED",
            "year": self.year,
            "region_code": village,
            "persons": persons,
            "was_poor": False,
            "operator": self.session.actor.name,
            "happened_at": self.now,
            "idempotency_key": key,
        }

    def _add(self, model: type[SQLModel], given: Mapping[str, Any], **more: Any) -> None:
        self.rows.setdefault(model, []).append({**self._blank[model], **given, **more})


def _by_model(fields: Iterable[Field], row: Row) -> dict[type[SQLModel], Values]:
    """The values of a row by model and field. Sealed numbers are left out: they are never stored as typed."""
    found: dict[type[SQLModel], Values] = {}
    for one in fields:
        if one.model is not None:
            values = found.setdefault(one.model, {})
            if not one.is_sealed:
                values[one.indicator.name] = row[one.name]
    return found


def _defaults(model: type[SQLModel]) -> Values:
    """Every column of a table with the default of its field, so that all rows have the same columns."""
    fields = model.model_fields
    return {name: None if fields[name].is_required() else fields[name].get_default() for name in indicators(model)}


def _codes(session: ScopedSession, county_code: str) -> Any:
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
