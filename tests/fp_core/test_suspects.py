"""疑点数据: what is doubtful is found by every check and no other, in pages, in statements whose number does not grow."""

from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from fp_core.errors import Invalid, NotFound
from fp_core.hookspecs import hookimpl
from fp_core.models.household import HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.operations import suspects as operation
from fp_core.operations.suspects import Only, Place, Suspect, counts, page, place_of, suspects
from fp_core.parts import RuleSet
from fp_core.registry import Registry
from fp_core.rules import Clause, Conditions, RuleError, rule
from fp_core.scope import Scope
from fp_core.testing import plugin, random_household_years, registry_for
from tests.actors import operator
from tests.households import exit_, identified, open_years, person, rich_enough
from tests.places import DINGFU, DUAN, GUANGXI, GUIZHOU, JINBI, LATU, LONGCHANG, NATION, QIANXI, YANGJIADIAN, ZHONGZHAI
from tests.statements import counted

IN_QIANXI = [ZHONGZHAI, YANGJIADIAN, LONGCHANG, LATU]
RULES = ("status.may_exit", "status.may_enter", "check.household")


def found(registry: Registry, region: str = QIANXI, year: int = 2016, only: Only | None = None) -> list[Suspect]:
    with registry.session(operator(registry, region)) as session:
        return list(suspects(session, region, year, only=only or Only()))


def by_rule(registry: Registry, region: str = QIANXI, year: int = 2016) -> dict[str, list[str]]:
    """The clauses of the rules that fail, by household."""
    told = {
        suspect.place.household_code: [f.clause.id for f in suspect.findings if f.rule in RULES]
        for suspect in found(registry, region, year)
        if suspect.place.member_no == 0
    }
    return {code: clauses for code, clauses in told.items() if clauses}


def set_year(registry: Registry, code: str, **values: object) -> None:
    """Values as an import of long ago may have left them, past every check."""
    with registry.system_session() as session:
        session.execute(update(HouseholdYear).where(HouseholdYear.household_code == code).values(**values))
        session.commit()


def test_poor_household_with_everything_and_exited_one_without_are_suspect(registry: Registry) -> None:
    open_years(registry, 2016)
    poor, rich, exited, fallen = (identified(registry) for _ in range(4))
    for code in (rich, exited, fallen):
        rich_enough(registry, code, 2016)
    for code in (exited, fallen):
        exit_(registry, code, 2016)
    set_year(registry, fallen, water_safe=False, net_income_per_capita=Decimal("2952"))

    assert by_rule(registry) == {rich: ["INC-ELIG"], fallen: ["EXIT-INCOME", "EXIT-WATER-SAFE"]}
    assert poor not in by_rule(registry)


def test_who_left_for_good_is_checked_in_the_year_of_leaving_and_who_is_gone_never(registry: Registry) -> None:
    open_years(registry, 2016)
    now, before, removed, closed = (identified(registry) for _ in range(4))
    set_year(registry, now, exit_status="STABLE_EXITED", exit_year=2016)
    set_year(registry, before, exit_status="STABLE_EXITED", exit_year=2015)
    set_year(registry, removed, exit_status="REMOVED")
    set_year(registry, closed, exit_status="CLOSED")

    assert by_rule(registry) == {now: ["EXIT-INCOME", "EXIT-HOUSE"]}
    assert {s.place.household_code for s in found(registry) if s.place.member_no == 0} == {now, before}


