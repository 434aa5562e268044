"""Three national tables: 贫困户(人口), 脱贫户(人口) and 净减少, as counted conditions."""

from typing import Any

from sqlalchemy import false

from fp_core.codes import Codes
from fp_core.status import OUT, POOR
from fp_stats.tables import Counted, Derived, Happening, Statistic

CODES = Codes.builtin()


def _poor(h: Any) -> Any:
    return h.exit_status.in_(tuple(sorted(POOR)))


def _attribute(code: str) -> Any:
    return lambda h: _poor(h) & (h.household_attribute == code)


def _cause(code: str) -> Any:
    return lambda h: _poor(h) & (h.main_cause == code)


def _exited(h: Any) -> Any:
    """Out of poverty in this very year: marked in it, and still out at its end."""
    return (h.exit_year == h.year) & h.exit_status.in_(tuple(sorted(OUT)))


POOR_TABLE = Statistic(
    "poor",
    "贫困户(人口)统计",
    "poor households and persons",
    (
        Counted("total", "合计", "total", _poor),
        *(Counted(i.name.lower(), i.label, i.english, _attribute(i.name)) for i in CODES["HH_ATTRIBUTE"]),
        *(Counted(f"cause_{i.name.lower()}", i.label, f"by {i.english}", _cause(i.name)) for i in CODES["CAUSE_MAIN"]),
        Counted("relapsed", "返贫", "relapsed", lambda h: h.exit_status == "RELAPSED"),
    ),
)

EXITED_TABLE = Statistic(
    "exited",
    "脱贫户(人口)统计",
    "households and persons that left poverty",
    (
        Counted("total", "本年脱贫", "left poverty in the year", _exited),
        Counted("exited", "脱贫", "with policies going on", lambda h: _exited(h) & (h.exit_status == "EXITED")),
        Counted("stable", "稳定脱贫", "for good", lambda h: _exited(h) & (h.exit_status == "STABLE_EXITED")),
        Counted(
            "cumulative",
            "累计脱贫",
            "out of poverty in any year so far",
            lambda h: h.exit_status.in_(tuple(sorted(OUT))),
        ),
    ),
)

LEFT = ("MEMBER_LEFT", "HOUSEHOLD_CLOSED")


def _check(now: Any, last: Any) -> int:
    """What is left over when the year's movements are taken from the difference of the year ends: 0 in a correct book."""
    added = now["registered"] + now["identified"] + now["relapsed"] + now["natural_increase"]
    taken = now["exits"] + now["natural_decrease"]
    return int(last["poor"] + added - taken - now["poor"])


NET_DECREASE_TABLE = Statistic(
    "net_decrease",
    "净减少统计",
    "net decrease of the poor",
    (
        Derived("poor_last", "上年底贫困", "poor at the end of last year", lambda now, last: last["poor"]),
        Happening("registered", "建档录入", "first registration", lambda e: e.event_type == "REGISTERED"),
        Happening("identified", "新识别", "newly identified", lambda e: e.event_type == "IDENTIFIED"),
        Happening("relapsed", "返贫", "relapsed", lambda e: e.event_type == "RELAPSED"),
        Happening(
            "natural_increase",
            "自然增加",
            "natural increase in poor households",
            lambda e: (e.event_type == "MEMBER_ADDED") & e.was_poor.is_(True),
            moves_household=lambda _: false(),
        ),
        Happening("exits", "脱贫", "left poverty", lambda e: e.event_type.in_(("EXITED", "STABLE_EXITED"))),
        Happening(
            "natural_decrease",
            "自然减少",
            "natural decrease in poor households; households are those that closed",
            lambda e: e.event_type.in_(LEFT) & e.was_poor.is_(True),
            moves_household=lambda e: e.event_type == "HOUSEHOLD_CLOSED",
        ),
        Counted("poor", "本年底贫困", "poor at the end of the year", _poor),
        Derived("net_decrease", "净减少", "net decrease", lambda now, last: last["poor"] - now["poor"]),
        Derived("check", "校验", "difference left unexplained; always 0", _check),
    ),
)

TABLES = (POOR_TABLE, EXITED_TABLE, NET_DECREASE_TABLE)
