"""The `fp` command: what it prints, what it refuses, and how it ends."""

from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

import fp_core
from fp_core.demo.workbook import write_demo_workbook
from fp_core.keys import Keys
from fp_core.models.users import Operator
from fp_core.operations.years import OpenYear
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway import cli
from tests import places
from tests.households import run
from tests.places import LATU, QIANXI, ZHONGZHAI

ROOT = Path(__file__).parents[2]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, host: Host) -> Registry:
    """A registry in a folder of its own, as the settings of the environment name it."""
    key = tmp_path / "fp.key"
    monkeypatch.setenv("FP_DATABASE_URL", f"sqlite:///{tmp_path / 'fp.db'}")
    monkeypatch.setenv("FP_KEY_FILE", str(key))
    with fp_core.open(f"sqlite:///{tmp_path / 'fp.db'}", keys=Keys.generate_file(key), host=host) as registry:
        registry.migrate()
        places.add_to(registry)
        return registry


def fp(*arguments: str, given: str = "") -> tuple[int, str]:
    """Exit code and output of a command, refusals said as the shell says them."""
    done = CliRunner().invoke(cli.app, list(arguments), input=given)
    said = f"{done.output}{done.exception or ''}" if done.exit_code else done.output
    return done.exit_code, said


def test_plugins_are_listed_with_what_each_adds() -> None:
    code, said = fp("plugins")

    assert code == 0
    assert all(name in said for name in ("national", "funds", "projects", "stats", "guangxi"))
    assert "status.may_exit@450000000000" in said.replace("\n", "")


def test_schema_is_the_one_that_is_checked_in() -> None:
    assert fp("schema") == (0, (ROOT / "gateway" / "schema.graphql").read_text(encoding="utf-8"))


def test_rule_is_explained_with_region_day_parameters_and_documents() -> None:
    code, said = fp("rules", "explain", "status.may_exit", "--region", "451228000000", "--on", "2017-12-31")

    assert code == 0
    assert "GX-ROAD" in said and "八有一超" in said and "厅字〔2016〕16号" in said
    assert "p.poverty_line = 3335" in said
    assert "GX-ROAD" not in fp("rules", "explain", "status.may_exit", "--region", "520000000000")[1]


def test_unknown_rule_and_wrong_day_are_refused_by_name() -> None:
    code, said = fp("rules", "explain", "status.may_fly")
    assert code == 1 and "status.may_enter" in said

    assert fp("rules", "explain", "status.may_exit", "--on", "tomorrow")[0] == 2


def test_migrated_registry_verifies_and_a_broken_one_does_not(home: Registry) -> None:
    assert fp("migrate", "--no-divisions")[0] == 0
    code, said = fp("verify")
    assert code == 0 and "0 failed" in said

    with home.engine.begin() as connection:
        connection.execute(
            text("insert into household (household_code, village_code, is_closed, version) values ('1', '2', 0, 3)")
        )
    code, said = fp("verify")
    assert code == 1 and "FAIL A1" in said


def test_workbook_is_imported_from_the_shell_or_marked(home: Registry, tmp_path: Path) -> None:
    run(home, OpenYear(county_code=QIANXI, year=2016))
    good, bad = tmp_path / "good.xlsx", tmp_path / "bad.xlsx"
    for path, share in ((good, 0.0), (bad, 0.2)):
        write_demo_workbook(
            path,
            home.host,
            county_code=QIANXI,
            villages=(ZHONGZHAI, LATU),
            year=2016,
            households=10,
            seed=3,
            bad_share=share,
        )

    code, said = fp("import", str(bad), "--county", QIANXI, "--year", "2016")
    assert code == 1 and (tmp_path / "bad.marked.xlsx").exists()
    assert fp("import", str(good), "--county", QIANXI, "--year", "2016")[0] == 0
    code, said = fp("import", str(good), "--county", QIANXI, "--year", "2016")
    assert code == 0 and "nothing changed" in said


def test_operator_is_made_with_a_password_to_be_changed(home: Registry) -> None:
    code, said = fp("operator", "zhang", QIANXI, given="first-one-2017\nfirst-one-2017\n")

    assert code == 0, said
    with home.system_session() as session:
        made = session.get_one(Operator, "zhang")
        assert (made.region_code, made.must_change_password) == (QIANXI, True)
    assert fp("operator", "li", "52", given="first-one-2017\nfirst-one-2017\n")[0] == 1


def test_key_file_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "fp.key"

    assert fp("key", str(file))[0] == 0
    kept = file.read_bytes()
    assert fp("key", str(file))[0] == 1
    assert file.read_bytes() == kept


def test_template_is_written_for_a_year_and_region(tmp_path: Path) -> None:
    assert fp("template", str(tmp_path / "FH.xlsx"), "--year", "2016", "--region", QIANXI)[0] == 0
    assert (tmp_path / "FH.xlsx").stat().st_size > 5_000


def test_serving_a_registry_whose_migrations_are_due_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FP_KEY_FILE", str(tmp_path / "fp.key"))
    Keys.generate_file(tmp_path / "fp.key")
    (tmp_path / "new.db").touch()

    code, said = fp("serve", "--database", f"sqlite:///{tmp_path / 'new.db'}")

    assert code == 1 and "fp migrate" in said
