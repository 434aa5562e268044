"""Workbooks that are taken in, for the tests of imports."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, select

from fp_core.demo.workbook import Written, write_demo_workbook
from fp_core.operations.import_households import ImportReport, import_workbook
from fp_core.registry import Registry
from tests.actors import operator
from tests.places import LATU, LONGCHANG, QIANXI, YANGJIADIAN, ZHONGZHAI

VILLAGES = (ZHONGZHAI, YANGJIADIAN, LONGCHANG, LATU)


def take_in(registry: Registry, path: Path, *, region: str = QIANXI, county: str = QIANXI, **more: Any) -> ImportReport:
    with registry.session(operator(registry, region)) as session:
        return import_workbook(session, path, county_code=county, year=2016, **more)


def filled(registry: Registry, path: Path, households: int, bad_share: float = 0.0, seed: int = 1) -> Written:
    places: dict[str, Any] = {"county_code": QIANXI, "villages": VILLAGES, "year": 2016}
    return write_demo_workbook(path, registry.host, households=households, seed=seed, bad_share=bad_share, **places)


def row_counts(registry: Registry) -> dict[str, int]:
    with registry.system_session() as session:
        return {
            str(model.__tablename__): session.scalar(select(func.count()).select_from(model)) or 0
            for model in registry.host.models
        }


@contextmanager
def counted(registry: Registry) -> Iterator[list[str]]:
    """The statements sent to the database meanwhile."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    event.listen(registry.engine, "before_cursor_execute", note)
    yield sent
    event.remove(registry.engine, "before_cursor_execute", note)
