"""A province's plugin for these tests: a sixth kind of movement in one declaration. Money that is not needed goes back up."""

from fp_core.hookspecs import hookimpl
from fp_core.permissions import right
from fp_core.regions import Level
from fp_core.rules import Clause
from fp_funds.kinds import Effect, Form, FundKind

BACK = Clause("R52-BACK", "退回金额超过到账金额", "more goes back than was received")

RETURN = FundKind(
    code="RETURN",
    label="退回",
    english="return of money that is not needed",
    event="FUNDS_RETURNED",
    right=right("r52:funds:return", "资金退回", "return funds", Level.COUNTY),
    forms=(
        Form("ReturnFunds", "资金退回", "give received money back", ("refers_to", "amount", "entered_on", "note"), ()),
    ),
    effect=Effect.GOES_OUT,
    follows=frozenset({"RECEIPT"}),
    uses_up=BACK,
)


@hookimpl
def fp_fund_kinds() -> tuple[FundKind, ...]:
    """退回."""
    return (RETURN,)
