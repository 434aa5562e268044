"""A further kind of movement is one declaration: its command, mutation, code, right and place in the balance follow."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from fp_core import change
from fp_core.db import make_engine
from fp_core.errors import Invalid, PluginError, Refused
from fp_core.graphql import FpSchema
from fp_core.hookspecs import hookimpl
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_funds.balance import balance
from fp_funds.kinds import FundKind
from fp_funds.ledger import command_of
from fp_funds.operations import ISSUE, KINDS
from tests.actors import operator
from tests.fp_funds import returning
from tests.fp_funds.returning import RETURN
from tests.households import run
from tests.money import DAY, arranged, county_money, entry, taken_back, violated
from tests.places import QIANXI

ReturnFunds = command_of(RETURN, RETURN.forms[0])


@pytest.fixture(scope="module")
def six_kinds() -> Host:
    return Host.load(extra=[("r52_returning", returning)])


@pytest.fixture
def province(database: str, six_kinds: Host, keys: Keys) -> Iterator[Registry]:
    """A registry where the plugin with the further kind is installed."""
    with Registry(make_engine(database), six_kinds, keys) as registry:
        yield registry


def given_back(registry: Registry, receipt: str, amount: str) -> str:
    command = ReturnFunds(refers_to=receipt, amount=Decimal(amount), entered_on=DAY, note="项目取消")
    return run(registry, command).subject_code


def test_money_given_back_counts_in_the_balance(province: Registry) -> None:
    receipt = county_money(province, "60")
    arranged(province, receipt, "25")

    code = given_back(province, receipt, "5.5")

    with province.session(operator(province, QIANXI)) as session:
        found = balance(session, QIANXI, 2017)
    assert (found.received, found.arranged, found.other) == (Decimal("60"), Decimal("25"), Decimal("-5.5"))
    assert found.unassigned == entry(province, code).unassigned_after == Decimal("29.5")
    assert violated(province) == []


def test_a_further_kind_obeys_the_one_rule_of_all_kinds(province: Registry) -> None:
    receipt = county_money(province, "60")
    arranged(province, receipt, "55")

    with pytest.raises(Refused) as refused:
        given_back(province, receipt, "5.0001")
    code = given_back(province, receipt, "5")
    with pytest.raises(Refused):
        arranged(province, receipt, "0.0001")
    taken_back(province, code)
    arranged(province, receipt, "5")

    assert [c.id for c in refused.value.clauses] == ["R52-BACK"]
    assert violated(province) == []


def test_its_code_right_and_mutation_come_from_the_declaration(six_kinds: Host) -> None:
    schema = FpSchema(six_kinds)._schema

    assert six_kinds.codes["FUND_KIND"].label_of("RETURN") == "退回"
    assert "r52:funds:return" in {p.name for p in six_kinds.permissions}
    assert list(schema.type_map["ReturnFundsInput"].fields) == ["refersTo", "amount", "enteredOn", "note"]  # type: ignore[attr-defined]
    assert "returnFunds" in schema.mutation_type.fields  # type: ignore[union-attr]


def test_a_kind_that_is_not_installed_is_no_movement(registry: Registry) -> None:
    receipt = county_money(registry)
    command = ReturnFunds(refers_to=receipt, amount=Decimal("1"), entered_on=DAY, note="项目取消")
    actor = replace(operator(registry, QIANXI), rights=frozenset({RETURN.right.name}))

    with registry.session(actor) as session, pytest.raises(Invalid, match="没有资金业务类型 'RETURN'"):
        change(session, command, key="not-installed")

    assert violated(registry) == []


def plugin_with(kind: FundKind) -> Any:
    return SimpleNamespace(fp_fund_kinds=hookimpl(lambda: (kind,)))


def refusal(kind: FundKind) -> str:
    with pytest.raises(PluginError) as refused:
        Host.load(extra=[("r52_clash", plugin_with(kind))])
    return str(refused.value)


def test_two_plugins_with_one_kind_stop_the_start_and_are_both_named() -> None:
    assert "'funds' and 'r52_clash' both define 'ISSUE'" in refusal(replace(RETURN, code="ISSUE"))
    assert "both define 'IssueFunds'" in refusal(replace(RETURN, forms=ISSUE.forms))
    assert "both define 'FUNDS_ISSUED'" in refusal(replace(RETURN, event="FUNDS_ISSUED"))


def test_a_kind_that_follows_an_unknown_one_stops_the_start() -> None:
    message = refusal(replace(RETURN, follows=frozenset({"GIFT"})))

    assert message.endswith(
        "plugin 'r52_clash': fund kind 'RETURN' follows the unknown kind 'GIFT'; "
        "known are ARRANGEMENT, BALANCE, ISSUE, RECEIPT, RETURN"
    )


def test_every_national_kind_says_what_it_is_in_both_languages() -> None:
    for kind in KINDS:
        texts = [kind.label, kind.right.label, *(form.label for form in kind.forms)]
        english = [kind.english, kind.right.english, *(form.english for form in kind.forms)]
        assert all(text and not text.isascii() for text in texts)
        assert all(text and text.isascii() for text in english)
