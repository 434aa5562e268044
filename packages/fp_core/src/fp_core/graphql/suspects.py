"""疑点数据 and 证件号码重复 in GraphQL: pages of suspects and of repeated numbers, and how many there are."""

import strawberry
from strawberry import Info

from fp_core.graphql.context import Context
from fp_core.graphql.enums import enum
from fp_core.graphql.extends import field
from fp_core.graphql.problems import ClauseType
from fp_core.operations import duplicates, suspects
from fp_core.operations.checks import Finding

REGION = "行政区划 · 12-digit code of the region"
YEAR = "年度 · data year"
FIRST = "条数 · at most so many, 1 to 200"
AFTER = "游标 · the endCursor of the page before"

DuplicateDistance = enum(
    "DuplicateDistance",
    "重复范围 · how far apart those who bear one number are",
    [(one.value, f"{one.label} · {one.english}") for one in duplicates.Distance],
)


@strawberry.type(name="Finding", description="疑点 · a clause of a check that does not hold")
class FindingType:
    """A clause that does not hold."""

    rule: str = strawberry.field(description="规则 · the rule, or `required` where a required value is missing")
    clause: ClauseType = strawberry.field(description="未满足的条件 · the clause that does not hold")
    is_warning: bool = strawberry.field(description="是否提示 · whether it is only pointed out")


@strawberry.type(name="Suspect", description="疑点数据 · a household or member with what is doubtful about it")
class SuspectType:
    """A household, or a member of one."""

    village_code: str = strawberry.field(description="所在村 · village")
    household_code: str = strawberry.field(description="户编号 · household code")
    member_no: int | None = strawberry.field(description="成员序号 · number of the member; null for the household")
    year: int = strawberry.field(description="年度 · data year")
    findings: list[FindingType] = strawberry.field(description="疑点 · all that is doubtful about it")


@strawberry.type(description="疑点数据分页 · a page of suspects, by village, household and member")
class SuspectPage:
    """A page."""

    nodes: list[SuspectType] = strawberry.field(description="疑点数据列表 · the suspects of the page")
    has_next_page: bool = strawberry.field(description="是否有下一页 · whether suspects follow")
    end_cursor: str | None = strawberry.field(description="末条游标 · cursor of the last one, for `after`")


@strawberry.type(description="疑点数 · how many rows have a finding")
class SuspectCount:
    """A finding with its number."""

    finding: FindingType = strawberry.field(description="疑点 · what is doubtful")
    count: int = strawberry.field(description="数量 · how many households or members have it")


@strawberry.type(
    description="证件号码持有人 · who bears a repeated number; outside your region only the county is told"
)
class DuplicateHolder:
    """A member."""

    region_code: str = strawberry.field(
        description="行政区划 · village, or the county where it lies outside your region"
    )
    region_name: str | None = strawberry.field(description="行政区划名称 · its name in the year")
    household_code: str | None = strawberry.field(description="户编号 · household code")
    member_no: int | None = strawberry.field(description="成员序号 · number in the household")
    name: str | None = strawberry.field(description="姓名 · name")
    id_number_masked: str | None = strawberry.field(description="证件号码 · number of the document, masked")


@strawberry.type(description="证件号码重复组 · the members who bear one number")
class DuplicateGroup:
    """A group."""

    distance: DuplicateDistance = strawberry.field(description="重复范围 · how far apart they are")  # type: ignore[valid-type]
    persons: int = strawberry.field(description="人数 · how many bear the number")
    holders: list[DuplicateHolder] = strawberry.field(description="持有人 · who they are, those of your region first")


@strawberry.type(description="证件号码重复分页 · a page of repeated numbers")
class DuplicatePage:
    """A page."""

    nodes: list[DuplicateGroup] = strawberry.field(description="重复组列表 · the groups of the page")
    has_next_page: bool = strawberry.field(description="是否有下一页 · whether groups follow")
    end_cursor: str | None = strawberry.field(description="末条游标 · cursor of the last group, for `after`")


