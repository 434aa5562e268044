"""PostGraphile 5: installed from npm beside the tree, and our queries in the words of its schema."""

import base64
import json
import platform
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from psycopg import connect
from strawberry.utils.str_converters import to_camel_case

from benchmarks import queries
from benchmarks.queries import Variables, fields
from benchmarks.servers import group_by
from fp_core.indicators import indicators
from fp_core.models.household import Household, HouseholdYear
from fp_core.models.member import Member, MemberYear
from fp_core.regions import span
from fp_projects.models import Project, ProjectBeneficiary

HERE = Path(__file__).with_name("postgraphile")
NODE = "22.23.3"
OLDEST_NODE = 22
MASKED = {"phone": "phone: maskedPhone", "bank_account": "bankAccount: maskedBankAccount"}
MODELS = (Household, HouseholdYear, Member, MemberYear, Project, ProjectBeneficiary)


class Missing(Exception):
    """A contender cannot take part on this machine, and why."""


@dataclass(frozen=True)
class Installed:
    """Where PostGraphile lies, and the Node that runs it."""

    folder: Path
    node: str

    @property
    def command(self) -> list[str]:
        return [self.node, "node_modules/postgraphile/dist/cli-run.js", "-C", "graphile.config.mjs"]

    @property
    def versions(self) -> dict[str, str]:
        """Of Node and of PostGraphile, as they are there."""
        node = subprocess.run([self.node, "--version"], capture_output=True, text=True, check=True)
        package = json.loads((self.folder / "node_modules/postgraphile/package.json").read_text())
        return {"Node": node.stdout.strip().lstrip("v"), "PostGraphile": package["version"]}


def installed(folder: Path) -> Installed:
    """PostGraphile in a folder outside the tree, installed by npm where it is not there yet."""
    if shutil.which("npm") is None:
        raise Missing("npm is not on PATH; install Node (Debian and Ubuntu: apt-get install npm)")
    folder.mkdir(parents=True, exist_ok=True)
    same = (folder / "package.json").is_file() and _text(folder) == _text(HERE)
    for name in ("package.json", "graphile.config.mjs"):
        shutil.copyfile(HERE / name, folder / name)
    if not same or not (folder / "node_modules/postgraphile").is_dir():
        _npm(folder)
    return Installed(folder, _node(folder))


def prepare(database: str) -> None:
    """Give the database what PostGraphile reads from it."""
    counted = group_by.statement("postgresql")
    numbered = re.sub(
        r"(?<!:):(region|low|high|year)\b", lambda m: f"${['region', 'low', 'high', 'year'].index(m[1]) + 1}", counted
    )
    with connect(database, autocommit=True) as connection:
        connection.execute((HERE / "prepare.sql").read_bytes())
        connection.execute(
            "create function bench_statistics(region text, low text, high text, for_year integer) "
            f"returns table(region_code text, name text, cells json) language sql stable as $${numbered}$$".encode()
        )


def _listed(names: str) -> str:
    return " ".join(MASKED.get(name) or fields(name) for name in names.split())


def _page(name: str, first: int, more: str = "") -> str:
    person = f"member: memberByHouseholdCodeAndMemberNo {{ {_listed(queries.PERSON)} }}"
    members = _many(
        "members", "memberYearsByHouseholdCodeAndYear", f"memberNo {_listed(queries.MEMBER_ANNUAL)} {person}"
    )
    return (
        f"query {name}($low: String!, $high: String!, $year: Int!, $status: String!, $after: Cursor) {{ householdYears: "
        f"allHouseholdYears(condition: {{year: $year, exitStatus: $status}}, filter: {{villageCode: "
        f"{{greaterThanOrEqualTo: $low, lessThanOrEqualTo: $high}}}}, first: {first}, after: $after, "
        f"orderBy: PRIMARY_KEY_ASC) {{ nodes {{ householdCode {_listed(queries.ANNUAL)} {members} {more} }} "
        "pageInfo { hasNextPage endCursor } } }"
    )


def _many(name: str, link: str, inside: str) -> str:
    return f"{name}: {link}List(orderBy: PRIMARY_KEY_ASC) {{ {inside} }}"


