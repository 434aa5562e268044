"""The funds' part of the schema: the ledger with links from entry to entry, one mutation for each form, and the balance."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import strawberry
from strawberry import Info

from fp_core.errors import NotFound
from fp_core.graphql.context import Context
from fp_core.graphql.extends import field
from fp_core.graphql.parts import GraphQL
from fp_core.graphql.sources import Link, source_of
from fp_core.models.regions import Region
from fp_core.regions import level_of
from fp_funds import balance as ledger
from fp_funds.kinds import kinds_of
from fp_funds.ledger import commands_of
from fp_funds.models import FundEntry
from fp_funds.operations import ReverseEntry

CODE = "entry_code"


@strawberry.type(description="资金结余 · balance of a region and budget year, in 万元")
class FundBalance:
    """FND-EQ: received = issued down + arranged + unassigned, but for what other kinds moved."""

    region_code: str = strawberry.field(description="单位 · region")
    fund_year: int = strawberry.field(description="资金年度 · budget year of the money")
    received: Decimal = strawberry.field(description="到账金额 · received (万元)")
    issued_down: Decimal = strawberry.field(description="下拨金额 · issued to lower regions (万元)")
    arranged: Decimal = strawberry.field(description="安排金额 · arranged to projects and other uses (万元)")
    other: Decimal = strawberry.field(description="其他业务净额 · moved by other kinds, with their sign (万元)")
    unassigned: Decimal = strawberry.field(description="未安排金额 · neither issued nor arranged (万元)")


class FundQueries:
    """What is computed from the ledger."""

    @field(
        "资金结余",
        "what a region received, issued down, arranged and has left of a year's money",
        region_code="单位 · region",
        fund_year="资金年度 · budget year of the money",
    )
    @staticmethod
    async def fund_balance(info: Info[Context], region_code: str, fund_year: int) -> FundBalance:
        level_of(region_code)
        if not info.context.actor.scope.contains(region_code):
            raise NotFound("行政区划 region", region_code)
        found = await info.context.read(lambda session: ledger.balance(session, region_code, fund_year))
        names = ("region_code", "fund_year", "received", "issued_down", "arranged", "other", "unassigned")
        return FundBalance(**{name: getattr(found, name) for name in names})


def funds_graphql(collect: Callable[[str], Iterator[tuple[str, Any]]]) -> GraphQL:
    """The type of the entries, its links, and the commands of every kind that a plugin has."""
    kinds = kinds_of(collect).values()
    return GraphQL(
        sources=(
            source_of(
                FundEntry,
                search=("document_number", "fund_name"),
                plural="fundEntries",
                without=("unassigned_after",),  # what one region has left is not for the other that sees the entry
            ),
        ),
        links=(
            _link("origin", (("refers_to", CODE),), "来源业务", "the entry whose money this one uses"),
            _link(
                "followed_by", ((CODE, "refers_to"),), "后续业务", "the entries that use this one's money", many=True
            ),
            _link("reversed_by", ((CODE, "reverses"),), "冲销业务", "the entry that takes this one back"),
            _region("region", "region_code", "单位", "the region whose account is moved"),
            _region("counterpart", "counterpart_code", "对方单位", "where the money goes to or comes from"),
        ),
        commands=(*(command for kind in kinds for command in commands_of(kind)), ReverseEntry),
        queries=(FundQueries,),
    )


def _link(name: str, on: tuple[tuple[str, str], ...], label: str, english: str, *, many: bool = False) -> Link:
    return Link(of=FundEntry, name=name, to=FundEntry, on=on, label=label, english=english, many=many)


def _region(name: str, column: str, label: str, english: str) -> Link:
    on = ((column, "code"),)
    return Link(of=FundEntry, name=name, to=Region, on=on, label=label, english=english, order_by=("-valid_from",))
