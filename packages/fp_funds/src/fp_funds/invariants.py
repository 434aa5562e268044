"""What must always hold for the ledger, recounted from its rows by `fp verify`. The money is counted in exact integers."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from fp_core.parts import Invariant
from fp_funds.balance import ZERO, stands
from fp_funds.kinds import Effect, Kinds
from fp_funds.models import FundEntry

LIMIT = 20
"""How many violations of one invariant are listed."""


def invariants_of(kinds: Kinds) -> tuple[Invariant, ...]:
    """The identities of the money, over the kinds that are installed."""
    return (
        Invariant(
            "M1",
            "各单位各年度未安排金额不小于零，且与最后一笔流水所记一致",
            "what a region has left is never below zero, and is what its last entry says",
            _listing("{0} {1}: {2} recounted, {3} in its last entry", lambda: _balances(kinds)),
        ),
        Invariant(
            "M2",
            "使用一笔资金的流水合计不超过该笔金额",
            "what uses an entry up never exceeds it",
            _listing("{0}: {1} 万元, used {2}", lambda: _overspent(kinds)),
        ),
        Invariant(
            "M3",
            "结余、在途与安排之和等于系统外到账之和",
            "what is left, on the way and arranged is together what came from outside",
            lambda session: _conservation(session, kinds),
        ),
        Invariant(
            "M4",
            "冲销与被冲销流水完全相反，且每笔至多冲销一次，有效流水不来源于已冲销流水",
            "a reversal mirrors what it reverses, once; nothing that stands refers to what was reversed",
            _listing("{0}: {1}", _reversals),
        ),
    )


def _listing(sentence: str, statement: Callable[[], Select[*tuple[Any, ...]]]) -> Callable[[Session], list[str]]:
    def check(session: Session) -> list[str]:
        return [sentence.format(*row) for row in session.execute(statement().limit(LIMIT))]

    return check


def _signed(kinds: Kinds) -> Any:
    """The amount with the sign of its effect on what the region has left."""
    comes = [k.code for k in kinds.values() if k.effect is Effect.COMES_IN]
    goes = [k.code for k in kinds.values() if k.effect is Effect.GOES_OUT]
    amount: Any = FundEntry.amount
    return case((FundEntry.kind.in_(comes), amount), (FundEntry.kind.in_(goes), -amount), else_=amount - amount)


def _balances(kinds: Kinds) -> Select[*tuple[Any, ...]]:
    counted = (
        select(
            FundEntry.region_code,
            FundEntry.fund_year,
            func.sum(case((stands(FundEntry), _signed(kinds)), else_=FundEntry.amount - FundEntry.amount)).label(
                "left"
            ),
            func.max(FundEntry.entry_code).label("last"),
        )
        .group_by(FundEntry.region_code, FundEntry.fund_year)
        .subquery()
    )
    latest = aliased(FundEntry)
    return (
        select(counted.c.region_code, counted.c.fund_year, counted.c.left, latest.unassigned_after)
        .join(latest, latest.entry_code == counted.c.last)
        .where(or_(counted.c.left < ZERO, counted.c.left != latest.unassigned_after))
    )


def _overspent(kinds: Kinds) -> Select[*tuple[Any, ...]]:
    origin = aliased(FundEntry)
    users = [k.code for k in kinds.values() if k.uses_up]
    total = func.sum(FundEntry.amount)
    return (
        select(origin.entry_code, origin.amount, total)
        .join(origin, origin.entry_code == FundEntry.refers_to)
        .where(FundEntry.kind.in_(users), stands(FundEntry))
        .group_by(origin.entry_code, origin.amount)
        .having(total > origin.amount)
    )


def _conservation(session: Session, kinds: Kinds) -> list[str]:
    """Each term is counted on its own: the balances by sign, what is on the way edge by edge, what came from outside."""
    left = _sum(session, _signed(kinds))
    arranged = _sum(session, FundEntry.amount, FundEntry.kind == "ARRANGEMENT")
    outside = _sum(session, FundEntry.amount, FundEntry.kind == "RECEIPT", FundEntry.refers_to.is_(None))
    core = {"ISSUE", "RECEIPT", "ARRANGEMENT", "BALANCE"}
    others = [code for code in kinds if code not in core]
    moved = _sum(session, _signed(kinds), FundEntry.kind.in_(others))
    on_the_way = _on_the_way(session)
    if left + on_the_way + arranged == outside + moved:
        return []
    return [
        f"left {left} + on the way {on_the_way} + arranged {arranged} ≠ from outside {outside} + other kinds {moved}"
    ]


def _on_the_way(session: Session) -> Decimal:
    """Issued and not yet received: for every issue that stands, its amount less the receipts at the region it names."""
    receipt = aliased(FundEntry)
    same = and_(receipt.refers_to == FundEntry.entry_code, receipt.region_code == FundEntry.counterpart_code)
    received = (
        select(func.sum(receipt.amount)).where(same, receipt.kind == "RECEIPT", stands(receipt)).scalar_subquery()
    )
    rest = FundEntry.amount - func.coalesce(received, FundEntry.amount - FundEntry.amount)
    return _sum(session, rest, FundEntry.kind == "ISSUE")


def _sum(session: Session, amount: Any, *conditions: Any) -> Decimal:
    return session.scalar(select(func.sum(amount)).where(stands(FundEntry), *conditions)) or ZERO


def _reversals() -> Select[*tuple[Any, ...]]:
    """A reversal of something else than it says, a second one, and a standing entry that refers to a reversed one."""
    origin, reversal = aliased(FundEntry), aliased(FundEntry)
    differs = or_(
        *(getattr(FundEntry, n) != getattr(origin, n) for n in ("amount", "kind", "region_code", "fund_year"))
    )
    mirrored = (
        select(FundEntry.entry_code, FundEntry.reverses)
        .outerjoin(origin, origin.entry_code == FundEntry.reverses)
        .where(FundEntry.reverses.is_not(None), or_(origin.entry_code.is_(None), differs))
    )
    twice = (
        select(func.max(FundEntry.entry_code), FundEntry.reverses)
        .where(FundEntry.reverses.is_not(None))
        .group_by(FundEntry.reverses)
        .having(func.count() > 1)
    )
    hanging = (
        select(FundEntry.entry_code, FundEntry.refers_to)
        .join(reversal, reversal.reverses == FundEntry.refers_to)
        .where(stands(FundEntry))
    )
    found = mirrored.union_all(twice, hanging).subquery()
    return select(found.c[0], found.c[1])
