"""What a plugin adds to the schema: the data that its `fp_graphql()` returns."""

from dataclasses import dataclass

from fp_core.graphql.sources import Link, Source


@dataclass(frozen=True, kw_only=True)
class GraphQL:
    """Types with rows behind them, links between types, commands, and classes of Python resolvers.

    `commands` become mutations of the same name. `queries` and `mutations` are classes of `@field` functions
    for what is neither row nor command; `extensions` are classes marked by `@extends(Model)`. Indicators of a table that
    is declared as an `Extension` need no mention here: they are fields of the extended type already.
    """

    sources: tuple[Source, ...] = ()
    links: tuple[Link, ...] = ()
    commands: tuple[type, ...] = ()
    queries: tuple[type, ...] = ()
    mutations: tuple[type, ...] = ()
    extensions: tuple[type, ...] = ()
