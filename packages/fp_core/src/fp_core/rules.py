"""Rules as dictionaries of named clauses: one text for a loaded record, for a whole province in SQL, and for the reasons why not."""

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Boolean, ColumnElement, and_, func, literal, not_, select
from sqlmodel import SQLModel

from fp_core.errors import FailedClause
from fp_core.indicators import indicators
from fp_core.types import Scaled


class RuleError(TypeError):
    """A rule was written in a way that would silently differ between objects and SQL."""


@dataclass(frozen=True)
class Clause:
    """One named condition of a rule: its id in the documents, and its sentence in both languages."""

    id: str
    zh: str
    en: str
    warning: bool = False

    def failed(self) -> FailedClause:
        return FailedClause(self.id, self.zh, self.en)


class Term:
    """An operand of a rule: a Python value or a SQL expression behind the same operators.

    `and`, `or` and `not` would silently look at the expression object instead of its value, so they raise.
    """

    __slots__ = ("raw",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def __repr__(self) -> str:
        return f"Term({self.raw})"

    def __bool__(self) -> bool:
        raise RuleError(
            "a rule cannot use and, or, not, if on its facts; write &, | and no(…), and put if on parameters only"
        )

    def __eq__(self, other: object) -> "Term":  # type: ignore[override]
        return self._with(operator.eq, other)

    def __ne__(self, other: object) -> "Term":  # type: ignore[override]
        return self._with(operator.ne, other)

    def __lt__(self, other: object) -> "Term":
        return self._with(operator.lt, other)

    def __le__(self, other: object) -> "Term":
        return self._with(operator.le, other)

    def __gt__(self, other: object) -> "Term":
        return self._with(operator.gt, other)

    def __ge__(self, other: object) -> "Term":
        return self._with(operator.ge, other)

    def __add__(self, other: object) -> "Term":
        return self._with(operator.add, other)

    def __sub__(self, other: object) -> "Term":
        return self._with(operator.sub, other)

    def __and__(self, other: object) -> "Term":
        return self._with(operator.and_, other)

    def __or__(self, other: object) -> "Term":
        return self._with(operator.or_, other)

    def isin(self, values: Iterable[Any]) -> "Term":
        """Whether the value is one of these."""
        values = tuple(values)
        return Term(self.raw.in_(values) if isinstance(self.raw, ColumnElement) else self.raw in values)

    def has(self, code: str) -> "Term":
        """Whether a set of codes contains this one."""
        within = isinstance(self.raw, ColumnElement)
        return Term(self.raw.contains(f",{code},", autoescape=True) if within else code in self.raw)

    def _with(self, do: Callable[[Any, Any], Any], other: object) -> "Term":
        right = other.raw if isinstance(other, Term) else other
        _refuse_mixed(self.raw, right)
        return Term(do(self.raw, right))


def no(term: Term) -> Term:
    """The opposite of a condition."""
    condition(term)
    return Term(not_(term.raw) if isinstance(term.raw, ColumnElement) else not term.raw)


def condition(term: Any) -> Any:
    """What a condition holds: a yes or no, or SQL for one. Anything else is no condition and is refused."""
    raw = term.raw if isinstance(term, Term) else None
    if isinstance(raw, bool) or (isinstance(raw, ColumnElement) and isinstance(raw.type, Boolean)):
        return raw
    raise RuleError(f"{term!r} is no condition; compare a fact with something, as in h.house_area > 0")


def _refuse_mixed(left: Any, right: Any) -> None:
    """Refuse what Python compares exactly and the database by its own places: they would differ without a word."""
    if isinstance(left, float) or isinstance(right, float):
        raise RuleError(f"{right!r} is a float, which holds no exact amount; write Decimal('{right}')")
    for one, other in ((left, right), (right, left)):
        if not (isinstance(one, ColumnElement) and isinstance(one.type, Scaled)):
            continue
        unlike = isinstance(other, ColumnElement) and _places(other) != one.type.places
        if unlike or _places(other) > one.type.places:
            raise RuleError(
                f"{one} has {one.type.places} decimal places and {other} has {_places(other)}; "
                "write a fact that brings them to the same"
            )


def _places(value: Any) -> int:
    """How many decimal places a value or a column has."""
    if isinstance(value, Decimal):
        return max(0, -int(value.normalize().as_tuple().exponent))
    kind = value.type if isinstance(value, ColumnElement) else None
    return kind.places if isinstance(kind, Scaled) else 0


Conditions = Mapping[Clause, Term]


@dataclass(frozen=True)
class Fact:
    """A rule operand that is more than a column: `of_record` reads a loaded record, `of_columns` is its SQL twin."""

    model: type[SQLModel]
    name: str
    of_record: Callable[..., Any]
    of_columns: Callable[..., Any]


@dataclass(frozen=True)
class Rule:
    """A named rule over one model: `clauses(h, p)` gives the conditions, each under its clause."""

    name: str
    model: type[SQLModel]
    clauses: Callable[..., Conditions]
    since: date
    cites: str

    @property
    def meaning(self) -> str:
        return (self.clauses.__doc__ or "").strip()


@dataclass(frozen=True)
class Override:
    """A region's change to a rule that exists: `clauses(h, p, upper)` receives the conditions it overrides."""

    rule: str
    region: str
    clauses: Callable[..., Conditions]
    since: date
    cites: str

    @property
    def meaning(self) -> str:
        return (self.clauses.__doc__ or "").strip()


def rule(name: str, *, of: type[SQLModel], since: date, cites: str) -> Callable[[Callable[..., Conditions]], Rule]:
    """Define a rule. Defining a name twice stops the start."""
    return lambda clauses: Rule(name, of, clauses, since, cites)


def overrides(name: str, *, region: str, since: date, cites: str) -> Callable[[Callable[..., Conditions]], Override]:
    """Change a rule for one region and all below it. Overriding an unknown name stops the start."""
    return lambda clauses: Override(name, region, clauses, since, cites)


@dataclass(frozen=True)
class Record:
    """One object loaded whole: its row, its members' rows, and the rows of plugins' extensions by name."""

    row: Any
    members: tuple[Any, ...] = ()
    extensions: Mapping[str, Any] | None = None


class Operands:
    """What a rule sees as `h`: every attribute is a `Term`, over a `Record` or over the columns of a model."""

    def __init__(
        self, model: type[SQLModel], facts: Mapping[str, Fact], extensions: Mapping[str, Any], record: Record | None
    ):
        self._model, self._facts, self._extensions, self._record = model, facts, extensions, record

    def __getattr__(self, name: str) -> Any:
        if name in self._facts:
            fact = self._facts[name]
            return lambda *args: Term(
                fact.of_record(self._record, *args) if self._record else fact.of_columns(self._model, *args)
            )
        if name in self._extensions:
            return _ExtensionOperands(self._model, self._extensions[name], name, self._record)
        return _column(self._model, name, self._record and self._record.row, known=(*self._facts, *self._extensions))


class _ExtensionOperands:
    """The columns of a plugin's extension table, seen from the record it extends; where it has no row, all is missing."""

    def __init__(self, model: type[SQLModel], extension: type[SQLModel], name: str, record: Record | None) -> None:
        self._model, self._extension, self._name, self._record = model, extension, name, record

    def __getattr__(self, name: str) -> Term:
        meaning = _meaning(self._extension, name, (), f" (h.{self._name})")
        if self._record is not None:
            value = getattr((self._record.extensions or {}).get(self._name), name, None)
            return Term(meaning.when_missing if value is None else value)
        column = getattr(self._extension, name)
        keys = [c.key for c in self._extension.__table__.primary_key]  # type: ignore[attr-defined]
        joined = and_(*(getattr(self._extension, k) == getattr(self._model, k) for k in keys))
        inner = select(column).where(joined).correlate(self._model).scalar_subquery()
        return Term(func.coalesce(inner, literal(meaning.when_missing, column.type), type_=column.type))


def _column(model: type[SQLModel], name: str, row: Any, known: tuple[str, ...]) -> Term:
    meaning = _meaning(model, name, known)
    if row is not None:
        value = getattr(row, name)
        return Term(meaning.when_missing if value is None else value)
    column = getattr(model, name)
    if not meaning.nullable:
        return Term(column.expression)
    return Term(func.coalesce(column, literal(meaning.when_missing, column.type), type_=column.type))


def _meaning(model: type[SQLModel], name: str, known: tuple[str, ...], read_as: str = "") -> Any:
    found = indicators(model).get(name)
    if found is None:
        names = ", ".join(sorted((*indicators(model), *known)))
        raise RuleError(f"{model.__name__}{read_as} has no fact or indicator {name!r}; it has {names}")
    return found
