"""Which fields stand under which keys at one place of an answer, so that a generated query repeats none with another meaning."""

from dataclasses import dataclass, field


@dataclass
class Entry:
    """What a key means: the field with its arguments, and the form of its type, in which every composite type is `{}`."""

    meaning: tuple[str, str, str]
    below: "Scope"

    def copy(self) -> "Entry":
        return Entry(self.meaning, self.below.copy())


@dataclass
class Scope:
    """The keys of an object. Two fields under one key must be the same field, whatever types they are asked of."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def take(self, key: str, name: str, arguments: str, form: str) -> "Scope | None":
        """The scope below a field, or None where its key means something else."""
        entry = self.entries.setdefault(key, Entry((name, arguments, form), Scope()))
        return entry.below if entry.meaning == (name, arguments, form) else None

    def takes_in(self, other: "Scope") -> bool:
        """Put all of another scope here; nothing happens where a key of it means something else."""
        if not self._agrees(other):
            return False
        self._join(other)
        return True

    def depth(self) -> int:
        """How many levels of fields there are."""
        return max((1 + entry.below.depth() for entry in self.entries.values()), default=0)

    def copy(self) -> "Scope":
        return Scope({key: entry.copy() for key, entry in self.entries.items()})

    def _agrees(self, other: "Scope") -> bool:
        return all(
            (own := self.entries.get(key)) is None or (own.meaning == entry.meaning and own.below._agrees(entry.below))
            for key, entry in other.entries.items()
        )

    def _join(self, other: "Scope") -> None:
        for key, entry in other.entries.items():
            if key in self.entries:
                self.entries[key].below._join(entry.below)
            else:
                self.entries[key] = entry.copy()
