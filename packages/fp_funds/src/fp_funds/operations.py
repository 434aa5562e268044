"""The national kinds of fund movements (下拨, 到账, 安排, 结余) and their commands; any kind's entry can be taken back."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from fp_core.commands import describe, operation, require_text
from fp_core.db import UNSCOPED, ScopedSession
from fp_core.entered import entered
from fp_core.events import Happened
from fp_core.operations.households import refuse
from fp_core.operations.people import today
from fp_core.permissions import right
from fp_core.regions import Level
from fp_core.rules import Clause
from fp_funds.balance import stands
from fp_funds.checks import goes_down, has_direction, is_computed, issued_in_time, names_project
from fp_funds.kinds import Effect, Form, FundKind, kind_named, kinds_of
from fp_funds.ledger import Locked, command_of, entry_named, lock_account, take_back
from fp_funds.models import FundEntry

PROVINCE, CITY, COUNTY, TOWN = Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN
USE = "refers_to", "amount", "entered_on"
SRC = Clause("FND-SRC", "下拨金额超过可用资金", "more is issued than was received")
RSUM = Clause("FND-RSUM", "到账金额超过下拨金额", "more is received than was issued")
ASUM = Clause("FND-ASUM", "安排金额超过到账金额", "more is arranged than was received")

ISSUE = FundKind(
    code="ISSUE",
    label="下拨",
    english="issue to a lower region",
    event="FUNDS_ISSUED",
    right=right("funds:issue", "资金下拨", "issue funds", PROVINCE, CITY, COUNTY),
    forms=(
        Form(
            "IssueFunds",
            "资金下拨",
            "issue money that was received to a lower region",
            required=(*USE, "counterpart_code", "document_number"),
            optional=("fund_name", "batch", "note"),
        ),
    ),
    effect=Effect.GOES_OUT,
    follows=frozenset({"RECEIPT"}),
    uses_up=SRC,
    checks=(goes_down, issued_in_time),
)
RECEIPT = FundKind(
    code="RECEIPT",
    label="到账",
    english="receipt",
    event="FUNDS_RECEIVED",
    right=right("funds:receipt:confirm", "到账确认", "confirm and enter receipts", PROVINCE, CITY, COUNTY, TOWN),
    forms=(
        Form(
            "ConfirmReceipt",
            "到账确认",
            "confirm that money issued to the region has come",
            required=USE,
            optional=("account", "quota_number", "note"),
        ),
        Form(
            "EnterReceipt",
            "到账录入",
            "enter money from outside: of the central government at a province, own or donated money",
            required=("region_code", "fund_year", "amount", "entered_on", "source_name", "fund_level", "fund_class"),
            optional=(
                *("special_direction", "fund_name", "document_number", "batch"),
                *("account", "quota_number", "note"),
            ),
        ),
    ),
    effect=Effect.COMES_IN,
    follows=frozenset({"ISSUE"}),
    of_counterpart=True,
    uses_up=RSUM,
    checks=(has_direction,),
)
ARRANGEMENT = FundKind(
    code="ARRANGEMENT",
    label="安排",
    english="arrangement to a project or use",
    event="FUNDS_ARRANGED",
    right=right("funds:arrange", "资金安排", "arrange funds", PROVINCE, CITY, COUNTY),
    forms=(
        Form(
            "ArrangeFunds",
            "资金安排",
            "arrange received money to a project or another use",
            required=(*USE, "target_kind", "purpose"),
            optional=("project_code", "note"),
        ),
    ),
    effect=Effect.GOES_OUT,
    follows=frozenset({"RECEIPT"}),
    uses_up=ASUM,
    checks=(names_project,),
)
BALANCE = FundKind(
    code="BALANCE",
    label="结余",
    english="confirmation of the balance",
    event="BALANCE_CONFIRMED",
    right=right("funds:balance:confirm", "结余确认", "confirm balances", PROVINCE, CITY, COUNTY, TOWN),
    forms=(
        Form(
            "ConfirmBalance",
            "结余确认",
            "confirm what is left of a year's money",
            required=("region_code", "fund_year", "amount", "entered_on"),
        ),
    ),
    effect=Effect.NONE,
    checks=(is_computed,),
)
KINDS = (ISSUE, RECEIPT, ARRANGEMENT, BALANCE)

IssueFunds = command_of(ISSUE, ISSUE.forms[0])
ConfirmReceipt, EnterReceipt = (command_of(RECEIPT, form) for form in RECEIPT.forms)
ArrangeFunds = command_of(ARRANGEMENT, ARRANGEMENT.forms[0])
ConfirmBalance = command_of(BALANCE, BALANCE.forms[0])

REVERSE = right("funds:reverse", "资金冲销", "take entries back", PROVINCE, CITY, COUNTY, TOWN)


@dataclass(frozen=True, kw_only=True)
class ReverseEntry:
    """资金冲销: take an entry back. It stays in the ledger beside the one that reverses it."""

    entry_code: str = field(metadata=describe("流水号", "code of the entry to take back"))
    note: str = field(metadata=describe("冲销原因", "why it is taken back"))


def lock_entry(session: ScopedSession, command: ReverseEntry) -> Locked:
    """The entry's account and the entry."""
    entry = entry_named(session, command.entry_code)
    return lock_account(session, entry.region_code, entry.fund_year, entry)


@operation(ReverseEntry, right=REVERSE.name, label="资金冲销", english="take an entry back", lock=lock_entry)
def reverse_entry(session: ScopedSession, command: ReverseEntry, locked: Locked) -> Happened:
    """Refused when others have used the entry, or when it was taken back before. Needs the right of its kind too."""
    require_text(command, "note")
    entry: Any = locked.origin
    kind = kind_named(kinds_of(session.host.collect), entry.kind)
    session.actor.require(kind.right.name)
    if session.scalar(select(FundEntry.entry_code).where(_is(entry), stands(FundEntry))) is None:
        raise refuse("FND-REV", f"{entry.entry_code} 已冲销", f"{entry.entry_code} was taken back before")
    follower = session.execute(
        select(FundEntry.entry_code).where(FundEntry.refers_to == entry.entry_code, stands(FundEntry)),
        execution_options=UNSCOPED,
    ).first()
    if follower is not None:
        raise refuse(
            "FND-DEL",
            f"已有后续业务 {follower.entry_code}，不能撤销；请先冲销后续业务",
            f"{follower.entry_code} follows it; take that back first",
        )
    told = entered(session.host.codes, FundEntry, {"note": command.note, "entered_on": today()}, entry.fund_year)
    return take_back(session, kind, locked, told)


def _is(entry: FundEntry) -> Any:
    return FundEntry.entry_code == entry.entry_code
