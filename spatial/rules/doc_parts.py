"""The sections of docs/rules.md that stand around the rules. 规则说明的其余各节"""

from __future__ import annotations

from typing import TYPE_CHECKING

from spatial.rules import sentences
from spatial.rules.fields import batch_fields, layers, patch_fields
from spatial.vocabulary import (
    class_term,
    denominator_term,
    exclusion_terms,
    land_use_term,
    patch_kind_term,
    rectification_terms,
)

if TYPE_CHECKING:
    from spatial.rules.remarks import Remarks
    from spatial.rules.schema import CodeSet, NotionSpec, Ruleset

_VERSIONS = {
    "before": "行为起始日有效的最新版本",
    "act": "行为期间有效的版本",
    "latest": "分析基准日的最新版本",
}
_GROUNDS = {"batch": "下发或导入的图斑", "site": "手绘或上传的选址范围"}


def dates_and_data(ruleset: Ruleset, remarks: Remarks) -> str:
    """What is examined, which days count, and which data must be there."""
    settings = ruleset.settings
    lines = ["### 对象、日期与数据\n"]
    if isinstance(ruleset.ground, dict):
        layer = ruleset.ground["layer"]
        tests = [sentences.of_condition(test, ruleset, layer) for test in ruleset.ground_where]
        such = f"中{'，且'.join(tests)}的" if tests else "的全部"
        lines.append(f"- 判定对象：“{layers()[layer].term}”{such}要素，每个要素作为一个图斑。")
    else:
        lines.append(f"- 判定对象：{_GROUNDS[ruleset.ground]}。")
    force = settings["in_force"]
    if force:
        until = f"，至 {force['until']} 前" if "until" in force else ""
        lines.append(f"- 施行：自 {force.get('from', '（未定）')} 起{until}。")
    for name, source in ruleset.dates.items():
        term = sentences.date_name(name, ruleset)
        why = _sentence(remarks.of("date", name))
        lines.append(f"- {term}（`{name}`）：取{_source_of_date(source, ruleset)}。{why}")
    if settings["needs"]:
        needs = "、".join(_need(need, ruleset) for need in settings["needs"])
        lines.append(f"- 下列数据缺一不可，没有交付的不下结论：{needs}。")
        lines += _reasons(remarks.lines.get(("ruleset", "needs"), ()))
    if settings["subject"]:
        subject = "、".join(_holder(source) for source in settings["subject"])
        lines.append(f"- 用地单位依次取自：{subject}。取自图层的一律标明“推定”。")
    return "\n".join(lines) + "\n"


def _sentence(said: str) -> str:
    return f"{said.removesuffix('。')}。" if said else ""


def _reasons(lines: tuple[str, ...]) -> list[str]:
    """A remark of several lines below its entry; what it sets in becomes a list."""
    return [f"    - {line.strip()}" if line.startswith("  ") else f"  - {line}" for line in lines]


def _source_of_date(source: str, ruleset: Ruleset) -> str:
    root, _, name = source.partition(".")
    if root == "run":
        return "分析时指定的日期"
    book = patch_fields(_ground_layer(ruleset)) if root == "patch" else batch_fields()
    return {"patch": "图斑的", "batch": "批次的"}[root] + book[name].term


def _ground_layer(ruleset: Ruleset) -> str:
    return ruleset.ground["layer"] if isinstance(ruleset.ground, dict) else ""


def _need(need: str, ruleset: Ruleset) -> str:
    root, _, name = need.partition(".")
    if root in ("patch", "batch"):
        return _source_of_date(need, ruleset)
    if not name:
        return f"“{layers()[root].term}”图层"
    return f"{layers()[root].term}的{sentences.plain(layers()[root].fields[name].term)}"


def _holder(source: str) -> str:
    root = source.partition(".")[0]
    return "图斑自带的单位" if root == "patch" else f"{layers()[root].term}"


