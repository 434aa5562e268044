"""What can go wrong, said so that the reader knows what, where and what to do, in Chinese and English."""

from dataclasses import dataclass


@dataclass(frozen=True)
class FailedClause:
    """One clause of a rule that does not hold: its id and its sentence in both languages."""

    id: str
    zh: str
    en: str


class Problem(Exception):
    """A refusal the caller can act on. `code` is stable, `zh` and `en` say the same thing."""

    code = "PROBLEM"

    def __init__(self, zh: str, en: str, *, field: str | None = None, clauses: tuple[FailedClause, ...] = ()) -> None:
        super().__init__(f"{zh} · {en}")
        self.zh, self.en, self.field, self.clauses = zh, en, field, clauses


class Invalid(Problem):
    """An input value that cannot be taken; `field` names it."""

    code = "INVALID"

    def __init__(self, field: str, zh: str, en: str) -> None:
        super().__init__(zh, en, field=field)


class NotFound(Problem):
    """The thing does not exist, or lies outside the operator's region: the two are never told apart."""

    code = "NOT_FOUND"

    def __init__(self, kind: str, key: object) -> None:
        super().__init__(
            f"未找到{kind} {key!r}，或无权访问其行政区划",
            f"{kind} {key!r} does not exist or lies outside your region",
            field=kind,
        )


class Forbidden(Problem):
    """The operator lacks a named right."""

    code = "FORBIDDEN"

    def __init__(self, right: str, holder: str) -> None:
        super().__init__(
            f"操作员{holder!r}没有权限 {right!r}，请向上级申请",
            f"operator {holder!r} lacks the right {right!r}; ask the level above",
        )


class Refused(Problem):
    """A rule does not hold; `clauses` are the ones that fail."""

    code = "REFUSED"

    def __init__(self, rule: str, clauses: tuple[FailedClause, ...]) -> None:
        self.rule = rule
        super().__init__(
            "不符合规则：" + "；".join(c.zh for c in clauses),
            f"{rule} does not hold: " + "; ".join(c.en for c in clauses),
            clauses=clauses,
        )


class Conflict(Problem):
    """Somebody changed the record since it was read; `version` is the one in force."""

    code = "CONFLICT"

    def __init__(self, kind: str, key: object, seen: int, version: int) -> None:
        self.version = version
        super().__init__(
            f"{kind} {key!r} 已被他人修改：您看到的是版本 {seen}，现为版本 {version}，请刷新后重试",
            f"{kind} {key!r} has changed: you saw version {seen}, it is now {version}; read it again and repeat",
            field="version",
        )


class Collision(Problem):
    """Another change to the same things was under way, and this one gave way. Nothing was changed."""

    code = "COLLISION"

    def __init__(self) -> None:
        super().__init__(
            "系统正在办理同一对象的另一项业务，本次未作任何更改，请用同一幂等键重试",
            "another change to the same thing was under way; nothing was changed, repeat with the same key",
        )


class KeyReused(Problem):
    """The idempotency key was used before for another command."""

    code = "KEY_REUSED"

    def __init__(self, key: str) -> None:
        super().__init__(
            f"幂等键 {key!r} 已用于另一项内容不同的操作，请换一个新键",
            f"idempotency key {key!r} was used for a different command; take a new key",
            field="key",
        )


class PluginError(Exception):
    """A plugin cannot be taken in; the message names the plugin and what to change. Raised at start, never later."""