@strawberry.type(description="证件号码重复统计 · repeated numbers of one distance")
class DuplicateCount:
    """A row of the statistics."""

    distance: DuplicateDistance = strawberry.field(description="重复范围 · how far apart they are")  # type: ignore[valid-type]
    groups: int = strawberry.field(description="组数 · repeated numbers")
    persons: int = strawberry.field(description="人数 · members who bear them")
    of_three_and_more: int = strawberry.field(description="重复三次及以上组数 · numbers that three or more bear")


class SuspectQueries:
    """What is doubtful in a region."""

    @field(
        "疑点数据",
        "households and members of a region and year that fail a check of the data",
        region=REGION,
        year=YEAR,
        rule="规则 · only findings of this rule, or `required`",
        clause="条件编号 · only findings of this clause",
        first=FIRST,
        after=AFTER,
    )
    @staticmethod
    async def suspects(
        info: Info[Context],
        region: str,
        year: int,
        rule: str | None = None,
        clause: str | None = None,
        first: int = 50,
        after: str | None = None,
    ) -> SuspectPage:
        place = None if after is None else suspects.place_of(after)
        only = suspects.Only(rule, clause)
        found = await info.context.read(
            lambda session: suspects.page(session, region, year, first=first, after=place, only=only)
        )
        return SuspectPage(
            nodes=[_suspect(one) for one in found.items],
            has_next_page=found.has_next,
            end_cursor=found.items[-1].place.cursor if found.items else None,
        )

    @field(
        "疑点数统计",
        "how many households and members of a region and year have each finding",
        region=REGION,
        year=YEAR,
    )
    @staticmethod
    async def suspect_counts(info: Info[Context], region: str, year: int) -> list[SuspectCount]:
        found = await info.context.read(lambda session: suspects.counts(session, region, year))
        return [SuspectCount(finding=_finding(finding), count=count) for finding, count in found.items()]

    @field(
        "证件号码重复",
        "numbers that several valid members of a year bear, where one of them lies in the region",
        region=REGION,
        year=YEAR,
        distances="重复范围 · only of these distances",
        first=FIRST,
        after=AFTER,
    )
    @staticmethod
    async def duplicates(
        info: Info[Context],
        region: str,
        year: int,
        distances: list[DuplicateDistance] | None = None,  # type: ignore[valid-type]
        first: int = 50,
        after: str | None = None,
    ) -> DuplicatePage:
        chosen = [duplicates.Distance(str(one)) for one in distances or []]
        found = await info.context.read(
            lambda session: duplicates.page(session, region, year, first=first, after=after, distances=chosen)
        )
        return DuplicatePage(
            nodes=[_group(one) for one in found.items],
            has_next_page=found.has_next,
            end_cursor=found.items[-1].cursor if found.items else None,
        )

    @field("证件号码重复统计", "repeated numbers of a region and year by distance", region=REGION, year=YEAR)
    @staticmethod
    async def duplicate_counts(info: Info[Context], region: str, year: int) -> list[DuplicateCount]:
        found = await info.context.read(lambda session: duplicates.counts(session, region, year))
        return [
            DuplicateCount(
                distance=DuplicateDistance(one.distance.value),
                groups=one.groups,
                persons=one.persons,
                of_three_and_more=one.of_three_and_more,
            )
            for one in found
        ]


def _finding(one: Finding) -> FindingType:
    clause = one.clause
    told = ClauseType(id=clause.id, zh=clause.zh, en=clause.en)
    return FindingType(rule=one.rule, clause=told, is_warning=clause.warning)


def _suspect(one: suspects.Suspect) -> SuspectType:
    village, household, member_no = one.place
    findings = [_finding(finding) for finding in one.findings]
    return SuspectType(
        village_code=village, household_code=household, member_no=member_no or None, year=one.year, findings=findings
    )


def _group(one: duplicates.Group) -> DuplicateGroup:
    holders = [DuplicateHolder(**vars(holder)) for holder in one.holders]
    return DuplicateGroup(distance=DuplicateDistance(one.distance.value), persons=one.persons, holders=holders)
