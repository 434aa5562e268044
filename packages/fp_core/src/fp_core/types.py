"""Column types that mean the same on SQLite and PostgreSQL: exact decimals, sets of codes, moments in UTC."""

import operator
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, DateTime, String, case, func
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

_SUMS = (operator.add, operator.sub)
_PRODUCTS = (operator.mul, operator.truediv, operator.floordiv, operator.mod)


class _SameScale(TypeDecorator.Comparator[Decimal]):
    """Sums and differences keep the places of their operands. What would change the places is refused, not miscounted."""

    def operate(self, op: Any, *other: Any, **kwargs: Any) -> ColumnElement[Any]:
        self._check(op, *other)
        return super().operate(op, *other, **kwargs)

    def reverse_operate(self, op: Any, other: Any, **kwargs: Any) -> ColumnElement[Any]:
        self._check(op, other)
        return super().reverse_operate(op, other, **kwargs)

    def _check(self, op: Any, *other: Any) -> None:
        scales = {getattr(getattr(o, "type", self.type), "places", None) for o in (self.expr, *other)}
        if op in _PRODUCTS or (op in _SUMS and len(scales) > 1):
            raise TypeError(
                f"{self.expr} is stored as a whole number of its last place: {op.__name__} would miscount; "
                "add and subtract at the same places only, or use type_coerce(column, BigInteger) and say what it counts"
            )


class Scaled(TypeDecorator[Decimal]):
    """A decimal with a fixed number of places, stored as an integer of its last place (yuan with 2 places: 分)."""

    impl = BigInteger
    cache_ok = True
    comparator_factory: Any = _SameScale

    def __init__(self, places: int) -> None:
        super().__init__()
        self.places = places

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def round(self, value: Decimal | int | str) -> Decimal:
        """The value at this type's places, half up."""
        return Decimal(value).quantize(Decimal(1).scaleb(-self.places), ROUND_HALF_UP)

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> int | None:
        return None if value is None else int(self.round(value).scaleb(self.places))

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-self.places)


class CodeSet(TypeDecorator[tuple[str, ...]]):
    """A set of codes as sorted text `,A,B,`, so that membership is one comparison on both databases."""

    impl = String
    cache_ok = True

    @property
    def python_type(self) -> type[tuple[str, ...]]:
        return tuple

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None or isinstance(value, str):
            return value
        return "," + "".join(f"{code}," for code in sorted(set(value)))

    def process_result_value(self, value: Any, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(code for code in value.split(",") if code)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC. A naive datetime is refused: nobody knows when it was."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; use datetime.now(UTC)")
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def divided(amount: ColumnElement[int], count: ColumnElement[int]) -> ColumnElement[int]:
    """amount / count to the nearest whole, half away from zero, by nobody nothing; the same on both databases."""
    # Whole numbers divide to a whole one on both; the precedence puts the sum before it in brackets.
    whole = (2 * func.abs(amount) + count).op("/", precedence=8)(func.nullif(2 * count, 0))
    return case((count == 0, 0), (amount < 0, -whole), else_=whole)
