"""The core's tables, in the order they refer to each other."""

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
    County,
    CountyYear,
    Village,
    VillageYear,
    NaturalVillage,
    NaturalVillageYear,
    Household,
    HouseholdYear,
    Member,
    MemberYear,
    Event,
    Idempotency,
    DirtyMark,
    ImportBatch,
    Operator,
    Login,
)

__all__ = [
    "CORE_MODELS",
    "County",
    "CountyYear",
    "DataYear",
    "DirtyMark",
    "Event",
    "Household",
    "HouseholdYear",
    "Idempotency",
    "ImportBatch",
    "Login",
    "Member",
    "MemberYear",
    "NaturalVillage",
    "NaturalVillageYear",
    "Operator",
    "Region",
    "Village",
    "VillageYear",
]
