"""Commands and operations: what somebody asks for, as frozen data, and the one function that does it."""

from collections.abc import Callable
from dataclasses import Field, asdict, dataclass, fields, is_dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from fp_core.errors import Invalid

Apply = TypeVar("Apply", bound=Callable[[Any, Any, Any], Any])


def describe(
    label: str, english: str, *, codes: str | None = None, personal: bool = False, **more: Any
) -> dict[str, Any]:
    """The metadata of a command's field: `field(metadata=describe("脱贫依据", "ground of the exit"))`."""
    return {"label": label, "english": english, "codes": codes, "personal": personal, **more}


@dataclass(frozen=True)
class Operation:
    """How a command is done: the right it needs, what is locked, and the function that applies it."""

    right: str
    label: str
    english: str
    lock: Callable[[Any, Any], Any]
    apply: Callable[[Any, Any, Any], Any]


def operation(
    command: type, *, right: str, label: str, english: str, lock: Callable[[Any, Any], Any]
) -> Callable[[Apply], Apply]:
    """Bind a command to its operation `(session, command, locked) -> Happened`, run only by `change()`."""

    def bind(apply: Apply) -> Apply:
        command.__operation__ = Operation(right, label, english, lock, apply)  # type: ignore[attr-defined]
        return apply

    return bind


def operation_of(command: object) -> Operation:
    """The operation of a command; an object that is no command is refused."""
    found = getattr(command, "__operation__", None)
    if not isinstance(found, Operation) or not is_dataclass(command):
        raise TypeError(f"{type(command).__name__} is no command: bind it to an operation with @operation")
    return found


def canonical(command: Any) -> dict[str, Any]:
    """A command as plain data in a fixed form, the text behind its request hash.

    A field described as `bulk` is left out: another field, such as the hash of a file, stands for it.
    """
    light = replace(command, **{f.name: None for f in fields(command) if f.metadata.get("bulk")})
    return {"command": type(command).__name__, **{k: plain(v) for k, v in asdict(light).items()}}


def plain(value: Any) -> Any:
    """A value as JSON has it: decimals and dates as text, sets and tuples as lists, bytes as hex."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, frozenset, set)):
        return [plain(item) for item in value]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else value


def require_text(command: Any, *names: str) -> None:
    """Refuse a command whose named text fields are empty."""
    labels: dict[str, Field[Any]] = {f.name: f for f in fields(command)}
    for name in names:
        if not str(getattr(command, name) or "").strip():
            label, english = labels[name].metadata["label"], labels[name].metadata["english"]
            raise Invalid(name, f"请填写{label}", f"{english} is required")
