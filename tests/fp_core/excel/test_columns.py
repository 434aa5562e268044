"""A column read at once is what its cells are one by one; and what reads workbooks needs no database."""

import subprocess
import sys
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fp_core.excel import start
from fp_core.excel.cells import Wrong, read_cell
from fp_core.excel.columns import Choice, Column
from fp_core.excel.sheets import Reader, SheetColumns

CHOICES = (Choice("因病", "ILLNESS", "1"), Choice("因学", "SCHOOLING", "2"))
COLUMNS = [
    Column(
        name=kind, label=kind, english=kind, kind=kind, required=True, choices=CHOICES, places=2, least="0", most="9999"
    )
    for kind in ("text", "sealed", "bool", "decimal", "int", "date", "code", "codes")
]
CELLS = st.one_of(
    st.booleans(),
    st.integers(-2, 10**6),
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-100, 10**6).map(lambda cents: cents / 100),
    st.decimals(-1, 10000, places=3),
    st.dates(date(1900, 1, 1)),
    st.datetimes(datetime(1900, 1, 1)),
    st.text(max_size=6),
    st.sampled_from(
        ["", None, "是", "否", "TRUE", "因病", "ILLNESS", "因病、因学", "１２．５", " 3 ", "2014-06-12", "1", "0.10"]
    ),
)


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.kind)
@given(batches=st.lists(st.lists(CELLS, min_size=1, max_size=8), max_size=4))
def test_column_holds_what_each_cell_holds(column: Column, batches: list[list[Any]]) -> None:
    reader, row = Reader(SheetColumns("s", "表", (column,)), [(0, "A", column)]), 1
    for batch in batches:
        reader.take(range(row, row + len(batch)), [(cell,) for cell in batch])
        row += len(batch)

    held = [_one(column, cell) for batch in batches for cell in batch]
    wrong = [(place + 1, value) for place, value in enumerate(held) if isinstance(value, Wrong)]
    values = list(reader.table()[column.name])
    assert [(e.row, e.rule) for e in reader.errors] == [(place, value.rule) for place, value in wrong]
    assert [(type(v), v) for v in values] == [(type(v), v) for v in (None if isinstance(v, Wrong) else v for v in held)]


def _one(column: Column, cell: Any) -> Any:
    try:
        value = read_cell(column, cell)
    except Wrong as wrong:
        return wrong
    if isinstance(value, Decimal):
        return int(value * 100)
    if isinstance(value, date):
        return value.isoformat()
    return "".join(["," + code for code in value]) + "," if isinstance(value, list) else value


def test_reading_child_starts_without_the_database_library() -> None:
    asks = (
        "import runpy, sys; sys.modules['fp_core'] = runpy.run_path(sys.argv[1])['light']();"
        "import fp_core.excel.child, fp_core.national.checks; print('sqlalchemy' in sys.modules);"
        "from fp_core import change; print(change.__name__, 'sqlalchemy' in sys.modules)"
    )

    said = subprocess.run(
        [sys.executable, "-P", "-c", asks, start.__file__], capture_output=True, text=True, check=True
    )

    assert said.stdout.split("\n")[:2] == ["False", "change True"]
