"""The context of one request: who asks, of which registry, and the loaders that batch what its resolvers ask for."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from typing import Any, TypeVar

from aiodataloader import DataLoader
from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core.db import ScopedSession
from fp_core.graphql.joint import Joint
from fp_core.graphql.lookahead import Plan, asked_of, plan_of
from fp_core.graphql.reading import ends, linked, rows
from fp_core.graphql.sources import Link
from fp_core.registry import Registry
from fp_core.scope import Actor

T = TypeVar("T")
BATCH = 1_000


class Context:
    """Made anew for each request, inside the running loop. Each read has its own short session in a worker thread."""

    def __init__(self, registry: Registry, actor: Actor, joint: Joint, compiled: Any = None) -> None:
        self.registry = registry
        self.actor = actor
        self.joint = joint
        self.compiled = compiled
        self.loaders: Mapping[str, DataLoader[Any, Any]] = _Loaders(self, joint)
        self._links: dict[tuple[str, str, Plan], DataLoader[Any, Any]] = {}

    async def read(self, function: Callable[[ScopedSession], T]) -> T:
        """Run a reading function in a worker thread with a session limited to the actor's region."""
        return await asyncio.to_thread(self._read, function)

    async def rows(self, info: Any, model: type[SQLModel], *where: ColumnElement[bool]) -> list[Any]:
        """Rows of a model for a resolver to return, by key: what the query selects below the resolver's field, no more."""
        raw, source = info._raw_info, self.joint.source(model)
        plan = plan_of(self.joint, source, raw.field_nodes, asked_of(raw))
        order = [source.by_name[name].expression(model) for name in source.key]
        return await self.read(lambda session: rows(session, plan, where=where, order=order))

    def _read(self, function: Callable[[ScopedSession], T]) -> T:
        with self.registry.session(self.actor) as session:
            return function(session)

    def link(self, link: Link, plan: Plan) -> DataLoader[Any, Any]:
        """The loader of a link for rows that were not read together with it, one per link and selection."""
        place = (link.of.__name__, link.name, plan)
        if place not in self._links:

            def load(session: Session, keys: list[Any]) -> Mapping[Any, Any]:
                found = linked(session, link, plan, keys)
                return {key: ends(link, found.get(key, [])) for key in keys}

            self._links[place] = _loader(self, load)
        return self._links[place]


class _Loaders(Mapping[str, DataLoader[Any, Any]]):
    """The named loaders of all plugins; each is made when it is first used."""

    def __init__(self, context: Context, joint: Joint) -> None:
        self._context, self._known = context, joint.loaders
        self._made: dict[str, DataLoader[Any, Any]] = {}

    def __getitem__(self, name: str) -> DataLoader[Any, Any]:
        if name not in self._known:
            raise KeyError(f"there is no loader {name!r}; plugins offer {', '.join(sorted(self._known)) or 'none'}")
        if name not in self._made:
            self._made[name] = _loader(self._context, self._known[name])
        return self._made[name]

    def __iter__(self) -> Any:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def _loader(context: Context, function: Callable[[Session, list[Any]], Mapping[Any, Any]]) -> DataLoader[Any, Any]:
    """An aiodataloader over a function that gives a value for each key; a key it leaves out is None."""

    async def load(keys: list[Any]) -> list[Any]:
        found = await context.read(lambda session: function(session, keys))
        return [found.get(key) for key in keys]

    batch: Callable[[list[Any]], Coroutine[Any, Any, list[Any]]] = load
    return DataLoader(batch, max_batch_size=BATCH)