_YEARS = _many("years", "householdYearsByHouseholdCode", _listed(queries.ANNUAL))
_PERSON_YEARS = _many("years", "memberYearsByHouseholdCodeAndMemberNo", f"year {_listed(queries.MEMBER_ANNUAL)}")
_MEMBERS = _many("members", "membersByHouseholdCode", f"{_listed(queries.MEMBER)} {_PERSON_YEARS}")
_PROJECT = f"project: projectByProjectCode {{ {_listed(queries.PROJECT)} }}"
_BENEFITS = _many("benefits", "projectBeneficiariesByHouseholdCodeAndYear", f"{_listed(queries.BENEFIT)} {_PROJECT}")
TEXTS = {
    "Q1": "query Q1($code: String!) { household: householdByHouseholdCode(householdCode: $code) "
    f"{{ {_listed(queries.HOUSEHOLD)} {_YEARS} {_MEMBERS} }} }}",
    "Q2": _page("Q2", queries.PAGES["Q2"]),
    "Q3": _page("Q3", queries.PAGES["Q3"], _BENEFITS),
    "Q4": "query Q4($region: String!, $low: String!, $high: String!, $year: Int!) { statistics: benchStatisticsList("
    "region: $region, low: $low, high: $high, forYear: $year) { regionCode name cells } }",
}


def variables(given: Variables, digest: str) -> Variables:
    """Our variables as its queries take them; a cursor is the digest of the order and the key."""
    made = dict(given)
    if "region" in made:
        made["low"], made["high"] = span(made["region"])
    if "status" in made:
        del made["region"]
        after = made.pop("after")
        if after is not None:
            _, code, year = after.split(":")
            held = json.dumps([digest, code, int(year)], separators=(",", ":"))
            made["after"] = base64.b64encode(held.encode()).decode()
    return made


def digest_of(cursor: str) -> str:
    """The digest of the order in one of its cursors."""
    digest: str = json.loads(base64.b64decode(cursor))[0]
    return digest


def in_our_words(data: Any) -> Any:
    """Its answer as our schema writes it: amounts with their places, sets of codes as lists, statistics under `rows`."""
    made = _plain(data)
    if isinstance(made.get("statistics"), list):
        made["statistics"] = {"rows": made["statistics"]}
    return made


def _plain(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _plain(one, name) for name, one in value.items()}
    if isinstance(value, list):
        return [_plain(one) for one in value]
    if value is None:
        return None
    if key in _PLACES:
        return format(Decimal(int(value)).scaleb(-_PLACES[key]), "f")
    return [code for code in value.split(",") if code] if key in _SETS else value


def _meanings() -> Mapping[str, Any]:
    return {to_camel_case(name): meaning for model in MODELS for name, meaning in indicators(model).items()}


_PLACES = {name: meaning.places for name, meaning in _meanings().items() if meaning.places is not None}
_SETS = {name for name, meaning in _meanings().items() if meaning.many}


def _text(folder: Path) -> str:
    return (folder / "package.json").read_text(encoding="utf-8")


def _npm(folder: Path, *packages: str) -> None:
    """Install packages, or those of the folder's package.json, without a lock file."""
    options = ["--no-audit", "--no-fund", "--no-package-lock", "--prefix", str(folder)]
    done = subprocess.run(
        ["npm", "install", *options, *packages], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode:
        raise Missing(f"npm could not install it: {done.stderr.strip()[-300:]}")


def _node(folder: Path) -> str:
    """A Node that is new enough: the one on PATH, else one from npm."""
    own = shutil.which("node")
    if own is not None:
        version = subprocess.run([own, "--version"], capture_output=True, text=True, check=True).stdout
        if int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE:
            return own
    system = platform.system().lower()
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    package = f"node-{system}-{machine}"
    place = folder.parent / "node"
    found = place / "node_modules" / package / "bin" / "node"
    if not found.is_file():
        _npm(place, f"{package}@{NODE}")
    if not found.is_file():
        raise Missing(f"PostGraphile 5 needs Node {OLDEST_NODE}, and npm has none for this machine ({package})")
    return str(found)