def notions(ruleset: Ruleset, remarks: Remarks) -> str:
    """Every notion in one sentence."""
    if not ruleset.notions:
        return ""
    lines = ["### 概念"]
    headings = {key for key in remarks.headings if key[0] == "notion"}
    lines += [] if ("notion", next(iter(ruleset.notions))) in headings else [""]
    for notion in ruleset.notions.values():
        heading = remarks.headings.get(("notion", notion.code))
        lines += [f"\n{heading}：\n"] if heading else []
        why = _sentence(remarks.of("notion", notion.code))
        lines.append(f"- **{notion.term}**（`{notion.code}`）：{of_notion(notion, ruleset)}{why}")
    if any(notion.version == "act" for notion in ruleset.notions.values()):
        lines.append("\n行为期间先后有两个版本、且结果不同的，按数据不足处理，两个结果都列出。")
    lines.append("\n同一概念的范围相互重叠的，重叠处只计一次。")
    return "\n".join(lines) + "\n"


def of_notion(notion: NotionSpec, ruleset: Ruleset) -> str:
    """Where a notion holds."""
    if notion.base:
        base = ruleset.notions[notion.base].term
        return f"“{base}”中，单位与该图斑的用地单位相同的部分。"
    if notion.any_of:
        members = "".join(f"“{ruleset.notions[code].term}”" for code in notion.any_of)
        return f"{members}中任何一个的范围。"
    layer = layers()[notion.layer]
    tests = [sentences.of_condition(test, ruleset, notion.layer) for test in notion.where]
    if notion.own:
        tests.append("单位与该图斑的用地单位相同")
    such = f"中，{_joined(tests)}的" if tests else "的全部"
    wider = f"，再向外扩 {notion.within_m:g} 米" if notion.within_m else ""
    if layer.ledger:
        return f"“{layer.term}”台账{such}记录所划的范围{wider}。"
    return f"“{layer.term}”图层（{_VERSIONS[notion.version]}）{such}范围{wider}。"


def _joined(tests: list[str]) -> str:
    return tests[0] if len(tests) == 1 else f"{'，'.join(tests[:-1])}，且{tests[-1]}"


def groups_and_ratio(ruleset: Ruleset, remarks: Remarks) -> str:
    """The sums over one subject, and the ratio."""
    lines = []
    for group in ruleset.groups.values():
        lines += ["### 同一用地单位的合计\n", _group(group, ruleset)]
    if ruleset.ratio:
        lines += ["### 违法占耕比\n", _ratio(ruleset, remarks)]
    return "\n".join(lines)


def _group(group: dict[str, dict[str, list[str]]], ruleset: Ruleset) -> str:
    used = group["used"]
    grounds = ["本规则集判定的该单位全部图斑"] if "patches" in used else []
    grounds += [f"“{layers()[code].term}”图层" for code in used.get("layers", [])]
    within = [
        f"{word}“{ruleset.notions[code].term}”范围内"
        for key, word in (("inside", "位于"), ("outside", "不在"))
        for code in used.get(key, [])
    ]
    only = f"，只计{'且'.join(within)}的部分" if within else ""
    entitled = "".join(f"“{ruleset.notions[code].term}”" for code in group["entitled"])
    return (
        f"- 累计实际用地面积：{'与'.join(grounds)}合并后的面积（重叠只计一次）{only}；"
        "各批次图斑按后时相先后，累计到所判的图斑为止。\n"
        f"- 有权使用的面积：该单位{entitled}的面积。\n"
        "- 超出有权使用的面积：前者减后者，不足零的按零计。\n"
        "- 两者都由图形按同一办法量算；批文所载面积只并列显示，不参与相减。\n"
    )


def _ratio(ruleset: Ruleset, remarks: Remarks) -> str:
    ratio = ruleset.ratio or {}
    area = "净面积（已扣田坎）" if ratio["area"] == "net_m2" else "面积"
    where = ruleset.notions[ratio["cultivated"]].term
    denominators = "、".join(denominator_term(code) for code in ratio["denominators"])
    left_out = "、".join(exclusion_terms()[code] for code in ratio.get("exclude", []))
    why = _sentence(remarks.of("ratio", "illegal"))
    lines = [
        f"- 分子：{_chosen(ratio['illegal'], ruleset)}的地块中“{where}”的{area}。{why}",
        f"- 新增建设用地：{_chosen(ratio['new'], ruleset)}的地块。",
        f"- 分母可选：{denominators}；打印时注明所用分母。",
        f"- 剔除：登记为{left_out}的图斑，分子、分母都不计。" if left_out else "",
        *_effects(ratio.get("effect", {})),
        "- 以上都是缺省口径，由当年通知决定，在 [ratio] 中修改；查询时另定的，与数字一起打印。",
    ]
    return "\n".join(line for line in lines if line) + "\n"


