"""The hook of the funds: kinds of movements. The national ones and a province's are registered the same way."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from fp_core.hookspecs import hookspec

if TYPE_CHECKING:
    from fp_funds.kinds import FundKind


@hookspec
def fp_fund_kinds() -> "Iterable[FundKind]":
    """Kinds of fund movements, each with what it uses up, what it does to the balance, its forms and its checks."""
    raise NotImplementedError
