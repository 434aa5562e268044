"""证件号码重复: who bears one number, in the whole register, without telling more of other regions than the county."""

from typing import Any

import pytest
from sqlalchemy import update

from fp_core.errors import Invalid, NotFound
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations.duplicates import Count, Distance, Group, Holder, counts, duplicates, page
from fp_core.registry import Registry
from fp_core.scope import Scope
from tests.places import BIJIE, DINGFU, DUAN, GUIZHOU, JINBI, LATU, LONGCHANG, NATION, QIANXI, YANGJIADIAN, ZHONGZHAI
from tests.statements import counted

NAYONG_VILLAGE = "520525101201"
"""A village of another county of 毕节市; no division of the tests, so it has no name."""

MASK = "5205**********12"


def write(registry: Registry, *households: tuple[Any, ...], year: int = 2016, start: int = 1) -> list[str]:
    """Households as (village, number of the first member, of the second …); their codes."""
    codes = []
    with registry.system_session() as session:
        for number, (village, *numbers) in enumerate(households, start):
            key = {"household_code": f"{village}{number:04d}", "village_code": village}
            session.add(Household(**key))
            session.flush()
            session.add(HouseholdYear(**key, year=year))
            for member_no, index in enumerate(numbers, 1):
                masked = MASK if index else None
                session.add(
                    Member(**key, member_no=member_no, name=f"某{number}", id_index=index, id_number_masked=masked)
                )
            session.flush()
            session.add_all(MemberYear(**key, member_no=n, year=year) for n in range(1, len(numbers) + 1))
            codes.append(key["household_code"])
        session.commit()
    return codes


def groups(registry: Registry, region: str, of: str | None = None, year: int = 2016, **more: object) -> list[Group]:
    with registry.session(Scope.region(region)) as session:
        return list(page(session, of or region, year, **more).items)  # type: ignore[arg-type]


def test_same_number_in_a_household_and_between_households_is_one_group_each(registry: Registry) -> None:
    one, two, three = write(registry, (ZHONGZHAI, "a", "a", "c"), (ZHONGZHAI, "b"), (LATU, "b", None, None))

    assert groups(registry, QIANXI) == [
        Group(
            f"{one}01",
            Distance.HOUSEHOLD,
            2,
            (
                Holder(ZHONGZHAI, "中寨村村民委员会", one, 1, "某1", MASK),
                Holder(ZHONGZHAI, "中寨村村民委员会", one, 2, "某1", MASK),
            ),
        ),
        Group(
            f"{two}01",
            Distance.COUNTY,
            2,
            (
                Holder(ZHONGZHAI, "中寨村村民委员会", two, 1, "某2", MASK),
                Holder(LATU, "拉土村村民委员会", three, 1, "某3", MASK),
            ),
        ),
    ]


def test_of_who_lies_outside_only_the_county_is_told(registry: Registry) -> None:
    own, _, _ = write(registry, (ZHONGZHAI, "a"), (DINGFU, "a"), (LATU, "a"))

    of_town = groups(registry, JINBI)
    of_county = groups(registry, QIANXI, JINBI)

    mine = Holder(ZHONGZHAI, "中寨村村民委员会", own, 1, "某1", MASK)
    assert of_town == [
        Group(
            f"{own}01",
            Distance.NATION,
            3,
            (mine, Holder(DUAN, "都安瑶族自治县"), Holder(QIANXI, "黔西县")),
        )
    ]
    assert [h.household_code is None for h in of_county[0].holders] == [False, False, True]


def test_group_without_anybody_in_the_region_is_not_shown_and_a_region_outside_not_found(registry: Registry) -> None:
    write(registry, (DINGFU, "a"), (LATU, "a"), (DINGFU, "b", "b"))

    assert groups(registry, JINBI) == groups(registry, QIANXI, JINBI) == []
    assert len(groups(registry, QIANXI)) == 1
    for region in (DUAN, GUIZHOU, NATION):
        with pytest.raises(NotFound):
            groups(registry, QIANXI, region)
        with pytest.raises(NotFound), registry.session(Scope.region(QIANXI)) as session:
            counts(session, region, 2016)


