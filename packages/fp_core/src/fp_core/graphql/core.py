"""The core's own part of the schema: households and people, villages and counties, divisions, events, and who one is."""

import strawberry
from strawberry import Info

from fp_core.errors import Invalid
from fp_core.graphql.context import Context
from fp_core.graphql.core_links import LINKS
from fp_core.graphql.extends import field
from fp_core.graphql.parts import GraphQL
from fp_core.graphql.rules import HouseholdYearRules, RuleQueries
from fp_core.graphql.sources import source_of
from fp_core.graphql.suspects import SuspectQueries
from fp_core.models.county import County, CountyYear
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.natural_village import NaturalVillage, NaturalVillageYear
from fp_core.models.regions import Region, in_force, search
from fp_core.models.village import Village, VillageYear
from fp_core.models.years import DataYear
from fp_core.operations.edit import EditHousehold
from fp_core.operations.identify import IdentifyHousehold
from fp_core.operations.natural_change import AddMember, RemoveMember
from fp_core.operations.rollback import RollBack
from fp_core.operations.status import ExitForGood, ExitHousehold, Relapse
from fp_core.operations.years import CloseYear, OpenYear
from fp_core.regions import Level

MOST_FOUND = 100


@strawberry.type(description="当前操作员 · who is asking")
class Me:
    """The operator behind the request."""

    name: str = strawberry.field(description="用户名 · user name")
    level: str = strawberry.field(description="行政级别 · level of administration: NATION … VILLAGE")
    region_code: str = strawberry.field(description="行政区划 · the region that is visible, with all below it")
    rights: list[str] = strawberry.field(description="权限 · named rights, by name")


@strawberry.type(name="Plugin", description="插件 · an installed plugin")
class PluginType:
    """A plugin, or why it was left out."""

    name: str = strawberry.field(description="名称 · name of the plugin")
    is_active: bool = strawberry.field(description="是否启用 · whether it takes part")
    reason: str | None = strawberry.field(description="停用原因 · why it was left out")


class CoreQueries:
    """What is neither row nor command."""

    @field("当前操作员", "who is asking, with region and rights")
    @staticmethod
    def me(info: Info[Context]) -> Me:
        actor = info.context.actor
        return Me(name=actor.name, level=str(actor.level), region_code=actor.scope.code, rights=sorted(actor.rights))

    @field(
        "查找行政区划",
        "divisions whose name contains a text, as they stood in a year, the upper levels first",
        text="名称片段 · part of the name",
        year="年度 · the year whose divisions are meant",
        within="上级行政区划 · only in this region",
        level="行政级别 · only of this level: PROVINCE, CITY, COUNTY, TOWN or VILLAGE",
        first="条数 · at most so many, 100 or fewer",
    )
    @staticmethod
    async def find_regions(
        info: Info[Context],
        text: str,
        year: int,
        within: str | None = None,
        level: str | None = None,
        first: int = 20,
    ) -> list[Region]:
        wanted, most = _level(level), min(max(first, 0), MOST_FOUND)
        codes = await info.context.read(
            lambda session: [r.code for r in search(session, text, year=year, within=within, level=wanted, limit=most)]
        )
        found = await info.context.rows(info, Region, Region.code.in_(codes), in_force(year))
        return sorted(found, key=lambda region: codes.index(region.code))

    @field("插件列表", "the installed plugins, also those that were left out")
    @staticmethod
    def plugins(info: Info[Context]) -> list[PluginType]:
        host = info.context.registry.host
        active = [PluginType(name=name, is_active=True, reason=None) for name in host.plugins]
        return active + [PluginType(name=f.plugin, is_active=False, reason=f.reason) for f in host.failures]


COMMANDS = (
    IdentifyHousehold,
    EditHousehold,
    AddMember,
    RemoveMember,
    ExitHousehold,
    ExitForGood,
    Relapse,
    RollBack,
    OpenYear,
    CloseYear,
)


def _level(name: str | None) -> Level | None:
    if name is not None and name not in set(Level):
        known = ", ".join(Level)
        raise Invalid(
            "level", f"没有行政级别 {name!r}，可用：{known}", f"there is no level {name!r}; use one of {known}"
        )
    return None if name is None else Level(name)


def core_graphql() -> GraphQL:
    """Sources of the core's models, the links between them, the commands, and two queries."""
    return GraphQL(
        sources=(
            source_of(Region, search=("name", "code"), region_columns=("code",)),
            source_of(DataYear, region_columns=("county_code",)),
            source_of(County),
            source_of(CountyYear),
            source_of(Village),
            source_of(VillageYear),
            source_of(NaturalVillage),
            source_of(NaturalVillageYear),
            source_of(Household),
            source_of(HouseholdYear),
            source_of(Member),
            source_of(MemberYear),
            source_of(Event),
        ),
        links=LINKS,
        commands=COMMANDS,
        queries=(CoreQueries, RuleQueries, SuspectQueries),
        extensions=(HouseholdYearRules,),
    )
