"""A plugin of these tests, with the kinds of columns and keys that no installed plugin has yet: big numbers, sets of texts."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar

from sqlalchemy import BigInteger, MetaData
from sqlmodel import SQLModel
from strawberry import Parent

from fp_core.errors import Invalid
from fp_core.graphql import GraphQL, Link, extends, field, source_of
from fp_core.hookspecs import hookimpl
from fp_core.indicators import indicator, moment
from fp_core.models.household import Household
from fp_core.models.regions import Region
from fp_core.parts import Tables
from fp_core.scope import by


class Curio(SQLModel, table=True):
    """A thing in a household."""

    metadata: ClassVar[MetaData] = MetaData()
    __tablename__ = "t98_curio"
    __label__: ClassVar[tuple[str, str]] = ("珍玩", "curio")
    __scope__: ClassVar[Any] = by("region_code")

    curio_code: str = indicator("编号", "code", primary_key=True, max_length=40)
    made_on: date = indicator("制成日期", "day it was made", primary_key=True)
    is_real: bool = indicator("是否真品", "is real", primary_key=True)
    region_code: str = indicator("行政区划", "where it is", max_length=12, nullable=False)
    household_code: str | None = indicator("户编号", "household code", max_length=16)
    like_code: str | None = indicator("同类编号", "code of one like it", max_length=40)
    like_real: bool | None = indicator("同类是否真品", "whether the one like it is real")
    weight: int | None = indicator("重量", "weight", sa_type=BigInteger)
    grains: int = indicator("粒数", "grains", sa_type=BigInteger, nullable=False)
    marks: tuple[str, ...] | None = indicator("标记", "marks", many=True)
    price: Decimal | None = indicator("价格", "price", places=6)
    owner_name: str | None = indicator("主人姓名", "name of the owner", max_length=30, personal=True)
    owner_phone: str | None = indicator("主人电话", "phone of the owner", max_length=40, personal=True)
    owner_number: str | None = indicator("主人号码", "number of the owner", max_length=40, personal=True)
    found_at: datetime | None = moment("发现时间", "moment it was found")
    seen_at: datetime = moment("查验时间", "moment it was seen", nullable=False)
    remark: str | None = indicator("备注", "remark")


@extends(Curio)
class CurioValue:
    """What is computed of a curio."""

    @field("是否昂贵", "whether it costs over a hundred")
    @staticmethod
    def is_dear(curio: Parent[Curio]) -> bool:
        return curio.price is not None and curio.price > 100

    @field("定价", "the price, refused where there is none")
    @staticmethod
    def certain_price(curio: Parent[Curio]) -> Decimal:
        if curio.price is None:
            raise Invalid("price", "没有价格", "it has no price")
        return curio.price


LINKS = (
    Link(
        of=Curio,
        name="like",
        to=Curio,
        on=(("like_code", "curio_code"), ("like_real", "is_real")),
        label="同类",
        english="one like it",
        order_by=("-made_on",),
    ),
    Link(
        of=Curio,
        name="liked_by",
        to=Curio,
        on=(("curio_code", "like_code"),),
        many=True,
        label="被同类",
        english="those like it",
        order_by=("-seen_at", "curio_code", "made_on", "is_real"),
    ),
    Link(
        of=Household,
        name="curios",
        to=Curio,
        on=(("household_code", "household_code"),),
        many=True,
        label="珍玩",
        english="its curios",
    ),
    Link(
        of=Household,
        name="real_curios",
        to=Curio,
        on=(("household_code", "household_code"),),
        many=True,
        fixed=(("curio_code", "%:,"),),
        label="某珍玩",
        english="one of its curios",
    ),
    Link(
        of=Region,
        name="curios",
        to=Curio,
        on=(("code", "region_code"),),
        many=True,
        label="珍玩",
        english="curios in it",
        order_by=("-grains", "curio_code", "made_on", "is_real"),
    ),
)


@hookimpl
def fp_tables() -> Tables:
    return Tables(label="curios", models=(Curio,), migrations=Path(__file__).parent, prefix="t98_")


@hookimpl
def fp_graphql() -> GraphQL:
    return GraphQL(sources=(source_of(Curio, search=("curio_code", "remark")),), links=LINKS, extensions=(CurioValue,))
