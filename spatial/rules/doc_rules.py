"""The rules of docs/rules.md, one by one: what each says, why, by which article. 逐条"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.rules import levers, sentences
from spatial.vocabulary import class_codes, class_term, severity_word, style_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.rules.remarks import Remarks
    from spatial.rules.schema import ConcludeRule, MarkRule, Ruleset


def conclusions(ruleset: Ruleset, remarks: Remarks) -> str:
    """Every conclusion in order, and how a patch takes its label from them."""
    lines = ["### 初判（自上而下，由第一条相符的定性）\n"]
    for number, rule in enumerate(ruleset.conclude, start=1):
        above = f"，属“{rule.kind_of}”" if rule.kind_of else ""
        said = f"{conclusion_when(rule, ruleset, first=number == 1)}，初判为“{rule.term}”{above}。"
        style = style_tokens()[rule.style]["term"]
        looks = f"归类：{class_term(rule.rule_class)}；图上样式：{style}"
        lines += _one("conclude", number, rule, looks, said, ruleset, remarks)
    order = "、".join(class_term(code) for code in class_codes())
    limits = ruleset.settings["label_at_least"]
    if limits["m2"] or limits["share"]:
        lines.append(
            f"图斑的归类：按{order}的次序，取第一个合计面积达到 {limits['m2']:g} 平方米"
            f"或达到图斑面积 {limits['share'] * 100:g}% 的；都达不到的，取面积最大的。\n"
        )
    return "\n".join(lines)


def marks(ruleset: Ruleset, remarks: Remarks) -> str:
    """Every mark in the order in which they are shown."""
    lines = ["### 涉及（与定性互不影响）\n"]
    if said := remarks.of("mark"):
        lines.append(f"{said}\n")
    for number, rule in enumerate(ruleset.marks, start=1):
        looks = f"程度：{severity_word(rule.severity)}" if rule.severity else ""
        said = f"{mark_when(rule, ruleset)}，为“涉及”。"
        lines += _one("mark", number, rule, looks, said, ruleset, remarks)
    return "\n".join(lines)


def _one(
    kind: str,
    number: int,
    rule: ConcludeRule | MarkRule,
    looks: str,
    said: str,
    ruleset: Ruleset,
    remarks: Remarks,
) -> list[str]:
    """A rule as paragraphs of a numbered list, under its section's heading where it has one."""
    heading = remarks.headings.get((kind, rule.code))
    about = "；".join(part for part in (looks, f"代码 `{rule.code}`") if part)
    paragraphs = [
        f"{said}{_in_force(rule, '数据不足' if kind == 'conclude' else '答“无数据”')}",
        f"依据：{rule.source or '（草案，未列）'}",
        _labelled("说明", remarks.of(kind, rule.code)),
        _labelled("日期与数值", "；".join(levers.fixed(rule, ruleset))),
        _labelled("可由本局调整", "；".join(levers.adjustable(rule, ruleset))),
    ]
    return [
        *([f"#### {heading}\n"] if heading else []),
        f"{number}. **{rule.term}**（{about}）\n",
        *(f"    {paragraph}\n" for paragraph in paragraphs if paragraph),
    ]


def _labelled(label: str, said: str) -> str:
    return f"{label}：{said.removesuffix('。')}。" if said else ""


def conclusion_when(rule: ConcludeRule, ruleset: Ruleset, *, first: bool = True) -> str:
    """When a conclusion claims a piece, up to the word before its verdict."""
    said = _where(rule, ruleset)
    if not said and not rule.adjoins and rule.tests and not first:
        said.append("不属于以上各条")
    if rule.adjoins:
        gap = ruleset.settings["adjoin_m"]
        near = f"（相距不超过 {gap:g} 米）" if gap else "（相接）"
        said.append(f"所在图斑紧邻“{ruleset.notions[rule.adjoins].term}”{near}")
    said += [sentences.of_condition(test, ruleset) for test in rule.tests]
    if not said:
        return "以上各条都不符合的" if len(ruleset.conclude) > 1 else "所有地块"
    return f"{'，且'.join(said)}的"


def mark_when(rule: MarkRule, ruleset: Ruleset) -> str:
    """When a mark is yes."""
    if rule.part is None:
        tests = [sentences.of_condition(test, ruleset) for test in rule.tests]
        return f"{'，且'.join(tests)}的"
    said = []
    if rule.part["class"]:
        classes = "或".join(class_term(code) for code in rule.part["class"])
        said.append(f"归类为{classes}")
    said += _where(rule, ruleset)
    area = "净面积（已扣田坎）" if rule.part["net"] else "面积"
    ground = "选址范围" if ruleset.ground == "site" else "图斑"
    return f"{ground}中{'、'.join(said)}的{area}达到 {rule.part['at_least_m2']:g} 平方米的"


def _where(rule: ConcludeRule | MarkRule, ruleset: Ruleset) -> list[str]:
    both = "同时" if len(rule.inside) > 1 else ""
    said = [f"{both}位于{_terms(rule.inside, ruleset)}内"] if rule.inside else []
    return said + ([f"不在{_terms(rule.outside, ruleset)}内"] if rule.outside else [])


def _terms(codes: Iterable[str], ruleset: Ruleset) -> str:
    terms = [ruleset.notions[code].term for code in codes]
    return "、".join(f"“{term}”" for term in terms) + ("" if terms[-1].endswith("范围") else "范围")


def _in_force(rule: ConcludeRule | MarkRule, otherwise: str) -> str:
    spans = [
        f"{sentences.day_of(rule.from_on)}起" if rule.from_on else "",
        f"{sentences.day_of(rule.until_on)}前" if rule.until_on else "",
    ]
    said = "、".join(span for span in spans if span)
    return f"只适用于 {said}的行为；前后时相跨这些日期的，{otherwise}。" if said else ""
