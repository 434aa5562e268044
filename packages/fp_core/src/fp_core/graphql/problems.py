"""What a change answers: `Done`, or a `Problem` that says what is wrong and what to do, in both languages."""

import strawberry
from graphql import GraphQLError

from fp_core.change import Done
from fp_core.errors import Problem


@strawberry.type(name="Clause", description="未满足的条件 · a clause of a rule that does not hold")
class ClauseType:
    """A failing clause."""

    id: str = strawberry.field(description="条件编号 · id of the clause")
    zh: str = strawberry.field(description="中文说明 · the clause in Chinese")
    en: str = strawberry.field(description="英文说明 · the clause in English")


@strawberry.type(name="Problem", description="办理不成功 · why nothing was changed, and what to do")
class ProblemType:
    """A refusal as data."""

    code: str = strawberry.field(
        description="问题代码 · stable code: INVALID, NOT_FOUND, FORBIDDEN, REFUSED, CONFLICT …"
    )
    zh: str = strawberry.field(description="中文说明 · what is wrong and what to do, in Chinese")
    en: str = strawberry.field(description="英文说明 · the same in English")
    field: str | None = strawberry.field(description="相关字段 · the input field it is about")
    clauses: list[ClauseType] = strawberry.field(description="未满足的条件 · the clauses that do not hold")
    current_version: int | None = strawberry.field(description="当前版本 · the version in force, after a conflict")


@strawberry.type(name="Done", description="办理成功 · what was changed")
class DoneType:
    """A change that took effect."""

    subject_type: str = strawberry.field(description="对象类型 · kind of the subject")
    subject_code: str = strawberry.field(description="对象编号 · code of the subject")
    version: int = strawberry.field(description="版本 · the subject's version now")
    event_type: str = strawberry.field(description="变更类型 · what happened")
    replayed: bool = strawberry.field(description="是否重复提交 · whether this command was carried out before")


def done_of(done: Done) -> DoneType:
    """A change's result as its GraphQL type."""
    return DoneType(
        subject_type=done.subject_type,
        subject_code=done.subject_code,
        version=done.version,
        event_type=done.event_type,
        replayed=done.replayed,
    )


def problem_of(problem: Problem) -> ProblemType:
    """A refusal as its GraphQL type."""
    return ProblemType(
        code=problem.code,
        zh=problem.zh,
        en=problem.en,
        field=problem.field,
        clauses=[ClauseType(id=c.id, zh=c.zh, en=c.en) for c in problem.clauses],
        current_version=getattr(problem, "version", None),
    )


def explain(error: GraphQLError) -> bool:
    """Give an error that a `Problem` caused its code and both languages as `extensions`; False for any other error."""
    problem = error.original_error
    while isinstance(problem, GraphQLError):  # a value that was given as a variable is wrapped once more
        problem = problem.original_error
    if not isinstance(problem, Problem):
        return False
    error.extensions = {"code": problem.code, "zh": problem.zh, "en": problem.en, "field": problem.field}
    return True
