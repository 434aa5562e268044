"""What import contracts cannot see: what is really loaded when a package is imported."""

import subprocess
import sys

WITHOUT_WEB = """
import importlib, sys
from pathlib import Path
import fp_core
root = Path(fp_core.__file__).parent
for file in sorted(root.rglob("*.py")):
    inside = file.relative_to(root).with_suffix("").parts
    if inside[0] not in ("graphql", "migrations", "__init__"):
        importlib.import_module(".".join(("fp_core", *(part for part in inside if part != "__init__"))))
web = {"strawberry", "graphql", "starlette", "uvicorn", "aiodataloader"}
print(sorted(web & set(sys.modules)))
"""


def test_the_core_loads_without_any_web_library() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_WEB], capture_output=True, encoding="utf-8")

    assert (done.stdout, done.stderr) == ("[]\n", "")
