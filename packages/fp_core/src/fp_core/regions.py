"""Regions (行政区划): the 12-digit code and what it says about level, parent and subtree."""

from enum import StrEnum

from fp_core.errors import Invalid

NATION = "000000000000"


class Level(StrEnum):
    """The six levels of administration, from the whole country down to the village."""

    NATION = "NATION"
    PROVINCE = "PROVINCE"
    CITY = "CITY"
    COUNTY = "COUNTY"
    TOWN = "TOWN"
    VILLAGE = "VILLAGE"

    @property
    def digits(self) -> int:
        """How many leading digits of the code this level uses."""
        return _DIGITS[self]

    @property
    def label(self) -> str:
        """The Chinese word for the level."""
        return _LABELS[self]


_DIGITS = dict(zip(Level, (0, 2, 4, 6, 9, 12), strict=True))
_LABELS = dict(zip(Level, ("全国", "省", "市", "县", "乡镇", "村"), strict=True))
_LENGTHS = frozenset(_DIGITS.values()) - {0}
# Both are asked for a million divisions at a time, so they are tables: level and digits of the level above, by digits used.
_LEVEL = tuple(next(level for level in Level if level.digits >= used) for used in range(13))
_UPPER = tuple(max((digits for digits in _DIGITS.values() if digits < level.digits), default=0) for level in _LEVEL)


def level_of(code: str) -> Level:
    """The level a 12-digit code belongs to: the first one below which only zeros follow."""
    if len(code) != 12 or not (code.isascii() and code.isdigit()):
        raise _bad(code)
    if code != NATION and code.startswith("00"):
        raise _bad(code)
    return _LEVEL[len(code.rstrip("0"))]


def parent_of(code: str) -> str | None:
    """The code one level up; None for the nation.

    A level without a code of its own is stepped over: the towns of 东莞 (4419 00 …) stand directly under the city.
    """
    if level_of(code) is Level.NATION:
        return None
    return code[: _UPPER[len(code.rstrip("0"))]].ljust(12, "0")


def span(code: str) -> tuple[str, str]:
    """The first and the last code of the region and all below it, both included."""
    prefix = code[: level_of(code).digits]
    return prefix.ljust(12, "0"), prefix.ljust(12, "9")


def contains(upper: str, code: str) -> bool:
    """Whether `code` is `upper` itself or lies below it."""
    level_of(code)
    low, high = span(upper)
    return low <= code <= high


def chain(code: str) -> tuple[str, ...]:
    """Every code from the nation down to this one."""
    upper = parent_of(code)
    return (code,) if upper is None else (*chain(upper), code)


def at_level(code: str, level: Level) -> str:
    """The region of this level the code lies in; where the level is stepped over, the region that stands for it."""
    own = level_of(code)
    if own.digits < level.digits:
        raise Invalid(
            "region_code",
            f"行政区划代码 {code!r} 属{own.label}级，不能归到下级（{level.label}）",
            f"region code {code!r} is of level {own}, which lies above {level}; give a code of that level or below",
        )
    return code[: level.digits].ljust(12, "0")


def pad(code: str) -> str:
    """A short code (2, 4, 6, 9 or 12 digits) as 12 digits."""
    if len(code) not in _LENGTHS:
        raise _bad(code)
    full = code.ljust(12, "0")
    level_of(full)
    return full


def _bad(code: str) -> Invalid:
    return Invalid(
        "region_code",
        f"行政区划代码 {code!r} 有误：应为12位数字（省2、市4、县6、乡镇9、村12位，不足补0）",
        f"region code {code!r} is wrong: give 12 digits (province 2, city 4, county 6, town 9, village 12, zeros after)",
    )
