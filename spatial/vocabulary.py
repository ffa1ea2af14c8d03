"""Codes, their Chinese and their looks, from vocabulary.toml and from nowhere else. 用词

Everything returned is made of texts, numbers, lists and dicts, so a page can take it as JSON.
"""

from __future__ import annotations

import re
import tomllib
from copy import deepcopy
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

from spatial.errors import GislandError

VOCABULARY_FILE = Path(__file__).resolve().parent / "vocabulary.toml"

HATCHES = ("none", "backslash", "slash", "dots", "sparse-dots", "horizontal", "vertical")
ICONS = ("leaf", "wheat", "furrow", "square", "boundary", "wave", "tree", "road", "dot")
_COLOUR = re.compile(r"^#[0-9A-F]{6}$")
_WORDS = (
    "class", "land_use_code", "patch_kind", "source", "severity", "denominator", "basis", "date",
    "event", "issue_level", "issue_by", "rectification", "exclusion", "ratio_band",
    "review_status", "reject_reason", "change_reason", "site_answer", "issue_stage",
)  # fmt: skip
_RATIOS = ("ratio_class", "ratio_none", "ratio_small")
_LOOKS = {
    "style": ("term", "colour", "hatch", "line", "fill"),
    "mark": ("term", "colour", "icon"),
    "layer": ("colour", "width"),
    "boundary": ("term", "colour", "width"),
    "land_use": ("term", "colour", "prefixes"),
    "issue": ("term", "level", "by", "remedy"),
    "land_group": ("term", "prefixes"),
    "land_owner": ("term", "prefixes"),
}


class VocabularyInvalid(GislandError):
    """vocabulary.toml names a colour, hatch or level that does not exist. 用词表有误"""


class UnknownWord(GislandError):
    """A code that vocabulary.toml does not hold. 用词未登记"""


@cache
def _words() -> dict[str, Any]:
    tree = tomllib.loads(VOCABULARY_FILE.read_text(encoding="utf-8"))
    faults = faults_in(tree)
    if faults:
        raise VocabularyInvalid("spatial/vocabulary.toml 有误：\n" + "\n".join(faults))
    return tree


def faults_in(tree: dict[str, Any]) -> list[str]:
    """What is wrong in a vocabulary, one sentence each."""
    faults = [f"缺少 [{name}]" for name in (*_WORDS, *_LOOKS, *_RATIOS) if name not in tree]
    for table, required in _LOOKS.items():
        for code, entry in tree.get(table, {}).items():
            absent = [key for key in required if key not in entry]
            faults += [f"[{table}] {code}：缺少 {key}" for key in absent]
            faults += [f"[{table}] {code}：{fault}" for fault in _faults_of(entry)]
            if table == "issue":
                faults += [
                    f"[issue] {code}：没有{what} {entry.get(key)}"
                    for key, what in (("level", "程度"), ("by", "改正人"))
                    if entry.get(key) not in tree.get(f"issue_{key}", {})
                ]
    faults += [f"[style] 缺少归类 {code}" for code in set(tree.get("class", {}))
               - set(tree.get("style", {}))]  # fmt: skip
    for entry in tree.get("ratio_class", []):
        faults += [f"[ratio_class] {entry.get('term')}：{fault}" for fault in _faults_of(entry)]
    bounds = [entry.get("below") for entry in tree.get("ratio_class", [])]
    if not bounds or bounds[-1] is not None or bounds[:-1] != sorted(set(bounds[:-1])):
        faults.append("[ratio_class] 上限须逐级升高，最后一级不写上限")
    return faults


def _faults_of(entry: dict[str, Any]) -> list[str]:
    faults = []
    if "colour" in entry and not _COLOUR.match(str(entry["colour"])):
        faults.append(f"颜色 {entry['colour']} 应写作 #RRGGBB（大写）")
    if entry.get("hatch", "none") not in HATCHES:
        faults.append(f"没有纹样 {entry['hatch']}")
    if entry.get("icon", "dot") not in ICONS:
        faults.append(f"没有图标 {entry['icon']}")
    if not 0 <= entry.get("fill", 0) <= 1:
        faults.append(f"fill {entry['fill']} 应在 0 到 1 之间")
    return faults


def _word(table: str, code: str | int, what: str) -> str:
    found = _words()[table].get(str(code))
    if found is None:
        raise UnknownWord(f"没有登记{what} {code}，请在 spatial/vocabulary.toml 的 [{table}] 补上")
    return str(found)


def _look(table: str, code: str, what: str) -> dict[str, Any]:
    found = _words()[table].get(code)
    if found is None:
        raise UnknownWord(f"没有登记{what} {code}，请在 spatial/vocabulary.toml 的 [{table}] 补上")
    return {"code": code, **deepcopy(found)}


def vocabulary() -> dict[str, Any]:
    """The whole vocabulary, for a page's one JSON block."""
    return deepcopy(_words())


def class_term(code: str) -> str:
    """违法, 数据不足, 待核 …"""
    return _word("class", code, "归类")


def class_codes() -> list[str]:
    """The classes in the order in which a patch takes its label."""
    return list(_words()["class"])


def style_tokens() -> dict[str, dict[str, Any]]:
    """How a patch is filled, by token: term, colour, hatch, line, fill and perhaps dash."""
    return {code: _look("style", code, "样式") for code in _words()["style"]}


def mark_codes() -> list[str]:
    """The marks that have a look of their own."""
    return list(_words()["mark"])


