"""What must hold across the whole ruleset: nothing undefined, unused or out of reach. 核对"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.rules.problems import Problems, near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from spatial.rules.schema import ConcludeRule, MarkRule, Ruleset


def check(ruleset: Ruleset, problems: Problems) -> None:
    """Note everything that is wrong between the parts of the ruleset."""
    _duplicate_codes(ruleset, problems)
    _sources(ruleset, problems)
    _catch_all(ruleset, problems)
    _unreachable(ruleset, problems)
    _circles(ruleset, problems)
    _ratio_codes(ruleset, problems)
    _entitled(ruleset, problems)
    if not problems.messages:  # what a faulty line would have used is not called unused
        _unused_notions(ruleset, problems)
        _unused_sets(ruleset, problems)


def _named(rule: ConcludeRule | MarkRule) -> str:
    return f"规则 {rule.code}（{rule.term}）"


def _duplicate_codes(ruleset: Ruleset, problems: Problems) -> None:
    for what, rules in (("初判", ruleset.conclude), ("涉及", ruleset.marks)):
        codes = [rule.code for rule in rules]
        for code in sorted({code for code in codes if code and codes.count(code) > 1}):
            problems.add(f"{what}规则的代码 {code} 用了 {codes.count(code)} 次；每个代码只用一次")


def _sources(ruleset: Ruleset, problems: Problems) -> None:
    if ruleset.draft:
        return
    for rule in ruleset.rules:
        if not rule.source:
            problems.add(
                f"{_named(rule)}：缺少 source（依据的条文）；"
                "尚未查明的写“依据待法制科核定”，整个规则集未定的在 [ruleset] 写 draft = true"
            )


def _catch_all(ruleset: Ruleset, problems: Problems) -> None:
    """Every piece needs exactly one conclusion, so the last rule takes what is left."""
    if not ruleset.conclude:
        problems.add("[rules] 没有 conclude：至少要有一条初判规则")
        return
    last = ruleset.conclude[-1]
    if last.conditions or last.from_on or last.until_on:
        problems.add(
            f"{_named(last)}：最后一条初判须无条件（不写 inside、outside、adjoins、test、from、"
            "until），把其余地块全部接住；请在末尾加一条，例如“待核”"
        )


def _unreachable(ruleset: Ruleset, problems: Problems) -> None:
    """A rule can never claim where an earlier one asks for no more than it does."""
    for position, rule in enumerate(ruleset.conclude):
        for earlier in ruleset.conclude[:position]:
            dated = (earlier.from_on, earlier.until_on)
            if dated not in ((None, None), (rule.from_on, rule.until_on)):
                continue
            if not earlier.conditions:
                problems.add(f"{_named(rule)}：永远轮不到，前面的{_named(earlier)}没有条件")
                break
            if earlier.conditions <= rule.conditions:
                problems.add(
                    f"{_named(rule)}：永远轮不到，它的条件都在时，前面的{_named(earlier)}已先认领"
                )
                break


def _mentions(ruleset: Ruleset) -> Iterator[str]:
    """Every notion that something reads, once per reading."""
    for rule in ruleset.rules:
        yield from (*rule.inside, *rule.outside)
        for test in rule.tests:
            for side in (test.left, test.right or {}):
                yield from _parts_of(side)
    yield from (rule.adjoins for rule in ruleset.conclude if rule.adjoins)
    for notion in ruleset.notions.values():
        yield from notion.any_of
        yield notion.base
    for group in ruleset.groups.values():
        yield from group["entitled"]
        yield from (*group["used"].get("inside", []), *group["used"].get("outside", []))
    if ruleset.ratio:
        yield ruleset.ratio["cultivated"]


def _parts_of(side: dict[str, object]) -> Iterator[str]:
    field = side.get("field")
    if isinstance(field, str) and field.startswith("part."):
        yield field.split(".")[1]
    below = side.get("divide_by")
    if isinstance(below, dict):
        yield from _parts_of(below)


def _unused_notions(ruleset: Ruleset, problems: Problems) -> None:
    used = set(_mentions(ruleset))
    for notion in ruleset.notions.values():
        if notion.code not in used:
            problems.add(f"概念 {notion.code}（{notion.term}）：没有规则用到它；请删去或补上规则")


def _unused_sets(ruleset: Ruleset, problems: Problems) -> None:
    tests = [*ruleset.ground_where]
    for rule in ruleset.rules:
        tests += rule.tests
    for notion in ruleset.notions.values():
        tests += notion.where
    used = {test.set_name for test in tests}
    for name in ruleset.sets:
        if name not in used:
            problems.add(f"[set] {name}：没有条件用到这个代码表；请删去或补上条件")


def _circles(ruleset: Ruleset, problems: Problems) -> None:
    for notion in ruleset.notions.values():
        if notion.code in _below(notion.code, ruleset, frozenset()):
            problems.add(f"概念 {notion.code}（{notion.term}）：any_of 绕成了圈")


def _below(code: str, ruleset: Ruleset, seen: frozenset[str]) -> frozenset[str]:
    found = seen
    for member in ruleset.notions[code].any_of if code in ruleset.notions else ():
        if member not in found:
            found = _below(member, ruleset, found | {member})
    return found


def _ratio_codes(ruleset: Ruleset, problems: Problems) -> None:
    codes = [rule.code for rule in ruleset.conclude]
    for key in ("illegal", "new"):
        for code in (ruleset.ratio or {}).get(key, {}).get("except", []):
            if code not in codes:
                problems.add(f"[ratio] {key}：没有初判规则 {code}；{near(code, codes)}")


def _entitled(ruleset: Ruleset, problems: Problems) -> None:
    """What a subject is entitled to must be its own; sums read ground as it is, not widened."""
    for name, group in ruleset.groups.items():
        for code in group["entitled"]:
            notion = ruleset.notions.get(code)
            if notion and not notion.own:
                problems.add(
                    f"分组 {name}：entitled 中的概念 {code}（{notion.term}）"
                    "须限定本单位（own = true）"
                )
        used = group["used"]
        for code in (*group["entitled"], *used.get("inside", []), *used.get("outside", [])):
            for leaf in sorted(_below(code, ruleset, frozenset()) | {code}):
                notion = ruleset.notions.get(leaf)
                if notion and notion.within_m > 0:
                    problems.add(
                        f"分组 {name}：概念 {leaf}（{notion.term}）有外扩 within_m，"
                        "分组只按实际范围合计；请另立一个不外扩的概念"
                    )
