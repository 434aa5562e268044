"""The documents keep their word: examples run as printed, quotes are the files' own text, names exist, pages are current."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import typer
from graphql import build_schema, parse, validate

from fp_core.db import make_engine
from fp_core.graphql import Context, FpSchema
from fp_core.keys import Keys
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_gateway.demo.queries import EXAMPLES
from fp_gateway.limits import Limits
from fp_gateway.settings import Settings
from tests import databases
from tests.actors import operator
from tests.households import COUNTY, identified, open_years, rich_enough
from tools import write_dictionary

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([ROOT / "README.md", ROOT / "README.zh.md", *(ROOT / "docs").rglob("*.md")])
HAND_WRITTEN = [page for page in PAGES if page.parent.name != "dictionary"]
ELSEWHERE = frozenset({"FP_REQUIRE_PG", "FP_KEYS", "FP_LIMITS__DEPTH"})
"""Variables that are no field of the gateway's settings."""

WATCHED = """
import sys
from sqlalchemy import Engine, event
sent = []
event.listen(Engine, "before_cursor_execute", lambda c, cursor, statement, *rest: sent.append(statement))
exec(compile(open("example.py", encoding="utf-8").read(), "example.py", "exec"))
web = {"strawberry", "graphql", "starlette", "uvicorn", "aiodataloader"} & set(sys.modules)
print("web libraries:", sorted(web), file=sys.stderr)
print("selects:", sum(s.startswith("SELECT") for s in sent), file=sys.stderr)
"""


@pytest.fixture
def demo(tmp_path: Path, sqlite: databases.Sqlite, host: Host, keys: Keys) -> Iterator[Registry]:
    """A registry where the README's example looks for one, with three households, of which two could exit."""
    file = tmp_path / "data" / "demo" / "fp.db"
    file.parent.mkdir(parents=True)
    with sqlite.copy() as url:
        shutil.copyfile(url.removeprefix("sqlite:///"), file)
    with Registry(make_engine(f"sqlite:///{file}"), host, keys) as registry:
        open_years(registry, 2016)
        for could_exit in (False, True, True):
            code = identified(registry)
            if could_exit:
                rich_enough(registry, code, 2016)
        yield registry


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_library_example_runs_as_printed_without_a_web_library(page: str, demo: Registry, tmp_path: Path) -> None:
    (example,) = _blocks(ROOT / page, "python")
    (tmp_path / "example.py").write_text(example, encoding="utf-8")

    done = subprocess.run([sys.executable, "-c", WATCHED], cwd=tmp_path, capture_output=True, encoding="utf-8")

    assert done.stderr == "web libraries: []\nselects: 4\n"
    assert done.stdout.splitlines() == [
        "5205221012030001 may not exit:",
        "  EXIT-INCOME 家庭人均纯收入超过脱贫标准 · net income per head exceeds the line",
        "  EXIT-HOUSE 住房安全有保障 · the house is safe",
        "5205221012030002 10000.00",
        "5205221012030003 10000.00",
    ]
    assert len([line for line in example.splitlines() if line.strip()]) <= 20


@pytest.mark.parametrize("page", ["README.md", "README.zh.md", "docs/index.md"])
async def test_queries_to_paste_are_answered_without_an_error(page: str, demo: Registry) -> None:
    schema = FpSchema(demo.host)
    context = Context(demo, operator(demo, COUNTY), schema.joint)
    queries = [block for block in _blocks(ROOT / page, "graphql") if block.startswith("query")]
    assert len(queries) >= 1

    for query in queries:
        answer = await schema.execute(query, context_value=context)

        assert answer.errors is None, query
        assert all(value is not None for value in (answer.data or {}).values()), query


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_queries_to_paste_are_those_the_demonstration_prints(page: str) -> None:
    assert _blocks(ROOT / page, "graphql") == list(EXAMPLES)


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_graphql_is_valid_in_the_published_schema(page: Path) -> None:
    schema = build_schema((ROOT / "gateway/schema.graphql").read_text("utf-8"))

    for block in _blocks(page, "graphql"):
        assert validate(schema, parse(block)) == [], block


def test_tour_prints_what_it_shows(tmp_path: Path) -> None:
    page = ROOT / "docs/index.md"
    program = "\n".join(_blocks(page, "python"))

    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, encoding="utf-8")

    assert (done.stdout, done.stderr) == ("".join(_blocks(page, "text")), "")


def test_both_readmes_show_the_same_code() -> None:
    for language in ("python", "graphql", "sh"):
        assert _blocks(ROOT / "README.md", language) == _blocks(ROOT / "README.zh.md", language)


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_quoted_code_is_the_text_of_the_file_it_names(page: Path) -> None:
    quotes = re.findall(r"<!-- from (\S+) -->\n```\w*\n(.*?)```", page.read_text(encoding="utf-8"), re.S)

    for path, code in quotes:
        assert code in (ROOT / path).read_text(encoding="utf-8"), f"{page.name} quotes {path} otherwise than it is"


