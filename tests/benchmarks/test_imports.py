"""The ways to import: all of them take in what our import does, which passes every check."""

from pathlib import Path

from benchmarks import imports
from fp_core.plugins import Host


def test_every_way_is_measured_on_the_same_rows(host: Host, tmp_path: Path) -> None:
    found = imports.run(host, None, tmp_path, households=5, rounds=1, report=lambda _line: None)

    ways = {imports.FILE, imports.TUPLES, imports.READING, imports.ADD_ALL, imports.COPY}
    assert {sample.way for sample in found} == ways
    assert len({sample.rows for sample in found}) == 1
    assert all(sample.seconds > 0 for sample in found)
