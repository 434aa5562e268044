"""Make divisions.csv.xz: the administrative divisions of 2016-2020 as one table of code, name and years.

Run by hand, once, with npm on the path: python tools/build_divisions.py. The result is the same byte for byte.
The source, its licences and what is repaired here are told in NOTICE.
"""

import csv
import io
import lzma
import re
import subprocess
import tarfile
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from fp_core.regions import NATION, pad, parent_of

PACKAGE = "china-division"
VERSIONS = {2016: "2.0.0", 2017: "2.1.0", 2018: "2.2.0", 2019: "2.3.1", 2020: "2.4.0"}
FILES = ("provinces", "cities", "areas", "streets", "villages")
TARGET = Path(__file__).parents[1] / "packages/fp_core/src/fp_core/national/divisions.csv.xz"

# 2017 holds one line of markup in place of two villages of 进贤县; both have these codes and names in 2016 and in 2018.
MARKUP = ("新和村委会</td></", "石岗村委会")
BEHIND_MARKUP = {"360124200210": "新和村委会", "360124200211": "石岗村委会"}

UNREADABLE = re.compile(r"\?+|[\ue000-\uf8ff]")
COMMITTEE = re.compile(r"村?(社区)?(村民委员会|居民委员会|村委会|居委会)$")
MISSING_SIGN = "□"
PRESET = 6 | lzma.PRESET_EXTREME  # a higher one saves 0.6 % and takes 64 MiB to read instead of 8

Names = dict[str, str]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        years = {year: names(Path(folder), version) for year, version in VERSIONS.items()}
    counts: Counter[str] = Counter()
    for year, code in sorted(
        (y, c) for y, found in years.items() for c, name in found.items() if UNREADABLE.search(name)
    ):
        how = repair(years, year, code)
        counts[how] += 1
        print(f"{year} {code} {how}: {years[year][code]}")
    for year, found in years.items():
        check_parents(year, found)
    rows = write(years)
    print(f"{rows:,} rows, {TARGET.stat().st_size:,} bytes; names {dict(counts)}")


def names(folder: Path, version: str) -> Names:
    """All codes of one year, padded to twelve digits, with their names; the upper level names a code used by two."""
    subprocess.run(["npm", "pack", "--silent", f"{PACKAGE}@{version}"], cwd=folder, check=True, capture_output=True)
    found = {NATION: "全国"}
    with tarfile.open(folder / f"{PACKAGE}-{version}.tgz") as archive:
        for file in FILES:
            for code, name in table(archive, f"package/dist/{file}.csv"):
                found.setdefault(pad(code), name)
    return found


def table(archive: tarfile.TarFile, path: str) -> Iterator[tuple[str, str]]:
    member = archive.extractfile(path)
    if member is None:
        raise SystemExit(f"the archive has no file {path!r}: is this the right version of {PACKAGE}?")
    rows = csv.reader(io.TextIOWrapper(member, encoding="utf-8"))
    next(rows)
    for code, name, *_ in rows:
        if (code, name) == MARKUP:
            yield from BEHIND_MARKUP.items()
        else:
            yield code, name


def repair(years: dict[int, Names], year: int, code: str) -> str:
    """Put the missing character in from the nearest year that has it, the earlier one first; else mark the gap."""
    name = years[year][code]
    for other in sorted(years, key=lambda y: (abs(y - year), y)):
        if filled := fill(name, years[other].get(code, "")):
            years[year][code] = filled
            return f"from {other}"
    years[year][code] = UNREADABLE.sub(MISSING_SIGN, name)
    return "unreadable"


def fill(name: str, known: str) -> str | None:
    """The name with its gaps filled from the known one, if the two agree in all else but the word for the committee."""
    if not known or UNREADABLE.search(known) or MISSING_SIGN in known:
        return None
    legible = UNREADABLE.split(COMMITTEE.sub("", name))
    match = re.fullmatch("(.)".join(map(re.escape, legible)), COMMITTEE.sub("", known))
    if match is None:
        return None
    characters = iter(match.groups())
    return UNREADABLE.sub(lambda _: next(characters), name)


def check_parents(year: int, found: Names) -> None:
    orphans = [code for code in found if code != NATION and parent_of(code) not in found]
    if orphans:
        raise SystemExit(
            f"{year}: {len(orphans)} codes have no parent, such as {orphans[:3]}; add a rule for them here"
        )


def write(years: dict[int, Names]) -> int:
    masks: Counter[tuple[str, str]] = Counter()
    for bit, year in enumerate(sorted(years)):
        masks.update(dict.fromkeys(years[year].items(), 1 << bit))
    text = "".join(f"{code},{name},{mask}\n" for (code, name), mask in sorted(masks.items()))
    TARGET.write_bytes(lzma.compress(text.encode(), preset=PRESET))
    return len(masks)


if __name__ == "__main__":
    main()
