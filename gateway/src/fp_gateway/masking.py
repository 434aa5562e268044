"""What a client is told of an error: a Problem in full, its own mistake in GraphQL's words, anything else only by a number."""

import re
import secrets
from collections.abc import Sequence
from typing import Any

import structlog
from graphql import FieldNode, GraphQLError
from graphql.error import GraphQLFormattedError

from fp_core.errors import Problem
from fp_gateway.chinese import in_chinese
from fp_gateway.logs import note, scrubbed

_SUGGESTION = re.compile(r"\s*Did you mean .*$", re.DOTALL)
_DEEP = re.compile(r"^Syntax Error: Document is nested too deeply")
_TOO_DEEP = ("文档嵌套过深，请减少嵌套", "the document is nested too deeply; ask for fewer levels")


def masked(errors: Sequence[GraphQLError] | None, *, suggestions: bool = False) -> list[GraphQLFormattedError]:
    """The errors of a result, ready for the answer."""
    return [mask(error, suggestions=suggestions).formatted for error in errors or ()]


def mask(error: GraphQLError, *, suggestions: bool = False) -> GraphQLError:
    """The error as it may leave the house. What was unexpected is logged by type and place, never by its text."""
    cause = _cause(error)
    if isinstance(cause, Problem):
        return _same_place(error, str(cause), problem_facts(cause))
    if isinstance(cause, RecursionError):
        return _same_place(error, " · ".join(_TOO_DEEP), _facts("TOO_DEEP", *_TOO_DEEP))
    if cause is not None or (error.path is not None and _of_a_value(error)):
        return _unexpected(error, cause or error)
    if _DEEP.search(error.message):
        return _same_place(error, " · ".join(_TOO_DEEP), _facts("TOO_DEEP", *_TOO_DEEP))
    plain = _SUGGESTION.sub("", error.message)
    message = error.message if suggestions else plain
    return _same_place(
        error, message, {**_facts("BAD_REQUEST", in_chinese(plain), message), **(error.extensions or {})}
    )


def _of_a_value(error: GraphQLError) -> bool:
    """Whether it is about what a field gave, and not about a directive or an argument that the client wrote."""
    return any(isinstance(node, FieldNode) for node in error.nodes or ())


def problem_facts(problem: Problem) -> dict[str, Any]:
    """A Problem as plain data, for GraphQL extensions and for JSON routes."""
    clauses = [{"id": c.id, "zh": c.zh, "en": c.en} for c in problem.clauses]
    facts = _facts(problem.code, problem.zh, problem.en)
    return {**facts, **({"field": problem.field} if problem.field else {}), **({"clauses": clauses} if clauses else {})}


def unexpected(cause: BaseException) -> dict[str, Any]:
    """Log an unexpected exception under a new error number and give what may be told of it."""
    error_id = secrets.token_hex(6)
    structlog.get_logger().error(
        "internal_error", error_id=error_id, error_type=type(cause).__name__, where=_where(cause)
    )
    note(error_id=error_id)
    zh, en = f"内部错误，编号 {error_id}，请告知管理员", f"internal error; tell the administrator its number {error_id}"
    return {**_facts("INTERNAL", zh, en), "error_id": error_id}


def _unexpected(error: GraphQLError, cause: BaseException) -> GraphQLError:
    return _same_place(error, "内部错误 · internal error", unexpected(cause))


def _cause(error: GraphQLError) -> BaseException | None:
    """The exception under the GraphQL wrappings, if there is one."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def _same_place(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )


def _facts(code: str, zh: str, en: str) -> dict[str, Any]:
    return {"code": code, "zh": zh, "en": en}


def _where(cause: BaseException) -> str:
    """Module and line where it was raised: code, not data."""
    trace = cause.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return scrubbed(f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}") if trace else "unknown"
