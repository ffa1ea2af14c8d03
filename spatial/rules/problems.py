"""What is wrong in a ruleset, collected, so that one reading tells all of it. 问题清单"""

from __future__ import annotations

from contextlib import contextmanager
from difflib import get_close_matches
from typing import TYPE_CHECKING

from spatial.errors import RulesetInvalid

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator


class Problems:
    """The faults of one file, each with the place where it stands."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self.place = ""
        self.messages: list[str] = []

    def add(self, message: str) -> None:
        """Note a fault at the present place."""
        parts = [part for part in (self.origin, self.place) if part]
        line = f"{' · '.join(parts)}：{message}"
        if line not in self.messages:
            self.messages.append(line)

    @contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Everything noted inside stands at this place, after the places around it."""
        before = self.place
        self.place = f"{before} · {place}" if before else place
        try:
            yield
        finally:
            self.place = before

    def raise_if_any(self) -> None:
        """Refuse the file with everything that was noted."""
        if self.messages:
            raise RulesetInvalid("\n".join(self.messages))


def allowed(names: Iterable[str]) -> str:
    """The names that may stand there, in one breath."""
    return "、".join(names) or "（无）"


def near(name: str, names: Collection[str]) -> str:
    """A hint: the names most like this one, or all of them when they are few."""
    close = get_close_matches(name, names, n=3, cutoff=0.55)
    if close:
        return f"相近的有：{allowed(close)}"
    if len(names) <= 24:
        return f"可用的有：{allowed(names)}"
    return "没有相近的名称，请核对写法"
