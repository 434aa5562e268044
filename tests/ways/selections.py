"""Generated selections: columns, links, aliases, fragments and directives below any type, drawn from the schema itself."""

from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLInterfaceType,
    GraphQLSchema,
    get_named_type,
    is_composite_type,
    is_leaf_type,
)
from hypothesis import strategies as st

from tests.ways.arguments import OMITTED, Writer
from tests.ways.data import Data
from tests.ways.scopes import Scope

DEEPEST = 10
SIZES = (8, 16, 4, 30, 60)
"""About how many fields a query has."""
LONG = "a_response_key_that_is_longer_than_the_sixty_three_bytes_of_a_name_in_postgresql_"
ALIASES = ("a", "b", "id", "name", "year", "nodes", "select", "r0_limit", "n1", "_", f"{LONG}1", f"{LONG}2")


@dataclass
class Fragment:
    """A named fragment: the type it is on, how deep it goes, and the keys it takes."""

    name: str
    on: str
    depth: int
    scope: Scope
    text: str


@dataclass
class Document:
    """One document that is being drawn."""

    schema: GraphQLSchema
    data: Data
    write: Writer
    resolved: bool
    """Whether fields that a Python resolver answers are drawn too."""
    fragments: list[Fragment] = field(default_factory=list)
    left: int = 0
    hint: str = ""
    """The type that a node is most likely of."""

    def selection(self, kind: Any, depth: int, scope: Scope) -> str:
        """A selection on a type that is at most so deep."""
        if self.left <= 0:
            return "{ __typename }"
        number = self.write.draw(st.integers(1, 4))
        parts = [part for _ in range(number) if (part := self._part(kind, depth, scope))]
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _part(self, kind: Any, depth: int, scope: Scope) -> str:
        how = self.write.draw(st.integers(0, 99))
        if isinstance(kind, GraphQLInterfaceType) and how < 60:
            how += 40
        if self.left <= 0:
            return ""
        if how < 80:
            return self._field(kind, depth, scope)
        if how < 82:
            return self._every_column(kind, scope) or self._field(kind, depth, scope)
        if how < 90:
            on = self._condition(kind)
            spread = f"... on {on.name}" if on is not kind or self.write.chance(60) else "..."
            return f"{spread}{self.directives()} {self.selection(on, depth, scope)}"
        return self._spread(kind, depth, scope)

    def _condition(self, kind: Any) -> Any:
        """A type that a fragment inside a selection on `kind` may be on."""
        if isinstance(kind, GraphQLInterfaceType):
            chosen = (
                self.hint
                if self.hint and self.write.chance(65)
                else self.write.one_of(self.data.joint.sources.values())
            )
            return self.schema.type_map[chosen if isinstance(chosen, str) else chosen.name]
        interfaces = getattr(kind, "interfaces", ())
        if not interfaces or not self.write.chance(40):
            return kind
        self.hint = kind.name
        return interfaces[0]

    def _spread(self, kind: Any, depth: int, scope: Scope) -> str:
        on = self._condition(kind)
        known = [f for f in self.fragments if f.on == on.name and f.depth <= depth]
        if known and self.write.chance(50):
            fragment = self.write.one_of(known)
        else:
            own = Scope()
            text = self.selection(on, depth, own)
            fragment = Fragment(f"F{len(self.fragments)}", on.name, own.depth(), own, text)
            self.fragments.append(fragment)
        return f"...{fragment.name}{self.directives()}" if scope.takes_in(fragment.scope) else ""

    def _field(self, kind: Any, depth: int, scope: Scope) -> str:
        names = self._names(kind, depth)
        if scope.entries and self.write.chance(10):
            names = [meaning for e in scope.entries.values() if (meaning := e.meaning[0]) in names] or names
        name = self.write.one_of(names)
        definition = kind.fields.get(name)
        inner = get_named_type(definition.type) if definition else None
        key = self.key(name)
        form = (
            str(definition.type).replace(inner.name, "{}" if is_composite_type(inner) else inner.name) if inner else ""
        )
        below = scope.take(key, name, "", form)
        if below is None:
            return ""
        self.left -= 1
        rest = f" {self.selection(inner, depth - 1, below)}" if is_composite_type(inner) else ""
        return f"{'' if key == name else f'{key}: '}{name}{self.directives()}{rest}"

    def _names(self, kind: Any, depth: int) -> list[str]:
        """The fields to choose from: links by turns with columns, though there are far fewer of them."""
        resolved = self._resolved(kind)
        fields = {n: f for n, f in kind.fields.items() if self.resolved or n not in resolved}
        deep = [n for n, f in fields.items() if not is_leaf_type(get_named_type(f.type))]
        flat = [n for n in fields if n not in deep]
        if not flat or (deep and depth > 1 and self.write.chance(45 if self.data.joint.named(kind.name) else 75)):
            return deep if depth > 1 and deep else ["__typename"]
        if self.resolved and resolved and depth > 1 and self.write.chance(30):
            return sorted(resolved)
        if self.write.chance(6):
            return ["__typename"]
        return flat

    def _resolved(self, kind: Any) -> frozenset[str]:
        source = self.data.joint.named(kind.name)
        return self.data.joint.resolved_fields(source.model) if source else frozenset()

    def _every_column(self, kind: Any, scope: Scope) -> str:
        """Sixty-four columns and more, where the type has them."""
        source = self.data.joint.named(kind.name)
        if source is None:
            return ""
        self.left -= len(source.columns)
        taken = []
        for column in source.columns:
            form = str(kind.fields[column.field].type)
            if scope.take(column.field, column.field, "", form) is not None:
                taken.append(column.field)
        return " ".join(taken)

    def key(self, name: str) -> str:
        """The key of a field: its name, or an alias."""
        return str(self.write.one_of(ALIASES)) if self.write.chance(18) else name

    def directives(self) -> str:
        """Now and then a directive, by a literal or a variable."""
        if not self.write.chance(4):
            return ""
        word = self.write.one_of(("@include", "@skip"))
        value = self.write.one_of((word == "@include", word == "@skip"))
        how = self.write.draw(st.integers(0, 2))
        if how == 0:
            given = str(value).lower()
        elif how == 1:
            given = self.write.variable("Boolean!", value)
        else:
            given = self.write.variable("Boolean", OMITTED, str(value).lower())
        return f" {word}(if: {given})"
