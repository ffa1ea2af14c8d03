"""docs/rules.md: every ruleset in words that a lawyer can sign. 规则说明"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from spatial.rules.doc_parts import dates_and_data, groups_and_ratio, notions, sets, thresholds
from spatial.rules.doc_rules import conclusions, marks
from spatial.rules.load import read_file, ruleset_files
from spatial.rules.remarks import read_remarks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from spatial.rules.schema import Ruleset

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
- **日期只知年月的**，从当月第一日到最后一日都可能；只有整段时间里答案都一样才下结论，否则数据不足。
- 系统给出的都是初判，冠以“疑似”，由人认定后才是结论。
- 条文由编写人员列出，签字前由法制科核对原文和现行效力；\
写有“依据待法制科核定”的尤须核对。
- 每条规则下面，**说明**是编写人员的理由；**日期与数值**写定在规则里，改动须有依据；\
**可由本局调整**的，按当年通知或本局规定在规则集中改。
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
    remarks = read_remarks(ruleset.text)
    draft = "（草案）" if ruleset.draft else ""
    parts = [
        f"## {ruleset.title}{draft}\n\n规则集 `{ruleset.name}`，版本 {ruleset.version}。\n",
        dates_and_data(ruleset, remarks),
        conclusions(ruleset, remarks),
        marks(ruleset, remarks) if ruleset.marks else "",
        notions(ruleset, remarks),
        groups_and_ratio(ruleset, remarks),
        thresholds(ruleset),
        sets(ruleset, remarks) if ruleset.sets else "",
        _SIGN,
    ]
    return "\n".join(part for part in parts if part)
