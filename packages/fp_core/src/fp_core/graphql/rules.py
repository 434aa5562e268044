"""Rules in GraphQL: whether a household may leave or enter, with the reasons why not, and who of a region could."""

from collections.abc import Mapping
from typing import Any

import strawberry
from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session
from strawberry import Info, Parent

from fp_core import regions
from fp_core.errors import NotFound
from fp_core.graphql.context import Context
from fp_core.graphql.extends import extends, field
from fp_core.graphql.problems import ClauseType
from fp_core.graphql.questions import check_region
from fp_core.models.household import HouseholdYear
from fp_core.rulebook import year_end

EXIT, ENTER = "status.may_exit", "status.may_enter"


@strawberry.type(description="规则判定 · whether a rule holds, and which clauses do not")
class Verdict:
    """The verdict of a rule on one household."""

    holds: bool = strawberry.field(description="是否符合 · whether every clause holds")
    failing: list[ClauseType] = strawberry.field(description="未满足的条件 · the clauses that do not hold")


@extends(HouseholdYear)
class HouseholdYearRules:
    """What the rules in force in its village say of a household at the end of a year."""

    @field("能否脱贫", "whether the household could be marked out of poverty, with the reasons why not")
    @staticmethod
    async def may_exit(year: Parent[HouseholdYear], info: Info[Context]) -> Verdict:
        return await _verdict(info, EXIT, year)

    @field("能否纳入", "whether the household could be identified or fall back, with the reasons why not")
    @staticmethod
    async def may_enter(year: Parent[HouseholdYear], info: Info[Context]) -> Verdict:
        return await _verdict(info, ENTER, year)


async def _verdict(info: Info[Context], rule: str, year: Any) -> Verdict:
    failing = await info.context.loaders[rule].load((year.household_code, year.year))
    if failing is None:  # no verdict is no leave
        raise NotFound("年度记录 household year", f"{year.household_code} {year.year}")
    return Verdict(holds=not failing, failing=[ClauseType(id=c.id, zh=c.zh, en=c.en) for c in failing])


def rule_loaders() -> Mapping[str, Any]:
    """One batch load for each rule: all households of a page in one statement, whatever their years."""
    return {EXIT: _load(EXIT), ENTER: _load(ENTER)}


def _load(rule: str) -> Any:
    def load(session: Session, keys: list[tuple[str, int]]) -> Mapping[Any, Any]:
        among = tuple_(HouseholdYear.household_code, HouseholdYear.year).in_(keys)
        days = {year: year_end(year) for year in sorted({year for _, year in keys})}
        found: Mapping[Any, Any] = session.host.rules.failing_where(  # type: ignore[attr-defined]
            session, rule, among, region=regions.NATION, on=days
        )
        return found

    return load


class RuleQueries:
    """What the rules say of many households at once."""

    @field(
        "假设推演",
        "what if: how many poor households of a region could exit under another line; changes nothing",
        region="行政区划 · 12-digit code of the region",
        year="年度 · data year",
        poverty_line="脱贫标准 · yuan per head and year; left out, the one in force",
    )
    @staticmethod
    async def exits_under(info: Info[Context], region: str, year: int, poverty_line: int | None = None) -> int:
        check_region(info.context.actor, region)
        return await info.context.read(lambda session: _count(session, region, year, poverty_line))


def _count(session: Any, region: str, year: int, line: int | None) -> int:
    book = session.host.rules if line is None else session.host.rules.assuming(poverty_line=line)
    could = book.where(EXIT, region, year_end(year))
    poor = HouseholdYear.exit_status.in_(("NOT_EXITED", "RELAPSED"))
    return int(
        session.scalar(select(func.count()).select_from(HouseholdYear).where(HouseholdYear.year == year, poor, could))
    )
