"""The status of a household as a table: from where to where, by which rule, and what undoes it."""

from dataclasses import dataclass

POOR = frozenset({"NOT_EXITED", "RELAPSED"})
"""The states counted as poor at a year's end: 返贫 counts as poor."""

OUT = frozenset({"EXITED", "STABLE_EXITED"})


@dataclass(frozen=True)
class Transition:
    """One allowed change of status: the event it leaves, the states it starts from, the rule that must hold."""

    event: str
    label: str
    before: frozenset[str]
    after: str
    rule: str | None
    can_be_rolled_back: bool


TRANSITIONS = (
    Transition("EXITED", "脱贫", POOR, "EXITED", "status.may_exit", True),
    Transition("STABLE_EXITED", "脱贫(不再享受政策)", POOR, "STABLE_EXITED", "status.may_exit", True),
    Transition("OLD_STABLE_EXITED", "已脱贫(不再享受政策)", frozenset({"EXITED"}), "STABLE_EXITED", None, True),
    Transition("RELAPSED", "返贫", OUT, "RELAPSED", "status.may_enter", True),
)

BY_EVENT = {t.event: t for t in TRANSITIONS}
