"""A lock that lags behind is named before a fresh clone stumbles over it."""

from pathlib import Path

import pytest

from tools import check_lock


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A workspace of one package whose lock has all that is asked for."""
    (tmp_path / "pyproject.toml").write_text(
        '[project]\nname = "all"\ndependencies = ["fp-x[excel]"]\n[dependency-groups]\ndev = ["pytest>=9"]\n',
        encoding="utf-8",
    )
    package = tmp_path / "packages" / "fp_x" / "pyproject.toml"
    package.parent.mkdir(parents=True)
    package.write_text(
        '[project]\nname = "fp-x"\ndependencies = ["SQLAlchemy>=2.1"]\n[project.optional-dependencies]\nexcel = ["et_xmlfile"]\n',
        encoding="utf-8",
    )
    pins = ["et-xmlfile==2.0.0", "pytest==9.2.0", "sqlalchemy==2.1.9 ; python_version > '3'"]
    (tmp_path / "requirements.lock").write_text(
        "".join(f"{pin} \\\n    --hash=sha256:00\n" for pin in pins), encoding="utf-8"
    )
    return tmp_path


def _rewrite(file: Path, old: str, new: str) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_a_lock_with_all_that_is_asked_for_has_no_fault(tree: Path) -> None:
    assert check_lock.faults(tree) == []


def test_a_package_that_the_lock_lacks_is_named_even_in_an_extra(tree: Path) -> None:
    _rewrite(tree / "requirements.lock", "et-xmlfile==2.0.0", "other==1")

    assert check_lock.faults(tree) == [
        "packages/fp_x/pyproject.toml asks for et_xmlfile, requirements.lock does not have it; ./fp lock refreshes it"
    ]


def test_a_version_that_does_not_serve_is_named(tree: Path) -> None:
    _rewrite(tree / "pyproject.toml", "pytest>=9", "pytest>=9.3")

    assert check_lock.faults(tree) == [
        "pyproject.toml asks for pytest>=9.3, requirements.lock has pytest 9.2.0; ./fp lock refreshes it"
    ]


def test_an_address_in_the_lock_is_refused(tree: Path) -> None:
    _rewrite(tree / "requirements.lock", "pytest==9.2.0", "--index https://packages.invalid/simple\npytest==9.2.0")

    assert check_lock.faults(tree) == ["requirements.lock names an address; ./fp lock makes one without"]
