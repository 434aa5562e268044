"""Clashes: what plugins give is checked and joined here; whatever two of them both claim is refused, naming both and the way out."""

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, TypeVar

from sqlmodel import SQLModel

from fp_core import params, regions, trials
from fp_core.codes import Clash, Codes
from fp_core.errors import Invalid, PluginError
from fp_core.indicators import indicators
from fp_core.parts import CodeAddition, Extension, RuleSet, Tables
from fp_core.rulebook import Rulebook
from fp_core.rules import Fact, Override
from fp_core.scope import PUBLIC, SYSTEM, By

Given = TypeVar("Given")
OF_NATION = "national"


def unique(
    given: Iterable[tuple[str, Given]], name_of: Callable[[Given], Hashable], what: str, way_out: str
) -> dict[Any, Given]:
    """What the plugins gave, by name. Two of one name are refused."""
    owners: dict[Hashable, str] = {}
    found: dict[Hashable, Given] = {}
    for plugin, item in given:
        name = name_of(item)
        if name in owners:
            raise PluginError(f"plugins {owners[name]!r} and {plugin!r} both have {what} {name!r}; {way_out}")
        owners[name], found[name] = plugin, item
    return found


def in_order(given: Sequence[tuple[str, Tables]]) -> list[tuple[str, Tables]]:
    """Tables whose requirements stand before them; the order of migrations."""
    unique(given, lambda t: t.label, "tables labelled", "take another label: it names the version table")
    labels = {t.label for _, t in given}
    done: list[tuple[str, Tables]] = []
    while len(done) < len(given):
        there = {t.label for _, t in done}
        ready = [(p, t) for p, t in given if t.label not in there and set(t.requires) <= there | {t.label}]
        if not ready:
            raise _lacking([(p, t) for p, t in given if t.label not in there], labels)
        done += ready
    return done


def checked_models(given: Sequence[tuple[str, Tables]]) -> None:
    """Refuse a table that two plugins have, and a model that does not say who sees it or what its fields mean."""
    models = [(plugin, model, tables.prefix) for plugin, tables in given for model in tables.models]
    unique(((p, m) for p, m, _ in models), lambda m: str(m.__tablename__), "a table", "give it the plugin's own prefix")
    for plugin, model, prefix in models:
        _check_model(plugin, model, prefix)
    for plugin, tables in given:
        for extension in tables.extensions:
            _check_extension(plugin, tables, extension)


def joined_codes(given: Iterable[tuple[str, Iterable[Any]]]) -> Codes:
    """The national code lists with every plugin's values and lists."""
    codes = Codes.builtin()
    owners: dict[tuple[str, str | None], str] = {}
    for plugin, additions in given:
        for one in additions:
            place = (one.list, one.item.name) if isinstance(one, CodeAddition) else (one.name, None)
            try:
                codes = codes.with_items((one,))
            except Clash as clash:
                other = owners.get((place[0], clash.held)) or owners.get((place[0], None), OF_NATION)
                raise PluginError(f"plugins {other!r} and {plugin!r} clash: {clash.en}; rename one") from clash
            except Invalid as error:
                raise PluginError(f"plugin {plugin!r} adds a code that cannot be: {error.en}") from error
            owners[place] = plugin
    return codes


def checked_code_lists(given: Sequence[tuple[str, Tables]], codes: Codes) -> None:
    """Refuse an indicator whose code list no plugin brings."""
    for plugin, tables in given:
        for model in tables.models:
            for name, meaning in indicators(model).items():
                if meaning.codes is not None and meaning.codes not in codes.lists:
                    raise PluginError(
                        f"plugin {plugin!r}: {model.__name__}.{name} uses the code list {meaning.codes!r}, which nobody "
                        f"brings; return it from fp_codes, or use one of {', '.join(sorted(codes))}"
                    )


def joined_rules(sets: Sequence[tuple[str, RuleSet]], tables: Sequence[tuple[str, Tables]]) -> Rulebook:
    """One rulebook: definitions first, then overrides, facts, extensions and parameters."""
    rules = unique(
        ((p, r) for p, s in sets for r in s.rules), lambda r: r.name, "the rule", "the second uses @overrides"
    )
    extensions = _extensions(tables)
    book = Rulebook(
        rules=rules,
        overrides=_overrides([(p, o) for p, s in sets for o in s.overrides], sorted(rules)),
        facts=_facts([(p, f) for p, s in sets for f in s.facts], extensions),
        extensions=extensions,
        parameters=_parameters(sets),
    )
    owners: dict[trials.Step, str] = {rule: plugin for plugin, s in sets for rule in s.rules}
    owners |= {override: plugin for plugin, s in sets for override in s.overrides}
    trials.tried(book, owners)
    return book