def _effects(effects: dict[str, dict[str, bool]]) -> list[str]:
    counted = {True: "计入", False: "不计"}
    return [
        f"- 整改为“{rectification_terms()[kind]}”并验收的："
        f"分子{counted[effect['numerator']]}，分母{counted[effect['denominator']]}。"
        for kind, effect in effects.items()
    ]


def _chosen(choice: dict[str, list[str]], ruleset: Ruleset) -> str:
    terms = {rule.code: rule.term for rule in ruleset.conclude}
    classes = "、".join(class_term(code) for code in choice["classes"])
    without = "、".join(f"“{terms[code]}”" for code in choice["except"])
    return f"归类为{classes}" + (f"（{without}除外）" if without else "")


def thresholds(ruleset: Ruleset) -> str:
    """The figures that the office sets, each with its reason."""
    settings = ruleset.settings
    label, ignored, edge = (
        settings[key] for key in ("label_at_least", "ignore_pieces", "borderline")
    )
    rows = [
        (label["m2"], "归类起点面积", f"{label['m2']:g} 平方米", "零星重叠不改变图斑归类"),
        (label["share"], "归类起点占比", f"{label['share'] * 100:g}%", "小图斑按占比归类"),
        (ignored["below_m2"], "碎片面积", f"小于 {ignored['below_m2']:g} 平方米",
         "多为界线误差；并入相邻边最长的地块，面积仍计入合计"),
        (ignored["narrower_than_m"], "碎片宽度", f"窄于 {ignored['narrower_than_m']:g} 米",
         "同上"),
        (edge["m2"], "临界面积", f"± {edge['m2']:g} 平方米", "在此范围内变动会改变归类的标“临界”"),
        (edge["share"], "临界占比", f"± {edge['share'] * 100:g}%", "同上"),
        (settings["adjoin_m"], "毗邻距离", f"{settings['adjoin_m']:g} 米", "不超过此距离算紧邻"),
    ]  # fmt: skip
    set_rows = [f"| {name} | {value} | {why} |" for given, name, value, why in rows if given]
    if not set_rows:
        return ""
    head = ["### 由本局确定的数值\n", "没有查到全国统一规定，改规则集即可，改后换版本号。\n",
            "| 项目 | 现值 | 用处 |", "|---|---|---|"]  # fmt: skip
    return "\n".join([*head, *set_rows]) + "\n"


def sets(ruleset: Ruleset, remarks: Remarks) -> str:
    """The code lists, with the names of the codes where they have one."""
    lines = ["### 代码表\n", "可由本局增减。“农用…”表示以这几个字开头的都算。\n"]
    for codes in ruleset.sets.values():
        listed = "、".join(_named_code(code, codes, ruleset) for code in codes.codes)
        why = _sentence(remarks.of("set", codes.name))
        lines.append(f"- **{codes.term or codes.name}**（`{codes.name}`）：{listed}。{why}")
    return "\n".join(lines) + "\n"


def _named_code(code: str, codes: CodeSet, ruleset: Ruleset) -> str:
    fields = {
        test.left.get("field", "")
        for tests in (
            *(notion.where for notion in ruleset.notions.values()),
            *(rule.tests for rule in ruleset.rules),
        )
        for test in tests
        if test.set_name == codes.name
    }
    stem = code.removesuffix("*")
    if not fields & {"code", "patch.kind"}:  # a word, not a code of the survey
        return f"“{stem}…”" if code.endswith("*") else f"“{stem}”"
    term = patch_kind_term(stem) if "patch.kind" in fields else land_use_term(stem)
    opening = " 开头的各类" if code.endswith("*") else ""
    return f"{stem}{opening}" + (f"（{term}）" if term != stem else "")
