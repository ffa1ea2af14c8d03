"""What an explanation says in office Chinese: for the command and for the patch page alike."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from spatial.engine.gaps import all_said
from spatial.rules.spoken import PATCH, Words, said, words_of
from spatial.vocabulary import class_term

Row = dict[str, Any]
UNITS = {"m2": "平方米", "m": "米", "yuan": "元", "day": "天", "": ""}
POLICIES = {"before": "行为前", "act": "行为时", "latest": "最新", "": "台账"}
HOLDS = {True: "是", False: "否", None: "不能判断"}


@dataclass(frozen=True)
class Said:
    """One thing that failed: the sentence, both values, the margin, and whether that is near."""

    sentence: str
    compared: str = ""
    margin: str = ""
    near: bool = False
    is_test: bool = False
    is_unknown: bool = False

    @property
    def detail(self) -> str:
        """Values and margin, as they stand in brackets."""
        return "，".join(part for part in (self.compared, self.margin) if part)

    @property
    def line(self) -> str:
        """All of it in one line."""
        lead = "" if not self.is_test else "不能判断：" if self.is_unknown else "不满足："
        detail = f"（{self.detail}）" if self.detail else ""
        return f"{lead}{self.sentence}{detail}{'【临界】' if self.near else ''}"


class Speaker:
    """Says the rows of one explanation."""

    def __init__(self, found: Row) -> None:
        ruleset = found["ruleset"]
        origin = f"{ruleset['name']} {ruleset['version']}"
        self.words: Words = words_of(ruleset["text"], origin)

    def failure(self, row: Row) -> Said:
        """Why a rule did not claim a piece."""
        if row.get("kind") == "test":
            return self.test(PATCH, {**row, "text": row["failed"]})
        margin = row.get("margin")
        return Said(
            sentence=row["failed"],
            margin=_place_margin(margin, row.get("notion_term", "")),
            near=bool(margin and margin["near"]),
            is_unknown=row["answer"] is None,
        )

    def test(self, layer: str, row: Row) -> Said:
        """A test that was not yes, of the patch or of a zone of a layer."""
        sentence, margin = said(self.words, layer, row["text"]), row.get("margin")
        return Said(
            sentence=sentence,
            compared=compared(sentence, row),
            margin=margin_said(margin),
            near=bool(margin and margin["near"]),
            is_test=row["text"] != "非本单位",
            is_unknown=row.get("answer", False) is None,
        )

    def mark_tests(self, mark: Row) -> list[str]:
        """Why a mark that tests decide is not yes: the tests that are not."""
        return [self.test(PATCH, test).line for test in mark["tests"] if test["answer"] is not True]


def compared(sentence: str, row: Row) -> str:
    """The values on both sides, as far as the sentence does not name them itself."""
    if not any(key in row for key in ("left", "right")):
        return ""
    left, right = (_value(row.get(side), row.get(f"{side}_to")) for side in ("left", "right"))
    values = [left or "空"]
    if right and right not in sentence:
        values.append(right)
    return "实为：" + "，相比：".join(values)


def _value(low: str | None, high: str | None) -> str | None:
    if high is None or high == low:
        return low
    return f"{low} 以上" if high == "infinity" else f"{low} 至 {high}"


def margin_said(margin: Row | None) -> str:
    """By how much a test was missed: 晚 3 天, 超 0.3 米, 差 4.2 平方米."""
    if not margin:
        return ""
    off = Decimal(str(margin["off"]))
    if margin["unit"] == "day":
        return f"{'晚' if off > 0 else '早'} {abs(off)} 天" if off else "同一天"
    if margin["unit"] == "share":
        return (
            f"{'超' if off > 0 else '差'} {number(abs(off) * 100)} 个百分点" if off else "恰好相等"
        )
    unit = UNITS[margin["unit"]]
    if not off:
        return "恰好相等"
    return f"{'超' if off > 0 else '差'} {number(abs(off))}{' ' if unit else ''}{unit}"


def _place_margin(margin: Row | None, term: str) -> str:
    """How near the ground of a notion lies that a piece, or the patch, is not in or beside."""
    if not margin:
        return ""
    off = Decimal(margin["off"])
    if "threshold" in margin:
        short = off - Decimal(margin["threshold"])
        return f"最近的“{term}”相距 {number(off)} 米，差 {number(short)} 米"
    if off > 0:
        return f"最近的“{term}”相距 {number(off)} 米"
    return f"紧贴“{term}”，伸出界外最多 {number(Decimal(margin['reach']))} 米"


def mark_margin(mark: Row) -> str:
    """A mark's area beside the area from which it counts."""
    margin = mark["margin"]
    if not margin:
        return ""
    off = Decimal(margin["off"])
    if off >= 0 and not margin["near"]:
        return ""
    by = f"{'超' if off >= 0 else '差'} {number(abs(off))} 平方米" if off else "恰好达到"
    return f"起算 {margin['at_least_m2']} 平方米，{by}"


def label_lines(label: Row) -> list[str]:
    """The arithmetic of the label, a sentence each."""
    sums = label["arithmetic"]
    least, edge = (_limits(sums[key]) for key in ("at_least", "borderline"))
    lines = [
        f"{class_term(row['class'])} {row['area_m2']} 平方米"
        f"（{number(Decimal(row['share']) * 100)}%）"
        + (f"，{'达到' if row['reaches'] else '未达到'}起算（{least}）" if least else "")
        for row in sums["classes"]
    ]
    for key, verb in (("if_less", "放低"), ("if_more", "提高")):
        if sums[key] != sums["chosen"]:
            lines.append(f"临界：起算{verb} {edge}，归类就变为“{class_term(sums[key])}”")
    return lines


def _limits(given: Row) -> str:
    m2, share = (Decimal(given[key]) for key in ("m2", "share"))
    said_limits = [f"{number(m2)} 平方米"] if m2 else []
    return " 或 ".join(said_limits + ([f"图斑的 {number(share * 100)}%"] if share else []))


def why_said(why: list[Row]) -> str:
    """What is missing, gap by gap."""
    return "；".join(all_said(why))


def versions_said(rows: list[Row]) -> str:
    """Two versions in the act's window with what each of them says."""
    return "；".join(
        f"{row['valid_from'] or '台账'} 起的版本：{HOLDS[row['answer']]}" for row in rows
    )


def number(value: Decimal) -> str:
    """A number to hundredths, without needless zeros."""
    return f"{value.quantize(Decimal('0.01')).normalize():f}"
