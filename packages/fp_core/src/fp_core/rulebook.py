"""The rules in force: which chain of clauses holds in a region on a day, and the one SQL statement that applies it everywhere."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, false, not_, or_, select, true
from sqlalchemy.orm import Session
from sqlmodel import SQLModel

from fp_core import regions
from fp_core.errors import FailedClause, Invalid
from fp_core.params import InForce, Parameters
from fp_core.rules import Clause, Fact, Operands, Override, Record, Rule, condition

Raw = Mapping[Clause, Any]


@dataclass(frozen=True)
class Rulebook:
    """All rules of the installed plugins with their overrides, facts, extensions and parameters. Immutable."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    overrides: tuple[Override, ...] = ()
    facts: tuple[Fact, ...] = ()
    extensions: Mapping[type[SQLModel], Mapping[str, type[SQLModel]]] = field(default_factory=dict)
    parameters: Parameters = field(default_factory=Parameters)

    def __getitem__(self, name: str) -> Rule:
        if name not in self.rules:
            raise Invalid(
                "rule",
                f"没有规则 {name!r}，现有：{'、'.join(sorted(self.rules))}",
                f"there is no rule {name!r}; known are {', '.join(sorted(self.rules))}",
            )
        return self.rules[name]

    def assuming(self, **values: Any) -> "Rulebook":
        """The same rules with other parameters: what would hold if. Changes no row."""
        return Rulebook(self.rules, self.overrides, self.facts, self.extensions, self.parameters.assuming(**values))

    # one record, in memory ------------------------------------------------------------------------------------------

    def failing(self, name: str, record: Record, *, region: str, on: date) -> tuple[FailedClause, ...]:
        """The clauses that do not hold for a loaded record; warnings are left out."""
        return tuple(
            c.failed() for c, ok in self._conditions(name, region, on, record).items() if not ok and not c.warning
        )

    # many, in SQL ---------------------------------------------------------------------------------------------------

    def where(self, name: str, region: str, on: date) -> ColumnElement[bool]:
        """The condition under which a row of the rule's model satisfies it, for all regions below `region` at once."""
        parts = []
        for part, inside in self._parts(name, region):
            held = (sql for c, sql in self._conditions(name, part, on, None).items() if not c.warning)
            parts.append(and_(inside, true(), *held))
        return or_(false(), *parts)

    def verdicts(self, name: str, region: str, on: date | Mapping[int, date]) -> tuple[Select[Any], tuple[Clause, ...]]:
        """A select of the model's key and one boolean for each clause, named by its position, over all regions below."""
        model = self[name].model
        of_year: Any = model
        days = [(true(), on)] if isinstance(on, date) else [(of_year.year == year, day) for year, day in on.items()]
        by_part = [
            (and_(inside, when), self._conditions(name, part, day, None))
            for when, day in days
            for part, inside in self._parts(name, region)
        ]
        clauses = tuple(dict.fromkeys(c for _, found in by_part for c in found))
        columns = [
            case(*((inside, found[clause]) for inside, found in by_part if clause in found), else_=true()).label(
                f"c{i}"
            )
            for i, clause in enumerate(clauses)
        ]
        keys = [getattr(model, c.key) for c in model.__table__.primary_key]  # type: ignore[attr-defined]
        asked = and_(region_column(model).between(*regions.span(region)), or_(*(when for when, _ in days)))
        return select(*keys, *columns).where(asked), clauses

    def failing_where(
        self, session: Session, name: str, where: ColumnElement[bool], *, region: str, on: date | Mapping[int, date]
    ) -> dict[tuple[Any, ...], tuple[FailedClause, ...]]:
        """The failing clauses of every row in the region that meets the condition, by key, in one statement."""
        statement, clauses = self.verdicts(name, region, on)
        width = len(clauses)
        rows = session.execute(statement.where(where)).all()
        return {
            tuple(row[: len(row) - width]): tuple(
                c.failed() for c, ok in zip(clauses, row[len(row) - width :], strict=True) if not ok and not c.warning
            )
            for row in rows
        }

    # what holds where -----------------------------------------------------------------------------------------------

    def chain(self, name: str, region: str, on: date) -> tuple[Rule | Override, ...]:
        """The rule and its overrides in force in a region on a day, nation first."""
        first = self[name]
        if on < first.since:
            raise Invalid(
                "on",
                f"规则 {name!r} 自 {first.since} 起施行，{on} 尚未施行，请改用施行之后的日期",
                f"the rule {name!r} is in force since {first.since}, not yet on {on}; ask for that day or a later one",
            )
        above = regions.chain(region)
        held = [o for o in self.overrides if o.rule == name and o.region in above and o.since <= on]
        latest = {o.region: o for o in sorted(held, key=lambda o: o.since)}
        return (first, *(latest[code] for code in above if code in latest))

    def explain(self, name: str, region: str, on: date) -> tuple[tuple[Clause, ...], InForce]:
        """The clauses in force and the parameters they read, with dates and documents."""
        parameters = self.parameters.at(region, on)
        return tuple(self._chained(name, region, on, None, parameters)), parameters

    def _conditions(self, name: str, region: str, on: date, record: Record | None) -> Raw:
        found = self._chained(name, region, on, record, self.parameters.at(region, on))
        return {clause: condition(term) for clause, term in found.items()}

    def _chained(self, name: str, region: str, on: date, record: Record | None, p: InForce) -> Mapping[Clause, Any]:
        h = self.operands(self[name].model, record)
        first, *later = self.chain(name, region, on)
        found = first.clauses(h, p)
        for override in later:
            found = override.clauses(h, p, found)
        return found

    def operands(self, model: type[SQLModel], record: Record | None = None) -> Operands:
        """What a rule over this model sees as `h`."""
        facts = {f.name: f for f in self.facts if f.model is model}
        return Operands(model, facts, self.extensions.get(model, {}), record)

    def _parts(self, name: str, region: str) -> Iterator[tuple[str, ColumnElement[bool]]]:
        """The region cut where an override or a parameter of its own begins, each with the condition of lying there."""
        column = region_column(self[name].model)
        own = {o.region for o in self.overrides if o.rule == name} | self.parameters.regions
        cuts = sorted({region, *(code for code in own if regions.contains(region, code))})
        for cut in cuts:
            inner = [other for other in cuts if other != cut and regions.contains(cut, other)]
            yield (
                cut,
                and_(column.between(*regions.span(cut)), *(not_(column.between(*regions.span(i))) for i in inner)),
            )


def region_column(model: type[SQLModel]) -> Any:
    """The column that says in which region a row lies: the first one its scope names."""
    return getattr(model, model.__scope__.columns[0])  # type: ignore[attr-defined]


def year_end(year: int) -> date:
    """The day on which a data year is judged: its last."""
    return date(year, 12, 31)