def _lacking(waiting: Sequence[tuple[str, Tables]], labels: set[str]) -> PluginError:
    for plugin, tables in waiting:
        if missing := sorted(set(tables.requires) - labels):
            return PluginError(
                f"plugin {plugin!r} requires the tables of {missing[0]!r}, which no installed plugin has; "
                f"install it, or leave {plugin!r} out too"
            )
    names = " and ".join(repr(plugin) for plugin, _ in waiting)
    return PluginError(f"plugins {names} require each other's tables; take one requirement out")


def _check_model(plugin: str, model: type[SQLModel], prefix: str) -> None:
    name = str(model.__tablename__)
    if not name.startswith(prefix):
        raise PluginError(f"plugin {plugin!r}: table {name!r} does not begin with the plugin's prefix {prefix!r}")
    scope = getattr(model, "__scope__", None)
    if not isinstance(scope, By) and scope not in (PUBLIC, SYSTEM):
        raise PluginError(
            f"plugin {plugin!r}: {model.__name__} declares no __scope__; write __scope__ = by('village_code') or PUBLIC"
        )
    try:
        known = indicators(model)
    except TypeError as error:
        raise PluginError(f"plugin {plugin!r}: {error}") from error
    for column in scope.columns if isinstance(scope, By) else ():
        if column not in known:
            raise PluginError(
                f"plugin {plugin!r}: {model.__name__}.__scope__ names {column!r}, which it does not have; "
                f"it has {', '.join(known)}"
            )


def _check_extension(plugin: str, tables: Tables, extension: Extension) -> None:
    """An extension is one of the plugin's own tables and shares the whole key of what it extends."""
    model, of = extension.model, extension.of
    if model not in tables.models:
        raise PluginError(f"plugin {plugin!r}: {model.__name__} extends {of.__name__} but is not among its models")
    keys = [[c.key for c in m.__table__.primary_key] for m in (model, of)]  # type: ignore[attr-defined]
    if keys[0] != keys[1]:
        raise PluginError(
            f"plugin {plugin!r}: {model.__name__} has the key {keys[0]}; to extend {of.__name__} it must be {keys[1]}"
        )
    _check_region(plugin, f"the extension {extension.name!r}", extension.region)


def _check_region(plugin: str, what: str, region: str) -> None:
    try:
        regions.level_of(region)
    except Invalid as error:
        raise PluginError(f"plugin {plugin!r}: {what} has a wrong region: {error.en}") from error


def _overrides(given: Sequence[tuple[str, Override]], known: Sequence[str]) -> tuple[Override, ...]:
    for plugin, override in given:
        if override.rule not in known:
            raise PluginError(
                f"plugin {plugin!r} overrides the unknown rule {override.rule!r}; known are {', '.join(known)}"
            )
        _check_region(plugin, f"the override of {override.rule!r}", override.region)
    places = unique(
        given,
        lambda o: f"{o.rule} in {o.region} since {o.since}",
        "an override of",
        "take another region or another date",
    )
    return tuple(places.values())


def _facts(
    given: Sequence[tuple[str, Fact]], extensions: dict[type[SQLModel], dict[str, type[SQLModel]]]
) -> tuple[Fact, ...]:
    for plugin, fact in given:
        if fact.name in indicators(fact.model) or fact.name in extensions.get(fact.model, {}):
            raise PluginError(
                f"plugin {plugin!r}: {fact.model.__name__} already has an operand {fact.name!r}; name the fact otherwise"
            )
    facts = unique(given, lambda f: f"{f.model.__name__}.{f.name}", "the fact", "name one otherwise")
    return tuple(facts.values())


def _extensions(given: Sequence[tuple[str, Tables]]) -> dict[type[SQLModel], dict[str, type[SQLModel]]]:
    all_of_them = [(plugin, e) for plugin, tables in given for e in tables.extensions]
    unique(all_of_them, lambda e: f"{e.of.__name__}.{e.name}", "the extension", "name one otherwise")
    found: dict[type[SQLModel], dict[str, type[SQLModel]]] = {}
    for plugin, e in all_of_them:
        if e.name in indicators(e.of):
            raise PluginError(
                f"plugin {plugin!r}: {e.of.__name__} already has an operand {e.name!r}; name the extension otherwise"
            )
        found.setdefault(e.of, {})[e.name] = e.model
    return found


def _parameters(sets: Sequence[tuple[str, RuleSet]]) -> params.Parameters:
    parameters = params.Parameters()
    for plugin, s in sets:
        for path in s.parameters:
            parameters = parameters.joined(params.read(path, plugin), plugin)
    return parameters
