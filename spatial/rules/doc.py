"""docs/rules.md: every ruleset in words that a lawyer can sign. 规则说明"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spatial.rules import sentences
from spatial.rules.doc_parts import dates_and_data, groups_and_ratio, notions, sets, thresholds
from spatial.rules.load import read_file, ruleset_files
from spatial.vocabulary import class_codes, class_term, severity_word, style_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.rules.schema import ConcludeRule, MarkRule, Ruleset

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "rules.md"

_HEAD = """\
# 规则说明

本页由 `manage.py rules doc` 根据 `spatial/rules/` 中的规则集生成，不要手工改动。\
要改规则，改规则集；办法见 [增加一条规则](how-to/add-a-rule.md)。

怎样读：

- **初判**回答“这块地是什么”。图斑按各图层的界线分成\
互不重叠的地块，每块地自上而下对照规则，由第一条相符的定性，因此次序就是优先级，各项面积相加等于图斑面积。
- **涉及**回答“图斑碰到什么”。一个图斑可有多项，各答“涉及”“不涉及”或“无数据”，与定性互不影响。
- **数据不足**：判断所需的图层或字段没有交付的（包括排在前面的规则所需的），不下结论，\
归为“数据不足”并写明缺什么；既不因此认定违法，也不因此认定合法。
- **空与缺不同**：字段交付了但为空，表示事情尚未发生（批准日期为空即未批准）；\
字段没有交付，才是数据不足。
- 系统给出的都是初判，冠以“疑似”，由人认定后才是结论。
- 条文由编写人员列出，签字前由法制科核对原文和现行效力；\
写有“依据待法制科核定”的尤须核对。
"""

_SIGN = """\
### 审核

| 审核意见 | 法制科 | 日期 |
|---|---|---|
|  |  |  |
"""


def render(rulesets: Iterable[Ruleset] | None = None) -> str:
    """The whole document, of all rulesets of the house unless others are given."""
    chosen = [read_file(path) for path in ruleset_files()] if rulesets is None else rulesets
    return "\n".join([_HEAD, *(_ruleset(ruleset) for ruleset in chosen)])


def is_fresh(path: Path = DOCUMENT) -> bool:
    """Whether the written document says what the rulesets say."""
    return path.exists() and path.read_text(encoding="utf-8") == render()


def _ruleset(ruleset: Ruleset) -> str:
    draft = "（草案）" if ruleset.draft else ""
    parts = [
        f"## {ruleset.title}{draft}\n\n规则集 `{ruleset.name}`，版本 {ruleset.version}。\n",
        dates_and_data(ruleset),
        _conclusions(ruleset),
        _marks(ruleset) if ruleset.marks else "",
        notions(ruleset),
        groups_and_ratio(ruleset),
        thresholds(ruleset),
        sets(ruleset) if ruleset.sets else "",
        _SIGN,
    ]
    return "\n".join(part for part in parts if part)


def _conclusions(ruleset: Ruleset) -> str:
    lines = ["### 初判（自上而下，由第一条相符的定性）\n"]
    for number, rule in enumerate(ruleset.conclude, start=1):
        above = f"，属“{rule.kind_of}”" if rule.kind_of else ""
        first = number == 1
        said = f"{conclusion_when(rule, ruleset, first=first)}，初判为“{rule.term}”{above}。"
        style = style_tokens()[rule.style]["term"]
        looks = f"归类：{class_term(rule.rule_class)}；图上样式：{style}"
        lines += [
            f"{number}. **{rule.term}**（{looks}；代码 `{rule.code}`）\n",
            f"    {said}{_in_force(rule)}\n",
            f"    依据：{rule.source or '（草案，未列）'}\n",
        ]
    order = "、".join(class_term(code) for code in class_codes())
    limits = ruleset.settings["label_at_least"]
    if limits["m2"] or limits["share"]:
        lines.append(
            f"图斑的归类：按{order}的次序，取第一个合计面积达到 {limits['m2']:g} 平方米"
            f"或达到图斑面积 {limits['share'] * 100:g}% 的；都达不到的，取面积最大的。\n"
        )
    return "\n".join(lines)


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


def _where(rule: ConcludeRule | MarkRule, ruleset: Ruleset) -> list[str]:
    both = "同时" if len(rule.inside) > 1 else ""
    said = [f"{both}位于{_terms(rule.inside, ruleset)}内"] if rule.inside else []
    return said + ([f"不在{_terms(rule.outside, ruleset)}内"] if rule.outside else [])


def _terms(codes: Iterable[str], ruleset: Ruleset) -> str:
    terms = [ruleset.notions[code].term for code in codes]
    return "、".join(f"“{term}”" for term in terms) + ("" if terms[-1].endswith("范围") else "范围")


def _in_force(rule: ConcludeRule | MarkRule) -> str:
    spans = [
        f"自 {rule.from_on} 起" if rule.from_on else "",
        f"至 {rule.until_on} 前" if rule.until_on else "",
    ]
    return f"适用于{''.join(spans)}的行为。" if any(spans) else ""


def _marks(ruleset: Ruleset) -> str:
    lines = ["### 涉及（与定性互不影响）\n"]
    for number, rule in enumerate(ruleset.marks, start=1):
        grave = f"程度：{severity_word(rule.severity)}；" if rule.severity else ""
        lines += [
            f"{number}. **{rule.term}**（{grave}代码 `{rule.code}`）\n",
            f"    {mark_when(rule, ruleset)}，为“涉及”。{_in_force(rule)}\n",
            f"    依据：{rule.source or '（草案，未列）'}\n",
        ]
    return "\n".join(lines)


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
