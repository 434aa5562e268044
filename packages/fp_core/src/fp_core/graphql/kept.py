"""What is kept by a key and bounded in number."""

from collections import OrderedDict
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Kept(Generic[K, V]):
    """A dictionary of bounded size: the entry that was not asked for longest goes first."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._held: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is kept under the key, and kept longer for being asked for."""
        if key in self._held:
            self._held.move_to_end(key)
        return self._held.get(key)

    def keep(self, key: K, value: V) -> V:
        """Keep a value, and let the oldest go where there are too many."""
        self._held[key] = value
        if len(self._held) > self.most:
            self._held.popitem(last=False)
        return value

    def values(self) -> list[V]:
        """All that is kept."""
        return list(self._held.values())
