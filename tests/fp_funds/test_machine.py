"""Any order of receipts, issues, arrangements and reversals keeps the identities, and the ledger agrees with a plain list."""

from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, rule, run_state_machine_as_test

from fp_core.db import make_engine
from fp_core.errors import Refused
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_funds.balance import balance
from tests.actors import operator
from tests.databases import Backend
from tests.money import arranged, confirmed, issued, received, taken_back
from tests.places import GUIZHOU, JINBI, QIANXI

AMOUNTS = st.sampled_from(("0.0001", "1", "2.5", "7.3333", "10"))
BELOW = {GUIZHOU: QIANXI, QIANXI: JINBI}


@dataclass
class Movement:
    """What the plain list knows of an entry."""

    kind: str
    region: str
    amount: Decimal
    origin: str | None
    to: str | None = None
    used: Decimal = Decimal(0)
    followers: int = 0
    stands: bool = True

    @property
    def left(self) -> Decimal:
        return self.amount - self.used


@dataclass
class Ledger:
    """The plain list."""

    entries: dict[str, Movement] = field(default_factory=dict)

    def add(self, code: str, movement: Movement) -> None:
        self.entries[code] = movement
        if movement.origin is not None:
            self.entries[movement.origin].used += movement.amount
            self.entries[movement.origin].followers += 1

    def take_back(self, code: str) -> None:
        gone = self.entries[code]
        gone.stands = False
        if gone.origin is not None:
            self.entries[gone.origin].used -= gone.amount
            self.entries[gone.origin].followers -= 1

    def sum(self, region: str, kind: str) -> Decimal:
        held = (m.amount for m in self.entries.values() if m.stands and (m.region, m.kind) == (region, kind))
        return sum(held, Decimal(0))


class Money(RuleBasedStateMachine):
    """Operators of the province, the county and the town do what they like."""

    backend: Backend
    host: Host
    keys: Keys

    receipts: Bundle[str] = Bundle("receipts")
    issues: Bundle[str] = Bundle("issues")
    entries: Bundle[str] = Bundle("entries")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        url = self.stack.enter_context(self.backend.copy())
        self.registry = self.stack.enter_context(Registry(make_engine(url), self.host, self.keys))
        self.ledger, self.serial = Ledger(), 0

    def teardown(self) -> None:
        self.stack.close()

    def post(self, allowed: bool, movement: Movement, post: Any) -> str | None:
        """Carried out exactly when the plain list allows it."""
        try:
            code = post()
        except Refused:
            assert not allowed
            return None
        assert allowed
        self.ledger.add(code, movement)
        return str(code)

    @rule(target=receipts, region=st.sampled_from((GUIZHOU, QIANXI)), amount=AMOUNTS)
    def receive(self, region: str, amount: str) -> Any:
        code = received(self.registry, amount, region=region)
        self.ledger.add(code, Movement("RECEIPT", region, Decimal(amount), None))
        return code

    @rule(target=issues, receipt=receipts, amount=AMOUNTS)
    def issue(self, receipt: str, amount: str) -> Any:
        held, value = self.ledger.entries[receipt], Decimal(amount)
        if held.region not in BELOW:
            return multiple()
        self.serial += 1
        to, document = BELOW[held.region], f"黔财农〔2017〕{self.serial}号"
        code = self.post(
            held.stands and held.left >= value,
            Movement("ISSUE", held.region, value, receipt, to),
            lambda: issued(self.registry, receipt, amount, by=held.region, to=to, document_number=document),
        )
        return multiple() if code is None else code

    @rule(target=receipts, issue=issues, amount=AMOUNTS)
    def confirm(self, issue: str, amount: str) -> Any:
        held, value = self.ledger.entries[issue], Decimal(amount)
        region = str(held.to)
        code = self.post(
            held.stands and held.left >= value,
            Movement("RECEIPT", region, value, issue),
            lambda: confirmed(self.registry, issue, amount, region=region),
        )
        return multiple() if code is None else code

    @rule(target=entries, receipt=receipts, amount=AMOUNTS)
    def arrange(self, receipt: str, amount: str) -> Any:
        held, value = self.ledger.entries[receipt], Decimal(amount)
        if held.region == JINBI:
            return multiple()
        code = self.post(
            held.stands and held.left >= value,
            Movement("ARRANGEMENT", held.region, value, receipt),
            lambda: arranged(self.registry, receipt, amount, region=held.region),
        )
        return multiple() if code is None else code

    @rule(entry=st.one_of(receipts, issues, entries))
    def take_back(self, entry: str) -> None:
        held = self.ledger.entries[entry]
        allowed = held.stands and not held.followers
        try:
            taken_back(self.registry, entry, region=held.region)
        except Refused:
            assert not allowed
            return
        assert allowed
        self.ledger.take_back(entry)

    @invariant()
    def the_identities_hold(self) -> None:
        checks = [i for _, given in self.host.collect("fp_invariants") for i in given if i.id.startswith("M")]
        with self.registry.system_session() as session:
            assert [line for one in checks for line in one.check(session)] == []

    @invariant()
    def the_ledger_agrees_with_the_list(self) -> None:
        with self.registry.session(operator(self.registry, GUIZHOU)) as session:
            found = [balance(session, region, 2017) for region in (GUIZHOU, QIANXI, JINBI)]
        for one in found:
            assert one.received == self.ledger.sum(one.region_code, "RECEIPT")
            assert one.issued_down == self.ledger.sum(one.region_code, "ISSUE")
            assert one.arranged == self.ledger.sum(one.region_code, "ARRANGEMENT")
            assert one.unassigned >= 0


def test_any_order_of_movements_keeps_the_identities(backend: Backend, host: Host, keys: Keys) -> None:
    machine = type("MoneyHere", (Money,), {"backend": backend, "host": host, "keys": keys})
    effort = settings(
        max_examples=8,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(machine, settings=effort)
