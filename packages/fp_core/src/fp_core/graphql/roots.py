"""The root fields that every source has: one row by its natural key, and rows page by page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import strawberry
from graphql import FieldNode, VariableValues, get_argument_values
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from fp_core.errors import Invalid
from fp_core.graphql import connections, questions
from fp_core.graphql.enums import CodeEnums
from fp_core.graphql.filters import Choice
from fp_core.graphql.joint import Joint
from fp_core.graphql.lookahead import asked_of, below, plan_of, selected
from fp_core.graphql.questions import MODELS, Question
from fp_core.graphql.reading import rows
from fp_core.graphql.scalars import from_plain, type_of_column
from fp_core.graphql.sources import Source
from fp_core.graphql.types import Node, split_id, type_of


class Root(StrawberryField):
    """A root field over sources: it asks a question that any way of reading can answer."""

    def __init__(self, name: str, kind: Any, text: str, arguments: list[StrawberryArgument], joint: Joint) -> None:
        super().__init__(
            python_name=name, graphql_name=name, type_annotation=StrawberryAnnotation(kind), description=text
        )
        self.arguments = arguments
        self.joint = joint

    @property
    def is_basic_field(self) -> bool:
        return False

    def ask(self, given: Mapping[str, Any]) -> tuple[Source, Question]:
        """The source to read and what is asked of it, from the arguments; a `Problem` where they are no question."""
        raise NotImplementedError

    def read(self, source: Source, question: Question, raw: Any) -> Any:
        """The ordinary way: a function of a session that gives the rows."""
        raise NotImplementedError

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        raw, context = info._raw_info, info.context
        definition = raw.parent_type.fields[raw.field_name]
        given = get_argument_values(definition, raw.field_nodes[0], VariableValues({}, raw.variable_values))
        of, question = self.ask(given)
        question.check(context.actor)
        ordinary = self.read(of, question, raw)
        if context.compiled is None:
            return context.read(ordinary)
        part = Rooted(str(raw.path.key), self, raw.field_nodes, of, question)
        return context.compiled.field(part, raw.variable_values, lambda: context.read(ordinary))


@dataclass(frozen=True)
class Rooted:
    """A root field of an operation: its key in the answer, its nodes, and what it asks of which source."""

    key: str
    root: Root
    nodes: Sequence[FieldNode]
    source: Source
    question: Question


class OneField(Root):
    """One row by its natural key; null where there is none, or none in the operator's region."""

    def __init__(self, source: Source, joint: Joint, enums: CodeEnums) -> None:
        columns = [source.by_name[name] for name in source.key]
        arguments = [_argument(c.name, type_of_column(c, enums), c.indicator.description) for c in columns]
        text = f"{source.label} · {source.english}, by its key; null where there is none in your region"
        super().__init__(source.one, type_of(source.model) | None, text, arguments, joint)
        self.source = source

    def ask(self, given: Mapping[str, Any]) -> tuple[Source, Question]:
        return self.source, questions.one(
            self.source, {name: _plain(given[self.source.by_name[name].field]) for name in self.source.key}
        )

    def read(self, source: Source, question: Question, raw: Any) -> Any:
        return _one(self.joint, source, question, raw)


class NodeField(Root):
    """Any row by its global id."""

    def __init__(self, joint: Joint) -> None:
        arguments = [_argument("id", strawberry.ID, "全局标识 · an `id` that a query gave")]
        text = "按全局标识查询 · any object by its global id; null where there is none in your region"
        super().__init__("node", Node | None, text, arguments, joint)

    def ask(self, given: Mapping[str, Any]) -> tuple[Source, Question]:
        name, parts = split_id(str(given["id"]))
        found = self.joint.named(name)
        if found is None or len(parts) != len(found.key):
            raise Invalid("id", f"没有类型为 {name!r} 的对象", f"{name!r} is no type that ids are given for")
        key = {column: _parsed(found, column, part) for column, part in zip(found.key, parts, strict=True)}
        return found, questions.one(found, key)

    def read(self, source: Source, question: Question, raw: Any) -> Any:
        return _one(self.joint, source, question, raw)


class ManyField(Root):
    """Rows page by page, narrowed by region, year and conditions."""

    def __init__(self, source: Source, choice: Choice, joint: Joint) -> None:
        text = f"{source.label} · {source.english}, page by page"
        super().__init__(source.many, connections.connection_of(source.model), text, _narrowing(source, choice), joint)
        self.source, self.choice = source, choice

    def ask(self, given: Mapping[str, Any]) -> tuple[Source, Question]:
        return self.source, questions.page(self.source, self.choice, given)

    def read(self, source: Source, question: Question, raw: Any) -> Any:
        asked, name = asked_of(raw), source.name
        chosen = below(raw.field_nodes, asked, f"{name}Connection")
        rows_of_edges = below(selected(chosen, "edges"), asked, f"{name}Edge")
        nodes = [*selected(chosen, "nodes"), *selected(rows_of_edges, "node")]
        wanted = connections.Wanted(
            question=question,
            terms=questions.total_order(source, self.choice, question.shape.order),
            plan=plan_of(self.joint, source, nodes, asked),
            counted=bool(selected(chosen, "totalCount")),
            listed=bool(selected(chosen, "nodes", "edges", "pageInfo")),
        )
        return lambda session: connections.page(session, wanted)


def _one(joint: Joint, source: Source, question: Question, raw: Any) -> Any:
    plan = plan_of(joint, source, raw.field_nodes, asked_of(raw))
    same = [condition for _, condition in questions.asked(source, question.shape, MODELS)]
    return lambda session: next(iter(rows(session, plan, where=same, limit=1, values=question.values)), None)


def _plain(value: Any) -> Any:
    return getattr(value, "value", value)


def _parsed(source: Source, column: str, part: str) -> Any:
    kind = source.by_name[column].indicator.type
    try:
        if kind is not int or (part.isdecimal() and len(part) < 10):
            return from_plain(kind, part)
    except ValueError:
        pass
    raise Invalid("id", f"全局标识中的 {part!r} 格式不对", f"{part!r} in the global id is no {kind.__name__}")


def _narrowing(source: Source, choice: Choice) -> list[StrawberryArgument]:
    arguments = []
    if source.region_columns:
        arguments.append(_argument("region", str | None, "行政区划 · this region and all below it, 12-digit code"))
    if "year" in source.by_name:
        arguments.append(_argument("year", int | None, "年度 · data year"))
    if source.search:
        labels = "、".join(source.by_name[name].indicator.label for name in source.search)
        arguments.append(_argument("search", str | None, f"搜索{labels} · text to find in these"))
    return [
        *arguments,
        _argument("where", choice.where | None, "筛选条件 · conditions, all must hold"),
        _argument("order_by", list[choice.order] | None, "排序 · order; the key comes last in any case"),  # type: ignore[name-defined]
        _argument("first", int | None, f"条数 · rows on the page, {questions.DEFAULT_FIRST} unless told"),
        _argument("after", str | None, "游标 · the endCursor of the page before"),
    ]


def _argument(name: str, kind: Any, text: str) -> StrawberryArgument:
    return StrawberryArgument(name, None, StrawberryAnnotation(kind), description=text)
