"""What import contracts cannot see: what is really loaded when a package is imported."""

import subprocess
import sys

WITHOUT_WEB = """
import importlib, pkgutil, sys
import fp_core
skipped = ("fp_core.graphql", "fp_core.migrations")
for module in pkgutil.walk_packages(fp_core.__path__, "fp_core.", onerror=lambda name: None):
    if not module.name.startswith(skipped):
        importlib.import_module(module.name)
web = {"strawberry", "graphql", "starlette", "uvicorn", "aiodataloader"}
print(sorted(web & set(sys.modules)))
"""


def test_the_core_loads_without_any_web_library() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_WEB], capture_output=True, encoding="utf-8")

    assert (done.stdout, done.stderr) == ("[]\n", "")
