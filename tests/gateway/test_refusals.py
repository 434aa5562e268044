"""A mistake at the shell ends in one sentence in Chinese and English and exit code 1; nothing is made on the way."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest
from starlette.testclient import TestClient

import fp_core
from fp_core.errors import Invalid
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway.known import require_region
from tests.gateway.test_app import client
from tests.gateway.test_cli import fp, home
from tests.places import QIANXI

__all__ = ["client", "home"]

NO_DATABASE = (
    ("verify",),
    ("serve",),
    ("import", "{file}", "--county", QIANXI, "--year", "2016"),
    ("operator", "li", QIANXI),
)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a key and no database."""
    monkeypatch.setenv("FP_DATABASE_URL", f"sqlite:///{tmp_path / 'fp.db'}")
    monkeypatch.setenv("FP_KEY_FILE", str(tmp_path / "fp.key"))
    Keys.generate_file(tmp_path / "fp.key")
    (tmp_path / "form.xlsx").touch()
    return tmp_path


def refused(*arguments: str) -> str:
    """What a refused command says: one line, in both languages."""
    code, said = fp(*arguments, given="first-one-2017\nfirst-one-2017\n")
    line = said.removesuffix("1").strip()  # the helper adds the exit code
    assert code == 1, said
    assert " · " in line and "\n" not in line and "Traceback" not in line
    return line


@pytest.mark.parametrize("command", NO_DATABASE)
def test_a_missing_database_is_named_and_not_made(place: Path, command: tuple[str, ...]) -> None:
    before = sorted(place.iterdir())

    said = refused(*(part.format(file=place / "form.xlsx") for part in command))

    assert f"there is no database at {place / 'fp.db'}; ./fp migrate makes one" in said
    assert sorted(place.iterdir()) == before


@pytest.mark.parametrize("command", NO_DATABASE)
def test_a_database_without_tables_is_sent_to_migrate(place: Path, command: tuple[str, ...]) -> None:
    (place / "fp.db").touch()

    assert "run ./fp migrate first" in refused(*(part.format(file=place / "form.xlsx") for part in command))


def test_only_migrate_makes_a_database(place: Path) -> None:
    address = f"sqlite:///{place / 'new' / 'fp.db'}"

    assert fp("migrate", "--no-divisions", "--database", address)[0] == 0
    assert fp("verify", "--database", address)[0] == 0


def test_files_and_folders_that_are_not_there_are_named(place: Path) -> None:
    missing = place / "missing"
    where = ("--county", QIANXI, "--year", "2016")

    assert f"there is no file {missing}" in refused("import", str(missing), *where)
    assert f"there is no folder {missing}" in refused("template", str(missing / "FH.xlsx"), "--year", "2016")
    assert f"there is no folder {missing}" in refused("schema", "--output", str(missing / "schema.graphql"))
    marked = ("--marked", str(missing / "marked.xlsx"))
    assert f"there is no folder {missing}" in refused("import", str(place / "form.xlsx"), *where, *marked)
    assert f"{place} is a folder" in refused("template", str(place), "--year", "2016")


@pytest.mark.parametrize(
    "address", ["mysql://u:geheim@h/db", "postgresql+asyncpg://h/db", "nonsense", "sqlite://:x:y:z"]
)
def test_an_address_that_is_not_supported_is_refused_without_its_password(place: Path, address: str) -> None:
    said = refused("verify", "--database", address)

    assert "write sqlite:///file or postgresql://host/database" in said or "there is no database" in said
    assert "geheim" not in said


def test_a_server_that_is_down_is_said_to_be_without_the_password(place: Path) -> None:
    with socket.socket() as taken:  # bound and not listening: whoever calls is turned away
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        said = refused("verify", "--database", f"postgresql://somebody:geheim@127.0.0.1:{port}/fp")

    assert f"postgresql://127.0.0.1:{port}/fp cannot be used" in said
    assert "geheim" not in said


def test_a_file_that_is_no_database_is_refused(place: Path) -> None:
    (place / "fp.db").write_text("not a database, but long enough to be taken for one" * 40)

    assert "cannot be used" in refused("verify")


@pytest.mark.parametrize(("name", "value"), [("FP_PORT", "abc"), ("FP_PORT", "99999"), ("FP_DEMO", "perhaps")])
def test_a_setting_that_cannot_be_taken_is_named(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)

    said = refused("verify")

    assert f"设置 {name} 不能为 '{value}'" in said and f"setting {name} cannot be '{value}'" in said


def test_a_list_of_origins_that_is_no_json_is_refused(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FP_ALLOWED_ORIGINS", "example.org")

    assert "allowed_origins" in refused("verify")


def test_a_rule_that_does_not_exist_is_refused_with_those_that_do() -> None:
    assert "status.may_enter" in refused("rules", "explain", "status.may_fly")


@pytest.mark.parametrize("command", [("serve",), ("demo",)])
def test_a_taken_port_is_refused_before_anything_is_said_or_made(
    home: Registry, tmp_path: Path, command: tuple[str]
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        folder = ("--folder", str(tmp_path / "demo")) if command == ("demo",) else ()
        said = refused(*command, "--port", str(port), *folder)

    assert f"cannot listen on 127.0.0.1:{port}" in said
    assert not (tmp_path / "demo").exists()


def test_an_operator_is_made_for_a_division_that_exists(home: Registry) -> None:
    assert "'999999999999'" in refused("operator", "li", "999999999999")


def test_without_divisions_their_loading_is_named(tmp_path: Path, host: Host) -> None:
    with fp_core.open(f"sqlite:///{tmp_path / 'fp.db'}", host=host) as registry:
        registry.migrate()
        with registry.system_session() as session, pytest.raises(Invalid, match="fp migrate loads them"):
            require_region(session, QIANXI)


@pytest.mark.parametrize("year", ["2013", "2021"])
def test_a_form_is_given_for_the_years_of_the_registry(client: TestClient, tmp_path: Path, year: str) -> None:
    answer = client.get(f"/forms/FH/{year}")

    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "INVALID", "year")
    assert f"year {year} is none of 2014 to 2020" in refused("template", str(tmp_path / "FH.xlsx"), "--year", year)
    assert not (tmp_path / "FH.xlsx").exists()


def test_a_form_is_given_for_a_division_that_exists(client: TestClient, tmp_path: Path) -> None:
    for region in ("999999999999", "52"):
        answer = client.get(f"/forms/FH/2016?region={region}").json()
        assert (answer["code"], answer["field"]) == ("INVALID", "region_code")
    assert "give 12 digits" in refused("template", str(tmp_path / "FH.xlsx"), "--year", "2016", "--region", "52")


def test_the_shell_sees_one_line_on_standard_error(place: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "fp_gateway.cli", "verify"], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1 and len(done.stderr) > 80


def test_usage_names_the_command_as_it_is_called_and_every_option_in_both_languages() -> None:
    module = [sys.executable, "-m", "fp_gateway.cli"]
    done = subprocess.run([*module, "verify", "--nonsense"], capture_output=True, text=True, check=False)
    assert "Usage: ./fp verify" in done.stderr

    helped = [fp(*command, "--help")[1] for command in (["serve"], ["plugins"], ["import"], ["rules", "explain"])]
    for text, words in zip(helped, ("监听端口 监听地址", "插件有误", "标红文件", "2017-12-31"), strict=True):
        assert all(word in text for word in words.split())
    assert "00:00:00" not in helped[3]
