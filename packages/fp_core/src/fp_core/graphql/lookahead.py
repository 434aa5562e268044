"""Look-ahead: which columns and links a query asks of a source, known before the first row is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from graphql import FieldNode, FragmentDefinitionNode, FragmentSpreadNode, InlineFragmentNode, SelectionNode

from fp_core.graphql.joint import Joint
from fp_core.graphql.sources import Link, Source

Fields = dict[str, list[FieldNode]]
"""The nodes of each field of an answer, by the key it has there, in the order of the answer."""


class Asked(NamedTuple):
    """What else a selection needs to be read: the fragments of its document and the values of its variables."""

    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What is read of a source: names of columns, and a plan for each link below."""

    source: Source
    columns: tuple[str, ...]
    links: tuple[tuple[Link, "Plan"], ...] = ()

    def including(self, names: Iterable[str]) -> "Plan":
        """The plan with these columns too."""
        return Plan(self.source, tuple(dict.fromkeys((*self.columns, *names))), self.links)


def asked_of(info: Any) -> Asked:
    """Fragments and variables, from graphql-core's info of a field."""
    return Asked(info.fragments, info.variable_values)


def below(nodes: Iterable[FieldNode], asked: Asked, on: str) -> Fields:
    """The fields selected below these nodes of an object of type `on`: fragments opened, @skip and @include obeyed."""
    found: Fields = {}
    for node in nodes:
        if node.selection_set is not None:
            _collect(node.selection_set.selections, asked, on, found)
    return found


def selected(fields: Fields, *names: str) -> list[FieldNode]:
    """The nodes of the fields with these names, whatever their keys."""
    return [node for nodes in fields.values() for node in nodes if node.name.value in names]


def plan_of(joint: Joint, source: Source, nodes: Iterable[FieldNode], asked: Asked) -> Plan:
    """The plan for the rows of a source that these nodes select from."""
    found: dict[str, list[FieldNode]] = {}
    for same in below(nodes, asked, source.name).values():
        found.setdefault(same[0].name.value, []).extend(same)
    names = [source.by_field[name].name for name in found if name in source.by_field]
    if any(name in joint.resolved_fields(source.model) for name in found):
        names = list(source.by_name)  # a Python resolver may look at any column of its row
    links = []
    for name, same in found.items():
        if (link := source.links_by_field.get(name)) is not None:
            inner = plan_of(joint, joint.source(link.to), same, asked)
            links.append((link, inner.including(link.target)))
            names += link.own
    return Plan(source, tuple(dict.fromkeys((*source.key, *names))), tuple(links))


def _collect(selections: Iterable[SelectionNode], asked: Asked, on: str, found: Fields) -> None:
    for selection in selections:
        if not _wanted(selection, asked.variables):
            continue
        if isinstance(selection, FieldNode):
            found.setdefault((selection.alias or selection.name).value, []).append(selection)
            continue
        part: Any = asked.fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
        condition = part.type_condition.name.value if part.type_condition else None
        if condition in (None, on, "Node"):
            _collect(part.selection_set.selections, asked, on, found)


def _wanted(selection: SelectionNode, variables: Mapping[str, Any]) -> bool:
    assert isinstance(selection, (FieldNode, FragmentSpreadNode, InlineFragmentNode))
    for directive in selection.directives or ():
        given: Any = directive.arguments[0].value if directive.arguments else None
        if given is None or directive.name.value not in ("skip", "include"):
            continue
        value = variables.get(given.name.value) if given.kind == "variable" else given.value
        if bool(value) == (directive.name.value == "skip"):
            return False
    return True
