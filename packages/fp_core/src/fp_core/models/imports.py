"""Import batches (导入批次): which file a county's forms came from, so that the same file is never taken in twice."""

from datetime import datetime
from typing import Any, ClassVar

from sqlmodel import SQLModel

from fp_core.distribution import LOCAL
from fp_core.indicators import indicator, moment
from fp_core.scope import by


class ImportBatch(SQLModel, table=True):
    """One workbook that was imported as a whole."""

    __tablename__ = "import_batch"
    __label__: ClassVar[tuple[str, str]] = ("导入批次", "imported workbook")
    __scope__: ClassVar[Any] = by("county_code")
    __distribution__: ClassVar[Any] = LOCAL

    batch_code: str = indicator(
        "批次号", "batch: the county and the beginning of the hash", primary_key=True, max_length=40
    )
    county_code: str = indicator("县", "county", max_length=12, nullable=False)
    file_hash: str = indicator("文件摘要", "SHA-256 of the file", max_length=64, nullable=False)
    file_name: str = indicator("文件名", "name of the file", max_length=200, nullable=False)
    form: str = indicator("采集表", "code of the form", max_length=10, nullable=False)
    year: int = indicator("年度", "data year", nullable=False)
    households: int = indicator("户数", "households imported", unit="户", nullable=False)
    persons: int = indicator("人数", "persons imported", unit="人", nullable=False)
    imported_on: datetime = moment("导入时间", "moment of the import", nullable=False)
    version: int = indicator("版本", "version", computed=True, default=0, nullable=False)
