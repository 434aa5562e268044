"""A project's life: draft, library, approval, funds, works, acceptance; each state takes only what its table says."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from fp_core.errors import Conflict, Invalid, NotFound, Refused
from fp_core.models.events import Event
from fp_core.registry import Registry
from fp_projects.library import SubmitToLibrary
from fp_projects.models import Project, ProjectProgress
from fp_projects.operations import ApproveProject
from fp_projects.states import STATES, STEPS
from fp_projects.types.industry import ProjectIndustry
from tests.actors import operator
from tests.households import run
from tests.money import arranged, county_money, taken_back, violated
from tests.places import DUAN, GAOLING, GUIZHOU, JINBI, NATION, QIANXI, YUDUO, ZHONGZHAI
from tests.projects import (
    TEA,
    SaveIndustryProject,
    accepted,
    approved,
    fund,
    funded,
    in_library,
    progressed,
    project,
    saved,
    under_way,
)


def clauses(refused: pytest.ExceptionInfo[Refused]) -> list[str]:
    return [c.id for c in refused.value.clauses]


def test_a_project_goes_from_draft_to_acceptance(registry: Registry) -> None:
    code = funded(registry, "20")

    events = [
        progressed(registry, code, "10", "2.5", stage="START"),
        progressed(registry, code, "60", "10"),
        progressed(registry, code, "100", "7", stage="COMPLETION", progress_on=date(2017, 5, 1)),
        progressed(registry, code, "100", "0.5", stage="PAYMENT", progress_on=date(2017, 5, 20)),
        accepted(registry, code),
    ]

    found = project(registry, code)
    assert code == "2016520522400001"
    assert events == [
        "PROJECT_STARTED",
        "PROGRESS_RECORDED",
        "PROJECT_COMPLETED",
        "PAYMENT_RECORDED",
        "PROJECT_ACCEPTED",
    ]
    assert (found.state, found.version) == ("ACCEPTED", 9)
    assert (found.total_plan, found.approved_amount) == (Decimal("25.5"), Decimal("25"))
    assert (found.arranged, found.spent) == (Decimal("20"), Decimal("20"))
    assert (found.started_on, found.completed_on) == (date(2016, 9, 1), date(2017, 5, 1))
    assert violated(registry) == []


def test_what_only_industry_has_stands_beside_the_project(registry: Registry) -> None:
    code = saved(registry)

    with registry.system_session() as session:
        own = session.get_one(ProjectIndustry, code)

    assert (own.product, own.implementer_kind, own.drive_mode) == ("茶叶", "COOPERATIVE", "SHARES")
    assert (own.region_code, own.expected_income) == (JINBI, Decimal("2000"))


def test_a_draft_is_saved_again_as_a_whole(registry: Registry) -> None:
    code = saved(registry)

    again = {**TEA, "project_name": "金碧镇生态茶园", "plan_self": None, "product": "红茶"}
    run(registry, SaveIndustryProject(project_code=code, version=1, **again), region=JINBI)

    found = project(registry, code)
    with registry.system_session() as session:
        assert session.get_one(ProjectIndustry, code).product == "红茶"
        rows = session.get_one(Event, (code, "project", 2)).rows
    assert (found.project_name, found.total_plan, found.version) == ("金碧镇生态茶园", Decimal("20"), 2)
    assert {row["table"]: sorted(row["after"]) for row in rows} == {
        "project": ["plan_self", "project_name", "total_plan"],
        "project_industry": ["product"],
    }


def test_a_stale_version_changes_nothing(registry: Registry) -> None:
    code = in_library(registry)

    with pytest.raises(Conflict, match="您看到的是版本 1，现为版本 2"):
        run(registry, SubmitToLibrary(project_code=code, version=1), region=JINBI)

    assert project(registry, code).version == 2


INCOMPLETE = {
    "without a target": ({"performance_target": None}, ["PRJ-TARGET"]),
    "without money": ({"plan_central": None, "plan_self": None}, ["PRJ-PLAN"]),
    "ending before it begins": ({"end_year": 2015}, ["PRJ-DATE"]),
    "with more poor than all": ({"plan_poor_people": 211}, ["PRJ-POOR"]),
    "with an empty field": ({"task": " ", "product": None}, ["PRJ-COMPLETE"]),
}


@pytest.mark.parametrize("what", INCOMPLETE)
def test_the_library_takes_no_project(registry: Registry, what: str) -> None:
    wrong, failing = INCOMPLETE[what]
    code = saved(registry, **wrong)

    with pytest.raises(Refused) as refused:
        run(registry, SubmitToLibrary(project_code=code, version=1), region=JINBI)

    assert clauses(refused) == failing
    assert (project(registry, code).state, project(registry, code).version) == ("DRAFT", 1)


def test_what_is_missing_is_named_by_its_label(registry: Registry) -> None:
    code = saved(registry, task=None, product=None)

    with pytest.raises(Refused) as refused:
        run(registry, SubmitToLibrary(project_code=code, version=1), region=JINBI)

    assert refused.value.clauses[0].zh == "请先填写：建设任务、产品"


BAD_DRAFTS = {
    "sub_type": ("公路", "不是项目子类型"),
    "region_code": ("5205", "行政区划代码 '5205' 有误"),
    "project_year": (1999, "项目年度应在 2014–2099 之间"),
    "plan_central": (Decimal("-1"), "计划投资：中央应在 0"),
    "product": ("茶" * 61, "产品最多 60 个字符，现为 61 个"),
}


@pytest.mark.parametrize("name", BAD_DRAFTS)
def test_a_bad_value_is_named(registry: Registry, name: str) -> None:
    value, sentence = BAD_DRAFTS[name]

    with pytest.raises(Invalid, match=sentence):
        saved(registry, **{name: value})

    with registry.system_session() as session:
        assert session.scalars(select(Project)).all() == []


def test_place_year_and_type_stay(registry: Registry) -> None:
    code = saved(registry)
    command = SaveIndustryProject(project_code=code, version=1, **{**TEA, "region_code": YUDUO})

    with pytest.raises(Refused) as refused:
        run(registry, command, region=QIANXI)

    assert clauses(refused) == ["PRJ-FIXED"]
    assert project(registry, code).region_code == JINBI


@pytest.mark.parametrize("amount", ["25.5001", "0"])
def test_no_more_is_approved_than_planned(registry: Registry, amount: str) -> None:
    code = in_library(registry)
    approval = {"approval_document": "黔县扶领〔2016〕9号", "approved_on": date(2016, 3, 1)}

    with pytest.raises(Refused) as refused:
        run(registry, ApproveProject(project_code=code, version=2, approved_amount=Decimal(amount), **approval))

    assert clauses(refused) == ["PRJ-OVER"]
    assert project(registry, code).state == "IN_LIBRARY"


def test_money_goes_to_approved_projects_only_and_within_the_approval(registry: Registry) -> None:
    receipt = county_money(registry)
    draft, running = saved(registry), approved(registry, "25")
    fund(registry, running, "20", receipt=receipt)

    with pytest.raises(Refused) as early:
        fund(registry, draft, "1", receipt=receipt)
    with pytest.raises(Refused) as over:
        fund(registry, running, "5.0001", receipt=receipt)
    with pytest.raises(Refused) as unknown:
        fund(registry, "2016520522499999", "1", receipt=receipt)

    assert clauses(early) == ["FND-PROJ", "FND-PROJ-SUM"]
    assert clauses(over) == ["FND-PROJ-SUM"]
    assert clauses(unknown) == ["FND-PROJ"]
    assert project(registry, running).arranged == Decimal("20")
    assert violated(registry) == []


def test_money_taken_back_leaves_the_project(registry: Registry) -> None:
    code = approved(registry)
    entry = fund(registry, code, "20")

    taken_back(registry, entry)

    assert (project(registry, code).arranged, project(registry, code).version) == (Decimal(0), 5)
    assert violated(registry) == []


def test_money_that_was_spent_is_not_taken_back(registry: Registry) -> None:
    code = approved(registry)
    entry = fund(registry, code, "20")
    progressed(registry, code, "40", "0.0001")

    with pytest.raises(Refused) as refused:
        taken_back(registry, entry)

    assert clauses(refused) == ["FND-DEL"]
    assert project(registry, code).arranged == Decimal("20")
    assert violated(registry) == []


def test_no_more_is_spent_than_was_arranged(registry: Registry) -> None:
    code = under_way(registry)

    with pytest.raises(Refused) as refused:
        progressed(registry, code, "90", "12.0001")

    assert clauses(refused) == ["PRJ-FUND"]
    with registry.system_session() as session:
        assert len(session.scalars(select(ProjectProgress)).all()) == 1


def test_a_failed_acceptance_sends_the_project_back_to_work(registry: Registry) -> None:
    code = under_way(registry)
    progressed(registry, code, "100", "0")

    assert accepted(registry, code, "不合格") == "PROJECT_REOPENED"
    assert (project(registry, code).state, project(registry, code).acceptance_result) == ("IN_PROGRESS", "FAILED")


def test_a_step_out_of_its_state_is_refused(registry: Registry) -> None:
    code = saved(registry)

    with pytest.raises(Refused) as works:
        progressed(registry, code)
    with pytest.raises(Refused) as acceptance:
        accepted(registry, code)

    assert works.value.clauses[0].zh == "进度只适用于实施中的项目，该项目草稿"
    assert acceptance.value.clauses[0].zh == "验收只适用于已完工的项目，该项目草稿"
    assert project(registry, code).version == 1


def test_the_table_of_states_names_only_states_that_exist() -> None:
    known = {item.name for item in STATES}

    assert {name for step in STEPS for name in (*step.before, step.after)} <= known


def test_each_region_sees_the_projects_inside_it(registry: Registry) -> None:
    code = saved(registry)
    seen = {}
    for region in (NATION, GUIZHOU, QIANXI, JINBI, YUDUO, ZHONGZHAI, DUAN, GAOLING):
        with registry.session(operator(registry, region)) as session:
            seen[region] = list(session.scalars(select(Project.project_code)))

    assert [region for region, codes in seen.items() if codes == [code]] == [NATION, GUIZHOU, QIANXI, JINBI]


def test_another_region_neither_enters_nor_finds_the_project(registry: Registry) -> None:
    code = saved(registry)

    with pytest.raises(NotFound):
        run(registry, SubmitToLibrary(project_code=code, version=1), region=YUDUO)
    with pytest.raises(NotFound):
        saved(registry, region=YUDUO)

    assert project(registry, code).version == 1


def test_a_county_numbers_its_projects_by_year_and_type(registry: Registry) -> None:
    codes = [saved(registry), saved(registry), saved(registry, project_year=2017)]

    assert codes == ["2016520522400001", "2016520522400002", "2017520522400001"]


def test_arranged_money_must_lie_where_the_project_is(registry: Registry) -> None:
    code, receipt = approved(registry), county_money(registry)

    with pytest.raises(Refused) as refused:
        arranged(registry, receipt, "1", target_kind="PROJECT", project_code=code.replace("520522", "451228"))

    assert clauses(refused) == ["FND-PROJ"]
