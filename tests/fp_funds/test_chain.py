"""The chain of the money: from the centre to the province, the county, a project; each sum exact, each refusal without a trace."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from fp_core.errors import Invalid, Refused
from fp_core.models.events import Event
from fp_core.operations.people import today
from fp_core.registry import Registry
from fp_funds.balance import Balance, balance
from fp_funds.models import FundEntry
from fp_funds.operations import ArrangeFunds, ConfirmBalance, IssueFunds
from tests.actors import operator
from tests.households import key, run
from tests.money import DAY, arranged, confirmed, county_money, entry, issued, received, taken_back, violated
from tests.places import BIJIE, DUAN, GUIZHOU, JINBI, QIANXI

TEN = Decimal("10")


def left(registry: Registry, region: str, year: int = 2017) -> Balance:
    with registry.session(operator(registry, region)) as session:
        return balance(session, region, year)


def ledger(registry: Registry) -> tuple[int, int]:
    """How many entries and events there are."""
    with registry.system_session() as session:
        entries = session.scalar(select(func.count()).select_from(FundEntry))
        return entries or 0, session.scalar(select(func.count()).select_from(Event)) or 0


def test_money_flows_from_the_centre_to_an_arrangement_exactly(registry: Registry) -> None:
    receipt = received(registry, "100.0001")
    issue = issued(registry, receipt, "60.5000")
    county = confirmed(registry, issue, "60.4999")
    arranged(registry, county, "25.1234")

    assert left(registry, GUIZHOU) == Balance(GUIZHOU, 2017, *map(Decimal, ("100.0001", "60.5", "0", "0")))
    assert left(registry, GUIZHOU).unassigned == Decimal("39.5001")
    assert left(registry, QIANXI) == Balance(QIANXI, 2017, *map(Decimal, ("60.4999", "0", "25.1234", "0")))
    assert left(registry, QIANXI).unassigned == Decimal("35.3765")
    assert violated(registry) == []


def test_an_entry_takes_over_what_its_origin_says(registry: Registry) -> None:
    found = entry(registry, county_money(registry))

    assert found.entry_code == f"{QIANXI}-2017-000001"
    assert (found.kind, found.counterpart_code, found.fund_year) == ("RECEIPT", GUIZHOU, 2017)
    assert (found.fund_level, found.fund_class, found.special_direction) == ("CENTRAL", "SPECIAL", "DEVELOPMENT")
    assert (found.fund_name, found.document_number) == ("中央财政专项扶贫资金", "黔财农〔2017〕12号")
    assert (found.unassigned_after, found.version) == (Decimal("60.0000"), 1)


def test_a_city_may_stand_between(registry: Registry) -> None:
    city = confirmed(registry, issued(registry, received(registry), to=BIJIE), region=BIJIE)

    confirmed(registry, issued(registry, city, "30", by=BIJIE, to=QIANXI, document_number="毕财农〔2017〕3号"), "30")

    assert left(registry, BIJIE).unassigned == Decimal("30")
    assert left(registry, QIANXI).received == Decimal("30")
    assert violated(registry) == []


def test_own_and_donated_money_is_entered_with_its_source(registry: Registry) -> None:
    code = received(
        registry,
        "5",
        region=QIANXI,
        source_name="县慈善总会",
        fund_level="社会",
        fund_class="社会捐赠",
        special_direction=None,
    )

    assert entry(registry, code).fund_class == "SOCIAL"
    assert left(registry, QIANXI).received == Decimal("5")


def issue_command(receipt: str, **more: object) -> object:
    given = {"amount": TEN, "counterpart_code": QIANXI, "entered_on": DAY, "document_number": "黔财农〔2017〕13号"}
    return IssueFunds(**{"refers_to": receipt, **given, **more})


REFUSED_ISSUES = {
    "more than was received": ({"amount": Decimal("40.0001")}, "FND-SRC"),
    "to another province": ({"counterpart_code": DUAN}, "FND-CHILD"),
    "to itself": ({"counterpart_code": GUIZHOU}, "FND-CHILD"),
    "past the county to a town": ({"counterpart_code": JINBI}, "FND-CHILD"),
    "to a division that does not exist": ({"counterpart_code": "520999000000"}, "FND-UNIT"),
    "before the money came": ({"entered_on": DAY - timedelta(days=1)}, "FND-RDATE"),
    "tomorrow": ({"entered_on": today() + timedelta(days=1), "note": "提前"}, "FND-TODAY"),
    "long after the budget year": ({"entered_on": date(2018, 4, 1)}, "FND-DATE"),
    "nothing": ({"amount": Decimal("0")}, "FND-AMT"),
    "the same again": ({"amount": Decimal("60"), "document_number": "黔财农〔2017〕12号"}, "FND-DOC"),
}


@pytest.mark.parametrize("what", REFUSED_ISSUES)
def test_an_issue_is_refused(registry: Registry, what: str) -> None:
    wrong, clause = REFUSED_ISSUES[what]
    receipt = received(registry)
    issued(registry, receipt)
    before = ledger(registry)

    with pytest.raises(Refused) as refused:
        run(registry, issue_command(receipt, **wrong), region=GUIZHOU)

    assert clause in [c.id for c in refused.value.clauses]
    assert ledger(registry) == before
    assert left(registry, GUIZHOU).unassigned == Decimal("40")


def test_a_refusal_says_how_much_is_left(registry: Registry) -> None:
    receipt = received(registry, "12.5")

    with pytest.raises(Refused) as refused:
        run(registry, issue_command(receipt, amount=Decimal("13")), region=GUIZHOU)

    assert refused.value.clauses[0].zh == "下拨金额超过可用资金：可用 12.5000 万元，本次 13.0000 万元"
    assert refused.value.clauses[0].en == "more is issued than was received: 12.5000 left, 13.0000 asked"


def test_a_warning_lets_an_issue_pass_with_a_note(registry: Registry) -> None:
    receipt = received(registry)

    code = run(registry, issue_command(receipt, entered_on=date(2018, 4, 1), note="跨年清算"), region=GUIZHOU)

    assert entry(registry, code.subject_code).note == "跨年清算"


def test_no_more_is_received_than_was_issued(registry: Registry) -> None:
    issue = issued(registry, received(registry))
    confirmed(registry, issue, "59.9999")
    before = ledger(registry)

    with pytest.raises(Refused) as refused:
        confirmed(registry, issue, "0.0002")

    assert [c.id for c in refused.value.clauses] == ["FND-RSUM"]
    assert ledger(registry) == before


def test_no_more_is_arranged_than_was_received(registry: Registry) -> None:
    receipt = county_money(registry, "60")
    arranged(registry, receipt, "50")
    before = ledger(registry)

    with pytest.raises(Refused) as refused:
        arranged(registry, receipt, "10.0001")

    assert [c.id for c in refused.value.clauses] == ["FND-ASUM"]
    assert ledger(registry) == before


def test_money_is_arranged_to_a_project_only_by_its_code(registry: Registry) -> None:
    receipt = county_money(registry)

    with pytest.raises(Refused) as without:
        arranged(registry, receipt, target_kind="PROJECT")
    with pytest.raises(Refused) as beside:
        arranged(registry, receipt, target_kind="RESERVE", project_code="2017520522400001")

    assert [c.id for c in without.value.clauses] == ["FND-TARGET"]
    assert [c.id for c in beside.value.clauses] == ["FND-TARGET"]


def test_the_special_fund_has_a_direction_and_no_other(registry: Registry) -> None:
    for wrong in ({"special_direction": None}, {"fund_class": "BOND"}):
        with pytest.raises(Refused) as refused:
            received(registry, **wrong)
        assert [c.id for c in refused.value.clauses] == ["FND-DIR"]
    assert ledger(registry) == (0, 0)


def test_an_entry_refers_to_what_its_kind_may_follow(registry: Registry) -> None:
    receipt = received(registry)

    with pytest.raises(Refused) as refused:
        confirmed(registry, receipt, region=GUIZHOU)

    assert refused.value.clauses[0].zh == f"到账的来源应为：下拨；{receipt} 是到账"


BAD_VALUES = {
    "amount": (Decimal("1.00001"), "金额应为最多 4 位小数"),
    "counterpart_code": ("5205", "行政区划代码 '5205' 有误"),
    "document_number": (" ", "请填写资金文号"),
    "note": ("x" * 301, "备注最多 300 个字符，现为 301 个"),
    "batch": (0, "批次应在 1–999 之间，现为 0"),
    "fund_name": ("坏\x00名", "资金名称含有控制字符"),
}


@pytest.mark.parametrize("name", BAD_VALUES)
def test_a_bad_value_is_named(registry: Registry, name: str) -> None:
    value, sentence = BAD_VALUES[name]
    receipt = received(registry)

    with pytest.raises(Invalid, match=sentence):
        run(registry, issue_command(receipt, **{name: value}), region=GUIZHOU)

    assert ledger(registry) == (1, 1)


def test_a_balance_is_confirmed_as_computed_or_with_a_note(registry: Registry) -> None:
    arranged(registry, county_money(registry, "60"), "25")
    confirm = {"region_code": QIANXI, "fund_year": 2017, "entered_on": date(2017, 12, 31)}

    with pytest.raises(Refused) as refused:
        run(registry, ConfirmBalance(amount=Decimal("34"), **confirm))
    exact = run(registry, ConfirmBalance(amount=Decimal("35"), **confirm))
    noted = run(registry, ConfirmBalance(amount=Decimal("34"), **confirm, note="一万元退回在途"))

    assert [c.id for c in refused.value.clauses] == ["FND-CONF"]
    assert exact.event_type == "BALANCE_CONFIRMED"
    assert entry(registry, noted.subject_code).unassigned_after == Decimal("35")
    assert left(registry, QIANXI).unassigned == Decimal("35")


def test_an_entry_that_others_follow_is_not_taken_back(registry: Registry) -> None:
    receipt = received(registry)
    issue = issued(registry, receipt)
    before = ledger(registry)

    with pytest.raises(Refused) as refused:
        taken_back(registry, receipt, region=GUIZHOU)

    assert refused.value.clauses[0].zh == f"已有后续业务 {issue}，不能撤销；请先冲销后续业务"
    assert ledger(registry) == before


def test_what_is_taken_back_frees_the_money_and_stays_in_the_ledger(registry: Registry) -> None:
    receipt = county_money(registry, "60")
    wrong = arranged(registry, receipt, "60")

    reversal = entry(registry, taken_back(registry, wrong))
    arranged(registry, receipt, "59")

    assert (reversal.reverses, reversal.amount, reversal.kind) == (wrong, Decimal("60"), "ARRANGEMENT")
    assert entry(registry, wrong).amount == Decimal("60")
    assert left(registry, QIANXI).unassigned == Decimal("1")
    assert violated(registry) == []


def test_an_entry_is_taken_back_once_and_a_reversal_never(registry: Registry) -> None:
    wrong = arranged(registry, county_money(registry))
    reversal = taken_back(registry, wrong)

    for code in (wrong, reversal):
        with pytest.raises(Refused) as refused:
            taken_back(registry, code)
        assert [c.id for c in refused.value.clauses] == ["FND-REV"]


def test_nothing_follows_what_was_taken_back(registry: Registry) -> None:
    receipt = received(registry, region=QIANXI)
    taken_back(registry, receipt)

    with pytest.raises(Refused) as refused:
        arranged(registry, receipt)

    assert [c.id for c in refused.value.clauses] == ["FND-REV"]


def test_the_same_key_posts_once(registry: Registry) -> None:
    receipt, once = county_money(registry), key()
    command = ArrangeFunds(refers_to=receipt, amount=TEN, entered_on=DAY, target_kind="RESERVE", purpose="OTHER")

    first, again = run(registry, command, as_key=once), run(registry, command, as_key=once)

    assert (first.replayed, again.replayed) == (False, True)
    assert left(registry, QIANXI).arranged == TEN


def test_each_entry_is_an_event_in_the_past_tense(registry: Registry) -> None:
    taken_back(registry, arranged(registry, county_money(registry)))

    with registry.system_session() as session:
        events = session.scalars(select(Event).order_by(Event.happened_at)).all()

    assert [(e.event_type, e.region_code, e.year) for e in events] == [
        ("FUNDS_RECEIVED", GUIZHOU, 2017),
        ("FUNDS_ISSUED", GUIZHOU, 2017),
        ("FUNDS_RECEIVED", QIANXI, 2017),
        ("FUNDS_ARRANGED", QIANXI, 2017),
        ("FUNDS_REVERSED", QIANXI, 2017),
    ]
    assert {e.subject_type for e in events} == {"fund_entry"}
    assert [row["before"] for e in events for row in e.rows] == [None] * 5
