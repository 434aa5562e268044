"""One cell: from what Excel holds to a value of the column's kind, or to the rule it breaks. Nothing is guessed."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from fp_core.errors import Invalid
from fp_core.excel.columns import Column
from fp_core.identity import normalise

LARGEST = 2**31 - 1
"""What an integer column holds on PostgreSQL."""
YES_NO = {"是": True, "否": False, "TRUE": True, "FALSE": False}
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_SEPARATORS = re.compile(r"[、,，;；/\n]+")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,10})?", re.ASCII)
_DATES = (re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"), re.compile(r"(\d{4})(\d{2})(\d{2})"))


class Wrong(Exception):
    """A cell breaks a rule."""

    def __init__(self, rule: str, zh: str, en: str) -> None:
        super().__init__(rule)
        self.rule, self.zh, self.en = rule, zh, en


def read_cell(column: Column, held: Any) -> Any:
    """The value of a cell, None where it is empty; `Wrong` names the rule it breaks."""
    value = _cleaned(held) if isinstance(held, str) and held else held
    if value is not None and value != "":
        return _READERS[column.kind](column, value)
    if column.required:
        raise Wrong(column.rule or "REQUIRED", f"{column.label}必须填写", f"{column.english} is required")
    return None


def _cleaned(text: str) -> str:
    """Without blanks at the ends and without signs that nobody sees. A control sign is refused, not dropped."""
    if text.isprintable():
        return text.strip()
    plain = _INVISIBLE.sub("", text).strip()
    if _CONTROL.search(plain):
        raise Wrong(
            "CELL-SIGN", "单元格含有不可见的控制字符，请重新输入", "the cell holds control characters; type it again"
        )
    return plain


def _narrow(text: str) -> str:
    """Full-width digits and letters as plain ones."""
    return unicodedata.normalize("NFKC", text)


def _text(column: Column, held: Any) -> str:
    if not isinstance(held, str):
        raise Wrong(
            "CELL-TEXT",
            f"{column.label}应为文本，现按数值或日期保存：请将单元格格式设为文本后重新填写",
            "the cell must be text but holds a number or a date: format it as text and type it again",
        )
    text = held
    if column.pattern and re.fullmatch(column.pattern, text) is None:
        text = _narrow(text)
        if re.fullmatch(column.pattern, text) is None:
            raise Wrong("PATTERN", f"{column.label}格式不正确", f"{column.english} does not have the right form")
    if column.max_length and len(text) > column.max_length:
        raise Wrong(
            "LENGTH",
            f"{column.label}最多 {column.max_length} 个字，现为 {len(text)} 个",
            f"{column.english} has at most {column.max_length} characters, this one {len(text)}",
        )
    return text


def _sealed(column: Column, held: Any) -> str:
    """A number of a document: text only, for Excel keeps but 15 digits of a quantity."""
    try:
        return normalise(held)
    except Invalid as error:
        raise Wrong("ID-TEXT", error.zh, error.en) from None


def _bool(column: Column, held: Any) -> bool:
    value = held if isinstance(held, bool) else YES_NO.get(_narrow(str(held)).strip().upper())
    if value is None:
        raise Wrong("CELL-TYPE", f"{column.label}应填“是”或“否”", f"{column.english} is 是 (yes) or 否 (no)")
    return value


def _number(column: Column, held: Any) -> Decimal:
    if isinstance(held, str) and _NUMBER.fullmatch(text := _narrow(held)):
        return Decimal(text)
    if isinstance(held, Decimal) and held.is_finite():
        return held
    if isinstance(held, (int, float)) and not isinstance(held, bool):
        return Decimal(format(held, ".15g"))  # Excel shows 15 digits; the rest is its binary noise
    raise Wrong("CELL-TYPE", f"{column.label}应为数字", f"{column.english} must be a number")


def _decimal(column: Column, held: Any) -> Decimal:
    value = _in_range(column, _number(column, held))
    rounded = round(value, column.places)
    if rounded != value:
        raise Wrong(
            "PLACES",
            f"{column.label}最多 {column.places} 位小数",
            f"{column.english} has at most {column.places} decimal places",
        )
    return rounded


def _int(column: Column, held: Any) -> int:
    value = _in_range(column, _number(column, held), LARGEST)
    if value != int(value):
        raise Wrong("CELL-TYPE", f"{column.label}应为整数", f"{column.english} must be a whole number")
    return int(value)


def _in_range(column: Column, value: Decimal, largest: int = 10**12 - 1) -> Decimal:
    low, high = column.least, column.most
    if (
        (low is not None and value < Decimal(low))
        or (high is not None and value > Decimal(high))
        or abs(value) > largest
    ):
        limits = f"{low or '…'} – {high or '…'}"
        raise Wrong(
            column.rule or "RANGE",
            f"{column.label}应在 {limits} 之间，现为 {value:f}",
            f"{column.english} lies in {limits}, this is {value:f}",
        )
    return value


def _date(column: Column, held: Any) -> date:
    if isinstance(held, datetime):
        return held.date()
    if isinstance(held, date):
        return held
    text = _narrow(held) if isinstance(held, str) else ""
    for form in _DATES:
        if match := form.fullmatch(text):
            try:
                return date(*map(int, match.groups()))
            except ValueError:
                break
    raise Wrong("CELL-TYPE", f"{column.label}应为日期，如 2016-12-31", f"{column.english} is a date such as 2016-12-31")


def _code(column: Column, held: Any) -> str:
    text = held.strip() if isinstance(held, str) else ""
    found = column.identifiers.get(text) or column.identifiers.get(_narrow(text))
    if found is None:
        shown = "、".join(choice.label for choice in column.choices[:12]) + ("……" if len(column.choices) > 12 else "")
        raise Wrong(
            "CODE",
            f"{column.label}没有选项 {text or held!r}，本年度可填：{shown}",
            f"{text or held!r} is no value of {column.english} in this year; choose from the list of the template",
        )
    return found


def _codes(column: Column, held: Any) -> list[str]:
    parts = _SEPARATORS.split(held) if isinstance(held, str) else held if isinstance(held, tuple) else [held]
    return sorted({_code(column, part) for part in parts if not isinstance(part, str) or part.strip()})


_READERS: dict[str, Callable[[Column, Any], Any]] = {
    "text": _text,
    "sealed": _sealed,
    "bool": _bool,
    "decimal": _decimal,
    "int": _int,
    "date": _date,
    "code": _code,
    "codes": _codes,
}