def test_household_without_a_head_and_disabled_member_without_a_card_are_suspect(registry: Registry) -> None:
    open_years(registry, 2016)
    disabled = identified(
        registry, members=(person(health_status=("DISABLED",)), person("李秀英", "SPOUSE", male=False))
    )
    headless, key = identified(registry), identified(registry)
    set_year(registry, key, is_key_target=True, exit_status="EXITED", exit_year=2015, net_income_per_capita=9999)
    set_year(registry, key, is_dangerous_house=False)
    with registry.system_session() as session:
        session.execute(
            update(MemberYear).where(MemberYear.household_code == headless).values(relation_to_head="OTHER")
        )
        session.commit()

    assert by_rule(registry) == {disabled: ["HEALTH-DIS"], headless: ["MEM-ONEHEAD"], key: ["KEY-POOR"]}
    (suspect,) = (s for s in found(registry) if s.place == Place(ZHONGZHAI, headless, 0))
    (finding,) = (f for f in suspect.findings if f.rule == "check.household")
    assert finding.clause == Clause("MEM-ONEHEAD", "每户必须且只能有一名户主", "a household has exactly one head")


def test_guangxi_judges_by_its_own_rule(registry: Registry) -> None:
    open_years(registry, 2016, county=DUAN)
    code = identified(registry, DINGFU)
    set_year(registry, code, exit_status="EXITED", exit_year=2016)

    assert "GX-ROAD" in by_rule(registry, DUAN)[code]


def test_what_the_form_requires_and_is_missing_is_named_for_households_and_members(registry: Registry) -> None:
    open_years(registry, 2016)
    code = identified(registry)
    with registry.system_session() as session:
        session.execute(update(HouseholdYear).values(main_cause=None))
        session.execute(update(Member).where(Member.member_no == 2).values(ethnicity=None, id_number_masked=None))
        session.execute(update(Member).where(Member.member_no == 1).values(id_type="NONE", id_number_masked=None))
        session.commit()

    missing = {
        suspect.place.member_no: {f.clause.id for f in suspect.findings if f.rule == "required"}
        for suspect in found(registry)
    }

    assert "main_cause" in missing[0] and "household_attribute" not in missing[0]
    assert {"ethnicity", "id_number"} <= missing[2] and not {"sex", "birth_date", "relation_to_head"} & missing[2]
    assert "id_number" not in missing[1]
    assert "political_status" not in missing[1] and place_of(Place(ZHONGZHAI, code, 2).cursor).member_no == 2


def test_political_status_is_missing_from_2017_on(registry: Registry) -> None:
    random_household_years(registry, villages=[ZHONGZHAI], count=40, year=2016)
    random_household_years(registry, villages=[ZHONGZHAI], count=40, year=2017)

    named = {
        year: {f.clause.id for s in found(registry, year=year) for f in s.findings if f.rule == "required"}
        for year in (2016, 2017)
    }

    assert "political_status" in named[2017] - named[2016]


@pytest.mark.parametrize("region", [QIANXI, JINBI, LATU, GUANGXI, NATION])
def test_pages_hold_every_suspect_once_in_order_and_counts_are_their_sums(registry: Registry, region: str) -> None:
    random_household_years(registry, villages=[*IN_QIANXI, DINGFU], count=60, year=2016)

    everyone = found(registry, region)
    with registry.session(Scope.region(region)) as session:
        by_three = [page(session, region, 2016, first=3)]
        while by_three[-1].has_next:
            by_three.append(page(session, region, 2016, first=3, after=by_three[-1].items[-1].place))
        number = counts(session, region, 2016)

    assert {len(few.items) for few in by_three[:-1]} == {3}
    assert [suspect for few in by_three for suspect in few.items] == everyone
    places = [suspect.place for suspect in everyone]
    assert places == sorted(set(places)) and len(places) > 10
    assert all(suspect.findings for suspect in everyone)
    assert {f: n for f, n in number.items() if n} == Counter(f for s in everyone for f in s.findings)


