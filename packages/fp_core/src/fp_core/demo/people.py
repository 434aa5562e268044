"""Invented families for demonstrations, as of the end of 2016: plausible ages, kinship and numbers, and no real person."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from fp_core.demo import names
from fp_core.errors import Invalid
from fp_core.identity import check_digit

YEAR = 2016  # everybody has had their birthday by its last day, so age is YEAR minus birth year
OTHER_SEX = {"MALE": "FEMALE", "FEMALE": "MALE"}
_ETHNICITIES = {  # province prefix: people and share in hundredths, after the 2010 census in its mountain counties
    "52": {"HAN": 55, "MIAO": 18, "YI": 12, "BUYI": 15},
    "45": {"ZHUANG": 55, "YAO": 25, "HAN": 20},
    "": {"HAN": 94, "MIAO": 2, "ZHUANG": 2, "YI": 2},
}


@dataclass(frozen=True)
class FamilyMember:
    """One invented person: relation, sex and ethnicity by their identifiers of the code lists."""

    name: str
    relation_to_head: str
    sex: str
    birth_date: date
    id_number: str
    ethnicity: str

    @property
    def age(self) -> int:
        """Completed years at the end of 2016."""
        return YEAR - self.birth_date.year


@dataclass(frozen=True)
class Family:
    """The members of one household, its head first."""

    members: tuple[FamilyMember, ...]

    @property
    def head(self) -> FamilyMember:
        return self.members[0]


def families(seed: int, count: int, county_code: str) -> Iterator[Family]:
    """The same families for the same seed and county. No number occurs twice in one run; another seed may repeat some."""
    county = county_code[:6]
    if not (len(county) == 6 and county.isascii() and county.isdigit()):
        raise Invalid(
            "county_code",
            f"县级代码 {county_code!r} 无效，应以6位数字开头，如 520522000000",
            f"county code {county_code!r} is not valid: it begins with 6 digits, as in 520522000000",
        )
    maker = _Maker(Random(f"{seed}:{county}"), county)
    for _ in range(count):
        yield maker.family()


@dataclass
class _Maker:
    """Draws one family after another and remembers the numbers given out."""

    rng: Random
    county: str
    used: set[str] = field(default_factory=set)

    def family(self) -> Family:
        """Head, spouse, the head's parents, children, a son's wife and grandchildren, as the ages allow."""
        head = self._head()
        couple = [head, *self._spouse(head)]
        parents = self._parents(head) if head.sex == "MALE" else []
        children = self._children(couple)
        grown = [child for child in children if child.relation_to_head == "SON" and 23 <= child.age <= 45]
        sons_family = self._sons_family(grown[0]) if grown and self._happens(0.65) else []
        return Family((*couple, *parents, *children, *sons_family))

    def _head(self) -> FamilyMember:
        sex = "MALE" if self._happens(0.86) else "FEMALE"
        age = round(self.rng.triangular(22, 86, 47))
        ethnicity = self._ethnicity()
        return self._person("HEAD", sex, age, ethnicity, names.surname(self.rng, ethnicity))

    def _spouse(self, head: FamilyMember) -> list[FamilyMember]:
        chance = 0.45 if head.age < 28 else 0.85 if head.age < 65 else 0.6
        if not self._happens(chance if head.sex == "MALE" else chance / 3):
            return []
        older = -3 if head.sex == "MALE" else 3
        age = max(22, head.age + older + self.rng.randint(-4, 4))
        return [self._married_in("SPOUSE", head, age)]

    def _parents(self, head: FamilyMember) -> list[FamilyMember]:
        """Parents live with a son; the older he is, the fewer are still alive."""
        found = []
        for relation, sex, youngest in (("FATHER", "MALE", 20), ("MOTHER", "FEMALE", 18)):
            age = head.age + self.rng.randint(youngest, youngest + 16)
            if age <= 95 and self._happens(0.38 * (1 - max(0, age - 55) / 50)):
                surname = _surname(head) if sex == "MALE" else names.surname(self.rng, head.ethnicity)
                found.append(self._person(relation, sex, age, head.ethnicity, surname))
        return found

    def _children(self, parents: list[FamilyMember]) -> list[FamilyMember]:
        """The children still at home: the young ones, and of the grown-up ones mostly a son."""
        if len(parents) == 1 and not self._happens(0.4):
            return []
        father = next((p for p in parents if p.sex == "MALE"), parents[0])
        found: list[FamilyMember] = []
        age = min(p.age for p in parents) - self.rng.randint(19, 30)
        for _ in range(self.rng.choices((1, 2, 3, 4), (22, 42, 25, 11))[0]):
            sex = "MALE" if self._happens(0.53) else "FEMALE"
            stays = 1.0 if age < 18 else 0.7 if age < 24 else (0.5 if sex == "MALE" else 0.08)
            if 0 <= age <= 55 and self._happens(stays):
                found.append(self._child("SON" if sex == "MALE" else "DAUGHTER", sex, age, father, found))
            age -= self.rng.randint(1, 5)
        return found

    def _sons_family(self, son: FamilyMember) -> list[FamilyMember]:
        wife = self._married_in("DAUGHTER_IN_LAW", son, max(20, son.age - self.rng.randint(0, 4)))
        found: list[FamilyMember] = []
        age = wife.age - self.rng.randint(19, 24)
        for _ in range(self.rng.choices((0, 1, 2), (20, 45, 35))[0]):
            if 0 <= age < 20:
                sex = "MALE" if self._happens(0.53) else "FEMALE"
                found.append(self._child("GRANDSON" if sex == "MALE" else "GRANDDAUGHTER", sex, age, son, found))
            age -= self.rng.randint(2, 5)
        return [wife, *found]

    def _married_in(self, relation: str, partner: FamilyMember, age: int) -> FamilyMember:
        ethnicity = partner.ethnicity if self._happens(0.8) else self._ethnicity()
        return self._person(relation, OTHER_SEX[partner.sex], age, ethnicity, names.surname(self.rng, ethnicity))

    def _child(
        self, relation: str, sex: str, age: int, father: FamilyMember, siblings: list[FamilyMember]
    ) -> FamilyMember:
        """A child with the father's surname and people, and a name that no sibling has."""
        taken = {sibling.name for sibling in siblings}
        while True:
            child = self._person(relation, sex, age, father.ethnicity, _surname(father))
            if child.name not in taken:
                return child

    def _person(self, relation: str, sex: str, age: int, ethnicity: str, surname: str) -> FamilyMember:
        born = date(YEAR - age, 1, 1)
        born += timedelta(days=self.rng.randrange((date(born.year + 1, 1, 1) - born).days))
        name = surname + names.given_name(self.rng, surname, sex, born.year)
        return FamilyMember(name, relation, sex, born, self._number(born, sex), ethnicity)

    def _number(self, born: date, sex: str) -> str:
        while True:
            sequence = 2 * self.rng.randrange(1, 500) + (sex == "MALE")
            first17 = f"{self.county}{born:%Y%m%d}{sequence:03}"
            if first17 not in self.used:
                self.used.add(first17)
                return first17 + check_digit(first17)

    def _ethnicity(self) -> str:
        shares = _ETHNICITIES.get(self.county[:2], _ETHNICITIES[""])
        return self.rng.choices(list(shares), list(shares.values()))[0]

    def _happens(self, chance: float) -> bool:
        return self.rng.random() < chance


def _surname(person: FamilyMember) -> str:
    clan, dot, _ = person.name.partition("·")
    return clan + dot if dot else person.name[0]
