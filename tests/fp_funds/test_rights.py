"""Who may move money: the right of the kind and the region, both, and nobody sees more than is theirs or meant for them."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from fp_core import change
from fp_core.errors import Forbidden, NotFound
from fp_core.models.events import Event
from fp_core.registry import Registry
from fp_funds.models import FundEntry
from fp_funds.operations import ArrangeFunds, ConfirmBalance, ConfirmReceipt, EnterReceipt, IssueFunds, ReverseEntry
from tests.actors import operator
from tests.households import key
from tests.money import DAY, arranged, confirmed, county_money, issued, received, violated
from tests.places import DUAN, GUIZHOU, JINBI, NATION, QIANXI, ZHONGZHAI

TEN = Decimal("10")


def ledger(registry: Registry) -> tuple[int, int]:
    """How many entries and events there are."""
    with registry.system_session() as session:
        entries = session.scalar(select(func.count()).select_from(FundEntry))
        return entries or 0, session.scalar(select(func.count()).select_from(Event)) or 0


def commands(registry: Registry) -> dict[str, object]:
    """One command of each form that would succeed for the county."""
    receipt = received(registry)
    county = confirmed(registry, issued(registry, receipt))
    issue = issued(registry, receipt, "20", document_number="黔财农〔2017〕14号")
    outside = {"source_name": "县财政局", "fund_level": "COUNTY", "fund_class": "OTHER"}
    use = {"refers_to": county, "amount": TEN, "entered_on": DAY}
    account = {"region_code": QIANXI, "fund_year": 2017, "entered_on": DAY}
    return {
        "funds:issue": IssueFunds(**use, counterpart_code=JINBI, document_number="黔县财〔2017〕1号"),
        "funds:receipt:confirm": ConfirmReceipt(refers_to=issue, amount=TEN, entered_on=DAY),
        "funds:arrange": ArrangeFunds(**use, target_kind="RESERVE", purpose="OTHER"),
        "funds:balance:confirm": ConfirmBalance(**account, amount=Decimal("60")),
        "funds:reverse": ReverseEntry(entry_code=county, note="录入错误"),
        "entered": EnterReceipt(**account, amount=TEN, **outside),
    }


@pytest.mark.parametrize(
    "right",
    ["funds:issue", "funds:receipt:confirm", "funds:arrange", "funds:balance:confirm", "funds:reverse", "entered"],
)
def test_only_who_has_the_right_and_the_region_moves_money(registry: Registry, right: str) -> None:
    command = commands(registry)[right]
    before = ledger(registry)
    needed = "funds:receipt:confirm" if right == "entered" else right
    stranger = operator(registry, DUAN)
    unable = operator(registry, QIANXI, without=(needed,))
    able = operator(registry, QIANXI)

    for actor, refusal in ((unable, Forbidden), (stranger, NotFound)):
        with registry.session(actor) as session, pytest.raises(refusal):
            change(session, command, key=key())
        assert ledger(registry) == before
    with registry.session(able) as session:
        change(session, command, key=key())

    assert ledger(registry) == (before[0] + 1, before[1] + 1)
    assert violated(registry) == []


def test_taking_back_needs_the_right_of_the_kind_too(registry: Registry) -> None:
    wrong = arranged(registry, county_money(registry))
    actor = operator(registry, QIANXI, without=("funds:arrange",))

    with registry.session(actor) as session, pytest.raises(Forbidden, match="funds:arrange"):
        change(session, ReverseEntry(entry_code=wrong, note="录入错误"), key=key())


def test_a_region_sees_its_own_entries_and_those_addressed_to_it(registry: Registry) -> None:
    receipt = received(registry)
    issue = issued(registry, receipt)
    seen = {}
    for region in (NATION, GUIZHOU, QIANXI, ZHONGZHAI, DUAN):
        with registry.session(operator(registry, region)) as session:
            seen[region] = set(session.scalars(select(FundEntry.entry_code)))

    assert seen == {NATION: {receipt, issue}, GUIZHOU: {receipt, issue}, QIANXI: {issue}, ZHONGZHAI: set(), DUAN: set()}