def test_plugin_page_quotes_the_whole_of_a_plugin_under_sixty_lines() -> None:
    page = (ROOT / "docs/plugin.md").read_text(encoding="utf-8")
    quoted = re.findall(r"<!-- from (plugins/\S+) -->", page)
    package = ROOT / "plugins/fp_guangxi/src/fp_guangxi"
    lines = [line for name in ("models.py", "plugin.py") for line in (package / name).read_text("utf-8").splitlines()]
    code = [line for line in lines if line.strip() and not re.match(r'\s*"""', line)]
    bare = [line for line in code if not re.match("(from|import) ", line)]

    assert {Path(path).name for path in quoted} >= {"models.py", "plugin.py", "pyproject.toml"}
    assert len(code) < 60
    assert f"{len(code)} lines of code" in page and f"{len(bare)} without the imports" in page


def test_tests_of_the_plugin_page_pass_as_printed(tmp_path: Path) -> None:
    (tests,) = [block for block in _blocks(ROOT / "docs/plugin.md", "python") if "def test_" in block]
    (tmp_path / "test_mine.py").write_text(tests, encoding="utf-8")

    done = subprocess.run([sys.executable, "-m", "pytest", "-q", str(tmp_path)], cwd=tmp_path, capture_output=True)

    assert done.returncode == 0, done.stdout.decode()


@pytest.mark.parametrize("page", HAND_WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_and_their_options_exist(page: Path) -> None:
    for name, rest in re.findall(r"\./fp ([a-z]+)([^`\n#]*)", page.read_text(encoding="utf-8")):
        known = _options(name)

        assert known is not None, f"{page.name}: there is no command ./fp {name}"
        for option in re.findall(r"--[a-z][a-z-]*", rest):
            assert option in known or not known, f"{page.name}: ./fp {name} has no option {option}"


def test_settings_are_described_and_no_others() -> None:
    fields = {f"FP_{name.upper()}" for name in Settings.model_fields}
    everywhere = {name for page in HAND_WRITTEN for name in re.findall(r"\bFP_[A-Z_]+[A-Z]\b", page.read_text("utf-8"))}
    described = set(re.findall(r"^\| `(FP_\w+)`", (ROOT / "docs/operations.md").read_text("utf-8"), re.M))

    assert fields - described == set()
    assert everywhere - fields - ELSEWHERE == set()


def test_limits_are_those_in_force() -> None:
    described = re.findall(r"^\| `([a-z_]+)` \| (\d+) \|", (ROOT / "docs/operations.md").read_text("utf-8"), re.M)
    in_force = {name: str(most) for name, most in asdict(Limits()).items() if not name.startswith("introspection")}

    assert dict(described) == in_force


def test_every_code_of_a_problem_is_described_with_cause_and_way_out() -> None:
    raised = set(_codes_in_source())
    described = dict(re.findall(r"^\| `([A-Z_]+)` \|(.*)\|$", (ROOT / "docs/errors.md").read_text("utf-8"), re.M))

    assert described.keys() == raised
    assert all(len([cell for cell in row.split("|") if cell.strip()]) == 3 for row in described.values())


def test_every_rule_parameter_and_fact_is_on_the_page_of_rules(host: Host) -> None:
    text = (ROOT / "docs/rules.md").read_text("utf-8")

    missing = [
        name
        for name in (*host.rules.rules, *(p.name for p in host.rules.parameters), *(f.name for f in host.rules.facts))
        if f"`{name}`" not in text
    ]
    assert missing == []


def test_dictionary_is_what_the_indicators_say() -> None:
    assert write_dictionary.faults(ROOT) == []


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(encoding="utf-8"), re.S | re.M)


def _options(command: str) -> set[str] | None:
    """The options of a command of ./fp; empty where the command hands them on, None where there is no such command."""
    from fp_gateway.cli import app

    if command in re.findall(r"^  ([a-z]+)  ", (ROOT / "fp").read_text("utf-8").split("environment()")[0], re.M):
        found: Any = typer.main.get_command(app)
        inner = found.commands.get(command)
        groups = [inner, *getattr(inner, "commands", {}).values()] if inner else []
        return {
            option
            for one in groups
            for parameter in one.params
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
    return None


def _codes_in_source() -> Iterator[str]:
    for folder in ("packages", "gateway", "plugins"):
        for file in (ROOT / folder).rglob("*.py"):
            text = file.read_text("utf-8")
            yield from re.findall(r'^    code = "([A-Z_]+)"', text, re.M)
            if file.parent.name == "fp_gateway":
                yield from re.findall(r'(?:_facts\(|Refusal\(|"code": )\s*"([A-Z_]+)"', text)
