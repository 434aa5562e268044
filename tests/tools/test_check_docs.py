"""The check of the documents finds what is wrong, and only that."""

from pathlib import Path

import pytest
import typer

from tools import check_docs


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A small tree in which everything is right."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "hooks.md").write_text("# Hooks\n\n## Tables of a plugin, `fp_tables`\n", encoding="utf-8")
    (tmp_path / "README.md").write_text("[hooks](docs/hooks.md) [site](mailto:a@b)\n", encoding="utf-8")
    specs = tmp_path / "packages" / "fp_x" / "hookspecs.py"
    specs.parent.mkdir(parents=True)
    specs.write_text("@hookspec\ndef fp_tables():\n    '''Tables.'''\n", encoding="utf-8")
    return tmp_path


def test_a_tree_without_faults_has_none(tree: Path) -> None:
    assert check_docs.faults(tree) == []


@pytest.mark.parametrize("target", ["docs/index.md", "docs/hooks.md#no-such-heading", "#nowhere"])
def test_a_link_that_leads_nowhere_is_named_with_its_page(tree: Path, target: str) -> None:
    (tree / "README.md").write_text(f"see [this]({target})\n", encoding="utf-8")

    assert check_docs.faults(tree) == [f"README.md: the link {target!r} leads nowhere"]


def test_a_link_to_a_heading_is_followed(tree: Path) -> None:
    (tree / "README.md").write_text("[tables](docs/hooks.md#tables-of-a-plugin-fp_tables)\n", encoding="utf-8")

    assert check_docs.faults(tree) == []


def test_links_in_code_are_not_links(tree: Path) -> None:
    (tree / "README.md").write_text("```\n[a](b.md)\n```\nand `[c](d.md)`\n", encoding="utf-8")

    assert check_docs.faults(tree) == []


def test_a_hook_that_no_page_describes_is_named(tree: Path) -> None:
    specs = tree / "packages" / "fp_x" / "hookspecs.py"
    specs.write_text("@hookspec(firstresult=True)\ndef fp_forms():\n    '''Forms.'''\n", encoding="utf-8")

    assert check_docs.faults(tree) == [
        "packages/fp_x/hookspecs.py: the hook fp_forms is not described in docs/hooks.md"
    ]


def test_a_file_of_more_than_300_lines_is_named_with_its_length(tree: Path) -> None:
    (tree / "packages" / "fp_x" / "long.py").write_text("\n" * 301, encoding="utf-8")
    (tree / "packages" / "fp_x" / "full.py").write_text("\n" * 300, encoding="utf-8")

    assert check_docs.faults(tree) == ["packages/fp_x/long.py: 301 lines are more than 300; a file has one idea"]


def test_a_command_that_the_help_does_not_list_is_named(tmp_path: Path) -> None:
    app, rules = typer.Typer(), typer.Typer()
    app.command("import")(lambda: None)
    app.command("open_year")(lambda: None)
    app.add_typer(rules, name="rules")
    script = tmp_path / "fp"
    script.write_text("  import     read a workbook\n", encoding="utf-8")

    assert check_docs.unlisted_commands(script, app) == [
        "fp: the command 'open-year' is not listed in ./fp --help",
        "fp: the command 'rules' is not listed in ./fp --help",
    ]
