"""The data dictionary: docs/dictionary/ is written from the indicators and code lists of the installed plugins."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from sqlmodel import SQLModel

from fp_core.codes import Dictionary, Item
from fp_core.indicators import Indicator, indicators
from fp_core.plugins import Host
from fp_core.scope import SYSTEM, By

ROOT = Path(__file__).resolve().parent.parent
FOLDER = Path("docs/dictionary")
COLUMNS = (
    "字段 field",
    "指标 label",
    "English",
    "类型 type",
    "单位 unit",
    "年度 years",
    "采集表 form",
    "说明 notes",
    "旧代码 legacy",
)
TYPES = {
    "str": "文本 text",
    "int": "整数 integer",
    "bool": "是否 yes/no",
    "date": "日期 date",
    "datetime": "时间 moment (UTC)",
}
FLAGS = (
    ("primary_key", "主键 key"),
    ("required", "必填 required"),
    ("locked", "锁定 locked"),
    ("computed", "计算 computed"),
    ("personal", "个人信息 personal"),
    ("secret", "加密 sealed"),
    ("fresh", "每年新填 fresh each year"),
)


def main() -> int:
    """Write the pages, or with `--check` only say what differs from them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; end with 1 when a page is out of date")
    if not parser.parse_args().check:
        print(f"{write(ROOT)} pages in {FOLDER}")
        return 0
    wrong = faults(ROOT)
    print("\n".join(wrong) or f"{FOLDER} is up to date")
    return 1 if wrong else 0


def write(root: Path) -> int:
    """Write every page, remove those that nothing stands behind, and say how many there are."""
    wanted = pages(Host.load())
    folder = root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    for old in set(folder.glob("*.md")) - {folder / name for name in wanted}:
        old.unlink()
    for name, text in wanted.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(wanted)


def faults(root: Path) -> list[str]:
    """Pages that are not what the indicators and code lists say, one line each."""
    wanted, folder = pages(Host.load()), root / FOLDER
    held = {file.name: file.read_text(encoding="utf-8") for file in folder.glob("*.md")}
    wrong = sorted(name for name in wanted.keys() | held.keys() if wanted.get(name) != held.get(name))
    return [f"{FOLDER / name} is out of date; ./fp check --fix writes it" for name in wrong]


def pages(host: Host) -> dict[str, str]:
    """The text of each page by file name: one for each table that has a meaning outside, the code lists, and an index."""
    models = [(tables.label, m) for tables in host.tables for m in tables.models if _scope(m) is not SYSTEM]
    added = {extension.model: extension.of for extension in host.extensions}
    found = {f"{model.__tablename__}.md": _page(model, added.get(model)) for _, model in models}
    return {**found, "codes.md": _codes(host.codes.values()), "index.md": _index(models)}


def _index(models: list[tuple[str, type[SQLModel]]]) -> str:
    lines = [
        f"| [{m.__tablename__}]({m.__tablename__}.md) | {_label(m)[0]} | {_label(m)[1]} | {package} | {len(indicators(m))} |"
        for package, m in models
    ]
    return _text(
        "数据字典 · Data dictionary",
        "Written by `python -m tools.write_dictionary` from the indicators of the models. Do not edit by hand.",
        "",
        "Values of coded fields are in [the code lists](codes.md).",
        "",
        *_table(("表 table", "名称 label", "English", "包 package", "字段 fields"), lines),
    )


def _page(model: type[SQLModel], base: type[SQLModel] | None) -> str:
    label, english = _label(model)
    scope = _scope(model)
    seen = (
        f"visible where `{'` or `'.join(scope.columns)}` lies in the operator's region"
        if isinstance(scope, By)
        else "public"
    )
    more = (
        [f"Its fields are fields of [{base.__tablename__}]({base.__tablename__}.md) in GraphQL, forms and rules."]
        if base
        else []
    )
    return _text(
        f"{model.__tablename__} · {label}",
        f"{english}; {seen}. Back to [the index](index.md).",
        *(["", *more] if more else []),
        "",
        *_table(COLUMNS, [_row(meaning) for meaning in indicators(model).values()]),
    )


def _row(meaning: Indicator) -> str:
    cells = (
        f"`{meaning.name}`",
        meaning.label,
        meaning.english,
        _type(meaning),
        meaning.unit or "",
        _years(meaning.since, meaning.until),
        meaning.form or "",
        "；".join(_notes(meaning)),
        meaning.legacy or "",
    )
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _type(meaning: Indicator) -> str:
    if meaning.codes:
        return (
            f"{'代码集 set of' if meaning.many else '代码 one of'} [{meaning.codes}](codes.md#{meaning.codes.lower()})"
        )
    if meaning.places is not None:
        return f"小数 decimal, {meaning.places}"
    return TYPES.get(meaning.type.__name__, meaning.type.__name__)


def _notes(meaning: Indicator) -> Iterator[str]:
    yield from (words for flag, words in FLAGS if getattr(meaning, flag))
    if meaning.least is not None or meaning.most is not None:
        yield f"{'' if meaning.least is None else meaning.least}–{'' if meaning.most is None else meaning.most}"
    if meaning.max_length is not None and not meaning.codes:
        yield f"≤ {meaning.max_length} 字符"
    if meaning.missing is not None:
        yield f"规则中缺失视为 {meaning.missing} in rules when missing"


def _codes(lists: Iterable[Dictionary]) -> str:
    parts: list[str] = []
    for codes in sorted(lists, key=lambda one: one.name):
        lines = [_item(item) for item in codes]
        columns = ("标识 identifier", "名称 label", "English", "代码 code", "年度 years")
        parts += ["", f"## {codes.name}", "", f"{codes.label} · {codes.english}", "", *_table(columns, lines)]
    first = "What is stored is the identifier. A form is read by label, identifier or code, in this order. Back to [the index](index.md)."
    return _text("代码表 · Code lists", first, *parts)


def _item(item: Item) -> str:
    cells = (f"`{item.name}`", item.label, item.english, item.code or "", _years(item.since, item.until))
    return "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _table(columns: Iterable[str], lines: Iterable[str]) -> list[str]:
    columns = tuple(columns)
    return ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns), *lines]


def _years(since: int | None, until: int | None) -> str:
    return f"{since or ''}–{until or ''}" if since or until else ""


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _label(model: type[SQLModel]) -> tuple[str, str]:
    found: tuple[str, str] = model.__label__  # type: ignore[attr-defined]
    return found


def _scope(model: type[SQLModel]) -> object:
    found: object = model.__scope__  # type: ignore[attr-defined]
    return found


def _text(title: str, *lines: str) -> str:
    return "\n".join((f"# {title}", "", *lines)) + "\n"


if __name__ == "__main__":
    sys.exit(main())
