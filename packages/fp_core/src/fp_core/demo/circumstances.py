"""How invented families live: schooling that goes with age, work with health, and income around the poverty line."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

from fp_core.demo.people import Family, FamilyMember

Values = dict[str, Any]

STUDENTS_LISTED_UNTIL = 2017
MEDIAN_INCOME = 2700
"""Yuan per head and year: near the line of 2016, so that some households are over it and most below."""

_SCHOOL = {12: "GRADE_7", 13: "GRADE_8", 14: "GRADE_9", 15: "SENIOR_1", 16: "SENIOR_2", 17: "SENIOR_3"}
_VOCATIONAL = {
    16: "VOCATIONAL_2",
    17: "VOCATIONAL_3",
    18: "HIGHER_VOCATIONAL_1",
    19: "HIGHER_VOCATIONAL_2",
    20: "HIGHER_VOCATIONAL_3",
}
_EDUCATION = {
    16: {"PRIMARY": 20, "JUNIOR": 62, "SENIOR": 14, "ILLITERATE": 4},
    40: {"ILLITERATE": 12, "PRIMARY": 48, "JUNIOR": 35, "SENIOR": 5},
    60: {"ILLITERATE": 45, "PRIMARY": 45, "JUNIOR": 10},
}
_OTHER_CAUSES = {
    "NO_SKILL": 32,
    "NO_FUNDS": 27,
    "POOR_TRAFFIC": 12,
    "NO_LAND": 9,
    "NO_DRIVE": 10,
    "DISASTER": 4,
    "NO_WATER": 6,
}
_WORK = {"OUT_OF_PROVINCE": 55, "IN_PROVINCE": 22, "IN_COUNTY": 15, "IN_TOWN": 8}
_PENSION_YEAR = 12 * 70


@dataclass(frozen=True)
class Draw:
    """Random choices of one run."""

    rng: Random

    def happens(self, chance: float) -> bool:
        return self.rng.random() < chance

    def one(self, shares: Mapping[str, int]) -> str:
        return self.rng.choices(list(shares), list(shares.values()))[0]

    def area(self, median: float, none: float = 0.0) -> Decimal:
        """An area in 亩 with one place, log-normal; a share has none."""
        return Decimal(0) if self.happens(none) else round(Decimal(self.rng.lognormvariate(0, 0.6) * median), 1)

    def tens(self, amount: float) -> Decimal:
        """Money in tens of yuan, as people give it; nothing below 300."""
        return Decimal(round(amount, -1)).quantize(Decimal("1")) if amount >= 300 else Decimal(0)


@dataclass(frozen=True)
class Kind:
    """What a household is registered as, and what all its members share."""

    attribute: str
    insured: bool

    @classmethod
    def of(cls, draw: Draw, family: Family) -> "Kind":
        """Old people living alone are five-guarantee households, three in ten of the others get subsistence allowance."""
        alone = all(member.age >= 60 for member in family.members)
        if alone and draw.happens(0.45):
            return cls("FIVE_GUARANTEE_POOR", True)
        return cls("SUBSISTENCE_POOR" if draw.happens(0.3) else "GENERAL", draw.happens(0.93))


def person(draw: Draw, member: FamilyMember, kind: Kind, year: int) -> Values:
    """The columns of one person."""
    age = year - member.birth_date.year
    health = _health(draw, age)
    stage, education = _schooling(draw, member.birth_date, year)
    work = _work(draw, age, stage, health)
    return {
        "name": member.name,
        "id_type": "RESIDENT_ID",
        "id_number": member.id_number,
        "ethnicity": member.ethnicity,
        "relation_to_head": member.relation_to_head,
        **_disability(draw, member, health),
        "health_status": health,
        "student_status": stage if stage != "NOT_STUDENT" or year <= STUDENTS_LISTED_UNTIL else None,
        "education_level": education if stage == "NOT_STUDENT" else None,
        "dropout_reason": "UNWILLING"
        if stage == "NOT_STUDENT" and 6 <= _school_age(member.birth_date, year) <= 15
        else None,
        **work,
        "political_status": "PARTY_MEMBER" if age >= 25 and draw.happens(0.03) else "CITIZEN",
        "is_active_soldier": False,
        "has_resident_medical": draw.happens(0.97),
        "has_employee_medical": False,
        "has_serious_illness_insurance": kind.insured,
        "has_commercial_medical": False,
        "got_medical_aid": "SERIOUS_ILLNESS" in health,
        "has_resident_pension": age >= 16 and stage == "NOT_STUDENT" and draw.happens(0.8),
        "has_employee_pension": False,
        "gets_subsistence": kind.attribute == "SUBSISTENCE_POOR",
        "gets_five_guarantee": kind.attribute == "FIVE_GUARANTEE_POOR",
    }


def household(draw: Draw, members: Sequence[Values], kind: Kind, year: int) -> Values:
    """The columns of a household that has these members."""
    return {
        "household_attribute": kind.attribute,
        "identification_standard": "NATIONAL",
        "identified_on": draw.rng.choice((date(2014, 5, 20), date(2014, 6, 12), date(2014, 8, 1), date(2014, 10, 8))),
        "planned_exit_year": draw.rng.choice((2017, 2018, 2019, 2020)),
        "group_name": f"{draw.rng.randint(1, 9)}组",
        **_causes(draw, members),
        **_family(draw, members),
        **_land(draw),
        **_living(draw),
        **_income(draw, members, kind),
        "collected_on": date(year, draw.rng.randint(9, 11), draw.rng.randint(1, 28)),
        "is_signed": True,
    }


def _school_age(born: date, year: int) -> int:
    return year - born.year - (born.month >= 9)


def _schooling(draw: Draw, born: date, year: int) -> tuple[str, str]:
    """School stage, and the education finished where there is none."""
    age = _school_age(born, year)
    if age < 6:
        return ("PRESCHOOL" if age >= 3 and draw.happens(0.6) else "NOT_STUDENT"), "PRESCHOOL_CHILD"
    if age <= 11:
        return ("NOT_STUDENT" if draw.happens(0.004) else "PRIMARY"), "ILLITERATE"
    if age <= 15:
        return ("NOT_STUDENT" if draw.happens(0.012) else _SCHOOL[age]), "PRIMARY"
    if age <= 17 and draw.happens(0.75):
        return (_SCHOOL if draw.happens(0.6) else _VOCATIONAL)[age], "JUNIOR"
    if age in _VOCATIONAL and draw.happens(0.3):
        return (_VOCATIONAL[age] if draw.happens(0.5) else "COLLEGE_AND_ABOVE"), "SENIOR"
    shares = _EDUCATION[max(first for first in _EDUCATION if first <= max(age, 16))]
    return "NOT_STUDENT", draw.one(shares)


def _health(draw: Draw, age: int) -> tuple[str, ...]:
    ill = 0.03 + max(0, age - 30) / 160
    found = [
        name
        for name, share in (("CHRONIC_ILLNESS", 0.7), ("SERIOUS_ILLNESS", 0.15), ("DISABLED", 0.3))
        if draw.happens(ill * share)
    ]
    return tuple(found) or ("HEALTHY",)


def _disability(draw: Draw, member: FamilyMember, health: tuple[str, ...]) -> Values:
    if "DISABLED" not in health or not draw.happens(0.7):
        return {}
    kind, grade = draw.rng.randint(1, 7), draw.rng.choices((1, 2, 3, 4), (10, 25, 35, 30))[0]
    names = ("SIGHT", "HEARING", "SPEECH", "LIMBS", "INTELLECT", "MIND", "MULTIPLE")
    return {
        "disability_card": f"{member.id_number}{kind}{grade}",
        "disability_type": names[kind - 1],
        "disability_grade": grade,
    }


def _work(draw: Draw, age: int, stage: str, health: tuple[str, ...]) -> Values:
    """Labour capacity by age and health; about half of those who can work earn wages elsewhere."""
    if age < 16 or stage != "NOT_STUDENT" or age >= 70:
        return {"labour_capacity": "NONE"}
    if {"SERIOUS_ILLNESS", "DISABLED"} & set(health) and draw.happens(0.7):
        return {"labour_capacity": "LOST"}
    if age >= 60 and draw.happens(0.6):
        return {"labour_capacity": "NONE"}
    capacity = "SKILLED" if age < 55 and draw.happens(0.06) else "ABLE"
    if age >= 60 or not draw.happens(0.45):
        return {"labour_capacity": capacity}
    return {
        "labour_capacity": capacity,
        "migrant_work_place": draw.one(_WORK),
        "work_months": Decimal(draw.rng.randint(3, 11)),
    }


def _causes(draw: Draw, members: Sequence[Values]) -> Values:
    """The main cause is one that the members show; others may be added."""
    health = {one for member in members for one in member["health_status"]}
    able = sum(member["labour_capacity"] in ("ABLE", "SKILLED") for member in members)
    shown = [
        cause
        for cause, holds in (
            ("ILLNESS", health & {"CHRONIC_ILLNESS", "SERIOUS_ILLNESS"}),
            ("DISABILITY", "DISABLED" in health),
            ("SCHOOLING", sum(member["student_status"] not in ("NOT_STUDENT", None) for member in members) >= 2),
            ("NO_LABOUR", able == 0),
        )
        if holds
    ]
    main = draw.rng.choice(shown) if shown and draw.happens(0.75) else draw.one(_OTHER_CAUSES)
    others = {draw.one(_OTHER_CAUSES) for _ in range(draw.rng.choices((0, 1, 2), (45, 40, 15))[0])} - {main}
    return {"main_cause": main, "other_causes": tuple(sorted(others)) or None}


def _family(draw: Draw, members: Sequence[Values]) -> Values:
    relations = [member["relation_to_head"] for member in members]
    sons, daughters = relations.count("SON"), relations.count("DAUGHTER")
    bank = (
        {"bank_name": "农村信用社", "bank_account": f"0000{draw.rng.randrange(10**15):015}"}
        if draw.happens(0.7)
        else {}
    )
    return {
        "is_military_family": draw.happens(0.01),
        "is_only_child_family": sons + daughters == 1 and draw.happens(0.3),
        "is_two_daughter_family": (sons, daughters) == (0, 2),
        "dropout_count": sum(member["dropout_reason"] is not None for member in members),
        "phone": f"100{draw.rng.randrange(10**8):08}" if draw.happens(0.7) else None,  # 100 begins no mobile number
        **bank,
    }


def _land(draw: Draw) -> Values:
    arable, forest, grass = draw.area(4, 0.03), draw.area(3, 0.3), draw.area(2, 0.85)
    return {
        "arable_area": arable,
        "irrigated_area": round(arable * Decimal(draw.rng.random() * 0.5), 1),
        "forest_area": forest,
        "returned_forest_area": round(forest * Decimal(draw.rng.random()), 1) if draw.happens(0.4) else Decimal(0),
        "orchard_area": draw.area(1, 0.8),
        "grass_area": grass,
        "water_area": draw.area(0.5, 0.95),
        "has_production_power": draw.happens(0.9),
    }


def _living(draw: Draw) -> Values:
    """Water, road and house; about a third of the households have a guarantee open."""
    dangerous = draw.happens(0.16)
    moves = draw.happens(0.12)
    return {
        "water_difficult": draw.happens(0.08),
        "water_safe": draw.happens(0.9),
        "has_living_power": draw.happens(0.99),
        "has_broadcast": draw.happens(0.94),
        "distance_main_road": round(Decimal(draw.rng.expovariate(1 / 0.8)), 2),
        "access_road_type": draw.one({"DIRT": 34, "GRAVEL": 16, "CEMENT": 46, "ASPHALT": 4}),
        "house_area": Decimal(draw.rng.randint(40, 160)),
        "is_dangerous_house": dangerous,
        "danger_grade": draw.one({"C": 60, "D": 40}) if dangerous else None,
        "house_structure": "EARTH" if dangerous else draw.one({"BRICK_CONCRETE": 55, "BRICK_WOOD": 40, "CONCRETE": 5}),
        "has_sanitary_toilet": draw.happens(0.4),
        "main_fuel": draw.one({"FIREWOOD": 45, "COAL": 30, "CLEAN": 25}),
        "food_secure": draw.happens(0.98),
        "clothing_secure": draw.happens(0.98),
        "in_cooperative": draw.happens(0.2),
        "has_enterprise_lead": draw.happens(0.15),
        "has_leader_lead": draw.happens(0.1),
        "is_relocation_household": moves,
        "relocation_mode": draw.one({"SINGLE": 80, "WHOLE_VILLAGE": 20}) if moves else None,
        "settlement_mode": draw.one({"TOWN_OR_PARK": 50, "NEW_VILLAGE": 30, "NEAR_VILLAGE": 20}) if moves else None,
        "settlement_place": draw.one({"IN_TOWN": 50, "IN_COUNTY": 40, "IN_VILLAGE": 10}) if moves else None,
    }


def _income(draw: Draw, members: Sequence[Values], kind: Kind) -> Values:
    """Net income per head is log-normal around the line: transfers by attribute and age, the rest from work and the farm."""
    heads = len(members)
    transfers = {
        "subsistence_allowance": Decimal(heads * draw.rng.randrange(1500, 2500, 60))
        if kind.attribute == "SUBSISTENCE_POOR"
        else Decimal(0),
        "five_guarantee_allowance": Decimal(heads * 4200) if kind.attribute == "FIVE_GUARANTEE_POOR" else Decimal(0),
        "pension_benefit": Decimal(
            _PENSION_YEAR * sum(1 for m in members if m["has_resident_pension"] and m["labour_capacity"] == "NONE")
        ),
        "other_transfer_income": draw.tens(draw.rng.expovariate(1 / 400)),
    }
    net = draw.rng.lognormvariate(0, 0.35) * MEDIAN_INCOME * heads
    rest = max(0.0, net - float(sum(transfers.values())))
    works = any(m.get("work_months") for m in members)
    wage = draw.tens(rest * draw.rng.uniform(0.4, 0.8)) if works else Decimal(0)
    business = draw.tens((rest - float(wage)) / 0.7)
    return {
        **transfers,
        "wage_income": wage,
        "business_income": business,
        "business_expense": draw.tens(float(business) * 0.3) or min(business, Decimal(100)),
        "property_income": Decimal(draw.rng.randrange(300, 1200, 50)) if draw.happens(0.08) else Decimal(0),
    }
