"""一图一表: a printed page a patch, with maps, images, pieces, marks, papers and the decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.gis.db.models.functions import Intersection, Transform
from django.contrib.gis.geos import Polygon

from gisland.pages.patch_proof import proof
from gisland.pages.review import said_of
from gisland.reports import backdrop, maps, pdf
from gisland.reports.table import Column, Table
from spatial import crs, units, vocabulary
from spatial.errors import InputRefused
from spatial.imagery_pairs import Pair, pairs_for
from spatial.models import Image, Patch, Zone
from spatial.review import queue
from spatial.review.status import standings

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Sequence

    from spatial.scope import Scope

    Row = dict[str, Any]

MOST = 200
"""Pages of one file."""
MAP_MM, IMAGE_MM = (108.0, 72.0), (86.0, 48.0)
AROUND = 0.35
PIECES, MARKS, PAPERS = 8, 9, 8
"""Lines of a page; what is more is told in one line."""
DRAWN = ("basic_farmland", "ecological_redline", "urban_boundary", "approval", "supply")
"""Control lines on the map of a page, as far as they may be taken away."""
UNLISTED = {"land_use", "township"}
"""Layers that every patch lies on: the table of pieces names them."""
OUTLINE = maps.Look(colour="#C92A2A", width=1.4)
PIECE_COLUMNS = (
    Column("seq", "号", width="8mm"),
    Column("term", "初判", width="2fr"),
    Column("layers", "压占", width="2fr"),
    Column("mu", "亩", "mu"),
    Column("m2", "平方米", "m2"),
)
MARK_COLUMNS = (
    Column("term", "事项", width="1fr"),
    Column("said", "结果"),
    Column("mu", "亩"),
)


def sheets(
    scope: Scope,
    patch_ids: Sequence[int],
    *,
    made_on: datetime.date,
    by: str,
    root: str,
    mark: str,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> bytes:
    """The PDF of these patches, in order of address; ``root`` is the site's own address.

    Raises NotAllowed for who may not take internal data away, InputRefused for too many.
    """
    scope.require("export", "internal")
    found = scope.filter_patches(Patch.objects.filter(pk__in=patch_ids))
    patches = list(
        found.select_related("batch", "region", "holder", "project").order_by(*queue.ADDRESS)
    )
    if not patches:
        raise InputRefused("没有符合条件的图斑，没有可打印的。请放宽条件。")
    if len(patches) > MOST:
        raise InputRefused(f"有 {len(patches)} 个图斑，一份最多 {MOST} 页。请缩小筛选分批打印。")
    files: dict[str, bytes] = {}
    pages = []
    stands = standings([patch.pk for patch in patches])
    pairs = pairs_for(patches, scope)
    for at, patch in enumerate(patches, start=1):
        progress(at - 1, len(patches))
        address = f"{root}/patches/{patch.pk}/"
        page = _page(scope, patch, said_of(scope, stands[patch.pk]))
        page |= _maps(scope, patch, page.pop("proof"), pairs.get(patch.pk) or Pair(), at, files)
        files[f"qr-{at}.svg"] = pdf.qr(address)
        pages.append({**page, "qr": f"qr-{at}.svg", "address": address})
    progress(len(patches), len(patches))
    data = {"title": f"图斑一图一表　导出 {mark}", "made_on": made_on, "by": by, "sheets": pages}
    return pdf.render("patch_sheets", data, files)


def _page(scope: Scope, patch: Patch, stands: Row) -> Row:
    current = patch.assessments.filter(is_current=True).select_related("run__ruleset").first()
    told = proof(scope, patch, current) if current else None
    decision = f"{stands['term']}" + (f"：{'；'.join(stands['said'])}" if stands["said"] else "")
    if stands["by"]:
        more = "，".join(filter(None, (stands["reason"], stands["note"])))
        decision += f"　{stands['by']} {stands['on']:%Y-%m-%d}" + (f"（{more}）" if more else "")
    return {
        "title": f"图斑 {patch.jcbh}",
        "subtitle": f"{patch.region.name}　{patch.batch}　{patch.address}",
        "verdict": verdict_of(told),
        "decision": decision,
        "facts": facts_of(patch, told),
        "pieces": _pieces(told) if told else None,
        "marks": _marks(told) if told else None,
        "papers": _papers(scope, told) if told else [],
        "notes": _notes(told),
        "proof": told,
    }


def verdict_of(told: Row | None) -> str:
    """What the program proposes, in one line."""
    if told is None:
        return "未评定"
    near = "（临界）" if told["assessment"].borderline else ""
    suspected = "疑似 " if told["is_suspected"] else ""
    return f"初判：{suspected}{told['label']}{near}"


def facts_of(patch: Patch, told: Row | None) -> list[Row]:
    """What is printed of a patch: terms and values."""
    subject = told["found"]["subject"] if told else {"name": None, "inferred": False}
    name = subject["name"] or (patch.holder.name if patch.holder else "未知")
    if subject["name"] and subject["inferred"]:
        name = f"{name}（推定）"
    declared = patch.declared_area_m2
    kind = f"{patch.kind} {vocabulary.patch_kind_term(patch.kind)}" if patch.kind else "—"
    west, south, east, north = patch.geom.extent
    rows = [
        ("面积", f"{units.mu(patch.area_m2)} 亩（{patch.area_m2:,.2f} 平方米）"),
        ("监测面积", "—" if declared is None else f"{units.mu(declared)} 亩"),
        ("图斑类型", kind),
        ("前时相", patch.before_on.isoformat() if patch.before_on else "—"),
        ("后时相", patch.after_on.isoformat() if patch.after_on else "—"),
        ("任务来源", vocabulary.source_term(patch.batch.source)),
        ("填报截止", str(patch.batch.report_due_on or "—")),
        ("用地单位", name),
        ("项目", str(patch.project or "—")),
        ("中心坐标", f"{(west + east) / 2:.6f}，{(south + north) / 2:.6f}（CGCS2000）"),
    ]
    return [{"term": term, "value": value} for term, value in rows]


def _pieces(told: Row) -> Row:
    rows = [
        {"seq": piece["seq"], "term": piece["term"], "layers": "、".join(piece["layers"]),
         "mu": piece["area_m2"], "m2": piece["area_m2"]}
        for piece in told["pieces"]
    ]  # fmt: skip
    kept, rest = rows[:PIECES], rows[PIECES:]
    if rest:
        area = sum(row["m2"] for row in rest)
        kept.append({"seq": None, "term": f"其余 {len(rest)} 块", "mu": area, "m2": area})
    whole = told["assessment"].area_m2
    total = {"seq": None, "term": f"合计 {len(rows)} 块", "mu": whole, "m2": whole}
    return Table("碎块", PIECE_COLUMNS, kept, total).on_paper()


def _marks(told: Row) -> Row | None:
    said = [mark for mark in told["marks"] if mark["answer"] is not False]
    if not said:
        return None
    rows = [
        {"term": mark["term"], "said": mark["said"],
         "mu": str(units.mu(mark["area_m2"])) if mark["answer"] and mark["area_m2"] else "—"}
        for mark in said
    ]  # fmt: skip
    kept, rest = rows[:MARKS], rows[MARKS:]
    if rest:
        kept.append({"term": f"另有 {len(rest)} 项，见图斑全页", "said": "", "mu": ""})
    return Table("涉及", MARK_COLUMNS, kept).on_paper()


def _papers(scope: Scope, told: Row) -> list[str]:
    """The records under the patch that may be taken away, one a line."""
    may = set(scope.layers("export")) - UNLISTED
    lines = []
    for zone in told["sources"]:
        if zone["layer"] not in may:
            continue
        dates = "".join(f"，{date['term']} {date['value']}" for date in zone["dates"])
        holder = f"，{zone['holder']}" if zone["holder"] else ""
        lines.append(f"{zone['layer_term']} {zone['title']}{holder}{dates}")
    if len(lines) > PAPERS:
        return [*lines[:PAPERS], f"另有 {len(lines) - PAPERS} 条，见图斑全页"]
    return lines


def _notes(told: Row | None) -> list[str]:
    if told is None:
        return ["本图斑尚未评定，没有可打印的判定依据。"]
    run = told["found"]["run"]
    used = "；".join(
        dict.fromkeys(
            f"{version['term']} {version['county']} {version['valid_from'] or '台账'}"
            for version in told["versions"]
            if version["version"] is not None
        )
    )
    gaps = "；".join(dict.fromkeys(f"{gap['county']} {gap['term']}" for gap in told["gaps"]))
    lines = [
        (
            f"规则：{run['ruleset_title']} {run['ruleset_version']}，截至 {run['as_of']}，"
            f"分析 {run['id']}。初判由程序作出，以判定为准。"
        ),
    ]
    if used:
        lines.append(f"所用数据：{used}。")
    if gaps:
        lines.append(f"缺少的数据：{gaps}。")
    if told["outside"]:
        lines.append(f"{told['outside']}；表中只有您的行政区内的部分。")
    return lines


def _maps(
    scope: Scope, patch: Patch, told: Row | None, pair: Pair, at: int, files: dict[str, bytes]
) -> Row:
    """The map of the pieces, and the images before and after; their files are added."""
    meridian = patch.region.central_meridian or crs.nearest_meridian(patch.geom.centroid.x)
    frame = maps.frame_of(
        [patch.geom], meridian, width_mm=MAP_MM[0], height_mm=MAP_MM[1], margin=AROUND
    )
    outline = maps.MapLayer("图斑", OUTLINE, [maps.Shape(patch.geom)])
    layers = [*control_layers(scope, patch, told), *piece_layers(told), outline]
    files[f"map-{at}.svg"] = maps.draw(frame, layers)
    images = []
    wanted = [("前", pair.before), ("后", pair.after)]
    shown = {
        image.pk: image
        for image in scope.filter_images(
            Image.objects.filter(pk__in=[shot.image_id for _, shot in wanted if shot]), "export"
        )
    }
    small = maps.frame_of(
        [patch.geom], meridian, width_mm=IMAGE_MM[0], height_mm=IMAGE_MM[1], margin=AROUND
    )
    for number, (word, shot) in enumerate(wanted):
        image = shown.get(shot.image_id) if shot else None
        ground = backdrop.backdrop(image, small, scope.county_ids) if image else None
        if image is None or ground is None:
            continue
        name = f"image-{at}-{number}.svg"
        files[name] = maps.draw(small, [outline], backdrop=ground, source=image.name)
        images.append({"file": name, "title": f"{word}时相影像 {image.taken_on}"})
    return {"map": {"file": f"map-{at}.svg", "title": "初判与管控线"}, "images": images}


def piece_layers(told: Row | None) -> list[maps.MapLayer]:
    """The pieces by conclusion, each with its number."""
    if told is None:
        return []
    rows = {piece["seq"]: piece for piece in told["pieces"]}
    pieces = (
        told["assessment"]
        .pieces.annotate(shape=Transform("ground", crs.STORAGE_SRID))
        .values_list("seq", "shape")
    )
    looks = vocabulary.style_tokens()
    groups: dict[tuple[str, str], list[maps.Shape]] = {}
    for seq, shape in pieces:
        row = rows[seq]
        style = row["style"] if row["style"] in looks else "other"
        groups.setdefault((style, row["term"]), []).append(maps.Shape(shape, str(seq)))
    return [
        maps.MapLayer(term, maps.Look.of(looks[style]), shapes)
        for (style, term), shapes in groups.items()
    ]


def control_layers(scope: Scope, patch: Patch, told: Row | None) -> list[maps.MapLayer]:
    """Control lines under the patch and around it, cut to the map."""
    may = [layer for layer in DRAWN if layer in scope.layers("export")]
    if told is None or not may:
        return []
    west, south, east, north = patch.geom.extent
    around = max(east - west, north - south, 0.0005)
    box = Polygon.from_bbox((west - around, south - around, east + around, north + around))
    box.srid = crs.STORAGE_SRID
    ids = [zone["id"] for zone in told["sources"] if zone["layer"] in may]
    zones = scope.filter_zones(Zone.objects.filter(pk__in=ids), "export")
    found = zones.annotate(cut=Intersection("geom", box)).values_list("layer", "cut")
    groups: dict[str, list[maps.Shape]] = {}
    for layer, cut in found:
        if cut and not cut.empty:
            groups.setdefault(layer, []).append(maps.Shape(cut))
    terms = {zone["layer"]: zone["layer_term"] for zone in told["sources"]}
    return [
        maps.MapLayer(
            terms[layer], maps.Look.of(vocabulary.layer_style(layer), fill=""), groups[layer]
        )
        for layer in DRAWN
        if layer in groups
    ]
