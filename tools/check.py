"""./fp check: format, lint, types, layers, lock, schema and documents, one line each; ends with 1 when a step fails."""

import argparse
import difflib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tools import check_docs, check_lock, write_dictionary

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "gateway" / "schema.graphql"
OUR_CODE = "."
TYPED = ("packages", "gateway", "plugins", "tools", "benchmarks")
LINES_EACH = 40

Step = Callable[[], str]
"""Looks at one thing and returns what is wrong with it; an empty text is good news."""


def main() -> int:
    """Run the steps named on the command line, or all of them."""
    options = _options()
    if options.fix:
        _mend()
    names = options.steps or list(STEPS)
    most = LINES_EACH if len(names) > 1 else None
    failed = [name for name in names if not _holds(name, STEPS[name], most)]
    print(
        f"\n{len(names) - len(failed)} of {len(names)} steps ok" + (f"; failed: {', '.join(failed)}" if failed else "")
    )
    return 1 if failed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./fp check", description=__doc__)
    parser.add_argument("steps", nargs="*", metavar="STEP", help=f"only these: {', '.join(STEPS)}")
    parser.add_argument(
        "--fix",
        action="store_true",
        help="first mend what a machine can: format, lint, schema.graphql, docs/dictionary",
    )
    options = parser.parse_args()
    if unknown := [name for name in options.steps if name not in STEPS]:
        parser.error(f"there is no step {unknown[0]!r}; the steps are {', '.join(STEPS)}")
    return options


def _holds(name: str, step: Step, most: int | None) -> bool:
    start = time.monotonic()
    wrong = step().rstrip().splitlines()
    print(f"{'failed' if wrong else 'ok':<7} {name:<10} {time.monotonic() - start:5.1f} s")
    for line in wrong[:most]:
        print(f"        {line}")
    if most and len(wrong) > most:
        print(f"        … and {len(wrong) - most} lines more: ./fp check {name}")
    sys.stdout.flush()
    return not wrong


def _mend() -> None:
    _run("ruff", "check", "--fix-only", "-q", OUR_CODE)
    _run("ruff", "format", "-q", OUR_CODE)
    code, printed, _ = _printed_schema()
    if code == 0:
        SCHEMA.write_text(printed, encoding="utf-8")
        write_dictionary.write(ROOT)


def _format() -> str:
    return _output_of("ruff", "format", "--check", "-q", "--output-format", "concise", OUR_CODE)


def _lint() -> str:
    return _output_of("ruff", "check", "--output-format", "concise", "-q", OUR_CODE)


def _types() -> str:
    return _output_of("mypy", "--no-error-summary", *TYPED)


def _layers() -> str:
    return _output_of("lint-imports", "--no-logo")


def _lock() -> str:
    return "\n".join(check_lock.faults(ROOT))


def _schema() -> str:
    code, printed, errors = _printed_schema()
    if code:
        return f"the schema cannot be printed (./fp schema):\n{errors}"
    if not SCHEMA.exists():
        return "gateway/schema.graphql is missing: ./fp check --fix writes it"
    kept = SCHEMA.read_text(encoding="utf-8")
    changes = difflib.unified_diff(
        kept.splitlines(), printed.splitlines(), "gateway/schema.graphql", "./fp schema", lineterm="", n=1
    )
    lines = list(changes)
    if not lines:
        return ""
    return "\n".join([*lines[:60], "the schema has changed: if you meant it, ./fp check --fix writes the new one"])


def _documents() -> str:
    from fp_gateway.cli import app

    found = [*check_docs.faults(ROOT), *check_docs.unlisted_commands(ROOT / "fp", app), *write_dictionary.faults(ROOT)]
    return "\n".join(found)


STEPS: dict[str, Step] = {
    "format": _format,
    "lint": _lint,
    "types": _types,
    "layers": _layers,
    "lock": _lock,
    "schema": _schema,
    "documents": _documents,
}


def _printed_schema() -> tuple[int, str, str]:
    return _run(sys.executable, "-m", "fp_gateway.cli", "schema")


def _output_of(*command: str) -> str:
    """Everything a failing command printed."""
    code, output, errors = _run(*command)
    return (output + errors).strip() or f"{command[0]} ended with {code}" if code else ""


def _run(*command: str) -> tuple[int, str, str]:
    done = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8")
    return done.returncode, done.stdout, done.stderr


if __name__ == "__main__":
    sys.exit(main())
