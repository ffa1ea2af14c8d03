"""The sheet of a case, on paper: patch, pieces, decisions, clocks, evidence, record. 案卷表"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from gisland.casework import case_file
from gisland.casework.process import process
from gisland.pages.case_told import told_of
from gisland.pages.patch_proof import proof
from gisland.pages.review_sheets import (
    OUTLINE,
    PIECE_COLUMNS,
    control_layers,
    facts_of,
    piece_layers,
    verdict_of,
)
from gisland.reports import backdrop, maps, pdf
from gisland.reports.table import Column, Table
from spatial import crs, units, vocabulary
from spatial.imagery_pairs import pairs_for
from spatial.models import Image

if TYPE_CHECKING:
    import datetime

    from gisland.casework.models import Case, Evidence
    from spatial.models import User
    from spatial.scope import Scope

    Row = dict[str, Any]

NAME = "案卷表.pdf"
MAP_MM = (176.0, 96.0)
AROUND = 0.5
SHOT = maps.Look(colour="#12528C", width=1.2)
HALF_HASH = 32
FACT_TERMS = {
    "Determination": "判定", "Rectification": "整改", "Exclusion": "剔除",
    "FieldResult": "外业核查结果", "Referral": "转办", "SubjectCorrection": "用地单位更正",
}  # fmt: skip


def sheet(
    scope: Scope, case: Case, by: User | None, made_on: datetime.date, address: str = ""
) -> bytes:
    """The PDF; ``address`` is the case's own page, printed as a code. The same case of the same
    day gives the same bytes."""
    told = told_of(scope, case, by, made_on)
    current = case.patch.assessments.filter(is_current=True).select_related("run__ruleset").first()
    found = proof(scope, case.patch, current) if current else None
    files = {"map.svg": _map(scope, case, found, told["photos"])}
    parts = [
        {"figures": _figures(told)},
        {"table": _pairs("图斑", [(row["term"], row["value"]) for row in _facts(told, found)])},
        {"heading": "位置", "picture": "map.svg", "alt": f"图斑 {case.patch.jcbh} 的位置"},
        {"heading": "碎块", "text": verdict_of(found), **_table(_pieces(found))},
        {"heading": "认定和实地情况", **_table(_words(case))},
        {"heading": "期限", **_table(_clocks(told["clocks"]))},
        {"heading": "举证清单", **_table(_checklist(told["checklist"]))},
        {"heading": "举证材料", **_table(_evidence(case))},
        {"heading": "办案记录", **_table(_events(told["events"]))},
        {"notes": _notes(case)},
    ]
    data = {
        "title": f"案卷　图斑 {case.patch.jcbh}", "made_on": made_on, "by": str(by or ""),
        "subtitle": f"{case.patch.region.name}　{case.patch.batch}　{case.patch.address}",
        "address": address, "parts": parts,
    }  # fmt: skip
    return pdf.render("plain", data, files)


def _table(table: Table | None) -> Row:
    return {"table": table.on_paper()} if table and table.rows else {"notes": ["没有。"]}


def _figures(told: Row) -> list[Row]:
    finding = told["finding"]
    tracks = [{"term": one["term"], "value": one["now"].term} for one in told["tracks"]]
    return [
        *tracks,
        {"term": "图斑面积", "value": f"{units.mu(told['patch'].area_m2)} 亩"},
        {"term": "其中违法", "value": f"{units.mu(finding.illegal_m2)} 亩",
         "note": f"已登记整改 {units.mu(finding.rectified_m2)} 亩"},
    ]  # fmt: skip


def _facts(told: Row, found: Row | None) -> list[Row]:
    case = told["case"]
    officer = " · ".join(str(one) for one in (case.officer, case.unit) if one) or "未分派"
    return [
        *facts_of(case.patch, found),
        {"term": "判定", "value": told["stands"]},
        {"term": "承办", "value": officer},
        {"term": "轮次", "value": f"第 {case.round} 轮"},
        {"term": "挂牌督办", "value": "是" if case.listed else "否"},
    ]


def _pairs(title: str, rows: list[tuple[str, Any]]) -> Row:
    """Terms and values in two pairs of columns."""
    rows = [*rows, ("", "")] if len(rows) % 2 else rows
    columns = (
        Column("a", "事项", width="20mm"), Column("b", "内容", width="1fr"),
        Column("c", "事项", width="20mm"), Column("d", "内容", width="1fr"),
    )  # fmt: skip
    lines = [
        {"a": rows[at][0], "b": rows[at][1], "c": rows[at + 1][0], "d": rows[at + 1][1]}
        for at in range(0, len(rows), 2)
    ]
    return Table(title, columns, lines).on_paper()


def _pieces(found: Row | None) -> Table | None:
    if found is None:
        return None
    rows = [
        {"seq": piece["seq"], "term": piece["term"], "layers": "、".join(piece["layers"]),
         "mu": piece["area_m2"], "m2": piece["area_m2"]}
        for piece in found["pieces"]
    ]  # fmt: skip
    whole = found["assessment"].area_m2
    total = {"seq": None, "term": f"合计 {len(rows)} 块", "mu": whole, "m2": whole}
    return Table("碎块", PIECE_COLUMNS, rows, total)


def _words(case: Case) -> Table:
    """What people established, oldest first; what no longer holds says so."""
    facts = case_file.facts_of(case)
    replaced = {(one["fact"], one["supersedes_id"]) for one in facts}
    rows = []
    for one in sorted(facts, key=lambda row: row["recorded_at"]):
        gone = (one["fact"], one["id"]) in replaced
        state = "撤回" if one["withdrawn"] else "已被取代" if gone else "有效"
        rows.append(
            {"on": str(one["on"]), "kind": FACT_TERMS[one["fact"]], "said": _said(one),
             "by": one["by_name"], "note": one["note"], "state": state}
        )  # fmt: skip
    columns = (
        Column("on", "日期", width="18mm"), Column("kind", "事项", width="20mm"),
        Column("said", "内容", width="2fr"), Column("by", "认定人", width="1fr"),
        Column("note", "说明", width="2fr"), Column("state", "效力", width="15mm"),
    )  # fmt: skip
    return Table("认定", columns, rows)


def _said(fact: Row) -> str:
    kind = fact["fact"]
    if kind == "Determination":
        said = f"改判 {fact['conclusion']}" if fact["conclusion"] else "确认初判"
    elif kind == "Rectification":
        said = f"{vocabulary.rectification_terms()[fact['kind']]} {fact['area_m2']} m²"
    elif kind == "FieldResult":
        said = "，".join(filter(None, (fact["result"], fact["purpose"], fact["land_class"])))
    else:
        said = str(fact.get("reason_code") or "")
    return said + ("（勾绘范围）" if fact["part"] else "")


def _clocks(clocks: list[Any]) -> Table:
    columns = (
        Column("term", "期限", width="1fr"), Column("started", "起算", width="20mm"),
        Column("due", "截止", width="20mm"), Column("said", "情况", width="28mm"),
        Column("source", "依据", width="2fr"),
    )  # fmt: skip
    rows = [
        {"term": one.term + ("（已延期）" if one.extended else ""), "started": str(one.started_on),
         "due": str(one.due_on), "said": one.said, "source": one.source}
        for one in clocks
    ]  # fmt: skip
    return Table("期限", columns, rows)


def _checklist(items: list[Any]) -> Table:
    columns = (
        Column("met", "", width="12mm"), Column("text", "应备", width="3fr"),
        Column("have", "现有", width="2fr"),
    )  # fmt: skip
    rows = [
        {"met": "已备" if one.met else "缺", "text": one.text, "have": one.have} for one in items
    ]
    return Table("举证清单", columns, rows)


def _evidence(case: Case) -> Table:
    columns = (
        Column("id", "号", width="12mm"), Column("what", "材料", width="1fr"),
        Column("told", "所载", width="1fr"), Column("hash", "SHA-256", width="64mm"),
    )  # fmt: skip
    rows = [
        {"id": str(one.pk), "what": f"{one.file_name}{'（作废）' if one.withdrawn else ''}",
         "told": _told(one), "hash": f"{one.sha256[:HALF_HASH]} {one.sha256[HALF_HASH:]}"}
        for one in case.evidence.order_by("pk")
    ]  # fmt: skip
    return Table("举证材料", columns, rows)


def _told(one: Evidence) -> str:
    """What an original says of itself, or what was said of it, and how that is known."""
    parts = [
        process().papers[one.paper].term if one.paper in process().papers else "",
        one.number,
        str(one.dated_on or ""),
        f"{one.area_m2} m²" if one.area_m2 else "",
    ]
    if one.taken_at:
        taken = timezone.localtime(one.taken_at)
        parts.append(f"{taken:%Y-%m-%d %H:%M}（{one.get_taken_source_display()}）")
    if one.place:
        lon, lat = one.place.coords
        parts.append(f"{lon:.6f}，{lat:.6f}（{one.get_place_source_display()}）")
    if one.azimuth is not None:
        parts.append(f"方位 {one.azimuth:.0f}°")
    return "　".join(part for part in parts if part)


def _events(events: list[Row]) -> Table:
    columns = (
        Column("n", "号", width="8mm"), Column("on", "日期", width="18mm"),
        Column("step", "步骤", width="1fr"), Column("by", "办理人", width="1fr"),
        Column("why", "理由和说明", width="2fr"), Column("hash", "校验值", width="30mm"),
    )  # fmt: skip
    rows = []
    for row in reversed(events):
        event = row["event"]
        why = "；".join(filter(None, (row["reason"], row["officer"] and f"承办人 {row['officer']}",
                                     event.note)))  # fmt: skip
        rows.append(
            {"n": str(event.number), "on": str(event.on), "step": row["term"],
             "by": f"{row['level']} {event.by_name}".strip(), "why": why,
             "hash": event.hash[:16]}
        )  # fmt: skip
    return Table("办案记录", columns, rows)


def _notes(case: Case) -> list[str]:
    last = case.ledger.order_by("-number").first()
    return [
        "本表是案卷的一部分，原件、记录、事实和图形在同一压缩包中；python3 verify.py 可离线核验。",
        f"办案记录共 {case.events} 条，末条校验值 {last.hash if last else '—'}。",
        "初判由程序作出，以判定为准；面积 1 亩 = 2000/3 平方米，逐项取两位小数。",
    ]


def _map(scope: Scope, case: Case, found: Row | None, photos: list[Evidence]) -> bytes:
    """The pieces, the lines around and the photos, over the image after the act."""
    patch = case.patch
    meridian = patch.region.central_meridian or crs.nearest_meridian(patch.geom.centroid.x)
    frame = maps.frame_of(
        [patch.geom], meridian, width_mm=MAP_MM[0], height_mm=MAP_MM[1], margin=AROUND
    )
    pair = pairs_for([patch.pk], scope).get(patch.pk)
    shot = pair.after if pair else None
    image = shot and scope.filter_images(Image.objects.filter(pk=shot.image_id), "export").first()
    ground = backdrop.backdrop(image, frame, scope.county_ids) if image else None
    source = f"影像 {image.taken_on}" if image and ground else ""
    places = [maps.Shape(one.place, str(one.pk)) for one in photos if one.place]
    layers = [
        *control_layers(scope, patch, found), *piece_layers(found),
        maps.MapLayer("图斑", OUTLINE, [maps.Shape(patch.geom)]),
        maps.MapLayer("拍摄位置（材料号）", SHOT, places),
    ]  # fmt: skip
    return maps.draw(frame, layers, backdrop=ground, source=source)
