"""Who sends a request: each token is looked up at most once a second, and not used after this process has ended it.

Another process learns of an ended login, or of a changed operator, within `LAG`. Tokens are held as hashes only.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from anyio.to_thread import run_sync

from fp_core.models.users import Operator
from fp_core.registry import Registry
from fp_core.scope import Actor
from fp_gateway import auth
from fp_gateway.logs import pseudonym

LAG = 1.0  # seconds that an answer of the database is taken for true
MOST = 10_000  # tokens held at a time


@dataclass(frozen=True)
class Known:
    """A login as the database told it, the actor it stands for, and the operator's name in the log."""

    login: auth.InForce
    actor: Actor
    pseudonym: str

    @property
    def operator(self) -> Operator:
        return self.login.operator


Task = asyncio.Task[Known | None]


class Logins:
    """The logins that one application has seen of late. Used from its event loop only."""

    def __init__(
        self,
        registry: Registry,
        *,
        most: int = MOST,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._registry, self._most, self._now, self._clock = registry, most, now, clock
        self._asked: dict[str, tuple[float, Task]] = {}  # by hash, the oldest first

    def __len__(self) -> int:
        return len(self._asked)

    async def of(self, token: str) -> Known | None:
        """The login of this token, if it is in force. Requests that come together share one look-up."""
        if not token:
            return None
        key = auth.token_hash(token)
        moment, task = self._asked.get(key, (0.0, None))
        if task is None or not self._serves(moment, task):
            task = self._ask(key)
        return task.result() if task.done() else await asyncio.shield(task)

    def forget(self, token: str) -> None:
        """Look this token up anew: it has been ended."""
        self._asked.pop(auth.token_hash(token), None)

    def forget_operator(self, name: str) -> None:
        """Look every token of this operator up anew, and every one whose look-up is still under way."""
        for key, (_, task) in list(self._asked.items()):
            known = _answer(task)
            if known is None or known.operator.name == name:
                del self._asked[key]

    def _serves(self, moment: float, task: Task) -> bool:
        """Whether what was asked then is still good: young enough, and no use to be noted and no end passed since."""
        if self._clock() - moment >= LAG:
            return False
        if not task.done():
            return task.get_loop() is asyncio.get_running_loop()
        if task.cancelled() or task.exception():
            return False
        known = task.result()
        return known is None or known.login.holds(self._now())

    def _ask(self, key: str) -> Task:
        self._asked.pop(key, None)
        self._make_room()
        task = asyncio.create_task(self._look_up(key))
        self._asked[key] = (self._clock(), task)
        return task

    def _make_room(self) -> None:
        """Drop what is too old to serve, and the oldest where there are too many."""
        late = self._clock() - LAG
        while self._asked:
            key, (moment, _) = next(iter(self._asked.items()))
            if moment > late and len(self._asked) < self._most:
                return
            del self._asked[key]

    async def _look_up(self, key: str) -> Known | None:
        return await run_sync(self._read, key)

    def _read(self, key: str) -> Known | None:
        with self._registry.system_session() as session:
            login = auth.in_force(session, key, now=self._now())
        if login is None:
            return None
        return Known(login, auth.actor(login.operator, self._registry.host), pseudonym(login.operator.name))


def _answer(task: Task) -> Known | None:
    """What a look-up found; None while it is under way, or when it failed."""
    return task.result() if task.done() and not task.cancelled() and not task.exception() else None
