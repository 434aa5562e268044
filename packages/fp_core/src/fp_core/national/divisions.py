"""The real divisions of 2016-2020: read from the file that comes with the package, and loaded in bulk. See NOTICE."""

import lzma
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, delete, func, select

from fp_core.models.regions import FIRST_YEAR, LAST_YEAR, Region
from fp_core.regions import level_of, parent_of

FILE = Path(__file__).with_name("divisions.csv.xz")
COUNT = 955_831
"""How many rows the file makes: one for each unbroken run of years a division bore a name."""

Row = tuple[str, int, str, str, str | None, int | None]
COLUMNS = ("code", "valid_from", "name", "level", "parent_code", "valid_to")

_YEARS = range(FIRST_YEAR, LAST_YEAR + 1)


def rows() -> Iterator[Row]:
    """Code, first year, name, level, code above and the year after the last (None while it holds), by code and year."""
    with lzma.open(FILE, "rt", encoding="utf-8", newline="\n") as lines:
        for code, named in groupby((line.rstrip("\n").split(",") for line in lines), key=itemgetter(0)):
            level, parent = _place(code)
            held = [(first, name, after) for _, name, mask in named for first, after in _RUNS[int(mask)]]
            for first, name, after in sorted(held) if len(held) > 1 else held:
                yield code, first, name, level, parent, after


def _place(code: str) -> tuple[str, str | None]:
    """Level and code above. Seven rows of ten are villages, which stand under their town: that is seen at a glance."""
    if code[9:] != "000":
        return "VILLAGE", code[:9] + "000"
    return level_of(code).value, parent_of(code)


def load(connection: Connection) -> int:
    """Fill the table `region` in the caller's transaction and return how many rows were written.

    Writes nothing where the table holds as many rows as the file; otherwise replaces what is there.
    """
    if connection.scalar(select(func.count()).select_from(Region)) == COUNT:
        return 0
    connection.execute(delete(Region))
    cursor = connection.connection.cursor()
    (_copy if connection.dialect.name == "postgresql" else _insert)(cursor)
    cursor.close()
    return COUNT


def _copy(cursor: Any) -> None:
    with cursor.copy(f"COPY region ({', '.join(COLUMNS)}) FROM STDIN") as copy:
        for row in rows():
            copy.write_row(row)


def _insert(cursor: Any) -> None:
    places = ", ".join("?" * len(COLUMNS))
    cursor.executemany(f"INSERT INTO region ({', '.join(COLUMNS)}) VALUES ({places})", rows())


def _runs(mask: int) -> tuple[tuple[int, int | None], ...]:
    """The unbroken runs of years in a mask, whose lowest bit is the first year, as first year and year after the last."""
    held = [bool(mask >> bit & 1) for bit in range(len(_YEARS))]
    starts = [year for year, now, before in zip(_YEARS, held, [False, *held], strict=False) if now and not before]
    ends = [year + 1 for year, now, after in zip(_YEARS, held, [*held[1:], False], strict=True) if now and not after]
    return tuple((first, None if end > LAST_YEAR else end) for first, end in zip(starts, ends, strict=True))


_RUNS = tuple(_runs(mask) for mask in range(1 << len(_YEARS)))
