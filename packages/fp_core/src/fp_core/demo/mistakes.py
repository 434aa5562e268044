"""Mistakes as they are made in filled forms, planted on purpose: each breaks exactly one rule in exactly one cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from fp_core.identity import check_digit

Values = dict[str, Any]
HOUSEHOLD, PERSON = "household", "person"


@dataclass(frozen=True)
class Planted:
    """A cell made wrong: place of the row in its sheet counted from 0, column, and the rule that must find it."""

    sheet: str
    row: int
    column: str
    rule: str


@dataclass(frozen=True)
class _Mistake:
    """How one rule is broken: `spoil` gives the wrong value, `fits` says in which rows it breaks nothing else."""

    sheet: str
    column: str
    rule: str
    spoil: Callable[[Values], Any]
    fits: Callable[[Values], bool] = lambda row: True


def plant(rows: Mapping[str, Sequence[Values]], share: float, rng: Random, county_code: str) -> tuple[Planted, ...]:
    """Spoil this share of the rows, every kind of mistake in turn, no household twice."""
    wanted = round(share * sum(map(len, rows.values())))
    free = _shuffled(rows, rng)
    mistakes = _mistakes(county_code)
    found: list[Planted] = []
    touched: set[int] = set()
    while len(found) < wanted and any(free.values()):
        mistake = mistakes[len(found) % len(mistakes)]
        place = _take(free[mistake.sheet], rows[mistake.sheet], mistake, touched)
        if place is None:
            return tuple(found)
        row = rows[mistake.sheet][place]
        touched.add(row["serial"])
        row[mistake.column] = mistake.spoil(row)
        found.append(Planted(mistake.sheet, place, mistake.column, mistake.rule))
    return tuple(found)


def _shuffled(rows: Mapping[str, Sequence[Values]], rng: Random) -> dict[str, list[int]]:
    return {name: rng.sample(range(len(held)), len(held)) for name, held in rows.items()}


def _take(free: list[int], rows: Sequence[Values], mistake: _Mistake, touched: set[int]) -> int | None:
    """The first row left that the mistake fits, of a household that is whole so far."""
    for position, place in enumerate(free):
        if rows[place]["serial"] not in touched and mistake.fits(rows[place]):
            return free.pop(position)
    return None


def _mistakes(county_code: str) -> tuple[_Mistake, ...]:
    unknown_village = f"{county_code[:6]}999999"
    return (
        _Mistake(PERSON, "id_number", "ID-CHECK", _wrong_check_digit, _has_no_card),
        _Mistake(
            PERSON, "id_number", "ID-TEXT", lambda row: float(row["id_number"][:17] + "0"), _is_adult_without_card
        ),
        _Mistake(PERSON, "id_number", "ID-LEN", lambda row: row["id_number"][:-1], _is_adult_without_card),
        _Mistake(PERSON, "id_number", "ID-DATE", _thirteenth_month, _is_adult_without_card),
        _Mistake(HOUSEHOLD, "village_code", "HH-VILLAGE", lambda row: unknown_village),
        _Mistake(HOUSEHOLD, "main_cause", "CODE", lambda row: "因懒"),
        _Mistake(HOUSEHOLD, "household_attribute", "CODE", lambda row: "低收入农户"),
        _Mistake(HOUSEHOLD, "water_safe", "REQUIRED", lambda row: None),
        _Mistake(HOUSEHOLD, "arable_area", "LAND-NN", lambda row: Decimal(-1)),
        _Mistake(HOUSEHOLD, "irrigated_area", "LAND-IRR", lambda row: row["arable_area"] + 1),
        _Mistake(HOUSEHOLD, "danger_grade", "HOUSE-GRADE", lambda row: None, lambda row: row["is_dangerous_house"]),
        _Mistake(HOUSEHOLD, "bank_account", "BANK-PAIR", lambda row: None, lambda row: "bank_name" in row),
        _Mistake(HOUSEHOLD, "other_causes", "CAUSE-DIFF", lambda row: (row["main_cause"],)),
        _Mistake(HOUSEHOLD, "identified_on", "HH-IDDATE", lambda row: date(2012, 12, 31)),
        _Mistake(HOUSEHOLD, "wage_income", "CELL-TYPE", lambda row: "约三千元"),
        _Mistake(HOUSEHOLD, "phone", "PATTERN", lambda row: "0857-4220000"),
        _Mistake(
            PERSON,
            "relation_to_head",
            "MEM-ONEHEAD",
            lambda row: "HEAD",
            lambda row: row["relation_to_head"] == "SPOUSE",
        ),
        _Mistake(PERSON, "relation_to_head", "MEM-ONESPOUSE", lambda row: "SPOUSE", _has_married_parents),
        _Mistake(PERSON, "work_months", "WORK-12", lambda row: Decimal(13), lambda row: "work_months" in row),
        _Mistake(PERSON, "work_months", "WORK-PAIR", lambda row: None, lambda row: "work_months" in row),
        _Mistake(PERSON, "has_employee_pension", "PEN-XOR", lambda row: True, lambda row: row["has_resident_pension"]),
        _Mistake(PERSON, "labour_capacity", "LAB-AGE", lambda row: "ABLE", lambda row: _born(row) >= 2003),
        _Mistake(PERSON, "health_status", "REQUIRED", lambda row: None),
    )


def _wrong_check_digit(row: Values) -> str:
    number: str = row["id_number"]
    return number[:-1] + ("1" if number[-1] != "1" else "2")


def _thirteenth_month(row: Values) -> str:
    """A birth date that is none, under a check digit that is right."""
    first17: str = row["id_number"][:10] + "13" + row["id_number"][12:17]
    return first17 + check_digit(first17)


def _born(row: Values) -> int:
    return int(row["id_number"][6:10])


def _has_no_card(row: Values) -> bool:
    return "disability_card" not in row


def _is_adult_without_card(row: Values) -> bool:
    return _has_no_card(row) and _born(row) < 1995


def _has_married_parents(row: Values) -> bool:
    """A grown daughter beside the head's spouse: called a spouse, she is the second."""
    return bool(row.get("has_mother_at_home")) and row["relation_to_head"] == "DAUGHTER"
