"""Project types as data: sub types, the tables of what only this type has, its codes, and its rules."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import SQLModel

from fp_core.codes import Dictionary, Item
from fp_core.errors import Invalid, PluginError
from fp_core.indicators import indicators
from fp_core.parts import Extension
from fp_core.rules import Rule
from fp_core.scope import By
from fp_projects.models import Project, ProjectBeneficiary


@dataclass(frozen=True, kw_only=True)
class ProjectType:
    """A project type. Its two commands, their inputs, its fields, filters and codes come from this.

    `project` is keyed by `project_code`, `beneficiary` by `household_code` and `project_code`. The same plugin's
    `fp_tables` returns them, their migration, and this type's `extensions`. In rules they are `h.<code in lower case>`.
    """

    code: str
    digit: str
    label: str
    english: str
    sub_types: tuple[Item, ...]
    project: type[SQLModel] | None = None
    beneficiary: type[SQLModel] | None = None
    codes: tuple[Dictionary, ...] = ()
    library_rule: Rule | None = None
    """A rule over Project that must hold besides the common one before the project enters the library."""
    beneficiary_rule: Rule | None = None
    """A rule over ProjectBeneficiary that must hold when a household is added."""
    county_wide: bool = False
    """Whether households from the whole county may benefit, instead of those of the project's own place."""

    @property
    def operand(self) -> str:
        return self.code.lower()

    @property
    def word(self) -> str:
        """The type in the names of its commands: EDU_TRAINING is EduTraining."""
        return "".join(part.capitalize() for part in self.code.split("_"))

    @property
    def item(self) -> Item:
        return Item(self.code, self.label, self.english, self.digit)

    @property
    def rules(self) -> tuple[Rule, ...]:
        return tuple(rule for rule in (self.library_rule, self.beneficiary_rule) if rule is not None)

    @property
    def extensions(self) -> tuple[Extension, ...]:
        given = ((Project, self.project), (ProjectBeneficiary, self.beneficiary))
        return tuple(Extension(of, model, self.operand) for of, model in given if model is not None)


Types = Mapping[str, ProjectType]


def types_of(collect: Callable[[str], Iterator[tuple[str, Any]]]) -> dict[str, ProjectType]:
    """The types of all plugins by code. A code or digit given twice, or a table that nobody brings, is refused."""
    found: dict[str, ProjectType] = {}
    owners: dict[str, str] = {}
    brought = {extension for _, tables in collect("fp_tables") for extension in tables.extensions}
    for plugin, types in collect("fp_project_types"):
        for one in types:
            for name in (f"code {one.code!r}", f"digit {one.digit!r}"):
                if name in owners:
                    raise PluginError(f"plugins {owners[name]!r} and {plugin!r} both have a project type of {name}")
                owners[name] = plugin
            _check_tables(plugin, one, brought)
            found[one.code] = one
    return found


def type_named(types: Types, code: str) -> ProjectType:
    """The type with this code; an unknown one is refused with the known."""
    if code not in types:
        known = "、".join(f"{t.code}（{t.label}）" for t in types.values())
        raise Invalid(
            "project_type", f"没有项目类型 {code!r}，现有：{known}", f"no project type {code!r}; known are {known}"
        )
    return types[code]


def dictionaries(types: Iterable[ProjectType]) -> tuple[Dictionary, ...]:
    """PROJECT_TYPE and PROJECT_SUBTYPE over all types, and the types' own code lists."""
    types = tuple(types)
    return (
        Dictionary("PROJECT_TYPE", "项目类型", "type of a project", tuple(t.item for t in types)),
        Dictionary(
            "PROJECT_SUBTYPE", "项目子类型", "sub type of a project", tuple(s for t in types for s in t.sub_types)
        ),
        *(codes for t in types for codes in t.codes),
    )


def own_fields(model: type[SQLModel] | None) -> tuple[str, ...]:
    """What is entered of a type's own table: its indicators but keys, scope columns and computed ones."""
    if model is None:
        return ()
    scope = getattr(model, "__scope__", None)
    carried = set(scope.columns if isinstance(scope, By) else ())
    return tuple(name for name, i in indicators(model).items() if not (i.primary_key or i.computed or name in carried))


def required_fields(model: type[SQLModel] | None) -> tuple[str, ...]:
    """Those of them that must be given."""
    return tuple(name for name in own_fields(model) if model is not None and indicators(model)[name].required)


def _check_tables(plugin: str, one: ProjectType, brought: set[Extension]) -> None:
    for extension in one.extensions:
        if extension not in brought:
            raise PluginError(
                f"plugin {plugin!r}: nobody brings the table {extension.model.__name__} of project type {one.code!r}; "
                "return it from fp_tables, and the type's `extensions` with it"
            )
