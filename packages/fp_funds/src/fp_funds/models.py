"""The ledger: one append-only table of fund movements, and a row for each region and year that is locked by who writes."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import Index
from sqlmodel import SQLModel

from fp_core.distribution import LOCAL
from fp_core.indicators import indicator
from fp_core.scope import by

WAN = "万元"
"""Amounts are in ten thousand yuan with four places: the last one is a yuan."""


class FundEntry(SQLModel, table=True):
    """One movement of money. Written once; a correction is a further entry that names the one it reverses."""

    __tablename__ = "fund_entry"
    __label__: ClassVar[tuple[str, str]] = ("资金流水", "movement of funds")
    __scope__: ClassVar[Any] = by("region_code", "counterpart_code")
    __distribution__: ClassVar[Any] = LOCAL
    __table_args__ = (
        Index("ix_fund_entry_account", "region_code", "fund_year", "kind"),
        Index("ix_fund_entry_counterpart", "counterpart_code", "fund_year"),
    )

    entry_code: str = indicator("流水号", "code of the entry: region, year, number", primary_key=True, max_length=40)
    region_code: str = indicator("单位", "region whose account is moved", max_length=12, nullable=False)
    counterpart_code: str | None = indicator("对方单位", "region the money goes to or comes from", max_length=12)
    kind: str = indicator("业务类型", "kind of movement", codes="FUND_KIND", max_length=20, nullable=False)
    refers_to: str | None = indicator(
        "来源流水号", "code of the entry whose money this one uses", max_length=40, index=True
    )
    reverses: str | None = indicator("冲销流水号", "code of the entry this one takes back", max_length=40, index=True)
    fund_year: int = indicator("资金年度", "budget year of the money", nullable=False, least=2014, most=2099)
    amount: Decimal = indicator("金额", "amount", places=4, unit=WAN, nullable=False, least=0)
    unassigned_after: Decimal = indicator(
        "业务后未安排金额",
        "what the region has left of the year's money after this entry",
        places=4,
        unit=WAN,
        computed=True,
        nullable=False,
    )
    fund_name: str | None = indicator("资金名称", "name of the fund", max_length=100)
    document_number: str | None = indicator("资金文号", "number of the document", max_length=60)
    fund_level: str | None = indicator("资金级次", "level that pays", codes="FUND_LEVEL", max_length=20)
    fund_class: str | None = indicator("资金类别", "class of the money", codes="FUND_CLASS", max_length=20)
    special_direction: str | None = indicator(
        "专项扶贫资金方向", "direction, of the special fund only", codes="SPECIAL_DIRECTION", max_length=20
    )
    batch: int | None = indicator("批次", "batch", least=1, most=999)
    entered_on: date = indicator("业务日期", "day of issue, receipt, arrangement or confirmation", nullable=False)
    account: str | None = indicator("到账账户", "account the money came to", max_length=60)
    quota_number: str | None = indicator("国库指标号", "number of the treasury quota", max_length=60)
    source_name: str | None = indicator("来源单位", "who paid, when the money comes from outside", max_length=100)
    target_kind: str | None = indicator("安排对象", "what it is arranged to", codes="FUND_TARGET", max_length=20)
    project_code: str | None = indicator("项目编号", "code of the project", max_length=20, index=True)
    purpose: str | None = indicator("资金用途", "use", codes="FUND_USE", max_length=20)
    note: str | None = indicator("备注", "note; the reason where something unusual is entered", max_length=300)
    version: int = indicator("版本", "version; an entry is written once", default=0, nullable=False)


class FundAccount(SQLModel, table=True):
    """The row that every entry of a region and year locks before it is written; it counts them."""

    __tablename__ = "fund_account"
    __label__: ClassVar[tuple[str, str]] = ("资金账户", "account of a region and year")
    __scope__: ClassVar[Any] = by("region_code")
    __distribution__: ClassVar[Any] = LOCAL

    region_code: str = indicator("单位", "region", primary_key=True, max_length=12)
    fund_year: int = indicator("资金年度", "budget year", primary_key=True)
    serial: int = indicator("流水数", "number of entries so far", default=0, nullable=False)
