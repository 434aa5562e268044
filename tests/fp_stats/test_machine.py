"""Whatever happens in whatever order, the cells of every level are what a recount of the rows says."""

from contextlib import ExitStack, suppress
from datetime import date
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from fp_core.db import make_engine
from fp_core.errors import Problem
from fp_core.excel.reading import Rows, sheets_of
from fp_core.forms import form_of
from fp_core.keys import Keys
from fp_core.models.household import HouseholdYear
from fp_core.models.regions import Region
from fp_core.operations.import_households import import_rows
from fp_core.operations.natural_change import AddMember, RemoveMember
from fp_core.operations.rollback import RollBack
from fp_core.operations.status import ExitHousehold, Relapse
from fp_core.operations.years import OpenYear
from fp_core.plugins import Host
from fp_core.registry import Registry
from fp_stats.operations import table
from tests import workbooks
from tests.actors import operator
from tests.databases import Backend
from tests.fp_stats.levels import counted, kept, marked, move
from tests.households import identified, open_years, person, rich_enough, run, version_of
from tests.places import GUIZHOU, JINBI, LONGCHANG, NAMES, NATION, QIANXI, YANGJIADIAN, YUDUO, ZHONGZHAI

YEARS = (2016, 2017, 2018)
PLACES = st.sampled_from((ZHONGZHAI, YANGJIADIAN, LONGCHANG))


def forms(host: Host, year: int, places: list[str]) -> dict[str, Rows]:
    """A household of two in each of these villages, by sheet."""
    numbered = list(enumerate(places, 1))
    rows = {
        "household": [workbooks.household(n, village_code=at) for n, at in numbered],
        "person": [workbooks.person(n, relation) for n, _ in numbered for relation in ("HEAD", "SPOUSE")],
    }
    sheets = sheets_of(form_of(host, "FH"), host, year, QIANXI)
    names = {name: [column.name for column in sheet.columns] for name, sheet in sheets.items()}
    return {name: (names[name], [tuple(map(row.get, names[name])) for row in rows[name]]) for name in names}


