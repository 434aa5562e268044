"""Industry projects for the tests: tea in 金碧镇, from the library to its households, by the same commands as everyone's."""

from datetime import date
from decimal import Decimal
from typing import Any

from fp_core.registry import Registry
from fp_projects.beneficiaries import beneficiary_command
from fp_projects.library import SubmitToLibrary, save_command
from fp_projects.models import Project
from fp_projects.operations import AcceptProject, ApproveProject, RecordProgress
from fp_projects.types.industry import INDUSTRY
from tests.households import run
from tests.money import arranged, county_money
from tests.places import JINBI

SaveIndustryProject = save_command(INDUSTRY)
AddIndustryBeneficiary = beneficiary_command(INDUSTRY)

TEA: dict[str, Any] = {
    "region_code": JINBI,
    "project_year": 2016,
    "project_name": "金碧镇高山茶园",
    "sub_type": "PLANTING",
    "project_level": "COUNTY",
    "competent_body": "黔西县农业农村局",
    "implementer": "金碧茶叶专业合作社",
    "implement_year": 2016,
    "end_year": 2017,
    "task": "新建茶园",
    "scale_quantity": Decimal("300"),
    "scale_unit": "MU",
    "performance_target": "带动 40 户增收",
    "participation": "村民代表大会表决通过",
    "benefit_mechanism": "土地流转、务工和分红",
    "plan_central": Decimal("20"),
    "plan_self": Decimal("5.5"),
    "plan_households": 60,
    "plan_people": 210,
    "plan_poor_households": 40,
    "plan_poor_people": 150,
    "manager_name": "陈志强",
    "manager_phone": "13800001234",
    "product": "茶叶",
    "implementer_kind": "合作社",
    "drive_mode": "SHARES",
    "expected_income": Decimal("2000"),
}


def saved(registry: Registry, *, region: str = JINBI, **more: Any) -> str:
    """The code of a draft."""
    return run(registry, SaveIndustryProject(**{**TEA, **more}), region=region).subject_code


def in_library(registry: Registry, **more: Any) -> str:
    code = saved(registry, **more)
    run(registry, SubmitToLibrary(project_code=code, version=1), region=JINBI)
    return code


def approved(registry: Registry, amount: str = "25") -> str:
    code = in_library(registry)
    approval = {"approval_document": "黔县扶领〔2016〕9号", "approved_on": date(2016, 3, 1)}
    run(registry, ApproveProject(project_code=code, version=2, approved_amount=Decimal(amount), **approval))
    return code


def funded(registry: Registry, amount: str = "20", *, receipt: str | None = None) -> str:
    """The code of an approved project to which the county has arranged money."""
    code = approved(registry)
    fund(registry, code, amount, receipt=receipt)
    return code


def fund(registry: Registry, code: str, amount: str = "20", *, receipt: str | None = None) -> str:
    """The code of the entry by which money is arranged to a project."""
    held = receipt or county_money(registry)
    return arranged(registry, held, amount, target_kind="PROJECT", project_code=code)


def progressed(registry: Registry, code: str, percent: str = "40", spent: str = "8", **more: Any) -> str:
    """The event of a line of progress."""
    given = {"progress_on": date(2016, 9, 1), "stage": "WORKS", **more}
    amounts = {"progress_percent": Decimal(percent), "spent": Decimal(spent)}
    version = project(registry, code).version
    command = RecordProgress(**{"project_code": code, "version": version, **amounts, **given})
    return run(registry, command, region=JINBI).event_type


def under_way(registry: Registry) -> str:
    """The code of a project with 20 万元 arranged and 8 spent."""
    code = funded(registry)
    progressed(registry, code)
    return code


def accepted(registry: Registry, code: str, result: str = "PASSED", **more: Any) -> str:
    """The event of an acceptance."""
    given = {"accepted_on": date(2017, 6, 1), "acceptance_body": "黔西县扶贫办", **more}
    version = project(registry, code).version
    return run(
        registry, AcceptProject(project_code=code, version=version, acceptance_result=result, **given)
    ).event_type


def benefit(code: str, household: str, amount: str = "3000", **more: Any) -> Any:
    """The command that adds a household to a project."""
    given = {"benefited_on": date(2016, 11, 1), "participation_mode": "SHARES", **more}
    return AddIndustryBeneficiary(project_code=code, household_code=household, amount=Decimal(amount), **given)


def project(registry: Registry, code: str) -> Project:
    with registry.system_session() as session:
        return session.get_one(Project, code)
