"""What stands fixed in a rule by law, and what the office may set. 日期、数值与可调整项"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from spatial import units
from spatial.rules import sentences

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spatial.rules.schema import ConcludeRule, Condition, MarkRule, Ruleset

_WINDOW = ("act_from", "act_to")
"""The window of the act is what it is: only other named dates are a choice."""


def fixed(rule: ConcludeRule | MarkRule, ruleset: Ruleset) -> list[str]:
    """The days, spans and figures written into a rule and the notions that it reads."""
    days = [day for day in (rule.from_on, rule.until_on) if day]
    figures: list[str] = []
    for test, layer in _tests_of(rule, ruleset):
        for side in (test.left, test.right or {}):
            if span := sentences.span_of(side):
                figures.append(f"期限{span}")
            if test.kind == "date" and "value" in side:
                days.append(date.fromisoformat(str(side["value"])))
        if test.kind == "number" and (test.right or {}).get("value"):
            term = sentences.named(test.left, ruleset, layer)
            figures.append(f"{term} {(test.right or {})['value']:g}{sentences.unit_of(test)}")
    widened = [ruleset.notions[code].within_m for code in _notions_of(rule, ruleset)]
    figures += [f"外扩 {metres:g} 米" for metres in widened if metres]
    part = getattr(rule, "part", None)
    if part:
        figures.append(f"起算面积 {_area(part['at_least_m2'])}")
    said = [sentences.day_of(day) for day in sorted(set(days))]
    return list(dict.fromkeys([*said, *figures]))


def adjustable(rule: ConcludeRule | MarkRule, ruleset: Ruleset) -> list[str]:
    """The named dates, code lists and distances that a rule leans on."""
    names: list[str] = []
    lists: list[str] = []
    for test, _ in _tests_of(rule, ruleset):
        for side in (test.left, test.right or {}):
            field = side.get("field", "")
            if field in ruleset.dates and field not in _WINDOW:
                names.append(sentences.date_name(field, ruleset))
        if test.set_name and (test in rule.tests or not test.negate):
            codes = ruleset.sets[test.set_name]
            lists.append(f"代码表“{codes.term or codes.name}”")
    if getattr(rule, "adjoins", ""):
        lists.append(f"毗邻距离 {ruleset.settings['adjoin_m']:g} 米")
    return list(dict.fromkeys([*names, *lists]))


def _area(m2: float) -> str:
    mu = units.mu(Decimal(str(m2)))
    return f"{m2:g} 平方米" + (f"（{mu} 亩）" if mu >= 1 else "")


def _tests_of(rule: ConcludeRule | MarkRule, ruleset: Ruleset) -> Iterator[tuple[Condition, str]]:
    """A rule's own tests and those of the notions that it reads, with the notion's layer."""
    yield from ((test, "") for test in rule.tests)
    for code in _notions_of(rule, ruleset):
        notion = ruleset.notions[code]
        yield from ((test, notion.layer) for test in notion.where)


def _notions_of(rule: ConcludeRule | MarkRule, ruleset: Ruleset) -> list[str]:
    adjoins = getattr(rule, "adjoins", "")
    named = [*rule.inside, *rule.outside, *([adjoins] if adjoins else [])]
    for test in rule.tests:
        named += [code for side in (test.left, test.right or {}) for code in _parts_of(side)]
    return list(dict.fromkeys(_with_members(named, ruleset)))


def _with_members(codes: Iterable[str], ruleset: Ruleset) -> Iterator[str]:
    for code in codes:
        yield code
        yield from _with_members(ruleset.notions[code].any_of, ruleset)


def _parts_of(side: dict[str, Any]) -> Iterator[str]:
    root, _, rest = side.get("field", "").partition(".")
    if root == "part":
        yield rest.partition(".")[0]
    if "divide_by" in side:
        yield from _parts_of(side["divide_by"])
