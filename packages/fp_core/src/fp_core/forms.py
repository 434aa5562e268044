"""Collection forms (采集表): a form is a list of indicators. Template, import and print take their columns from here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlmodel import SQLModel

from fp_core import regions
from fp_core.errors import Invalid
from fp_core.excel.rows import Check
from fp_core.indicators import Indicator, indicators

if TYPE_CHECKING:
    from fp_core.plugins import Host

MASKED = "_masked"
"""A number is stored sealed and shown by its mask; on a form it is typed in full, under the same name without this."""


@dataclass(frozen=True)
class Field:
    """One column of a sheet: its name there, and the indicator it carries. `model` is None for a column of the form alone."""

    name: str
    indicator: Indicator
    model: type[SQLModel] | None = None

    @property
    def is_sealed(self) -> bool:
        return self.indicator.name.endswith(MASKED)


@dataclass(frozen=True)
class Sheet:
    """One sheet of a form: every typed indicator of its models. Nothing lists them a second time."""

    name: str
    title: str
    english: str
    models: tuple[type[SQLModel], ...]
    own: tuple[Indicator, ...] = ()
    """Columns that stand on no model, such as the running number that ties persons to their household."""
    depends: frozenset[str] = frozenset()
    """Fields that are required only by a rule over the row, so an empty cell alone is not wrong."""
    rules: Mapping[str, str] = field(default_factory=dict)
    """The official id of a check for a field whose range or presence is checked under one."""


@dataclass(frozen=True)
class Form:
    """A collection form. `check` holds the rules that need more than one cell."""

    code: str
    label: str
    english: str
    sheets: tuple[Sheet, ...]
    check: Check | None = None
    version: int = 1

    def fields(self, sheet: Sheet, host: "Host", year: int, region: str) -> tuple[Field, ...]:
        """The columns of a sheet in a data year and region: its own, its models', and those of plugins' extensions."""
        own = [Field(meaning.name, meaning) for meaning in sheet.own]
        typed = [one for model in sheet.models for one in self._typed(model, year)]
        added = [
            Field(f"{extension.name}.{one.name}", one.indicator, extension.model)
            for extension in host.extensions
            if extension.of in sheet.models and regions.contains(extension.region, region)
            for one in self._typed(extension.model, year)
        ]
        return (*own, *typed, *added)

    def _typed(self, model: type[SQLModel], year: int) -> Iterator[Field]:
        for meaning in indicators(model).values():
            collected = meaning.form == self.code and meaning.in_year(year)
            if collected and not (meaning.computed or meaning.primary_key):
                yield Field(meaning.name.removesuffix(MASKED), meaning, model)


def form_of(host: "Host", code: str) -> Form:
    """The form with this code."""
    found: dict[str, Form] = {form.code: form for form in host.forms if isinstance(form, Form)}
    if code not in found:
        raise Invalid(
            "form",
            f"没有采集表 {code!r}，现有：{'、'.join(f'{c}（{f.label}）' for c, f in found.items())}",
            f"there is no form {code!r}; known are {', '.join(found)}",
        )
    return found[code]