def test_who_has_left_and_other_years_are_no_duplicates(registry: Registry) -> None:
    left, _ = write(registry, (ZHONGZHAI, "a"), (ZHONGZHAI, "a"))
    write(registry, (LATU, "b"), year=2016, start=3)
    write(registry, (LATU, "b"), year=2017, start=4)
    with registry.system_session() as session:
        session.execute(update(MemberYear).where(MemberYear.household_code == left).values(member_status="LEFT"))
        session.commit()

    assert groups(registry, QIANXI) == groups(registry, QIANXI, year=2017) == []


def test_distances_are_counted_and_chosen(registry: Registry) -> None:
    write(
        registry,
        *((ZHONGZHAI, "in", "in"), (ZHONGZHAI, "in", "village"), (ZHONGZHAI, "village", "one", "one", "one")),
        *((ZHONGZHAI, "county"), (LONGCHANG, "county"), (LATU, "county", "province")),
        *((NAYONG_VILLAGE, "province"), (YANGJIADIAN, "nation"), (DINGFU, "nation")),
        *((DINGFU, "far"), (DINGFU, "far")),
    )

    with registry.session(Scope.region(QIANXI)) as session:
        assert counts(session, QIANXI, 2016) == [
            Count(Distance.HOUSEHOLD, 1, 3, 1),
            Count(Distance.VILLAGE, 2, 5, 1),
            Count(Distance.COUNTY, 1, 3, 1),
            Count(Distance.PROVINCE, 1, 2, 0),
            Count(Distance.NATION, 1, 2, 0),
        ]
    for distance in Distance:
        chosen = groups(registry, QIANXI, distances=(distance,))
        assert {group.distance for group in chosen} == {distance}
    both = groups(registry, QIANXI, distances=(Distance.PROVINCE, Distance.NATION))
    assert [(g.distance, g.holders[1].region_code, g.holders[1].region_name) for g in both] == [
        (Distance.NATION, DUAN, "都安瑶族自治县"),
        (Distance.PROVINCE, "520525000000", None),
    ]


def test_pages_hold_every_group_once_in_order(registry: Registry) -> None:
    write(registry, *((village, f"n{n % 9}") for n, village in enumerate([ZHONGZHAI, LATU, DINGFU] * 9)))

    with registry.session(Scope.region(BIJIE)) as session:
        everyone = list(duplicates(session, BIJIE, 2016))
        by_four = [page(session, BIJIE, 2016, first=4)]
        while by_four[-1].has_next:
            by_four.append(page(session, BIJIE, 2016, first=4, after=by_four[-1].items[-1].cursor))

    assert [len(few.items) for few in by_four] == [4, 2]
    assert [group for few in by_four for group in few.items] == everyone
    assert [g.cursor for g in everyone] == sorted({g.cursor for g in everyone})


def test_a_page_takes_three_statements_and_counts_take_one_whatever_the_register_holds(registry: Registry) -> None:
    numbers = []

    for start, size in ((1, 2), (10, 300)):
        write(registry, *((ZHONGZHAI, f"{start}-{n % (size // 2)}") for n in range(size)), start=start)
        with registry.session(Scope.region(QIANXI)) as session:
            with counted(registry) as for_page:
                page(session, QIANXI, 2016, first=200)
            with counted(registry) as for_counts:
                counts(session, QIANXI, 2016)
        numbers.append((len(for_page), len(for_counts)))

    assert numbers == [(3, 1), (3, 1)]


@pytest.mark.parametrize("after", ["", "x" * 18, "12", "١" * 18])
def test_cursor_that_is_none_is_refused(registry: Registry, after: str) -> None:
    with pytest.raises(Invalid) as refused:
        groups(registry, QIANXI, after=after)

    assert refused.value.field == "after"
