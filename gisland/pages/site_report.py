"""The printed extract of a site check: the page's own figures, with maps. 选址检查摘要"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gisland.pages import site_maps, site_shapes, site_tables
from gisland.reports import pdf, sheet
from gisland.reports.table import Column, Table

if TYPE_CHECKING:
    import datetime

    from gisland.pages.site_told import Told

NO_PAST = "范围内没有取用人能看到的历年图斑。"
FAULT = "#C92A2A"
PRINTED = {"✕": "×"}
"""Signs that the fonts of reports lack."""
MOST_PICTURES = 6


def extract(told: Told, *, made_on: datetime.date, by: str, address: str) -> bytes:
    """The PDF; what the reader may not see does not stand in it."""
    result = told.result
    files = {"map.svg": site_maps.overview(told)}
    pictures = []
    for number, line in enumerate(told.hard[:MOST_PICTURES]):
        name = f"line-{number}.svg"
        files[name] = site_maps.of_line(told, line)
        features = site_tables.features(line).on_paper() if line["features"] else None
        pictures.append({"title": line["term"], "said": line["said"], "file": name,
                         "features": features})  # fmt: skip
    tables = [*site_tables.for_page(result)]
    past = site_tables.past(result)
    data = {
        "title": f"选址检查摘要：{result['title']}",
        "subtitle": _subtitle(result),
        "made_on": made_on,
        "by": by,
        "address": address,
        "figures": _figures(result),
        "summary": result["summary"]["said"],
        "notes": _notes(result),
        "lines": _lines(result),
        "line_notes": list(site_tables.lines(result).notes),
        "pictures": pictures,
        "free": _free(told, files),
        "tables": [{"title": table.title, "sheet": table.on_paper(), "notes": list(table.notes)}
                   for table in tables],
        "past": past.on_paper() if past else None,
        "no_past": NO_PAST,
        "unchecked": [row["said"] for row in result["unchecked"]] or ["本用途的管控线都已查。"],
        "versions": site_tables.versions(result).on_paper(),
        "terms": _terms(result),
    }  # fmt: skip
    return pdf.render("site_check", data, files)


def spreadsheet(told: Told, *, made_on: datetime.date, by: str) -> bytes:
    """The XLSX: the same tables."""
    result = told.result
    tables = [site_tables.lines(result), *site_tables.for_page(result)]
    touched = [{**row, "line": line["term"]} for line in told.lines for row in line["features"]]
    if touched:
        tables.append(_touched(touched))
    if (past := site_tables.past(result)) is not None:
        tables.append(past)
    found, _ = told.tried
    if found and found["remaining"]["parts"]:
        tables.append(site_tables.parts(found))
    unchecked = [{"said": row["said"]} for row in result["unchecked"]]
    tables += [
        Table("没有查的", [Column("said", "说明")], unchecked),
        site_tables.versions(result),
    ]
    title = f"选址检查 {result['code']} {result['title']}"
    return sheet.workbook(title, tables, stamp=f"取用 {by} {made_on:%Y-%m-%d}")


def _touched(rows: list[dict[str, Any]]) -> Table:
    columns = [
        Column("line", "管控线"), Column("layer_term", "图层"), Column("title", "名称"),
        Column("code", "编号"), Column("mu_of", "亩", "mu"), Column("area_m2", "m²", "m2"),
    ]  # fmt: skip
    return Table("触及要素", columns, [{**row, "mu_of": row["area_m2"]} for row in rows])


def _subtitle(result: dict[str, Any]) -> str:
    purpose = result["purpose"]
    parts = [
        f"{purpose['title']} {purpose['version']}", f"截至 {result['as_of']}",
        result["site"]["county"], result["unit"], result["code"],
    ]  # fmt: skip
    return "　".join(part for part in parts if part)


def _figures(result: dict[str, Any]) -> list[dict[str, Any]]:
    site, summary = result["site"], result["summary"]
    return [
        {"term": "选址面积", "value": f"{site['mu']} 亩",
         "note": f"{site['area_m2']} m²　{site['ha']} 公顷"},
        {"term": "涉及", "value": f"{len(summary['hit'])} 项",
         "colour": FAULT if summary["hit"] else "", "note": ""},
        {"term": "不涉及", "value": f"{len(summary['clear'])} 项", "note": ""},
        {"term": "无数据、已过期或未查", "value": f"{len(summary['doubtful'])} 项", "note": ""},
    ]  # fmt: skip


def _notes(result: dict[str, Any]) -> list[str]:
    found = list(result["notes"])
    if result["changed"]:
        found.append(f"检查之后数据已有变化：{result['changed']}。")
    return found


def _lines(result: dict[str, Any]) -> dict[str, Any]:
    """The lines on paper: what is touched in bold and red beside its sign."""
    given = site_tables.lines(result).on_paper()
    for row, line in zip(given["rows"], result["lines"], strict=True):
        row[0] = PRINTED.get(row[0], row[0])
        if line["answer"] == "hit":
            row[:3] = [{"text": cell, "bold": True, "colour": FAULT} for cell in row[:3]]
        elif line["answer"] != "clear":
            row[:3] = [{"text": cell, "bold": True} for cell in row[:3]]
    return given


def _free(told: Told, files: dict[str, bytes]) -> dict[str, Any] | None:
    found, fault = told.tried
    if found is None:
        return {"lines": "、".join(told.avoid), "said": [fault], "has_map": False, "parts": None,
                "notes": []} if fault else None  # fmt: skip
    files["free.svg"] = site_maps.free(told, site_shapes.free(found, told.site))
    shift = found["shift"]
    said = [found["said"]]
    if shift:
        said.append(f"原形平移：{shift['said']}")
    parts = site_tables.parts(found).on_paper() if found["remaining"]["parts"] else None
    return {
        "lines": "、".join(line["term"] for line in found["lines"]),
        "said": said,
        "has_map": True,
        "parts": parts,
        "notes": list(shift["notes"]) if shift else [],
    }


def _terms(result: dict[str, Any]) -> list[str]:
    """From how much a line counts, by which law, and how it was computed."""
    told = [
        f"{line['term']}：起算 {line['threshold_m2']} m²"
        f"{'，按净面积（扣田坎）' if line['net'] else ''}；{line['basis']}"
        for line in result["lines"]
    ]
    told += [
        "面积按椭球面积计算，单位 m²；亩、公顷由 m² 换算，换算的尾差单列。",
        _made(result),
        f"范围来源：{result['source_note'] or '—'}；坐标系 {result['delivered_crs'] or '—'}。",
        "本摘要只答涉及与不涉及，不作合法性判定。",
    ]
    return told


def _made(result: dict[str, Any]) -> str:
    purpose = result["purpose"]
    return (
        f"规则 {purpose['title']} {purpose['version']}（{purpose['sha256'][:12]}），"
        f"分析 {result['run']}，程序 {result['code_version']}，"
        f"检查于 {result['checked_at']:%Y-%m-%d %H:%M}。"
    )
