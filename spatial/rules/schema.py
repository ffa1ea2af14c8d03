"""A ruleset as read: plain values, checked, not yet rows. 规则集的结构"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True)
class Condition:
    """One test, ``[unless] A op B``, with its operands as JSON (see models.rule.TestRow)."""

    text: str
    op: str
    kind: str
    left: dict[str, Any]
    right: dict[str, Any] | None = None
    negate: bool = False
    set_name: str = ""


@dataclass(frozen=True)
class CodeSet:
    """A list of codes; a code list lives once. ``*`` stands at the end of a prefix. 代码表"""

    name: str
    codes: tuple[str, ...]
    term: str = ""


@dataclass(frozen=True)
class NotionSpec:
    """Where on the ground something holds. ``of`` is already followed. 概念"""

    code: str
    term: str
    layer: str = ""
    version: str = ""
    where: tuple[Condition, ...] = ()
    within_m: float = 0
    own: bool = False
    base: str = ""
    any_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class ConcludeRule:
    """What ground is; the first in order that claims a piece. 初判规则"""

    code: str
    term: str
    rule_class: str
    style: str
    source: str = ""
    kind_of: str = ""
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    adjoins: str = ""
    tests: tuple[Condition, ...] = ()
    from_on: date | None = None
    until_on: date | None = None

    @property
    def conditions(self) -> frozenset[tuple[str, str]]:
        """All that must hold, comparable with another rule's."""
        return frozenset(
            [("inside", name) for name in self.inside]
            + [("outside", name) for name in self.outside]
            + ([("adjoins", self.adjoins)] if self.adjoins else [])
            + [("test", " ".join(test.text.split())) for test in self.tests]
        )


@dataclass(frozen=True)
class MarkRule:
    """What a patch touches, or what follows from its sums. 涉及规则"""

    code: str
    term: str
    style: str
    source: str = ""
    severity: int | None = None
    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    part: dict[str, Any] | None = None
    tests: tuple[Condition, ...] = ()
    from_on: date | None = None
    until_on: date | None = None


@dataclass(frozen=True)
class Ruleset:
    """A whole ruleset, as its file says it. 规则集"""

    name: str
    title: str
    version: str
    draft: bool
    text: str
    ground: str | dict[str, Any]
    settings: dict[str, Any]
    dates: dict[str, str]
    sets: dict[str, CodeSet]
    notions: dict[str, NotionSpec]
    groups: dict[str, dict[str, Any]]
    conclude: tuple[ConcludeRule, ...]
    marks: tuple[MarkRule, ...]
    ratio: dict[str, Any] | None = None
    ground_where: tuple[Condition, ...] = field(default=())

    @property
    def rules(self) -> tuple[ConcludeRule | MarkRule, ...]:
        """Conclusions, then marks."""
        return (*self.conclude, *self.marks)