def test_portions_of_any_size_hold_the_same_suspects(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    random_household_years(registry, villages=IN_QIANXI, count=40, year=2016)
    at_once = found(registry)

    monkeypatch.setattr(operation, "PORTION", 7)

    assert found(registry) == at_once
    assert len(at_once) > 3 * 7


def test_one_rule_or_clause_alone_gives_what_all_together_say_of_it(registry: Registry) -> None:
    random_household_years(registry, villages=IN_QIANXI, count=60, year=2016)
    everyone = found(registry)

    for only in (Only("check.household"), Only("required", "sex"), Only(clause="MEM-ONEHEAD")):
        alone = {s.place: s.findings for s in found(registry, only=only)}

        told = {
            s.place: tuple(f for f in s.findings if only.rule in (None, f.rule) and only.clause in (None, f.clause.id))
            for s in everyone
        }
        assert alone == {place: findings for place, findings in told.items() if findings} != {}
    assert found(registry, only=Only("no.such.rule")) == []


def test_a_page_takes_two_statements_and_counts_take_one_whatever_the_region_holds(registry: Registry) -> None:
    numbers = []

    for more in (1, 300):
        random_household_years(registry, villages=IN_QIANXI, count=more, year=2016, seed=more)
        with registry.session(Scope.region(QIANXI)) as session:
            with counted(registry) as for_page:
                page(session, QIANXI, 2016)
            with counted(registry) as for_counts:
                counts(session, QIANXI, 2016)
        numbers.append(tuple(len([one for one in sent if "set_config" not in one]) for sent in (for_page, for_counts)))

    assert numbers == [(2, 1), (2, 1)]


def with_check(tmp_path: Path, database: str, model: type[Any] = HouseholdYear) -> Registry:
    """A registry with a plugin that wants a phone number from 2017 on."""
    asked = Clause("TEST-PHONE", "填有电话", "a phone number is given")

    def phone(h: Any, p: Any) -> Conditions:
        """A household can be called."""
        return {asked: h.household_code != ""} if model is not HouseholdYear else {asked: h.phone != ""}

    made = rule("check.phone", of=model, since=date(2017, 1, 1), cites="测试")(phone)
    return registry_for(
        tmp_path, plugins={"phones": plugin("phones", fp_rules=hookimpl(lambda: RuleSet((made,))))}, url=database
    )


def test_check_of_a_plugin_is_made_from_the_day_it_is_in_force(tmp_path: Path, database: str) -> None:
    with with_check(tmp_path, database) as registry:
        random_household_years(registry, villages=[ZHONGZHAI], count=30, year=2016)
        random_household_years(registry, villages=[ZHONGZHAI], count=30, year=2017)

        assert found(registry, year=2016, only=Only("check.phone")) == []
        suspect, *_ = found(registry, year=2017, only=Only("check.phone"))
        assert [(f.rule, f.clause.id) for f in suspect.findings] == [("check.phone", "TEST-PHONE")]


def test_check_over_anything_but_household_years_is_refused_by_name(tmp_path: Path, database: str) -> None:
    with with_check(tmp_path, database, MemberYear) as registry, pytest.raises(RuleError) as refused:
        found(registry)

    assert str(refused.value) == "check.phone is a rule over MemberYear; a check is one over HouseholdYear"


def test_region_outside_is_not_found_and_of_a_larger_one_only_the_own_is_seen(registry: Registry) -> None:
    random_household_years(registry, villages=[*IN_QIANXI, DINGFU], count=50, year=2016)

    with registry.session(Scope.region(QIANXI)) as session:
        for region in (GUIZHOU, DUAN, NATION):
            with pytest.raises(NotFound):
                page(session, region, 2016)
            with pytest.raises(NotFound):
                counts(session, region, 2016)
        with pytest.raises(Invalid):
            page(session, "5205", 2016)


@pytest.mark.parametrize("first", [0, 201])
def test_page_of_no_size_is_refused(registry: Registry, first: int) -> None:
    with registry.session(Scope.region(QIANXI)) as session, pytest.raises(Invalid) as refused:
        page(session, QIANXI, 2016, first=first)

    assert refused.value.field == "first"


@pytest.mark.parametrize("cursor", ["", "::", "520522101203:x:1", "520522101203:5205221012030001", "1:2:-3", "一:2:3"])
def test_cursor_that_is_none_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        place_of(cursor)
