"""结余: what a region received, issued down, arranged and has left of a year's money, always summed from the ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from fp_core.db import UNSCOPED, ScopedSession
from fp_funds.kinds import Kinds, kinds_of
from fp_funds.models import FundEntry

ZERO = Decimal("0.0000")


@dataclass(frozen=True)
class Balance:
    """A region's money of one budget year, in 万元. `other` is what kinds of plugins moved, with their sign."""

    region_code: str
    fund_year: int
    received: Decimal
    issued_down: Decimal
    arranged: Decimal
    other: Decimal

    @property
    def unassigned(self) -> Decimal:
        """FND-EQ: received = issued down + arranged + unassigned, but for what other kinds moved."""
        return self.received - self.issued_down - self.arranged + self.other


def balance(session: ScopedSession, region: str, year: int) -> Balance:
    """The balance of a region and budget year, in one statement."""
    sums = totals(session, region, year)
    moved = _moved(sums, kinds_of(session.host.collect))
    received, issued, arranged = (sums.get(code, ZERO) for code in ("RECEIPT", "ISSUE", "ARRANGEMENT"))
    return Balance(region, year, received, issued, arranged, moved - (received - issued - arranged))


def unassigned(session: ScopedSession, region: str, year: int) -> Decimal:
    """What a region has neither issued down nor arranged."""
    return _moved(totals(session, region, year), kinds_of(session.host.collect))


def totals(session: Session, region: str, year: int) -> dict[str, Decimal]:
    """The sum of each kind's entries that stand."""
    statement = (
        select(FundEntry.kind, func.sum(FundEntry.amount))
        .where(FundEntry.region_code == region, FundEntry.fund_year == year, stands(FundEntry))
        .group_by(FundEntry.kind)
    )
    return dict(session.execute(statement).all())


def used(session: ScopedSession, entry: FundEntry) -> Decimal:
    """How much of an entry others have used up, wherever they are: money is not less spent for being out of sight."""
    kinds = [kind.code for kind in kinds_of(session.host.collect).values() if kind.uses_up]
    statement = select(func.sum(FundEntry.amount)).where(
        FundEntry.refers_to == entry.entry_code,
        FundEntry.kind.in_(kinds),
        stands(FundEntry),
    )
    return session.execute(statement, execution_options=UNSCOPED).scalar_one() or ZERO


def stands(entry: Any) -> ColumnElement[bool]:
    """An entry that neither reverses another nor has been reversed."""
    reversal = aliased(FundEntry)
    return and_(entry.reverses.is_(None), ~exists().where(reversal.reverses == entry.entry_code))


def _moved(sums: Mapping[str, Decimal], kinds: Kinds) -> Decimal:
    return sum((kinds[code].effect * amount for code, amount in sums.items() if code in kinds), ZERO)
