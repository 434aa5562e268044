"""Errors leave the house as Problems, as the client's own mistakes, or as a number; never with the text of an exception."""

import io
import json
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError

from fp_core.errors import FailedClause, Refused
from fp_gateway import logs
from fp_gateway.masking import mask, masked
from tests.gateway.test_limits import Quiet

SECRET = "张三 520522198001011234"


@strawberry.enum
class Colour(Enum):
    RED = "RED"


@strawberry.type
class Query:
    @strawberry.field
    def breaks(self) -> str:
        raise RuntimeError(SECRET)

    @strawberry.field
    def wrong_type(self) -> Colour:
        return SECRET  # type: ignore[return-value]

    @strawberry.field
    def refused(self) -> str:
        raise Refused("may_exit", (FailedClause("income", "收入未达标", "income is below the line"),))

    @strawberry.field
    def household(self, code: int) -> str:
        return str(code)


def answer(query: str) -> tuple[dict[str, Any], str]:
    stream = io.StringIO()
    logs.configure(stream)
    result = Quiet(Query).execute_sync(query)
    (error,) = masked(result.errors)
    return dict(error), stream.getvalue()


@pytest.mark.parametrize("field", ["breaks", "wrongType"])
def test_an_unexpected_exception_is_told_by_number_and_logged_by_type(field: str) -> None:
    error, log = answer(f"{{{field}}}")

    assert error["message"] == "内部错误 · internal error"
    assert error["path"] == [field]
    line = json.loads(log)
    assert line["error_id"] == error["extensions"]["error_id"]
    assert "张三" not in json.dumps(error, ensure_ascii=False) + log
    assert "520522198001011234" not in json.dumps(error) + log


def test_the_log_names_exception_type_and_place() -> None:
    _, log = answer("{breaks}")

    line = json.loads(log)
    assert (line["event"], line["error_type"]) == ("internal_error", "RuntimeError")
    assert line["where"].startswith("tests.gateway.test_masking:") or "test_masking:" in line["where"]


def test_a_problem_keeps_code_both_languages_and_clauses() -> None:
    error, log = answer("{refused}")

    assert error["extensions"] == {
        "code": "REFUSED",
        "zh": "不符合规则：收入未达标",
        "en": "may_exit does not hold: income is below the line",
        "clauses": [{"id": "income", "zh": "收入未达标", "en": "income is below the line"}],
    }
    assert log == ""


def test_a_mistake_of_the_client_is_told_without_suggestions() -> None:
    error, _ = answer("{househol(code:1)}")

    assert error["message"] == "Cannot query field 'househol' on type 'Query'."
    assert error["extensions"] == {
        "code": "BAD_REQUEST",
        "zh": "查询有误：类型 Query 没有字段 househol，请对照 schema.graphql",
        "en": "Cannot query field 'househol' on type 'Query'.",
    }


def test_suggestions_stay_where_they_are_wanted() -> None:
    errors = Quiet(Query).execute_sync("{househol(code:1)}").errors

    (found,) = masked(errors, suggestions=True)
    assert found["message"].endswith("Did you mean 'household'?")


def test_suggestions_for_arguments_are_removed_too() -> None:
    result = Quiet(Query).execute_sync("{household(cod:1 code:1)}")

    assert [e["message"] for e in masked(result.errors)] == ["Unknown argument 'cod' on field 'Query.household'."]


def test_endless_nesting_is_the_clients_mistake() -> None:
    found = mask(GraphQLError("x", original_error=RecursionError()))

    assert found.extensions is not None
    assert found.extensions["code"] == "TOO_DEEP"


@pytest.mark.parametrize(
    ("query", "zh"),
    [
        ("{ household(cod: 1) }", "查询有误：字段 Query.household 没有参数 cod，请对照 schema.graphql"),
        ("{ household }", "查询有误：缺少必填参数 Query.household(code:)（Int!）"),
        ("{ household(code: 1) { name } }", "查询有误：字段 household 没有子字段，请删去其后的 { … }"),
        ("query($c: Int!) { household(code: $c) }", "查询有误：缺少变量 $c，请在 variables 中给出"),
        ("{ household(code: $c) }", "查询有误：变量 $c 未声明"),
        ("{ household(", "查询有误：语法错误，此处应为 Name，实为 <EOF>"),
        ('{ household(code: "x") }', '查询有误：Int cannot represent non-integer value: "x"'),
    ],
)
def test_what_graphql_says_in_english_is_said_in_chinese_too(query: str, zh: str) -> None:
    error = masked(Quiet(Query).execute_sync(query).errors)[0]

    assert error["extensions"] == {"code": "BAD_REQUEST", "zh": zh, "en": error["message"]}


@pytest.mark.parametrize("query", ["{a" * 900 + "}" * 900, "{household(code:" + "[" * 900 + "]" * 900 + ")}"])
def test_a_document_that_the_parser_gives_up_on_is_too_deep(query: str) -> None:
    (error,) = masked(Quiet(Query).execute_sync(query).errors)

    assert error["extensions"]["code"] == "TOO_DEEP"
    assert error["extensions"]["zh"] == "文档嵌套过深，请减少嵌套"
