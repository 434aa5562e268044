"""What must hold for an entry, as named clauses: for every kind, and the national ones' own. A warning passes with a note."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import select

from fp_core import regions
from fp_core.models.regions import find
from fp_core.operations.people import today
from fp_core.regions import Level
from fp_core.rules import Clause
from fp_funds.balance import stands
from fp_funds.kinds import Effect, Posting
from fp_funds.models import FundEntry

ACCOUNT_LEVELS = frozenset({Level.PROVINCE, Level.CITY, Level.COUNTY, Level.TOWN})
WHY = "，确需办理的请在备注中说明原因"

AMT = Clause("FND-AMT", "金额应大于 0", "the amount is more than nothing")
TODAY = Clause("FND-TODAY", "业务日期不能晚于今天", "the day is not in the future")
UNIT = Clause(
    "FND-UNIT",
    "资金单位应为现行的省、市、县或乡镇",
    "accounts belong to provinces, cities, counties and towns that exist in that year",
)
REV = Clause("FND-REV", "来源业务已冲销，不能再使用", "the entry referred to has been taken back")
RDATE = Clause("FND-RDATE", "业务日期不能早于来源业务的日期", "the day is not before that of the entry it refers to")
CHILD = Clause(
    "FND-CHILD",
    "接收单位应为本单位的直接下级（省可直接下拨到县）",
    "money is issued to a region directly below, or by a province to a county",
)
DATE = Clause(
    "FND-DATE",
    f"下拨日期不在资金年度及次年第一季度内{WHY}",
    "the day lies in the budget year or the first quarter after it; else write a note",
    warning=True,
)
DOC = Clause(
    "FND-DOC",
    f"同一接收单位、年度、文号、批次和金额已有下拨，疑似重复{WHY}",
    "the same document, batch and amount was issued to this region before; if it is meant, write a note",
    warning=True,
)
DIR = Clause(
    "FND-DIR", "专项资金须选择资金方向，其他资金不选", "a direction is given always and only for the special fund"
)
TARGET = Clause(
    "FND-TARGET", "安排到项目须填写项目编号，其他安排不填", "a project is named always and only when money goes to one"
)
CONF = Clause(
    "FND-CONF",
    "确认金额应等于系统计算的未安排金额，不一致的请在备注中说明",
    "the amount confirmed is the unassigned one; a difference needs a written note",
    warning=True,
)


def every_entry(p: Posting) -> Mapping[Clause, bool]:
    """For entries of all kinds: the amount, the day, and the entry referred to or else the region."""
    origin = p.origin
    conditions = {AMT: p.entry.amount > 0 or p.kind.effect is Effect.NONE, TODAY: p.entry.entered_on <= today()}
    if origin is None:
        return {**conditions, UNIT: _has_account(p, p.entry.region_code)}
    standing = select(FundEntry.entry_code).where(FundEntry.entry_code == origin.entry_code, stands(FundEntry))
    return {
        **conditions,
        REV: p.session.scalar(standing) is not None,
        RDATE: p.entry.entered_on >= origin.entered_on,
    }


def goes_down(p: Posting) -> Mapping[Clause, bool]:
    """Money goes one level down, and a county may get it from its province directly."""
    above, below = p.entry.region_code, str(p.entry.counterpart_code)
    levels = (regions.level_of(above), regions.level_of(below))
    direct = regions.parent_of(below) == above or levels == (Level.PROVINCE, Level.COUNTY)
    return {CHILD: direct and regions.contains(above, below), UNIT: _has_account(p, below)}


def issued_in_time(p: Posting) -> Mapping[Clause, bool]:
    """Money is issued in its budget year or soon after, and once."""
    first, last = date(p.entry.fund_year, 1, 1), date(p.entry.fund_year + 1, 3, 31)
    same = select(FundEntry.entry_code).where(
        FundEntry.kind == p.entry.kind,
        FundEntry.region_code == p.entry.region_code,
        FundEntry.counterpart_code == p.entry.counterpart_code,
        FundEntry.fund_year == p.entry.fund_year,
        FundEntry.document_number == p.entry.document_number,
        FundEntry.batch.is_not_distinct_from(p.entry.batch),
        FundEntry.amount == p.entry.amount,
        stands(FundEntry),
    )
    return {DATE: first <= p.entry.entered_on <= last, DOC: p.session.scalars(same).first() is None}


def has_direction(p: Posting) -> Mapping[Clause, bool]:
    """Only the special fund has directions, and always one."""
    return {DIR: (p.entry.fund_class == "SPECIAL") == (p.entry.special_direction is not None)}


def names_project(p: Posting) -> Mapping[Clause, bool]:
    """A project is named always and only when money is arranged to one."""
    return {TARGET: (p.entry.target_kind == "PROJECT") == (p.entry.project_code is not None)}


def is_computed(p: Posting) -> Mapping[Clause, bool]:
    """The balance confirmed is the one the ledger has."""
    return {CONF: p.entry.amount == p.entry.unassigned_after}


def _has_account(p: Posting, region: str) -> bool:
    return regions.level_of(region) in ACCOUNT_LEVELS and find(p.session, region, p.entry.fund_year) is not None
