"""The write path's own tables: events, idempotency rows, and the marks that tell statistics what to count anew."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import JSON, Index
from sqlmodel import SQLModel

from fp_core.distribution import HOUSEHOLD, by_key
from fp_core.indicators import indicator, moment
from fp_core.scope import SYSTEM, by


class Event(SQLModel, table=True):
    """One change of one subject. Written once, never updated; a rollback is an event that names the one it reverses."""

    __tablename__ = "event"
    __label__: ClassVar[tuple[str, str]] = ("变更记录", "change of a subject")
    __scope__: ClassVar[Any] = by("region_code")
    __distribution__: ClassVar[Any] = by_key("subject_code", group=HOUSEHOLD)
    __table_args__ = (Index("ix_event_region", "region_code", "year", "event_type"),)

    subject_code: str = indicator("对象编号", "code of the subject", primary_key=True, max_length=40)
    subject_type: str = indicator(
        "对象类型", "kind of the subject: household, village, fund_entry …", primary_key=True, max_length=20
    )
    event_no: int = indicator("序号", "number of the event; equals the subject's version after it", primary_key=True)
    event_type: str = indicator("变更类型", "what happened", codes="EVENT_TYPE", max_length=40, nullable=False)
    year: int | None = indicator("年度", "data year", index=False)
    region_code: str = indicator("行政区划", "division of the subject at that moment", max_length=12, nullable=False)
    month: str | None = indicator("月份", "month, YYYY-MM", max_length=7)
    reason: str | None = indicator("变更原因", "reason code", max_length=40)
    note: str | None = indicator("说明", "note", max_length=300)
    document_number: str | None = indicator("文号", "number of the document", max_length=60)
    persons: int = indicator("涉及人数", "persons counted by the change", unit="人", default=0, nullable=False)
    was_poor: bool | None = indicator("变更前是否贫困", "whether the household counted as poor before")
    reverses: int | None = indicator("回退序号", "number of the event this one rolls back")
    operator: str = indicator("操作员", "operator", max_length=40, nullable=False)
    happened_at: datetime = moment("操作时间", "moment of the change", nullable=False)
    idempotency_key: str = indicator(
        "幂等键", "idempotency key of the command", max_length=80, secret=True, nullable=False
    )
    rows: Any = indicator("前后数据", "touched rows before and after", sa_type=JSON, secret=True)


class Idempotency(SQLModel, table=True):
    """One row for each command that took effect: the same key again gives the same answer and changes nothing."""

    __tablename__ = "idempotency"
    __scope__: ClassVar[Any] = SYSTEM
    __distribution__: ClassVar[Any] = by_key("operator")

    operator: str = indicator("操作员", "operator", primary_key=True, max_length=40)
    key: str = indicator("幂等键", "idempotency key", primary_key=True, max_length=80)
    request_hash: str = indicator("请求摘要", "SHA-256 of the command", max_length=64, nullable=False)
    response: Any = indicator("结果", "what was answered", sa_type=JSON)
    happened_at: datetime = moment("操作时间", "moment", nullable=False)


class DirtyMark(SQLModel, table=True):
    """A village and year whose statistics are to be counted anew; written in the transaction that changed it."""

    __tablename__ = "dirty_mark"
    __scope__: ClassVar[Any] = SYSTEM

    year: int = indicator("年度", "data year", primary_key=True)
    region_code: str = indicator("行政区划", "division", primary_key=True, max_length=12)
    marked_at: datetime = moment("标记时间", "moment of the latest change", nullable=False)
    claim: str | None = indicator("认领", "the count that is under way", max_length=36)
