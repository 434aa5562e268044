"""The joint: what the core and every plugin give for the schema, checked against each other. A clash names both."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from sqlmodel import SQLModel
from strawberry.types.field import StrawberryField
from strawberry.utils.str_converters import to_camel_case

from fp_core.errors import PluginError
from fp_core.graphql.extends import extended_model, fields_of
from fp_core.graphql.parts import GraphQL
from fp_core.graphql.sources import Link, Source, extension_columns
from fp_core.plugins import Host


@dataclass(frozen=True)
class Joint:
    """Everything one schema is made of. Immutable; made by `join(host)`."""

    host: Host
    sources: Mapping[type[SQLModel], Source]
    resolvers: Mapping[type[SQLModel], tuple[StrawberryField, ...]]
    queries: tuple[StrawberryField, ...]
    mutations: tuple[StrawberryField, ...]
    commands: tuple[type, ...]
    loaders: Mapping[str, Any]

    def source(self, model: type[SQLModel]) -> Source:
        return self.sources[model]

    def named(self, name: str) -> Source | None:
        """The source whose type has this name."""
        return next((source for source in self.sources.values() if source.name == name), None)

    def resolved_fields(self, model: type[SQLModel]) -> frozenset[str]:
        """The GraphQL names of the fields of a type that a Python resolver answers."""
        return frozenset(graphql_name(field) for field in self.resolvers.get(model, ()))


def join(host: Host) -> Joint:
    """Every plugin's part as one; the core's comes by the same hook."""
    parts: list[tuple[str, GraphQL]] = list(host.collect("fp_graphql"))
    work = _Work()
    for plugin, part in parts:
        work.add_sources(plugin, part.sources)
    for plugin, tables in host.collect("fp_tables"):
        for extension in tables.extensions:
            work.extend(plugin, extension.of, extension.model)
    for plugin, part in parts:
        work.add_links(plugin, part.links)
        work.add_resolvers(plugin, part)
    return Joint(
        host=host,
        sources=MappingProxyType(work.sources),
        resolvers=MappingProxyType({model: tuple(found) for model, found in work.resolvers.items()}),
        queries=tuple(work.queries),
        mutations=tuple(work.mutations),
        commands=tuple(command for _, part in parts for command in part.commands),
        loaders=MappingProxyType(_loaders(host)),
    )


def graphql_name(field: StrawberryField) -> str:
    """The name a field has in the schema."""
    return field.graphql_name or to_camel_case(field.python_name)


@dataclass
class _Work:
    sources: dict[type[SQLModel], Source] = field(default_factory=dict)
    resolvers: dict[type[SQLModel], list[StrawberryField]] = field(default_factory=dict)
    queries: list[StrawberryField] = field(default_factory=list)
    mutations: list[StrawberryField] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)

    def add_sources(self, plugin: str, sources: Iterable[Source]) -> None:
        for source in sources:
            self._own(plugin, f"type {source.name}")
            self._own(plugin, f"Query.{source.one}")
            self._own(plugin, f"Query.{source.many}")
            for name in ("id", *source.by_field, *source.links_by_field):
                self._own(plugin, f"{source.name}.{name}")
            self.sources[source.model] = source

    def extend(self, plugin: str, base: type[SQLModel], extension: type[SQLModel]) -> None:
        source = self._source(plugin, base, f"table {extension.__name__}")
        added = extension_columns(base, extension)
        for column in added:
            self._own(plugin, f"{source.name}.{column.field}")
        self.sources[base] = source.with_columns(added)

    def add_links(self, plugin: str, links: Iterable[Link]) -> None:
        for link in links:
            source = self._source(plugin, link.of, f"link {link.name!r}")
            self._check_link(plugin, link)
            self._own(plugin, f"{source.name}.{link.field}")
            self.sources[link.of] = source.with_links([link])

    def add_resolvers(self, plugin: str, part: GraphQL) -> None:
        for cls in part.extensions:
            source = self._source(plugin, extended_model(cls), f"class {cls.__name__}")
            found = self._named(plugin, source.name, fields_of(cls))
            self.resolvers.setdefault(source.model, []).extend(found)
        for cls in part.queries:
            self.queries += self._named(plugin, "Query", fields_of(cls))
        for cls in part.mutations:
            self.mutations += self._named(plugin, "Mutation", fields_of(cls))
        for command in part.commands:
            self._own(plugin, f"Mutation.{mutation_name(command)}")

    def _named(self, plugin: str, owner: str, fields: list[StrawberryField]) -> list[StrawberryField]:
        for one in fields:
            self._own(plugin, f"{owner}.{graphql_name(one)}")
            _check_described(plugin, owner, one)
        return fields

    def _own(self, plugin: str, name: str) -> None:
        if name in self.owners:
            raise PluginError(
                f"plugins {self.owners[name]!r} and {plugin!r} both add {name} to the schema; rename one of them"
            )
        self.owners[name] = plugin

    def _source(self, plugin: str, model: type[SQLModel], what: str) -> Source:
        if model not in self.sources:
            known = ", ".join(sorted(source.name for source in self.sources.values()))
            raise PluginError(f"plugin {plugin!r}: {what} is on {model.__name__}, which is no type; types are {known}")
        return self.sources[model]

    def _check_link(self, plugin: str, link: Link) -> None:
        own, target = self._source(plugin, link.of, link.name), self._source(plugin, link.to, link.name)
        for source, names in (
            (own, link.own),
            (target, (*link.target, *(name for name, _ in (*link.order(()), *link.fixed)))),
        ):
            lacking = [name for name in names if name not in source.by_name]
            if lacking:
                raise PluginError(
                    f"plugin {plugin!r}: link {link.of.__name__}.{link.name} names {lacking[0]!r}, "
                    f"which {source.name} does not have"
                )


def _check_described(plugin: str, owner: str, one: StrawberryField) -> None:
    name = f"{owner}.{graphql_name(one)}"
    if not one.description:
        raise PluginError(f"plugin {plugin!r}: {name} has no description; write @field('中文', 'english') above it")
    for argument in one.arguments:
        if not argument.description:
            raise PluginError(
                f"plugin {plugin!r}: argument {argument.python_name!r} of {name} has no description; "
                f"write @field('中文', 'english', {argument.python_name}='中文 · english')"
            )


def mutation_name(command: type) -> str:
    """The mutation of a command: `ExitHousehold` is `exitHousehold`."""
    return command.__name__[0].lower() + command.__name__[1:]


def _loaders(host: Host) -> dict[str, Any]:
    found: dict[str, Any] = {}
    owners: dict[str, str] = {}
    for plugin, loaders in host.collect("fp_loaders"):
        for name, function in loaders.items():
            if name in owners:
                raise PluginError(f"plugins {owners[name]!r} and {plugin!r} both have a loader {name!r}; rename one")
            owners[name], found[name] = plugin, function
    return found