class Cells(RuleBasedStateMachine):
    """A county lives through three years while its divisions change and its tables are read."""

    backend: Backend
    host: Host
    keys: Keys

    households: Bundle[str] = Bundle("households")

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        url = self.stack.enter_context(self.backend.copy())
        self.registry = self.stack.enter_context(Registry(make_engine(url), self.host, self.keys))
        self.year, self.deliveries = 2016, 0
        open_years(self.registry, self.year)

    def teardown(self) -> None:
        with self.stack:
            self.read_everything()

    def attempt(self, command: Any, code: str, *, region: str = QIANXI, **values: Any) -> None:
        """Run a command; what the rules refuse leaves everything as it was."""
        given = {"household_code": code, "year": self.year, "version": version_of(self.registry, code), **values}
        with suppress(Problem):
            run(self.registry, command(**given), region=region)

    @initialize(target=households)
    def begin(self) -> Any:
        """Two households are there and counted, and one of them has left poverty."""
        codes = [identified(self.registry, place) for place in (ZHONGZHAI, LONGCHANG)]
        self.leave(codes[0])
        self.read_everything()
        return multiple(*codes)

    @rule(target=households, place=PLACES, attribute=st.sampled_from(("GENERAL", "LOW_INCOME")))
    def identify(self, place: str, attribute: str) -> Any:
        try:
            return identified(self.registry, place, self.year, attribute=attribute)
        except Problem:
            return multiple()

    @rule(target=households, places=st.lists(PLACES, min_size=1, max_size=3))
    def import_forms(self, places: list[str]) -> Any:
        """A delivery of forms registers a household of two in each of these villages."""
        self.deliveries += 1
        given = {"county_code": QIANXI, "year": self.year, "key": f"delivery {self.deliveries}"}
        with self.registry.session(operator(self.registry, QIANXI)) as session:
            report = import_rows(session, forms(self.host, self.year, places), **given)
        assert report.errors == () or self.year > 2016  # the forms of later years ask for more, and are refused
        return multiple(*self._codes())

    def _codes(self) -> list[str]:
        with self.registry.system_session() as session:
            return sorted(set(session.scalars(select(HouseholdYear.household_code))))[-3:]

    @rule(code=households)
    def leave(self, code: str) -> None:
        with suppress(Problem):
            rich_enough(self.registry, code, self.year)
        self.attempt(ExitHousehold, code, basis="核查")

    @rule(code=households)
    def fall_back(self, code: str) -> None:
        self.attempt(Relapse, code, causes=("ILLNESS",))

    @rule(code=households)
    def be_born(self, code: str) -> None:
        baby = person("新生儿", "SON", birth=date(self.year, 2, 1))
        self.attempt(AddMember, code, person=baby, reason="BIRTH", month=f"{self.year}-02")

    @rule(code=households, member=st.integers(1, 3))
    def die(self, code: str, member: int) -> None:
        self.attempt(RemoveMember, code, member_no=member, reason="DEATH", month=f"{self.year}-04")

    @rule(code=households)
    def undo(self, code: str) -> None:
        self.attempt(RollBack, code, region=GUIZHOU, note="录入错误")

    @rule()
    def open_next_year(self) -> None:
        if self.year < YEARS[-1]:
            run(self.registry, OpenYear(county_code=QIANXI, year=self.year + 1))
            self.year += 1

    @rule(place=PLACES, to=PLACES)
    def merge_villages(self, place: str, to: str) -> None:
        """All households of a village go over to another one, in another town perhaps."""
        with self.registry.system_session() as session:
            session.connection(execution_options={"fp_write": True})
            if place != to:
                move(session, place, to, YEARS)
            session.commit()

    @rule(code=st.sampled_from((ZHONGZHAI, LONGCHANG, JINBI, YUDUO)), ends=st.booleans())
    def rename_or_dissolve(self, code: str, ends: bool) -> None:
        """A division bears another name from next year on, or is there no more."""
        with self.registry.system_session() as session:
            last = session.scalars(select(Region).where(Region.code == code, Region.valid_to.is_(None))).one_or_none()  # type: ignore[union-attr]
            if last is not None and last.valid_from <= self.year < 2020:
                last.valid_to = self.year + 1
                if not ends:
                    values = {
                        **last.model_dump(),
                        "name": f"新{last.name}",
                        "valid_from": self.year + 1,
                        "valid_to": None,
                    }
                    session.add(Region(**values))
                session.commit()

    @rule(
        region=st.sampled_from(tuple(NAMES)),
        code=st.sampled_from(("poor", "exited", "net_decrease")),
        year=st.sampled_from(YEARS),
    )
    def read(self, region: str, code: str, year: int) -> None:
        actor = operator(self.registry, NATION)
        assert table(self.registry, actor, code, region, year) == table(
            self.registry, actor, code, region, year, from_rows=True
        )

    @rule()
    def read_everything(self) -> None:
        for year in YEARS:
            table(self.registry, operator(self.registry, NATION), "poor", NATION, year)
        assert kept(self.registry, *YEARS) == counted(self.registry, *YEARS)
        assert [place for place in marked(self.registry) if place[0] in YEARS] == []

    @invariant()
    def what_is_not_marked_is_exact_and_every_sum_is_that_of_its_places(self) -> None:
        checks = [i for _, given in self.host.collect("fp_invariants") for i in given if i.id in ("H2", "H3")]
        with self.registry.system_session() as session:
            assert [line for one in checks for line in one.check(session)] == []


def test_cells_are_a_recount_after_any_sequence_of_changes(backend: Backend, host: Host, keys: Keys) -> None:
    machine = type("CellsHere", (Cells,), {"backend": backend, "host": host, "keys": keys})
    effort = settings(
        max_examples=4,
        stateful_step_count=20,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )

    run_state_machine_as_test(machine, settings=effort)
