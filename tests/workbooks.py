"""Filled household forms for the tests: one sound household of two, and ways to spoil the file."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import count
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from fp_core.excel.reading import Content, read_workbook
from fp_core.excel.template import write_template
from fp_core.forms import form_of
from fp_core.identity import check_digit
from fp_core.plugins import Host
from tests.places import QIANXI, ZHONGZHAI

TODAY = date(2017, 1, 1)
YEAR = 2016
_serial = count(100)


def number(birth: date, *, male: bool) -> str:
    """A valid number that no other row has."""
    first = f"520522{birth:%Y%m%d}{(2 * next(_serial) + male) % 1000:03}"
    return first + check_digit(first)


def household(serial: int = 1, **more: Any) -> dict[str, Any]:
    """A row of the sheet 户 that breaks no rule."""
    areas = "arable irrigated forest returned_forest orchard grass water"
    flags = (
        "is_military_family is_only_child_family is_two_daughter_family has_production_power water_difficult "
        "is_dangerous_house has_sanitary_toilet in_cooperative is_relocation_household"
    )
    incomes = "wage_income business_income property_income business_expense"
    return {
        "serial": serial,
        "village_code": ZHONGZHAI,
        "identified_on": date(2014, 6, 12),
        "identification_standard": "NATIONAL",
        "household_attribute": "GENERAL",
        "main_cause": "NO_SKILL",
        "other_causes": ("NO_FUNDS", "POOR_TRAFFIC"),
        **{f"{name}_area": Decimal("0.50") for name in areas.split()},
        **dict.fromkeys(flags.split(), False),
        **dict.fromkeys(incomes.split(), Decimal("1200.50")),
        "water_safe": True,
        "has_living_power": True,
        "has_broadcast": True,
        "distance_main_road": Decimal("0.80"),
        "access_road_type": "CEMENT",
        "house_area": Decimal("90.00"),
        "main_fuel": "COAL",
        **more,
    }


def person(serial: int = 1, relation: str = "HEAD", birth: date = date(1975, 5, 1), **more: Any) -> dict[str, Any]:
    """A row of the sheet 人 that breaks no rule."""
    insured = "has_resident_medical has_serious_illness_insurance has_resident_pension"
    others = "is_active_soldier has_employee_pension gets_subsistence gets_five_guarantee"
    return {
        "serial": serial,
        "name": "王建国" if relation == "HEAD" else "李秀英",
        "id_type": "RESIDENT_ID",
        "id_number": number(birth, male=relation == "HEAD"),
        "ethnicity": "MIAO",
        "relation_to_head": relation,
        "student_status": "NOT_STUDENT",
        "education_level": "PRIMARY",
        "health_status": ("HEALTHY",),
        "labour_capacity": "ABLE",
        **dict.fromkeys(insured.split(), True),
        **dict.fromkeys(others.split(), False),
        **more,
    }


def write(path: Path, host: Host, households: list[Any], persons: list[Any], *, region: str = QIANXI) -> Path:
    """These rows as a filled form."""
    rows = {"household": households, "person": persons}
    write_template(path, form_of(host, "FH"), host, year=YEAR, region=region, rows=rows)
    return path


def couple(path: Path, host: Host, *, region: str = QIANXI, of_household: Any = None, of_spouse: Any = None) -> Path:
    """A form with one household of two; the given values replace the sound ones."""
    spouse = person(relation="SPOUSE", **(of_spouse or {}))
    return write(path, host, [household(**(of_household or {}))], [person(), spouse], region=region)


def read(path: Path, host: Host, *, region: str = QIANXI, year: int = YEAR) -> Content:
    """What the reading child finds."""
    return read_workbook(path, form_of(host, "FH"), host, year=year, region=region, today=TODAY)


def stored(row: dict[str, Any]) -> dict[str, Any]:
    """The values of a row as a table keeps them; all amounts of the two sheets but the months of work have two places."""
    return {name: _stored(value) for name, value in row.items()}


def _stored(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value * 100)
    if isinstance(value, date):
        return value.isoformat()
    return f",{','.join(sorted(value))}," if isinstance(value, tuple) else value


def wrong(content: Content) -> list[tuple[str, str, str]]:
    """Sheet, column and rule of every bad cell."""
    return [(error.sheet, error.column, error.rule) for error in content.errors]


def respoiled(path: Path, change: Callable[[str, bytes], bytes], **extra: bytes) -> Path:
    """The same zip with its parts changed and others added; `__` in a name stands for a slash."""
    with ZipFile(path) as archive:
        parts = {name: change(name, archive.read(name)) for name in archive.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in {**parts, **{key.replace("__", "/"): value for key, value in extra.items()}}.items():
            archive.writestr(name, content)
    return path


def with_xml(text: bytes) -> Callable[[str, bytes], bytes]:
    """A change that puts XML behind the last row of the first sheet."""
    end = b"</sheetData>"
    return lambda name, part: part.replace(end, text + end) if name == "xl/worksheets/sheet1.xml" else part
