"""Code lists (代码表): the values an indicator may take, each with label, national code and the years it is valid in."""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement

from fp_core.errors import Invalid

_BUILTIN = Path(__file__).with_name("codes.toml")


class Clash(Invalid):
    """A new value or list clashes with what is there: `held` is the value it meets, None for the list itself."""

    def __init__(self, held: str | None, field: str, zh: str, en: str) -> None:
        super().__init__(field, zh, en)
        self.held = held


@dataclass(frozen=True)
class Item:
    """One value: the identifier that is stored, its labels, its national code, and the data years it may be entered for."""

    name: str
    label: str
    english: str
    code: str | None = None
    since: int | None = None
    until: int | None = None

    def in_year(self, year: int) -> bool:
        return (self.since or year) <= year <= (self.until or year)

    def overlaps(self, other: "Item") -> bool:
        """Whether there is a year in which both are valid."""
        return (self.since or 0) <= (other.until or 9999) and (other.since or 0) <= (self.until or 9999)


@dataclass(frozen=True)
class CodeAddition:
    """A value that a plugin adds to a list."""

    list: str
    item: Item


@dataclass(frozen=True)
class Dictionary:
    """One code list: `name` is how indicators refer to it."""

    name: str
    label: str
    english: str
    items: tuple[Item, ...]

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)

    def items_in(self, year: int) -> tuple[Item, ...]:
        """The values that may be entered for a data year."""
        return tuple(item for item in self.items if item.in_year(year))

    def read(self, text: str, year: int) -> str:
        """The identifier of what was written: a label, an identifier or a national code, in this order."""
        wanted, valid = text.strip(), self.items_in(year)
        for written in ("label", "name", "code"):
            for item in valid:
                if getattr(item, written) == wanted:
                    return item.name
        raise Invalid(
            self.name,
            f"{text!r} 不是{self.label}（{self.name}）在 {year} 年的有效值；有效值为：{'、'.join(i.label for i in valid)}",
            f"{text!r} is no value of {self.english} ({self.name}) in {year}; valid are {', '.join(i.name for i in valid)}",
        )

    def item(self, name: str) -> Item:
        """The value with this identifier, of whatever years."""
        for item in self.items:
            if item.name == name:
                return item
        raise Invalid(
            self.name,
            f"{self.label}（{self.name}）没有代码 {name!r}；已有：{'、'.join(i.name for i in self.items)}",
            f"{self.english} ({self.name}) has no code {name!r}; known are {', '.join(i.name for i in self.items)}",
        )

    def label_of(self, name: str) -> str:
        """The Chinese label of an identifier, also of one that is no longer entered."""
        return self.item(name).label


@dataclass(frozen=True)
class Codes(Mapping[str, Dictionary]):
    """Every code list by name. Immutable: a plugin's additions make a new one."""

    lists: Mapping[str, Dictionary]

    @classmethod
    def builtin(cls) -> "Codes":
        """The national lists of `codes.toml`."""
        return _read(_BUILTIN)

    def __getitem__(self, name: str) -> Dictionary:
        found = self.lists.get(name)
        if found is None:
            known = ", ".join(sorted(self.lists))
            raise Invalid(
                "codes", f"没有代码表 {name!r}；已有：{known}", f"there is no code list {name!r}; known are {known}"
            )
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self.lists)

    def __len__(self) -> int:
        return len(self.lists)

    def with_items(self, additions: "Iterable[CodeAddition | Dictionary]") -> "Codes":
        """These lists and a plugin's values and lists. What clashes with something that is there is refused."""
        lists = dict(self.lists)
        for addition in additions:
            if isinstance(addition, Dictionary):
                lists[addition.name] = _new_list(lists, addition)
                continue
            old = self[addition.list] if addition.list not in lists else lists[addition.list]
            _refuse_clash(old, addition.item)
            lists[old.name] = Dictionary(old.name, old.label, old.english, (*old.items, addition.item))
        return Codes(MappingProxyType(lists))


def _new_list(lists: Mapping[str, Dictionary], new: Dictionary) -> Dictionary:
    if new.name in lists:
        raise Clash(
            None,
            new.name,
            f"代码表 {new.name!r} 已存在（{lists[new.name].label}）；请换一个名称，或用 CodeAddition 增加代码",
            f"there is a code list {new.name!r} already ({lists[new.name].english}); rename it or add values by CodeAddition",
        )
    checked = Dictionary(new.name, new.label, new.english, ())
    for item in new.items:
        _refuse_clash(checked, item)
        checked = Dictionary(new.name, new.label, new.english, (*checked.items, item))
    return checked


def has(column: Any, code: str) -> ColumnElement[bool]:
    """Whether a stored set of codes contains this one; NULL contains nothing."""
    found: ColumnElement[bool] = column.contains(f",{code},", autoescape=True)
    return found


def read(path: Path) -> tuple[Dictionary, ...]:
    """The lists of a TOML file in the form of `codes.toml`, for a plugin that brings lists of its own."""
    return tuple(_read(path).values())


@cache
def _read(path: Path) -> Codes:
    raw: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
    lists: dict[str, Dictionary] = {}
    for name, given in raw.items():
        first = lists[given["begins_with"]].items if "begins_with" in given else ()
        read = Dictionary(name, given["label"], given["english"], ())
        for item in (*first, *(Item(**item) for item in given["items"])):
            _refuse_clash(read, item)
            read = Dictionary(name, read.label, read.english, (*read.items, item))
        lists[name] = read
    return Codes(MappingProxyType(lists))


def _refuse_clash(codes: Dictionary, new: Item) -> None:
    """An identifier is used once for ever; a label or a national code once in each year."""
    for item in codes.items:
        same_year = item.overlaps(new)
        if item.name == new.name or (same_year and (item.label == new.label or (new.code and item.code == new.code))):
            raise Clash(
                item.name,
                codes.name,
                f"{codes.label}（{codes.name}）新增的 {new.name!r}（{new.label}）与已有的 {item.name!r}（{item.label}）重复",
                f"new code {new.name!r} ({new.label}) of list {codes.name} clashes with {item.name!r} ({item.label})",
            )
