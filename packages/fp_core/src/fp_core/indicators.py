"""Indicators (指标): the one declaration of a field, from which column, GraphQL field, filter, Excel column and dictionary come."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

from sqlalchemy import Column, LargeBinary, String
from sqlmodel import Field, SQLModel

from fp_core.naming import CONVENTION
from fp_core.types import CodeSet, Scaled, UtcDateTime

# Every table has indicators, so no table is defined before this is set.
SQLModel.metadata.naming_convention = CONVENTION


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """What an indicator means and how it is collected. `name` and `type` come from the model field it stands on."""

    label: str
    english: str
    name: str = ""
    type: type = str
    unit: str | None = None
    codes: str | None = None
    many: bool = False
    places: int | None = None
    since: int | None = None
    until: int | None = None
    form: str | None = None
    required: bool = False
    locked: bool = False
    computed: bool = False
    personal: bool = False
    secret: bool = False
    fresh: bool = False
    missing: Any = None
    least: Any = None
    most: Any = None
    max_length: int | None = None
    pattern: str | None = None
    legacy: str | None = None
    nullable: bool = True
    primary_key: bool = False

    @property
    def description(self) -> str:
        """Chinese term first, then English, unit and years: the text of the GraphQL field."""
        unit = f" ({self.unit})" if self.unit else ""
        years = f" [{self.since or ''}–{self.until or ''}]" if self.since or self.until else ""
        return f"{self.label} · {self.english}{unit}{years}"

    def in_year(self, year: int) -> bool:
        """Whether the indicator is collected for this data year."""
        return (self.since or year) <= year <= (self.until or year)

    @property
    def when_missing(self) -> Any:
        """What a rule sees where nothing is stored: the unfavourable value, or nothing of the kind."""
        if self.missing is not None:
            return self.missing
        return {
            bool: False,
            str: "",
            tuple: (),
            date: date.min,
            datetime: datetime.min.replace(tzinfo=UTC),
        }.get(self.type, 0)


def indicator(
    label: str,
    english: str,
    *,
    default: Any = None,
    default_factory: Any = None,
    index: bool = False,
    sa_type: Any = None,
    places: int | None = None,
    many: bool = False,
    max_length: int | None = None,
    nullable: bool | None = None,
    primary_key: bool = False,
    **facts: Any,
) -> Any:
    """Declare a model field. `facts` are those of `Indicator`; a key or a `nullable=False` field must be given a value."""
    nullable = not primary_key if nullable is None else nullable
    meaning = Indicator(
        label=label,
        english=english,
        many=many,
        places=places,
        max_length=max_length,
        nullable=nullable,
        primary_key=primary_key,
        **facts,
    )
    kind = sa_type or _column_type(places, many, max_length)
    settings: dict[str, Any] = {"nullable": nullable, "sa_column_kwargs": {"info": {"indicator": meaning}}}
    if kind is not None:
        settings["sa_type"] = kind
    if primary_key:
        settings["primary_key"] = True
    if index:
        settings["index"] = True
    if default_factory is not None:
        settings["default_factory"] = default_factory
    elif nullable or default is not None:
        settings["default"] = default
    return Field(**settings)


def moment(label: str, english: str, **facts: Any) -> Any:
    """Declare a field that holds a moment in UTC."""
    return indicator(label, english, sa_type=UtcDateTime, **facts)


def sealed(label: str, english: str, **facts: Any) -> Any:
    """Declare a field of encrypted bytes: never shown, filtered or exported."""
    return indicator(label, english, sa_type=LargeBinary, secret=True, **facts)


@cache
def indicators(model: type[SQLModel]) -> dict[str, Indicator]:
    """The indicators of a model by field name, in the order they were declared."""
    return {column.key: _of(column) for column in model.__table__.columns}  # type: ignore[attr-defined]


def _column_type(places: int | None, many: bool, max_length: int | None) -> Any:
    if places is not None:
        return Scaled(places)
    if many:
        return CodeSet
    return String(max_length) if max_length is not None else None


def _of(column: Column[Any]) -> Indicator:
    meaning: Indicator | None = column.info.get("indicator")
    if meaning is None:
        raise TypeError(
            f"{column.table.name}.{column.key} is not declared by indicator(); give it a label and a meaning"
        )
    kind = column.type.python_type
    return replace(meaning, name=column.key, type=str if kind is object else kind)
