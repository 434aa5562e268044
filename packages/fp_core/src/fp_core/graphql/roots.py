"""The root fields that every source has: one row by its natural key, and rows page by page."""

from typing import Any

import strawberry
from sqlalchemy import or_
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from fp_core import regions
from fp_core.errors import Invalid
from fp_core.graphql import connections
from fp_core.graphql.enums import CodeEnums
from fp_core.graphql.filters import Choice, conditions
from fp_core.graphql.joint import Joint
from fp_core.graphql.lookahead import Plan, plan_of, selected
from fp_core.graphql.reading import rows
from fp_core.graphql.scalars import checked_text, from_plain, type_of_column
from fp_core.graphql.sources import Source
from fp_core.graphql.types import Node, split_id, type_of
from fp_core.scope import By


class _Root(StrawberryField):
    """A root field that reads in a worker thread."""

    def __init__(self, name: str, kind: Any, text: str, arguments: list[StrawberryArgument], joint: Joint) -> None:
        super().__init__(
            python_name=name, graphql_name=name, type_annotation=StrawberryAnnotation(kind), description=text
        )
        self.arguments = arguments
        self.joint = joint

    @property
    def is_basic_field(self) -> bool:
        return False


class OneField(_Root):
    """One row by its natural key; null where there is none, or none in the operator's region."""

    def __init__(self, source: Source, joint: Joint, enums: CodeEnums) -> None:
        columns = [source.by_name[name] for name in source.key]
        arguments = [_argument(c.name, type_of_column(c, enums), c.indicator.description) for c in columns]
        text = f"{source.label} · {source.english}, by its key; null where there is none in your region"
        super().__init__(source.one, type_of(source.model) | None, text, arguments, joint)
        self.source = source

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        raw = info._raw_info
        plan = plan_of(self.joint, self.source, raw.field_nodes, raw)
        return info.context.read(lambda session: _one(session, plan, kwargs))


class ManyField(_Root):
    """Rows page by page, narrowed by region, year and conditions."""

    def __init__(self, source: Source, choice: Choice, joint: Joint) -> None:
        text = f"{source.label} · {source.english}, page by page"
        super().__init__(source.many, connections.connection_of(source.model), text, _narrowing(source, choice), joint)
        self.source, self.choice = source, choice

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        if (region := kwargs.get("region")) is not None:
            connections.check_region(info.context.actor, region)
        wanted = self._wanted(info._raw_info, **kwargs)
        return info.context.read(lambda session: connections.page(session, wanted))

    def _wanted(self, raw: Any, **given: Any) -> connections.Wanted:
        first = connections.DEFAULT_FIRST if given.get("first") is None else given["first"]
        connections.check_first(first)
        chosen = selected(raw.field_nodes, raw)
        nodes = [*chosen.get("nodes", ()), *selected(chosen.get("edges", ()), raw).get("node", ())]
        return connections.Wanted(
            plan=plan_of(self.joint, self.source, nodes, raw),
            terms=self._terms(given.get("order_by") or []),
            where=tuple(self._conditions(given)),
            first=first,
            after=given.get("after"),
            counted="totalCount" in chosen,
            listed=bool(chosen.keys() & {"nodes", "edges", "pageInfo"}),
        )

    def _terms(self, names: list[str]) -> tuple[Any, ...]:
        terms = tuple(self.choice.terms[str(name)] for name in names)
        if len({term.column.name for term in terms}) < len(terms):
            raise Invalid(
                "orderBy", "排序字段重复，每个字段只能出现一次", "orderBy names a column twice; name each once"
            )
        return terms

    def _conditions(self, given: dict[str, Any]) -> Any:
        model = self.source.model
        if (region := given.get("region")) is not None:
            yield model, By(self.source.region_columns).visible(model, regions.span(region))
        if (year := given.get("year")) is not None:
            yield model, self.source.by_name["year"].expression(model) == year
        if (text := given.get("search")) is not None:
            yield model, _found(self.source, text)
        yield from conditions(self.source, given.get("where"))


class NodeField(_Root):
    """Any row by its global id."""

    def __init__(self, joint: Joint) -> None:
        arguments = [_argument("id", strawberry.ID, "全局标识 · an `id` that a query gave")]
        text = "按全局标识查询 · any object by its global id; null where there is none in your region"
        super().__init__("node", Node | None, text, arguments, joint)

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        name, parts = split_id(str(kwargs["id"]))
        found = self.joint.named(name)
        if found is None or len(parts) != len(found.key):
            raise Invalid("id", f"没有类型为 {name!r} 的对象", f"{name!r} is no type that ids are given for")
        key = {column: _parsed(found, column, part) for column, part in zip(found.key, parts, strict=True)}
        raw = info._raw_info
        plan = plan_of(self.joint, found, raw.field_nodes, raw)
        return info.context.read(lambda session: _one(session, plan, key))


def _one(session: Any, plan: Plan, key: dict[str, Any]) -> Any:
    for name, value in key.items():
        if isinstance(value, str):
            checked_text(name, value)
    same = [getattr(plan.source.model, name) == value for name, value in key.items()]
    return next(iter(rows(session, plan, where=same, limit=1)), None)


def _parsed(source: Source, column: str, part: str) -> Any:
    kind = source.by_name[column].indicator.type
    try:
        if kind is not int or (part.isdecimal() and len(part) < 10):
            return from_plain(kind, part)
    except ValueError:
        pass
    raise Invalid("id", f"全局标识中的 {part!r} 格式不对", f"{part!r} in the global id is no {kind.__name__}")


def _found(source: Source, text: str) -> Any:
    checked_text("search", text)
    return or_(*(getattr(source.model, name).contains(text, autoescape=True) for name in source.search))


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
        _argument("first", int | None, f"条数 · rows on the page, {connections.DEFAULT_FIRST} unless told"),
        _argument("after", str | None, "游标 · the endCursor of the page before"),
    ]


def _argument(name: str, kind: Any, text: str) -> StrawberryArgument:
    return StrawberryArgument(name, None, StrawberryAnnotation(kind), description=text)
