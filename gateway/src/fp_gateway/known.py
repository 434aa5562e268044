"""Whether a division and a year are ones the registry knows: by their form, and by the table of divisions."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from fp_core.errors import Invalid
from fp_core.models.regions import LAST_YEAR, Region
from fp_core.operations.years import FIRST_YEAR
from fp_core.regions import NATION, level_of


def require_year(year: int) -> None:
    """Refuse a year outside the registry's time."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise Invalid(
            "year",
            f"年度 {year} 有误：应在 {FIRST_YEAR} 至 {LAST_YEAR} 之间",
            f"year {year} is none of {FIRST_YEAR} to {LAST_YEAR}; give one of these",
        )


def require_region(session: Session, code: str) -> None:
    """Refuse a code that no division bore in any year; the nation needs no row."""
    level_of(code)
    if code == NATION or session.scalar(select(Region.code).where(Region.code == code).limit(1)):
        return
    if session.scalar(select(Region.code).limit(1)) is None:
        raise Invalid(
            "region_code",
            "行政区划尚未装入；请先运行 ./fp migrate",
            "the divisions are not loaded; ./fp migrate loads them",
        )
    raise Invalid(
        "region_code",
        f"行政区划表中没有代码 {code!r}，请核对",
        f"no division has the code {code!r}; look it up in the table of divisions",
    )
