"""Marks of status: 脱贫, 脱贫(不再享受政策), 已脱贫(不再享受政策) and 返贫, each a row of the transition table."""

from dataclasses import dataclass, field
from typing import Any

from fp_core.commands import describe, operation, require_text
from fp_core.db import ScopedSession
from fp_core.errors import Invalid
from fp_core.events import Happened
from fp_core.models.household import Household, HouseholdYear
from fp_core.operations.households import OfHousehold, household_year, lock_household, refuse, require
from fp_core.status import BY_EVENT, POOR


@dataclass(frozen=True, kw_only=True)
class ExitHousehold(OfHousehold):
    """脱贫: mark a poor household as out of poverty; policies go on."""

    basis: str = field(metadata=describe("脱贫依据", "ground of the choice: check, vote and consent"))
    document_number: str | None = field(default=None, metadata=describe("批准文号", "number of the approval"))


@dataclass(frozen=True, kw_only=True)
class ExitForGood(OfHousehold):
    """脱贫(不再享受政策): mark a household as out of poverty for good; policies stop."""

    ground: str = field(metadata=describe("稳定脱贫理由", "ground of a lasting exit", codes="STABLE_GROUND"))
    basis: str = field(metadata=describe("脱贫依据", "evidence of the ground"))
    document_number: str | None = field(default=None, metadata=describe("批准文号", "number of the approval"))


@dataclass(frozen=True, kw_only=True)
class Relapse(OfHousehold):
    """返贫: mark a household that had left poverty as poor again."""

    causes: tuple[str, ...] = field(metadata=describe("返贫原因", "causes of the relapse", codes="CAUSE_OTHER"))
    document_number: str | None = field(default=None, metadata=describe("批准文号", "number of the approval"))


@operation(ExitHousehold, right="household:exit", label="脱贫", english="mark an exit", lock=lock_household)
def exit_household(session: ScopedSession, command: ExitHousehold, household: Household) -> Happened:
    """Mark EXITED when the exit rule of the household's village holds."""
    require_text(command, "basis")
    return _mark(session, command, household, "EXITED", exit_year=command.year, exit_basis=command.basis)


@operation(ExitForGood, right="household:exit", label="稳定脱贫", english="mark a lasting exit", lock=lock_household)
def exit_for_good(session: ScopedSession, command: ExitForGood, household: Household) -> Happened:
    """Mark STABLE_EXITED: from poor by the exit rule, or from EXITED, whose exit year stays."""
    require_text(command, "basis")
    ground = session.host.codes["STABLE_GROUND"].read(command.ground, command.year)
    year = household_year(session, command.household_code, command.year)
    changes = {"stable_year": command.year, "stable_ground": ground, "exit_basis": command.basis}
    if year.exit_status in POOR:
        return _mark(session, command, household, "STABLE_EXITED", reason=ground, exit_year=command.year, **changes)
    return _mark(session, command, household, "OLD_STABLE_EXITED", reason=ground, **changes)


@operation(Relapse, right="household:relapse", label="返贫", english="mark a relapse", lock=lock_household)
def relapse(session: ScopedSession, command: Relapse, household: Household) -> Happened:
    """Mark RELAPSED when the household left in an earlier year, a cause is given, and the entry rule holds."""
    causes = tuple(session.host.codes["CAUSE_OTHER"].read(c, command.year) for c in command.causes)
    if not causes:
        raise Invalid("causes", "返贫须至少填写一个返贫原因", "a relapse needs at least one cause")
    year = household_year(session, command.household_code, command.year)
    if year.exit_year is not None and year.exit_year >= command.year:
        raise refuse(
            "REL-YEAR",
            f"该户 {year.exit_year} 年脱贫，只有以前年度脱贫的户才能返贫；本年度的脱贫请用综合回退",
            f"the household left in {year.exit_year}; only an exit of an earlier year can relapse, undo this year's by rollback",
        )
    return _mark(
        session, command, household, "RELAPSED", reason=causes[0], relapse_year=command.year, relapse_causes=causes
    )


def _mark(
    session: ScopedSession, command: Any, household: Household, event: str, reason: str | None = None, **changes: Any
) -> Happened:
    transition = BY_EVENT[event]
    year = household_year(session, household.household_code, command.year)
    if year.exit_status not in transition.before:
        raise refuse(
            "ST-FROM",
            f"{transition.label}只适用于 {'、'.join(sorted(transition.before))}，该户现为 {year.exit_status}",
            f"{event} starts from {', '.join(sorted(transition.before))}; the household is {year.exit_status}",
        )
    if transition.rule:
        require(session, transition.rule, year)
    was_poor = year.exit_status in POOR
    for name, value in {"exit_status": transition.after, **changes}.items():
        setattr(year, name, value)
    return happened(event, household, year, was_poor, reason=reason, document_number=command.document_number)


def happened(event: str, household: Household, year: HouseholdYear, was_poor: bool, **more: Any) -> Happened:
    """What happened to a household in a year, with the members it concerns."""
    return Happened(
        event,
        household,
        region_code=year.village_code,
        year=year.year,
        was_poor=was_poor,
        **{"persons": year.member_count or 0, **more},
    )
