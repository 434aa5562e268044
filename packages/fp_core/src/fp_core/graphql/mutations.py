"""Mutations: each command is one, takes its input and an idempotency key, and answers `Done` or `Problem`."""

import asyncio
from typing import Annotated, Any

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from fp_core.change import change
from fp_core.commands import operation_of
from fp_core.errors import Problem
from fp_core.graphql.context import Context
from fp_core.graphql.inputs import Inputs, command_of
from fp_core.graphql.joint import mutation_name
from fp_core.graphql.problems import DoneType, ProblemType, done_of, problem_of


class CommandField(StrawberryField):
    """The mutation of one command."""

    def __init__(self, command: type, inputs: Inputs) -> None:
        operation = operation_of(command)
        text = f"{operation.label} · {operation.english}"
        answer = Annotated[  # the members are the same everywhere; a name of its own lets a command answer more one day
            DoneType | ProblemType,
            strawberry.union(f"{command.__name__}Result", description=f"{operation.label}结果 · done, or why not"),
        ]
        super().__init__(
            python_name=mutation_name(command),
            graphql_name=mutation_name(command),
            type_annotation=StrawberryAnnotation(answer),
            description=f"{text}. 权限 · needs the right {operation.right}",
        )
        self.command = command
        self.arguments = [
            _argument("input", inputs.of(command, text), f"{operation.label}内容 · the command"),
            _argument("key", str, "幂等键 · idempotency key, 8 to 80 characters: a new UUID for each new command"),
        ]

    @property
    def is_basic_field(self) -> bool:
        return False

    def get_result(self, source: Any, info: Any, args: Any, kwargs: Any) -> Any:
        return asyncio.to_thread(self._run, info.context, kwargs["input"], kwargs["key"])

    def _run(self, context: Context, given: Any, key: str) -> DoneType | ProblemType:
        try:
            with context.registry.session(context.actor) as session:
                return done_of(change(session, command_of(self.command, given), key=key))
        except Problem as problem:
            return problem_of(problem)


def _argument(name: str, kind: Any, text: str) -> StrawberryArgument:
    return StrawberryArgument(name, name, StrawberryAnnotation(kind), description=text)
