"""Many writers at once: nothing is lost, nothing is spent twice, whoever comes first."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from fp_core import change
from fp_core.change import Done
from fp_core.errors import Refused
from fp_core.registry import Registry
from fp_funds.balance import balance
from fp_funds.models import FundEntry
from fp_funds.operations import ArrangeFunds, ConfirmReceipt, IssueFunds, ReverseEntry
from tests.actors import operator
from tests.households import key
from tests.money import DAY, county_money, issued, received, violated
from tests.places import GUIZHOU, JINBI, QIANXI

WRITERS = 20
ONE = Decimal("1")


def at_once(registry: Registry, commands: list[tuple[str, Any]], keys: list[str] | None = None) -> list[Done | None]:
    """All commands by twenty writers; None where one was refused."""
    actors = {region: operator(registry, region) for region, _ in commands}

    def write(number: int) -> Done | None:
        region, command = commands[number]
        with registry.session(actors[region]) as session:
            try:
                return change(session, command, key=keys[number] if keys else key())
            except Refused:
                return None

    with ThreadPoolExecutor(WRITERS) as writers:
        return list(writers.map(write, range(len(commands))))


def codes(registry: Registry) -> list[str]:
    with registry.system_session() as session:
        return sorted(session.scalars(select(FundEntry.entry_code)))


def left(registry: Registry, region: str) -> Decimal:
    with registry.session(operator(registry, region)) as session:
        return balance(session, region, 2017).unassigned


def arrange(receipt: str) -> ArrangeFunds:
    return ArrangeFunds(refers_to=receipt, amount=ONE, entered_on=DAY, target_kind="RESERVE", purpose="OTHER")


def test_twenty_writers_never_arrange_more_than_was_received(registry: Registry) -> None:
    receipt = county_money(registry, "30")

    done = at_once(registry, [(QIANXI, arrange(receipt))] * 60)

    assert sum(1 for one in done if one is not None) == 30
    assert left(registry, QIANXI) == 0
    assert len(codes(registry)) == 33
    assert violated(registry) == []


def test_one_key_posts_once_however_many_send_it(registry: Registry) -> None:
    receipt = county_money(registry, "30")

    done = at_once(registry, [(QIANXI, arrange(receipt))] * WRITERS, [key()] * WRITERS)

    assert len({one.subject_code for one in done if one}) == 1
    assert sorted(one.replayed for one in done if one) == [False] + [True] * 19
    assert left(registry, QIANXI) == Decimal("29")


def test_a_receipt_is_taken_back_or_used_and_never_both(registry: Registry) -> None:
    receipts = [county_money(registry, "5", batch=batch) for batch in range(1, 11)]
    pairs = [[(QIANXI, arrange(r)), (QIANXI, ReverseEntry(entry_code=r, note="录入错误"))] for r in receipts]

    done = at_once(registry, [command for pair in pairs for command in pair])

    assert [sum(1 for one in done[i : i + 2] if one) for i in range(0, 20, 2)] == [1] * 10
    assert violated(registry) == []


def test_a_storm_of_all_movements_keeps_the_money(registry: Registry) -> None:
    source = received(registry, "100")
    issue = issued(registry, source, "50")
    receipt = county_money(registry, "40")
    document: Callable[[int], str] = "黔财农〔2017〕{}号".format
    use = {"amount": ONE, "entered_on": DAY}
    commands: list[tuple[str, Any]] = []
    for number in range(30):
        commands += [
            (GUIZHOU, IssueFunds(refers_to=source, counterpart_code=QIANXI, document_number=document(number), **use)),
            (QIANXI, ConfirmReceipt(refers_to=issue, **use)),
            (QIANXI, arrange(receipt)),
            (QIANXI, IssueFunds(refers_to=receipt, counterpart_code=JINBI, document_number=document(number), **use)),
        ]

    done = at_once(registry, commands)

    kinds = [sum(1 for one in done[start::4] if one) for start in range(4)]
    assert kinds[:2] == [30, 30]
    assert kinds[2] + kinds[3] == 40
    assert left(registry, QIANXI) == Decimal("30")
    assert violated(registry) == []
