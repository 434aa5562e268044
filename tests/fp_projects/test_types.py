"""A further project type is one declaration: its two commands, mutations, inputs, fields, filters and codes follow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from fp_core.db import make_engine
from fp_core.errors import Invalid, PluginError, Refused
from fp_core.graphql import FpSchema
from fp_core.hookspecs import hookimpl
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_projects.beneficiaries import beneficiary_command
from fp_projects.library import SubmitToLibrary, save_command
from fp_projects.operations import ApproveProject
from fp_projects.types import ProjectType
from fp_projects.types.industry import INDUSTRY
from tests.fp_projects import planting
from tests.fp_projects.planting import METADATA, TREES, R52TreeKeeper, R52Trees
from tests.households import identified, open_years, run
from tests.money import violated
from tests.places import JINBI, LONGCHANG, QIANXI
from tests.projects import TEA, benefit, fund, progressed, under_way

SaveTrees, AddKeeper = save_command(TREES), beneficiary_command(TREES)
COMMON = {name: value for name, value in TEA.items() if name not in ("product", "implementer_kind", "drive_mode")}


@pytest.fixture(scope="module")
def two_types() -> Host:
    return Host.load(extra=[("r52_planting", planting)])


@pytest.fixture
def province(database: str, two_types: Host, keys: Keys) -> Iterator[Registry]:
    """A registry where the plugin with the further type is installed."""
    with Registry(make_engine(database), two_types, keys) as registry:
        METADATA.create_all(registry.engine)
        yield registry


def trees(registry: Registry, **more: object) -> str:
    """The code of a draft of the further type."""
    given = {**COMMON, "sub_type": "KEEPING", "tree_species": "华山松", **more}
    given.pop("expected_income", None)
    return run(registry, SaveTrees(**given), region=JINBI).subject_code


def test_a_project_of_the_further_type_goes_to_its_households(province: Registry) -> None:
    open_years(province, 2016)
    household, code = identified(province, LONGCHANG), trees(province)
    run(province, SubmitToLibrary(project_code=code, version=1), region=JINBI)
    approval = {"approval_document": "黔林〔2016〕2号", "approved_on": date(2016, 3, 1)}
    run(province, ApproveProject(project_code=code, version=2, approved_amount=Decimal("25"), **approval))
    fund(province, code, "10")
    progressed(province, code, "50", "5")

    kept = {"household_code": household, "benefited_on": date(2016, 10, 1), "patrol_area": Decimal("120.5")}
    run(province, AddKeeper(project_code=code, amount=Decimal("900"), **kept), region=QIANXI)

    with province.system_session() as session:
        own = session.get_one(R52Trees, code)
        keeper = session.get_one(R52TreeKeeper, (household, code))
    assert code == "2016520522600001"
    assert (own.tree_species, own.region_code) == ("华山松", JINBI)
    assert (keeper.patrol_area, keeper.village_code) == (Decimal("120.5"), LONGCHANG)
    assert violated(province) == []


def test_what_the_further_type_requires_is_asked_for_by_the_library(province: Registry) -> None:
    code = trees(province, tree_species=None)

    with pytest.raises(Refused) as refused:
        run(province, SubmitToLibrary(project_code=code, version=1), region=JINBI)

    assert refused.value.clauses[0].zh == "请先填写：树种"


def test_each_type_has_its_own_sub_types(province: Registry) -> None:
    with pytest.raises(Invalid, match="生态护林的子类型为：管护"):
        trees(province, sub_type="种植业")


def test_a_household_is_added_by_the_command_of_the_project_s_type(province: Registry) -> None:
    open_years(province, 2016)
    household, code = identified(province), under_way(province)
    kept = {"household_code": household, "benefited_on": date(2016, 10, 1), "patrol_area": Decimal("1")}

    with pytest.raises(Invalid, match="该项目不是生态护林项目"):
        run(province, AddKeeper(project_code=code, amount=Decimal("900"), **kept), region=JINBI)
    run(province, benefit(code, household), region=JINBI)


def test_its_fields_inputs_filters_and_codes_come_from_the_declaration(two_types: Host) -> None:
    schema = FpSchema(two_types)._schema
    fields = {name: set(schema.type_map[name].fields) for name in ("Project", "ProjectBeneficiary", "ProjectWhere")}  # type: ignore[attr-defined]
    mutations = set(schema.mutation_type.fields)  # type: ignore[union-attr]

    assert "treeSpecies" in fields["Project"] & fields["ProjectWhere"]
    assert "patrolArea" in fields["ProjectBeneficiary"]
    assert {"saveR52TreesProject", "addR52TreesBeneficiary"} <= mutations
    assert "treeSpecies" in schema.type_map["SaveR52TreesProjectInput"].fields  # type: ignore[attr-defined]
    assert two_types.codes["PROJECT_TYPE"].label_of("R52_TREES") == "生态护林"
    assert two_types.codes["PROJECT_SUBTYPE"].label_of("KEEPING") == "管护"


def refusal(kind: ProjectType) -> str:
    plugin = SimpleNamespace(fp_project_types=hookimpl(lambda: (kind,)))
    with pytest.raises(PluginError) as refused:
        Host.load(extra=[("r52_clash", plugin)])
    return str(refused.value)


def test_two_plugins_with_one_type_stop_the_start_and_are_both_named() -> None:
    bare = replace(TREES, project=None, beneficiary=None)

    assert "'projects' and 'r52_clash' both have a project type of code 'INDUSTRY'" in refusal(
        replace(bare, code="INDUSTRY")
    )
    assert "'projects' and 'r52_clash' both have a project type of digit '4'" in refusal(replace(bare, digit="4"))


def test_a_type_whose_tables_nobody_brings_stops_the_start() -> None:
    assert refusal(TREES) == (
        "plugin 'r52_clash': nobody brings the table R52Trees of project type 'R52_TREES'; "
        "return it from fp_tables, and the type's `extensions` with it"
    )


def test_projects_stand_alone_where_no_ledger_is_installed() -> None:
    alone = Host.load(without=("funds",))

    assert "funds" not in FpSchema(alone)._schema.type_map["Project"].fields  # type: ignore[attr-defined]
    assert "M5" not in {i.id for _, given in alone.collect("fp_invariants") for i in given}


def test_the_national_type_says_what_it_is_in_both_languages() -> None:
    for item in (INDUSTRY.item, *INDUSTRY.sub_types, *(i for codes in INDUSTRY.codes for i in codes)):
        assert item.label and item.english.isascii()
