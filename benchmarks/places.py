"""The divisions that the invented households live in: real villages of some provinces, as many as are needed."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

from sqlalchemy import Connection, insert

from fp_core.errors import Invalid
from fp_core.models.regions import Region
from fp_core.national import divisions
from fp_core.regions import chain

PROVINCES = ("14", "34", "36", "41", "42", "43", "45", "51", "52", "53", "61", "62")
"""Filled one after the other, in the order of their codes."""
VILLAGES_EACH = 3_400
"""A province that is full, whatever the size of the whole: its million members are the same in every registry."""


def load(connection: Connection, villages: int) -> None:
    """Write so many villages and every division above them."""
    connection.execute(insert(Region), [dict(zip(divisions.COLUMNS, row, strict=True)) for row in chosen(villages)])


@cache
def chosen(villages: int) -> Sequence[divisions.Row]:
    """So many villages that hold to the end, province by province, and every division above them."""
    held: dict[str, divisions.Row] = {}
    found: list[str] = []
    by_province: Counter[str] = Counter()
    for row in divisions.rows():
        code, province = row[0], row[0][:2]
        if row[5] is not None:
            continue
        held[code] = row
        if row[3] == "VILLAGE" and province in PROVINCES and by_province[province] < VILLAGES_EACH:
            found.append(code)
            by_province[province] += 1
        if len(found) == villages:
            return [held[code] for code in sorted({upper for code in found for upper in chain(code)})]
    most = f"{len(found):,}"
    raise Invalid("size", f"最多可用 {most} 个村", f"the size needs {villages:,} villages, there are {most}")
