"""An explanation as lines of office Chinese: what ``manage.py explain`` prints."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from spatial import units
from spatial.engine.explain_said import (
    POLICIES,
    Speaker,
    label_lines,
    mark_margin,
    versions_said,
    why_said,
)
from spatial.rules.words import GROUP_FACTS
from spatial.vocabulary import class_term

if TYPE_CHECKING:
    from collections.abc import Iterator

Row = dict[str, Any]
ANSWERS = {True: "涉及", False: "不涉及", None: "无数据"}
NONE = "0.00"


def lines_of(found: Row) -> Iterator[str]:
    """The whole proof, from the verdict down to the versions."""
    speaker = Speaker(found)
    yield from _head(found)
    yield from _groups(found)
    yield from _gaps(found)
    yield from _marks(found, speaker)
    for piece in found["pieces"]:
        yield from _piece(piece, found["zones"], speaker)
    yield from _sources(found)
    yield from _versions(found)


def _area(text: str) -> str:
    return f"{text} m²（{units.mu(Decimal(text))} 亩）"


def _head(found: Row) -> Iterator[str]:
    run, label, who = found["run"], found["label"], found["subject"]
    facts = found["facts"]
    yield f"图斑 {found['address']}  {_area(found['area_m2'])}"
    suspected = "疑似 " if label["class"] == "illegal" else ""
    borderline = "，临界" if label["borderline"] else ""
    kind = class_term(label["class"])
    also = f"（{kind}）" if kind != label["term"] else ""
    yield f"初判：{suspected}{label['term']}{also}{borderline}"
    yield from (f"  {line}" for line in label_lines(label))
    yield f"依据：{run['ruleset_title']} {run['ruleset_version']}，截至 {run['as_of']}"
    applied = f"，{_time(run['applied_at'])} 采用" if run["applied_at"] else "，未采用"
    same = "一致" if found["reproduced"] else "不一致，请告知管理员"
    yield f"分析 {run['id']}，所知截至 {_time(run['known_at'])}{applied}；按存档数据重算{same}"
    before, after = (_span(facts.get(f"patch.{name}")) for name in ("before_on", "after_on"))
    yield f"时相：{before} 至 {after}"
    inferred = f"（推定，取自{_origin(who['from'], found)}）" if who["inferred"] else ""
    corrected = "（经更正）" if who["from"] == "correction" else ""
    yield f"用地单位：{who['name'] or '未知'}{inferred}{corrected}"


def _origin(source: str, found: Row) -> str:
    code = source.partition(".")[0]
    return str(found["words"]["layers"].get(code, {}).get("term", code))


def _time(text: str) -> str:
    """A moment in the time of the office, as ``--known-at`` takes it."""
    return f"{timezone.localtime(datetime.fromisoformat(text)):%Y-%m-%d %H:%M:%S}"


def _span(value: Any) -> str:
    if isinstance(value, dict):
        return f"{value.get('from') or '…'}～{value.get('to') or '…'}"
    return str(value or "未知")


def _groups(found: Row) -> Iterator[str]:
    """The sums over all ground of the subject, and what they were made of."""
    for group in found["groups"].values():
        for name, value in group["sums"].items():
            yield f"同一用地单位{GROUP_FACTS[name]}：{_span(value)} 平方米"
        for patch in group["patches"]:
            yield f"  图斑 {patch['name']}（{patch['county']}）{patch['area_m2']} 平方米"
        for zone in group["zones"]:
            role = "有权使用" if zone["role"] == "entitled" else "实际占用"
            yield f"  {role} {zone['name']}（{zone['county']}）{zone['area_m2']} 平方米"


def _gaps(found: Row) -> Iterator[str]:
    for gap in found["gaps"]:
        yield f"缺数据：{gap['county']} {gap['term']}（{POLICIES[gap['policy']]}）"


def _marks(found: Row, speaker: Speaker) -> Iterator[str]:
    if not found["marks"]:
        return
    yield "涉及："
    for mark in found["marks"]:
        net = "，净面积" if mark["net"] else ""
        sure = f"  {_area(mark['area_m2'])}{net}" if mark["answer"] else ""
        doubt = f"，另有 {_area(mark['unknown_m2'])} 无数据" if mark["unknown_m2"] != NONE else ""
        margin = mark_margin(mark) if mark["area_m2"] != NONE else ""
        if margin and not mark["answer"]:
            margin = f"占 {mark['area_m2']} 平方米，{margin}"
        near = "【临界】" if mark["margin"] and mark["margin"]["near"] else ""
        brackets = f"（{margin}）{near}" if margin else ""
        yield f"  {mark['term']}：{ANSWERS[mark['answer']]}{sure}{brackets}{doubt}"
        yield from (f"    {line}" for line in speaker.mark_tests(mark))


def _piece(piece: Row, zones: dict[int, Row], speaker: Speaker) -> Iterator[str]:
    yield f"碎块 {piece['seq']}  {_area(piece['area_m2'])}  {_verdict(piece)}"
    yield from _grounds(piece)
    for ids in piece["zones"].values():
        yield from (f"  压占 {zone_title(zones[number])}" for number in ids)
    for before in piece["before"]:
        yield f"  未采用 {before['term']}：{speaker.failure(before).line}"
        if before.get("why"):
            yield f"    {why_said(before['why'])}"
        for each in before.get("zones", []):
            zone = zones[each["zone"]]
            yield f"    {zone_title(zone)}，{speaker.test(zone['layer'], each).line}"


def _verdict(piece: Row) -> str:
    term = piece["rule"]["term"] if piece["rule"] else "没有规则认领"
    if piece["sliver"]:
        return f"碎片，随碎块 {piece['reason'].get('joined')} 定为 {term}"
    if piece["class"] == "unknown":
        return f"数据不足，不能判断是否为“{term}”"
    return str(term)


def _grounds(piece: Row) -> Iterator[str]:
    """What the verdict rests on: the article, or what is missing for it."""
    reason = piece["reason"]
    if piece["class"] == "unknown" and not piece["sliver"]:
        yield f"  缺：{why_said(reason.get('why', [])) or '、'.join(reason.get('missing', []))}"
    if reason.get("subject_unknown"):
        yield "  用地单位未知，不影响归类"
    if piece["rule"] and piece["rule"]["source"]:
        yield f"  依据：{piece['rule']['source']}"
    for notion in piece["notions"]:
        if notion.get("by_version"):
            yield f"  两个版本结果不同：{versions_said(notion['by_version'])}"


def zone_title(zone: Row) -> str:
    """A source record as an office names it: layer, paper or name, county."""
    what = zone["document"] or zone["name"] or zone["code"]
    return f"{zone['layer_term']} {what}"


def _sources(found: Row) -> Iterator[str]:
    if not found["zones"]:
        return
    yield "来源记录："
    for zone in found["zones"].values():
        since = f"{zone['valid_from']} 起的版本" if zone["valid_from"] else "台账"
        paper = zone["paper"] or {}
        said = [zone["county"], since]
        if paper.get("approved_on"):
            said.append(f"{paper['approved_on']} {paper['authority']}".strip())
        if zone["holder"]:
            said.append(zone["holder"])
        row = f"第 {zone['row']} 行" if zone["row"] is not None else ""
        said.append(f"{zone['source'] or '（无文件名）'} {row}".strip())
        yield f"  {zone_title(zone)}：{'，'.join(said)}"


def _versions(found: Row) -> Iterator[str]:
    yield "数据版本："
    for row in found["versions"]:
        which = "无数据"
        if row["declared_empty"]:
            which = "声明无数据"
        elif row["version"] is not None:
            which = f"{row['valid_from']} 起" if row["valid_from"] else "台账"
        yield f"  {row['county']} {row['term']}（{POLICIES[row['policy']]}）：{which}"
