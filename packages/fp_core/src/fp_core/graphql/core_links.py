"""The links between the core's types, each a pair of models and the columns that are equal."""

from sqlmodel import SQLModel

from fp_core.graphql.sources import Link
from fp_core.models.county import County, CountyYear
from fp_core.models.events import Event
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.models.natural_village import NaturalVillage, NaturalVillageYear
from fp_core.models.regions import Region
from fp_core.models.village import Village, VillageYear
from fp_core.models.years import DataYear


def _one(of: type[SQLModel], name: str, to: type[SQLModel], key: str, label: str, english: str) -> Link:
    return Link(of=of, name=name, to=to, on=_same(key), label=label, english=english)


def _many(of: type[SQLModel], name: str, to: type[SQLModel], key: str, label: str, english: str) -> Link:
    return Link(of=of, name=name, to=to, on=_same(key), label=label, english=english, many=True)


def _same(key: str) -> tuple[tuple[str, str], ...]:
    return tuple((name, name) for name in key.split())


def _region(of: type[SQLModel], column: str) -> Link:
    label, english = "行政区划", "the division, under its latest name"
    latest = ("-valid_from",)
    return Link(of=of, name="region", to=Region, on=((column, "code"),), label=label, english=english, order_by=latest)


def _events(of: type[SQLModel], column: str) -> Link:
    kind = str(of.__tablename__)
    return Link(
        of=of,
        name="events",
        to=Event,
        on=((column, "subject_code"),),
        fixed=(("subject_type", kind),),
        label="变更记录",
        english="what happened to it, in order",
        order_by=("event_no",),
        many=True,
    )


LINKS = (
    _many(Household, "years", HouseholdYear, "household_code", "各年度信息", "the household in each data year"),
    _many(Household, "members", Member, "household_code", "家庭成员", "all persons the household ever had"),
    _events(Household, "household_code"),
    _one(HouseholdYear, "household", Household, "household_code", "贫困户", "the household"),
    _many(HouseholdYear, "members", MemberYear, "household_code year", "家庭成员年度信息", "members in this year"),
    _one(HouseholdYear, "village", Village, "village_code", "所在贫困村", "the registered village, if it is one"),
    _one(Household, "village", Village, "village_code", "所在贫困村", "the registered village, if it is one"),
    _one(Member, "household", Household, "household_code", "贫困户", "the household"),
    _many(Member, "years", MemberYear, "household_code member_no", "各年度信息", "the person in each data year"),
    _one(MemberYear, "member", Member, "household_code member_no", "家庭成员", "the person"),
    _one(
        MemberYear, "household_year", HouseholdYear, "household_code year", "贫困户年度信息", "the household that year"
    ),
    _many(Village, "years", VillageYear, "village_code", "各年度信息", "the village in each data year"),
    _many(Village, "natural_villages", NaturalVillage, "village_code", "自然村", "the natural villages in it"),
    _one(VillageYear, "village", Village, "village_code", "贫困村", "the village"),
    _many(
        NaturalVillage,
        "years",
        NaturalVillageYear,
        "village_code natural_code",
        "各年度信息",
        "the natural village in each data year",
    ),
    _one(NaturalVillage, "village", Village, "village_code", "贫困村", "the village it lies in"),
    _one(
        NaturalVillageYear,
        "natural_village",
        NaturalVillage,
        "village_code natural_code",
        "自然村",
        "the natural village",
    ),
    _many(County, "years", CountyYear, "county_code", "各年度信息", "the county in each data year"),
    _many(County, "data_years", DataYear, "county_code", "数据年度", "the data years opened in the county"),
    _one(CountyYear, "county", County, "county_code", "县", "the county"),
    _region(Household, "village_code"),
    _region(HouseholdYear, "village_code"),
    _region(Village, "village_code"),
    _region(VillageYear, "village_code"),
    _region(County, "county_code"),
    _region(CountyYear, "county_code"),
    _region(DataYear, "county_code"),
    _region(Event, "region_code"),
    Link(
        of=Region,
        name="parent",
        to=Region,
        on=(("parent_code", "code"),),
        label="上级行政区划",
        english="the division above, under its latest name",
        order_by=("-valid_from",),
    ),
    Link(
        of=Region,
        name="children",
        to=Region,
        on=(("code", "parent_code"),),
        label="下级行政区划",
        english="the divisions directly below, under every name they bore",
        order_by=("code", "valid_from"),
        many=True,
    ),
)
