"""The script that everything starts with, on machines where something is missing."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What the script needs of a fresh clone; there is no environment yet."""
    for name in ("fp", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path / name)
    for file in ROOT.glob("*/**/pyproject.toml"):
        target = tmp_path / file.relative_to(ROOT)
        target.parent.mkdir(parents=True)
        shutil.copy(file, target)
    return tmp_path


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A folder of programs in which there is no Python and no uv."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "cat", "cksum", "dirname", "grep", "awk", "rm"):
        (folder / name).symlink_to(shutil.which(name) or name)
    return folder


def _fp(clone: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [clone / "fp", *arguments], env=environment, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8"
    )


def _python(folder: Path, text: str, name: str = "python3") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize("arguments", [(), ("--help",), ("help",)])
def test_help_is_given_without_an_environment(clone: Path, bare: Path, arguments: tuple[str, ...]) -> None:
    done = _fp(clone, *arguments, PATH=str(bare))

    assert (done.returncode, done.stderr) == (0, "")
    assert "  demo        make the demonstration registry and serve it" in done.stdout
    assert not (clone / ".venv").exists()


def test_without_python_the_way_to_one_is_shown(clone: Path, bare: Path) -> None:
    done = _fp(clone, "test", PATH=str(bare))

    assert done.returncode == 1
    assert done.stderr == (
        "fp: no Python 3.11 or newer is on PATH\n"
        "    Debian and Ubuntu: apt-get install python3 python3-venv\n"
        "    or name one: PYTHON=/path/to/python3 ./fp …\n"
    )


def test_an_old_python_is_not_taken(clone: Path, bare: Path) -> None:
    _python(bare, "exit 1")

    done = _fp(clone, "test", PATH=str(bare), PYTHON="python3")

    assert done.returncode == 1
    assert done.stderr == "fp: PYTHON=python3 is not a Python 3.11 or newer\n    name another, or unset PYTHON\n"


def test_a_python_without_ensurepip_says_what_to_install(clone: Path, bare: Path) -> None:
    _python(bare, 'case "$2" in *ensurepip*) exit 1 ;; esac; [ "$1" != --version ] || echo Python 3.11.2')

    done = _fp(clone, "test", PATH=str(bare))

    assert done.returncode == 1
    assert done.stderr == (
        f"fp: making .venv with Python 3.11.2 ({bare}/python3)\n"
        f"fp: {bare}/python3 cannot make a virtual environment: its module ensurepip is missing\n"
        "    Debian and Ubuntu: apt-get install python3-venv\n"
        "    or install uv, or name another Python: PYTHON=/path/to/python3 ./fp …\n"
    )
