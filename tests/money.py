"""Money for the tests: received, issued and arranged by the same commands as everyone's, along 贵州省 → 黔西县."""

from datetime import date
from decimal import Decimal
from typing import Any

from fp_core.registry import Registry
from fp_core.verify import verify
from fp_funds.models import FundEntry
from fp_funds.operations import ArrangeFunds, ConfirmReceipt, EnterReceipt, IssueFunds, ReverseEntry
from tests.households import run
from tests.places import GUIZHOU, QIANXI

DAY = date(2017, 3, 1)


def received(registry: Registry, amount: str = "100", *, region: str = GUIZHOU, **more: Any) -> str:
    """The code of an entry for central money that came to the province, or other money from outside."""
    given = {
        "fund_year": 2017,
        "entered_on": DAY,
        "source_name": "财政部",
        "fund_level": "CENTRAL",
        "fund_class": "SPECIAL",
        "special_direction": "DEVELOPMENT",
        "fund_name": "中央财政专项扶贫资金",
        "document_number": "财农〔2016〕181号",
        **more,
    }
    return run(registry, EnterReceipt(region_code=region, amount=Decimal(amount), **given), region=region).subject_code


def issued(
    registry: Registry, receipt: str, amount: str = "60", *, by: str = GUIZHOU, to: str = QIANXI, **more: Any
) -> str:
    """The code of the entry by which a region issues received money to one below it."""
    given = {"entered_on": DAY, "document_number": "黔财农〔2017〕12号", **more}
    command = IssueFunds(refers_to=receipt, amount=Decimal(amount), counterpart_code=to, **given)
    return run(registry, command, region=by).subject_code


def confirmed(registry: Registry, issue: str, amount: str = "60", *, region: str = QIANXI, **more: Any) -> str:
    """The code of the entry by which a region confirms that issued money has come."""
    command = ConfirmReceipt(refers_to=issue, amount=Decimal(amount), **{"entered_on": DAY, **more})
    return run(registry, command, region=region).subject_code


def arranged(registry: Registry, receipt: str, amount: str = "25", *, region: str = QIANXI, **more: Any) -> str:
    """The code of the entry by which a region arranges received money, to a reserve unless said otherwise."""
    given = {"entered_on": DAY, "target_kind": "RESERVE", "purpose": "INDUSTRY", **more}
    return run(registry, ArrangeFunds(refers_to=receipt, amount=Decimal(amount), **given), region=region).subject_code


def taken_back(registry: Registry, entry: str, *, region: str = QIANXI) -> str:
    """The code of the entry that reverses another."""
    return run(registry, ReverseEntry(entry_code=entry, note="录入错误"), region=region).subject_code


def county_money(registry: Registry, amount: str = "60", **of_issue: Any) -> str:
    """The code of the county's receipt of money that the province issued to it."""
    return confirmed(registry, issued(registry, received(registry, amount), amount, **of_issue), amount)


def entry(registry: Registry, code: str) -> FundEntry:
    with registry.system_session() as session:
        return session.get_one(FundEntry, code)


def violated(registry: Registry) -> list[str]:
    """Every violation of every invariant, with its id."""
    return [f"{result.invariant.id} {line}" for result in verify(registry) for line in result.violations]
