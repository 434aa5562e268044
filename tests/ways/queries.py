"""Generated queries: any root fields with their arguments, and the operation and variables around them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_composite_type
from hypothesis import strategies as st

from fp_core.graphql.sources import Source
from tests.ways.arguments import OMITTED, RUBBISH, Arguments, Variable, Writer
from tests.ways.compare import Case, Cursor
from tests.ways.data import OPERATORS, Data
from tests.ways.scopes import Scope
from tests.ways.selections import DEEPEST, SIZES, Document, Fragment
from tests.ways.values import YEARS


@dataclass
class Roots:
    """Draws root fields with their arguments into a document."""

    document: Document
    scope: Scope = field(default_factory=Scope)
    cursor: Cursor | None = None

    def text(self) -> str:
        """The selection of the operation."""
        write = self.document.write
        number = write.one_of((1, 1, 1, 2, 3))
        parts = [self._wrapped(self._root()) for _ in range(number)]
        if write.chance(8):
            parts.append("__typename")
        if self.document.resolved and write.chance(10):
            parts.append('__type(name: "Household") { name fields { name } }')
        return "{ " + "\n".join(parts) + " }"

    def _wrapped(self, root: str) -> str:
        write = self.document.write
        if not write.chance(10):
            return root
        if write.chance(50):
            return f"... on Query {{ {root} }}"
        fragments = self.document.fragments
        fragments.append(Fragment(f"F{len(fragments)}", "Query", DEEPEST, Scope(), f"{{ {root} }}"))
        return f"...{fragments[-1].name}"

    def _root(self) -> str:
        write, document = self.document.write, self.document
        sources = document.data.joint.sources.values()
        how = write.draw(st.integers(0, 99))
        if document.resolved and how >= 75:
            name = write.one_of(sorted(RESOLVED))
            return self._written(name, RESOLVED[name](Arguments(write)))
        source = write.one_of(sources)
        if how < 45:
            return self._page(source)
        arguments = Arguments(write)
        if how < 62:
            given: dict[str, Any] = {"id": self._some_id(arguments, source)}
            document.hint = source.name
            return self._written("node", given)
        return self._written(source.one, arguments.key(source))

    def _some_id(self, arguments: Arguments, source: Source) -> str:
        wrong = ("", "Household", "Household:", "Nothing:1", "householdYear:1:2", "HouseholdYear:1:x", "Region:1:2:3")
        if arguments.write.chance(4):
            return str(arguments.write.one_of(wrong))
        return arguments.global_id(source)

    def _page(self, source: Source) -> str:
        field_ = self._fields[source.many]
        given = Arguments(self.document.write).page(source, field_.args)
        return self._written(source.many, {**given, "after": self._after(source, given)})

    def _after(self, source: Source, given: Mapping[str, Any]) -> Any:
        """Where the page begins: at the start, behind a real cursor, behind a forged one, or behind rubbish."""
        write = self.document.write
        how = write.draw(st.integers(0, 99))
        if how < 65 or (self.cursor is not None and how < 97):
            return OMITTED
        if how < 86 and self.cursor is None:
            self.cursor = self._earlier(source, given)
            return CURSOR
        if how < 98:
            return Arguments(write).forged_cursor(source, given.get("orderBy", OMITTED))
        return CURSOR if self.cursor is not None else write.one_of(RUBBISH)

    def _earlier(self, source: Source, given: Mapping[str, Any]) -> Cursor:
        """The query whose answer has the cursor: the same page from its start, rarely one in another order."""
        write, field_ = self.document.write, self._fields[source.many]
        same = {name: value for name, value in given.items() if name not in ("first", "after") and value is not OMITTED}
        if write.chance(4):
            same["orderBy"] = Arguments(write).order(source, field_.args["orderBy"])
        asked = ", ".join(f"{n}: {write.plain(field_.args[n].type, v)}" for n, v in {**same, "first": 60}.items())
        return Cursor(
            f"{{ page: {source.many}({asked}) {{ edges {{ cursor }} }} }}", {}, write.draw(st.integers(0, 59))
        )

    def _written(self, name: str, given: Mapping[str, Any]) -> str:
        """A root field with these arguments and a selection."""
        document, definition = self.document, self._fields[name]
        arguments = [self._argument(n, a, given.get(n, OMITTED)) for n, a in definition.args.items()]
        asked = ", ".join(argument for argument in arguments if argument)
        inner = get_named_type(definition.type)
        form = str(definition.type).replace(inner.name, "{}")
        key = document.key(name)
        below = self.scope.take(key, name, asked, form)
        while below is None:
            key = f"r{len(self.scope.entries)}_{key}"[:200]
            below = self.scope.take(key, name, asked, form)
        selection = document.selection(inner, DEEPEST - 1, below) if is_composite_type(inner) else ""
        alias = "" if key == name else f"{key}: "
        return f"{alias}{name}{f'({asked})' if asked else ''}{document.directives()} {selection}"

    def _argument(self, name: str, argument: Any, value: Any) -> str:
        return f"{name}: $after" if value is CURSOR else self.document.write.argument(name, argument, value)

    @property
    def _fields(self) -> Any:
        query = self.document.schema.query_type
        assert query is not None
        return query.fields


CURSOR: Any = object()
"""In place of a value: the variable that a real cursor is given in."""

RESOLVED: Mapping[str, Callable[[Arguments], dict[str, Any]]] = {
    "me": lambda _: {},
    "plugins": lambda _: {},
    "statisticsTables": lambda _: {},
    "findRegions": lambda a: {"text": a.write.one_of(("村", "县", "%", "", '"')), "year": a.write.one_of(YEARS)},
    "fundBalance": lambda a: {"regionCode": a.region(), "fundYear": a.write.one_of(YEARS)},
    "exitsUnder": lambda a: {"region": a.region(), "year": a.write.one_of(YEARS)},
}
"""The root fields that a Python resolver answers, each with arguments for it."""


@st.composite
def cases(draw: Any, schema: GraphQLSchema, data: Data) -> Case:
    """A request of any operator."""
    write = Writer(draw, data, draw(st.sampled_from(OPERATORS)))
    document = Document(schema, data, write, resolved=write.chance(20), left=write.one_of(SIZES))
    roots = Roots(document)
    selection = roots.text()
    query = _with_fragments(selection, document.fragments)
    variables = {name: v for name, v in write.variables.items() if re.search(rf"\${name}\b", query)}
    declared = [f"${n}: {v.kind}{'' if v.default is None else f' = {v.default}'}" for n, v in variables.items()]
    cursor = roots.cursor if "$after" in query else None
    declared += ["$after: String"] if "$after" in query else []
    head, operation = _head(write, ", ".join(declared))
    more = "\nquery Other { other: __typename }" if operation else ""
    given = {name: v.given for name, v in variables.items() if v.given is not OMITTED}
    again = tuple(
        (draw(st.sampled_from(OPERATORS)), _other(write, variables)) for _ in range(write.one_of((0, 0, 1, 2)))
    )
    return Case(write.operator, f"{head}{query}{more}", given, operation, cursor, again)


def _other(write: Writer, variables: Mapping[str, Variable]) -> dict[str, Any]:
    """Other values for the same variables: truths turned round, other numbers, and some of them null or left out."""
    given = {}
    for name, variable in variables.items():
        value = variable.given
        if variable.kind.startswith("Boolean"):
            value = write.one_of((True, False))
        elif variable.kind.startswith("Int") and value is not OMITTED:
            value = write.one_of((1, 2, 2016, 5))
        elif variable.kind.endswith("Where") and write.chance(30):
            value = {}
        if not variable.kind.endswith("!") and write.chance(15):
            value = OMITTED if variable.kind == "Boolean" else write.one_of((None, OMITTED))
        if value is not OMITTED:
            given[name] = value
    return given


def _head(write: Writer, declared: str) -> tuple[str, str | None]:
    """What stands before the selection, and the operation that is named where there are several."""
    how = write.draw(st.integers(0, 9))
    if how < 4 and not declared:
        return "", None
    asked = f"({declared})" if declared else ""
    if how < 8:
        return f"query {'' if how < 6 else 'Reading'}{asked} ", None
    return f"query Reading{asked} ", write.one_of((*("Reading",) * 5, "Other"))


def _with_fragments(selection: str, fragments: list[Fragment]) -> str:
    """The selection with the definitions of the fragments that it reaches."""
    known, used, waiting = {f.name: f for f in fragments}, [], [selection]
    while waiting:
        for name in re.findall(r"\.\.\.(F\d+)\b", waiting.pop()):
            if (fragment := known.pop(name, None)) is not None:
                used.append(fragment)
                waiting.append(fragment.text)
    return "\n".join((selection, *(f"fragment {f.name} on {f.on} {f.text}" for f in used)))
