"""Region (行政区划): a division under one name and the years it bore it, and the ways to look one up."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, case, or_
from sqlalchemy.orm import Session
from sqlmodel import SQLModel, col, select

from fp_core.indicators import indicator
from fp_core.regions import Level, span
from fp_core.scope import PUBLIC

FIRST_YEAR, LAST_YEAR = 2016, 2020


class Region(SQLModel, table=True):
    """A division under one name. A new name, or a return after a gap, is a new row of the same code."""

    __tablename__ = "region"
    __label__: ClassVar[tuple[str, str]] = ("行政区划", "administrative division")
    __scope__: ClassVar[Any] = PUBLIC
    __table_args__ = {"sqlite_with_rowid": False}  # the key is the row: a third less to write when a million are loaded

    code: str = indicator("行政区划代码", "division code, 12 digits", primary_key=True, max_length=12)
    valid_from: int = indicator("起始年度", "first year of this name", primary_key=True)
    name: str = indicator("行政区划名称", "name of the division", max_length=60, nullable=False)
    level: str = indicator("行政级别", "level of administration", codes="REGION_LEVEL", max_length=8, nullable=False)
    parent_code: str | None = indicator("上级行政区划代码", "code of the division above", max_length=12, index=True)
    valid_to: int | None = indicator("终止年度", "first year in which it no longer holds; empty while it does")


def covered(year: int) -> int:
    """The year whose list stands for this one: the lists begin with 2016 and end with 2020, the nearest is taken."""
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def find(session: Session, code: str, year: int) -> Region | None:
    """The division with this code in this year."""
    return session.scalars(select(Region).where(Region.code == code, in_force(year))).one_or_none()


def children(session: Session, code: str, year: int) -> Sequence[Region]:
    """The divisions directly under this one, by code."""
    held = select(Region).where(Region.parent_code == code, in_force(year))
    return session.scalars(held.order_by(Region.code)).all()


def search(
    session: Session, text: str, *, year: int, within: str | None = None, level: Level | None = None, limit: int = 20
) -> Sequence[Region]:
    """Divisions whose name contains the text, the upper levels first."""
    held = select(Region).where(col(Region.name).contains(text.strip(), autoescape=True), in_force(year))
    if within is not None:
        held = held.where(col(Region.code).between(*span(within)))
    if level is not None:
        held = held.where(Region.level == level)
    upper_first = case({each.value: each.digits for each in Level}, value=col(Region.level))
    return session.scalars(held.order_by(upper_first, Region.code).limit(limit)).all()


def names(session: Session, codes: Iterable[str], year: int) -> dict[str, str]:
    """The names by code, in one statement; a code that did not exist in that year is left out."""
    held = select(Region.code, Region.name).where(col(Region.code).in_(set(codes)), in_force(year))
    return dict(session.execute(held).all())


def in_force(year: int) -> ColumnElement[bool]:
    """Which rows of `region` hold in this year."""
    held = covered(year)
    return and_(col(Region.valid_from) <= held, or_(col(Region.valid_to).is_(None), col(Region.valid_to) > held))
