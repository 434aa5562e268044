"""The core's tables, in the order they are made."""

from sqlmodel import SQLModel

from fp_core.models.county import County, CountyYear
from fp_core.models.events import DirtyMark, Event, Idempotency
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.imports import ImportBatch
from fp_core.models.member import Member, MemberYear
from fp_core.models.natural_village import NaturalVillage, NaturalVillageYear
from fp_core.models.regions import Region
from fp_core.models.users import Login, Operator
from fp_core.models.village import Village, VillageYear
from fp_core.models.years import DataYear

CORE_MODELS: tuple[type[SQLModel], ...] = (
    Region,
    DataYear,
    Household,
    HouseholdYear,
    Member,
    MemberYear,
    Village,
    VillageYear,
    NaturalVillage,
    NaturalVillageYear,
    County,
    CountyYear,
    Event,
    Idempotency,
    DirtyMark,
    ImportBatch,
    Operator,
    Login,
)
