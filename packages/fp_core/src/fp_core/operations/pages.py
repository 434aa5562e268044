"""What every search over a region shares: a region inside the operator's own, and pages of a bounded size."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from fp_core import regions
from fp_core.db import ScopedSession
from fp_core.errors import Invalid, NotFound

MOST_FIRST = 200
T = TypeVar("T")


@dataclass(frozen=True)
class Page(Generic[T]):
    """The items of a page, and whether more follow."""

    items: tuple[T, ...]
    has_next: bool


def page_of(found: Sequence[T], first: int) -> Page[T]:
    """The page of what was read, which is one item more than the page holds where there is one."""
    return Page(tuple(found[:first]), len(found) > first)


def require_within(session: ScopedSession, region: str) -> None:
    """Refuse a region that is no code, and one outside the operator's own as if it did not exist."""
    regions.level_of(region)
    if not session.actor.scope.contains(region):
        raise NotFound("行政区划 region", region)


def require_size(first: int) -> None:
    """Refuse a page that is empty or too large."""
    if not 1 <= first <= MOST_FIRST:
        raise Invalid(
            "first",
            f"每页条数 first 须为 1 至 {MOST_FIRST}，现为 {first}；更多数据请用 after 翻页",
            f"first is {first}; a page has 1 to {MOST_FIRST} items, use `after` for the next page",
        )


def no_cursor() -> Invalid:
    """The refusal of an `after` that no page gave."""
    return Invalid(
        "after",
        "游标 after 无效，请使用同一查询返回的 endCursor",
        "`after` is no cursor of this query; use the endCursor that it gave you",
    )
