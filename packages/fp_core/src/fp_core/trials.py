"""Trials: every rule and override is written out once when the host starts, so that a misspelt operand is found there and not in use."""

from collections.abc import Iterator, Mapping
from datetime import date

from fp_core import regions
from fp_core.errors import Invalid, PluginError
from fp_core.params import InForce
from fp_core.rulebook import Rulebook
from fp_core.rules import Conditions, Override, Rule, RuleError, condition

Step = Rule | Override
Place = tuple[str, date]


def tried(book: Rulebook, owners: Mapping[Step, str]) -> None:
    """Write out every rule wherever its chain or a parameter it reads is another; what fails names the plugin."""
    for rule in book.rules.values():
        places = set(_places(book, rule))
        used = {name for place in places for name in _try(book, owners, rule, place)}
        for place in {place for name in used for place in _changes(book, rule, name)} - places:
            _try(book, owners, rule, place)


def _places(book: Rulebook, rule: Rule) -> Iterator[Place]:
    """Where and when the chain of a rule changes: each region of an override, on the first day of each step."""
    steps = [o for o in book.overrides if o.rule == rule.name]
    days = {rule.since, *(o.since for o in steps if o.since > rule.since)}
    for region in {regions.NATION, *(o.region for o in steps)}:
        yield from ((region, day) for day in days)


def _changes(book: Rulebook, rule: Rule, parameter: str) -> Iterator[Place]:
    """Where and when a parameter takes another value while the rule is in force: it may open a branch of the rule."""
    for value in book.parameters[parameter].values:
        yield value.region, max(value.since, rule.since)


def _try(book: Rulebook, owners: Mapping[Step, str], rule: Rule, place: Place) -> frozenset[str]:
    """Write out the chain in one place over columns; the names of the parameters it read."""
    p, found = book.parameters.at(*place), None
    for step in book.chain(rule.name, *place):
        try:
            found = _written(book, rule, step, p, found)
        except Exception as error:
            raise PluginError(f"plugin {owners[step]!r}: {_named(step)}, tried for {_said(place, error)}") from error
    return frozenset(p.used())


def _written(book: Rulebook, rule: Rule, step: Step, p: InForce, upper: Conditions | None) -> Conditions:
    h = book.operands(rule.model)
    found = step.clauses(h, p) if upper is None else step.clauses(h, p, upper)
    for term in found.values():
        condition(term)
    return found


def _named(step: Step) -> str:
    if isinstance(step, Rule):
        return f"the rule {step.name!r}"
    return f"the override of {step.rule!r} in {step.region} since {step.since}"


def _said(place: Place, error: Exception) -> str:
    """The place and what is wrong there, with what there is instead."""
    own = error.en if isinstance(error, Invalid) else str(error)
    kind = "" if isinstance(error, Invalid | RuleError) else f"{type(error).__name__}: "
    return f"{place[0]} on {place[1]}: {kind}{own}"
