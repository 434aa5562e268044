"""Check rules of the household form that look at more than one cell: over whole columns, run without a database.

Ids are those of the official list of form checks; only those that refuse are here.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import compress, count
from typing import Any

from fp_core import identity
from fp_core.errors import Invalid
from fp_core.excel.rows import Finding, Table
from fp_core.national.row_rules import HOUSEHOLD_RULES, PERSON_RULES, identification, schooling

HOUSEHOLD, PERSON = "household", "person"
MOST_MEMBERS = 20


def check_households(tables: Mapping[str, Table], year: int, today: date) -> Iterator[Finding]:
    """Everything wrong in single rows, then in households with their members, then with numbers given twice."""
    households, persons = tables[HOUSEHOLD], _derived(tables[PERSON])
    for rule in (*HOUSEHOLD_RULES, identification(year)):
        yield from rule.found(HOUSEHOLD, households)
    for rule in (*PERSON_RULES, *schooling(year)):
        yield from rule.found(PERSON, persons)
    yield from _numbers(persons, today)
    yield from _families(households, persons)
    yield from _repeated(HOUSEHOLD, households, "serial", "HH-SERIAL", "户序号")
    yield from _repeated(PERSON, persons, "id_number", "ID-DUP", "证件号码")


def _derived(persons: Table) -> Table:
    """The persons with the sex and the day of birth that their numbers tell, or that are typed where there is none."""
    told = {
        "true_sex": _told(identity.sex, persons["id_number"], persons["sex"]),
        "true_birth": _told(_born, persons["id_number"], persons["birth_date"]),
    }
    return Table(persons.numbers, {**persons.columns, **told}, persons.unread)


def _born(number: str) -> str:
    return identity.birth_date(number).isoformat()


def _told(fact: Callable[[str], str], numbers: Sequence[str | None], typed: Sequence[str | None]) -> list[str | None]:
    """What the numbers tell; nothing if one is wrong, which is said elsewhere."""

    def tell(number: str) -> str | None:
        try:
            return fact(number)
        except Invalid:
            return None

    return [tell(number) if number else other for number, other in zip(numbers, typed, strict=True)]


def _numbers(persons: Table, today: date) -> Iterator[Finding]:
    """The numbers of the documents, and what is derived from them."""
    read = (persons[name] for name in ("id_type", "id_number", "sex", "birth_date", "disability_card"))
    for place, (kind, number, *typed) in enumerate(zip(*read, strict=True)):
        if kind == identity.RESIDENT_ID and number and typed == _UNTYPED and identity.is_sound(number, today):
            continue
        if kind is None or not persons.has(place, "id_number"):
            continue
        true = persons["true_sex"][place], persons["true_birth"][place]
        without = kind == identity.NONE
        wrong = _without_number(persons, place) if without else _of_number(kind, number, true, typed, today)
        for column, rule, zh, en in wrong:
            yield Finding(PERSON, persons.numbers[place], column, rule, zh, en)


_UNTYPED: list[Any] = [None, None, None]

Wrong = tuple[str, str, str, str]
"""Column, rule, and the message in both languages."""


def _of_number(
    kind: str, number: str | None, true: tuple[str | None, str | None], typed: Sequence[str | None], today: date
) -> list[Wrong]:
    if number is None:
        return [("id_number", "REQUIRED", "证件号码必须填写", "the number of the document is required")]
    if problems := [p for p in identity.problems(kind, number, today) if p.level == "error"]:
        return [("id_number", p.rule, p.zh, p.en) for p in problems]
    sex, birth, card = typed
    zh = "性别和出生日期由证件号码生成，填写的与号码不符"
    en = "sex and birth date follow the number; what is typed differs"
    derived = zip(("sex", "birth_date"), (sex, birth), true, strict=True)
    wrong = [(name, "ID-DERIVE", zh, en) for name, text, told in derived if text is not None and text != told]
    cards = identity.card_problems(card, number) if card is not None else ()
    return [*wrong, *(("disability_card", p.rule, p.zh, p.en) for p in cards)]


def _without_number(persons: Table, place: int) -> list[Wrong]:
    def held(name: str) -> Any:
        return persons[name][place] if persons.has(place, name) else ...

    wrong = []
    if held("id_number") is not None:
        wrong.append(("id_number", "ID-LEN", "无证件人员不填证件号码", "without a document there is no number"))
    if held("noid_reason") is None:
        wrong.append(("noid_reason", "NOID-REASON", "请填写无证件原因", "say why there is no document"))
    for name, label in (("sex", "性别"), ("birth_date", "出生日期")):
        if held(name) is None:
            en = "without a document, sex and birth date are typed"
            wrong.append((name, "REQUIRED", f"无证件人员须填写{label}", en))
    return wrong


def _families(households: Table, persons: Table) -> Iterator[Finding]:
    """Each person belongs to a household of the file; each household has one head and at most one spouse."""
    serials, relations = persons["serial"], persons["relation_to_head"]
    known = set(households["serial"])
    for place in compress(count(), (serial is not None and serial not in known for serial in serials)):
        zh, en = f"“户”表中没有户序号 {serials[place]}", f"sheet 户 has no household {serials[place]}"
        yield Finding(PERSON, persons.numbers[place], "serial", "MEM-HOUSEHOLD", zh, en)
    sizes = Counter(serials)
    unclear = {serials[place] for place in persons.unread.get("relation_to_head", ())}
    heads, spouses = (
        _by_serial(serials, relations, relation, known - unclear - {None}) for relation in ("HEAD", "SPOUSE")
    )
    one_head = ("MEM-ONEHEAD", "每户必须且只能有一名户主", "a household has exactly one head")
    for number, serial in zip(households.numbers, households["serial"], strict=True):
        if serial is not None and sizes[serial] > MOST_MEMBERS:
            zh = f"家庭人口数异常：{sizes[serial]} 人，最多 {MOST_MEMBERS} 人"
            yield Finding(
                HOUSEHOLD, number, "serial", "MEM-COUNT", zh, f"a household has at most {MOST_MEMBERS} members"
            )
        if serial is not None and serial not in unclear and serial not in heads:
            yield Finding(HOUSEHOLD, number, "serial", *one_head)
    yield from _second(persons, heads, one_head)
    yield from _second(
        persons,
        spouses,
        ("MEM-ONESPOUSE", "同一户内配偶不能超过一人", "a household has at most one spouse of the head"),
    )


def _by_serial(
    serials: Sequence[int | None], relations: Sequence[str | None], relation: str, known: set[int | None]
) -> dict[int | None, list[int]]:
    """Where the members of this relation stand, by household."""
    found: dict[int | None, list[int]] = defaultdict(list)
    for place in compress(count(), (held == relation for held in relations)):
        if serials[place] in known:
            found[serials[place]].append(place)
    return found


def _second(persons: Table, places: Mapping[Any, list[int]], said: tuple[str, str, str]) -> Iterator[Finding]:
    for _, *more in places.values():
        for place in more:
            yield Finding(PERSON, persons.numbers[place], "relation_to_head", *said)


def _repeated(sheet: str, table: Table, column: str, rule: str, label: str) -> Iterator[Finding]:
    first: dict[Any, int] = {}
    for number, held in zip(table.numbers, table[column], strict=True):
        value = held[:18] if isinstance(held, str) else held
        if value and first.setdefault(value, number) != number:
            zh, en = f"{label}与第 {first[value]} 行重复", f"the same value stands in row {first[value]}"
            yield Finding(sheet, number, column, rule, zh, en)