def mark_style(code: str) -> dict[str, Any]:
    """Outline colour and icon of a mark; those of `mark` where it has none of its own."""
    return _look("mark", code if code in _words()["mark"] else "mark", "涉及")


def layer_style(layer: str) -> dict[str, Any]:
    """How the lines of a layer are drawn."""
    return _look("layer", layer, "图层样式")


def boundary_style(level: str) -> dict[str, Any]:
    """How the boundary of a region of this level is drawn."""
    return _look("boundary", level, "行政区级别")


@cache
def land_use_groups() -> dict[str, str]:
    """Colour group by prefix of a land class; the empty prefix for any other."""
    groups = vocabulary()["land_use"]
    found = {prefix: code for code, entry in groups.items() for prefix in entry["prefixes"]}
    return {**found, "": "other"}


def land_use_group(code: str) -> dict[str, Any]:
    """The colour group of a land class: that with the longest prefix of its code."""
    best, longest = "other", -1
    for group, entry in _words()["land_use"].items():
        for prefix in entry["prefixes"]:
            if code.startswith(prefix) and len(prefix) > longest:
                best, longest = group, len(prefix)
    return _look("land_use", best, "地类")


def land_use_terms() -> dict[str, str]:
    """The names of all land classes of the survey, by code."""
    return {str(code): str(term) for code, term in _words()["land_use_code"].items()}


def land_use_term(code: str) -> str:
    """The name of a land class; the code itself where the survey has no such class."""
    return str(_words()["land_use_code"].get(code, code))


def patch_kind_term(code: str) -> str:
    """The name of a TBLX, written 01 or 1; the code itself where there is none."""
    kinds = _words()["patch_kind"]
    return str(kinds.get(code) or kinds.get(code.zfill(2)) or code)


def source_term(code: str) -> str:
    """Who issued a batch, in words."""
    return _word("source", code, "批次来源")


def severity_word(severity: int) -> str:
    """How grave a mark is."""
    return _word("severity", severity, "严重程度")


def denominator_term(code: str) -> str:
    """What a ratio divides by."""
    return _word("denominator", code, "分母")


def basis_term(code: str) -> str:
    """初判口径 or 认定口径."""
    return _word("basis", code, "口径")


def rectification_terms() -> dict[str, str]:
    """How ground may be put right, by code."""
    return {code: str(term) for code, term in _words()["rectification"].items()}


def exclusion_terms() -> dict[str, str]:
    """Why a patch may be left out of a ratio, by code."""
    return {code: str(term) for code, term in _words()["exclusion"].items()}


def review_status_terms() -> dict[str, str]:
    """Where a patch may stand at the review desk, by code."""
    return {code: str(term) for code, term in _words()["review_status"].items()}


def reject_reasons() -> dict[str, str]:
    """Why a proposal may be sent back, by code."""
    return {code: str(term) for code, term in _words()["reject_reason"].items()}


def change_reasons() -> dict[str, str]:
    """Why a person may decide otherwise than was proposed, by code."""
    return {code: str(term) for code, term in _words()["change_reason"].items()}


def ratio_band_terms() -> dict[str, str]:
    """The bands into which a ratio sorts ground, by code, in the order of print."""
    return {code: str(term) for code, term in _words()["ratio_band"].items()}


def issue_stage_terms() -> dict[str, str]:
    """Chinese of the columns of the tables of issued patches, in their order."""
    return dict(vocabulary()["issue_stage"])


def date_term(name: str) -> str:
    """What a named date of rulesets is called; the name itself where it has no word."""
    return str(_words()["date"].get(name, name))


def event_word(field: str, layer: str = "") -> str:
    """What has happened on the day that a date field holds, or nothing."""
    events = _words()["event"]
    return str(events.get(f"{layer}.{field}") or events.get(field) or "")


def ratio_classes() -> list[dict[str, Any]]:
    """The classes of a ratio map, lowest first; the last has no upper bound."""
    return deepcopy(_words()["ratio_class"])


def ratio_class(share: float | None) -> dict[str, Any]:
    """The class of a ratio; the hatched grey with — where there is no denominator."""
    if share is None:
        return deepcopy(_words()["ratio_none"])
    fitting = (entry for entry in ratio_classes() if share < entry.get("below", float("inf")))
    return next(fitting)


def ratio_lines() -> list[tuple[float, str]]:
    """The lines that a ratio is measured by, lowest first: share and what it is called."""
    return [(entry["below"], entry["line"]) for entry in _words()["ratio_class"] if "line" in entry]


def small_denominator() -> tuple[Decimal, str]:
    """Below how many m2 a denominator is small, and what is said of it."""
    found = _words()["ratio_small"]
    return Decimal(str(found["below_m2"])), str(found["term"])


def issue_kind(code: str) -> dict[str, Any]:
    """A kind of issue: term, level, who mends it (by) and how (remedy), both also in words."""
    found = _look("issue", code, "问题种类")
    terms = {f"{key}_term": _words()[f"issue_{key}"][found[key]] for key in ("level", "by")}
    return {**found, **terms}


def issue_codes() -> list[str]:
    """The kinds of issue, in the order in which a report lists them."""
    return list(_words()["issue"])


def issue_level_terms() -> dict[str, str]:
    """How grave an issue may be, by code, the gravest first."""
    return {code: str(term) for code, term in _words()["issue_level"].items()}


def issue_by_terms() -> dict[str, str]:
    """Who may have to mend an issue, by code."""
    return {code: str(term) for code, term in _words()["issue_by"].items()}
