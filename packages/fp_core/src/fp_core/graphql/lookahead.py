"""Look-ahead: which columns and links a query asks of a source, known before the first row is read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    SelectionNode,
)

from fp_core.graphql.joint import Joint
from fp_core.graphql.sources import Link, Source


@dataclass(frozen=True)
class Plan:
    """What is read of a source: names of columns, and a plan for each link below."""

    source: Source
    columns: tuple[str, ...]
    links: tuple[tuple[Link, "Plan"], ...] = ()

    def including(self, names: Iterable[str]) -> "Plan":
        """The plan with these columns too."""
        return Plan(self.source, tuple(dict.fromkeys((*self.columns, *names))), self.links)


def selected(nodes: Iterable[FieldNode], info: Any) -> dict[str, list[FieldNode]]:
    """The fields below these nodes by name: fragments opened, @skip and @include obeyed."""
    found: dict[str, list[FieldNode]] = {}
    for node in nodes:
        if node.selection_set is not None:
            _collect(node.selection_set.selections, info, None, found)
    return found


def plan_of(joint: Joint, source: Source, nodes: Iterable[FieldNode], info: Any) -> Plan:
    """The plan for the rows of a source that these nodes select from."""
    found: dict[str, list[FieldNode]] = {}
    for node in nodes:
        if node.selection_set is not None:
            _collect(node.selection_set.selections, info, source.name, found)
    names = [source.by_field[name].name for name in found if name in source.by_field]
    if any(name in joint.resolved_fields(source.model) for name in found):
        names = list(source.by_name)  # a Python resolver may look at any column of its row
    links = []
    for name, below in found.items():
        if (link := source.links_by_field.get(name)) is not None:
            inner = plan_of(joint, joint.source(link.to), below, info)
            links.append((link, inner.including(link.target)))
            names += link.own
    return Plan(source, tuple(dict.fromkeys((*source.key, *names))), tuple(links))


def _collect(selections: Iterable[SelectionNode], info: Any, on: str | None, found: dict[str, list[FieldNode]]) -> None:
    for selection in selections:
        if not _wanted(selection, info.variable_values):
            continue
        if isinstance(selection, FieldNode):
            found.setdefault(selection.name.value, []).append(selection)
            continue
        part: Any = info.fragments[selection.name.value] if isinstance(selection, FragmentSpreadNode) else selection
        condition = part.type_condition.name.value if part.type_condition else None
        if on is None or condition in (None, on, "Node"):
            _collect(part.selection_set.selections, info, on, found)


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
