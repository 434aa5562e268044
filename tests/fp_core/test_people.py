"""Invented families: plausible enough to demonstrate with, the same for the same seed, and valid in every number."""

from collections import Counter
from datetime import date
from itertools import pairwise

import pytest

from fp_core import identity
from fp_core.demo.people import Family, FamilyMember, families
from fp_core.errors import Invalid

END = date(2016, 12, 31)
FAMILIES = [*families(7, 1500, "520522000000"), *families(7, 1500, "451228000000")]
PEOPLE = [member for family in FAMILIES for member in family.members]


def _of(family: Family, *relations: str) -> list[FamilyMember]:
    return [member for member in family.members if member.relation_to_head in relations]


def _parents_and_children(family: Family) -> list[tuple[FamilyMember, FamilyMember]]:
    heads, children = _of(family, "HEAD", "SPOUSE"), _of(family, "SON", "DAUGHTER")
    found = [(parent, child) for parent in heads for child in children]
    found += [(parent, family.head) for parent in _of(family, "FATHER", "MOTHER")]
    for wife in _of(family, "DAUGHTER_IN_LAW"):
        found += [(wife, child) for child in _of(family, "GRANDSON", "GRANDDAUGHTER")]
    return found


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    first = list(families(1, 20, "520522000000"))

    assert list(families(1, 20, "520522")) == first
    assert list(families(1, 10, "520522000000")) == first[:10]
    assert list(families(2, 20, "520522000000")) != first


def test_every_number_is_valid_and_tells_the_same_birth_and_sex() -> None:
    assert [m for m in PEOPLE if identity.problems("RESIDENT_ID", m.id_number, END)] == []
    assert all(identity.birth_date(m.id_number) == m.birth_date for m in PEOPLE)
    assert all(identity.sex(m.id_number) == m.sex for m in PEOPLE)


def test_numbers_carry_the_county_and_none_occurs_twice() -> None:
    assert {m.id_number[:6] for m in PEOPLE} == {"520522", "451228"}
    assert len({m.id_number for m in PEOPLE}) == len(PEOPLE)


def test_a_family_has_about_three_and_a_half_members() -> None:
    sizes = Counter(len(family.members) for family in FAMILIES)

    assert 3.2 <= len(PEOPLE) / len(FAMILIES) <= 3.8
    assert (min(sizes), max(sizes) <= 11) == (1, True)


def test_every_age_and_relation_occurs() -> None:
    assert {m.relation_to_head for m in PEOPLE} == {
        *("HEAD", "SPOUSE", "SON", "DAUGHTER", "DAUGHTER_IN_LAW"),
        *("GRANDSON", "GRANDDAUGHTER", "FATHER", "MOTHER"),
    }
    assert {m.age // 10 for m in PEOPLE} == set(range(10))


def test_each_family_has_one_head_who_comes_first_and_is_grown_up() -> None:
    assert all(family.head.relation_to_head == "HEAD" and family.head.age >= 18 for family in FAMILIES)
    assert all(len(_of(family, "HEAD")) == 1 for family in FAMILIES)


@pytest.mark.parametrize("relation", ["SPOUSE", "FATHER", "MOTHER", "DAUGHTER_IN_LAW"])
def test_there_is_at_most_one_spouse_father_mother_and_sons_wife(relation: str) -> None:
    assert max(len(_of(family, relation)) for family in FAMILIES) == 1


def test_couples_are_of_opposite_sex_and_grown_up() -> None:
    couples = [(family.head, spouse) for family in FAMILIES for spouse in _of(family, "SPOUSE")]

    assert all({a.sex, b.sex} == {"MALE", "FEMALE"} and min(a.age, b.age) >= 20 for a, b in couples)
    assert all(_of(f, "SON") for f in FAMILIES if _of(f, "DAUGHTER_IN_LAW"))


def test_relations_agree_with_the_sex() -> None:
    men = {m.sex for m in PEOPLE if m.relation_to_head in ("SON", "GRANDSON", "FATHER")}
    women = {m.sex for m in PEOPLE if m.relation_to_head in ("DAUGHTER", "GRANDDAUGHTER", "MOTHER", "DAUGHTER_IN_LAW")}

    assert (men, women) == ({"MALE"}, {"FEMALE"})


def test_parents_are_at_least_sixteen_years_older() -> None:
    gaps = [parent.age - child.age for family in FAMILIES for parent, child in _parents_and_children(family)]

    assert min(gaps) >= 16
    assert max(gaps) <= 65


def test_children_come_oldest_first_with_a_name_of_their_own_and_the_fathers_surname() -> None:
    for family in FAMILIES:
        children = _of(family, "SON", "DAUGHTER")
        fathers = [m for m in _of(family, "HEAD", "SPOUSE") if m.sex == "MALE"]

        assert all(older.age >= younger.age for older, younger in pairwise(children))
        assert len({child.name for child in children}) == len(children)
        assert all(child.name.partition("·")[0][0] == fathers[0].name[0] for child in children if fathers)


def test_peoples_follow_the_province() -> None:
    guizhou = {m.ethnicity for m in PEOPLE if m.id_number.startswith("52")}
    guangxi = {m.ethnicity for m in PEOPLE if m.id_number.startswith("45")}

    assert guizhou == {"HAN", "MIAO", "BUYI", "YI"}
    assert guangxi == {"HAN", "ZHUANG", "YAO"}


def test_names_are_chinese_and_some_have_a_middle_dot() -> None:
    dotted = [m for m in PEOPLE if "·" in m.name]

    assert all(2 <= len(m.name) <= 6 and m.name.replace("·", "").isalpha() for m in PEOPLE)
    assert {m.ethnicity for m in dotted} == {"YI"}


def test_a_county_code_that_is_none_is_refused() -> None:
    with pytest.raises(Invalid, match="county code '黔西县' is not valid"):
        next(families(1, 1, "黔西县"))
