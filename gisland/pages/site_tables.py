"""The tables of a site check: the same on page, paper and spreadsheet, every sum closing. 选址表"""

from __future__ import annotations

from typing import Any

from gisland.reports.table import Column, Table
from spatial.dates import said_date

Row = dict[str, Any]
LEDGER = "台账"
AREAS = (
    Column("mu", "亩", "mu"),
    Column("m2", "m²", "m2"),
    Column("ha", "公顷", "hectares"),
    Column("share", "占比", "percent"),
)
SIGNS = {"hit": "✕", "clear": "✓"}
DOUBT = "!"
STATES = {
    "counted": "计入", "empty": "计入（声明无此类）", "old": "已过更新周期", "expired": "已到期",
    "missing": "无数据",
}  # fmt: skip


def sign_of(answer: str) -> str:
    """The sign beside an answer: never colour alone."""
    return SIGNS.get(answer, DOUBT)


def areas(row: Row) -> Row:
    """The area of a row under the keys of the area columns."""
    return {"mu": row["area_m2"], "m2": row["area_m2"], "ha": row["area_m2"], "share": row["share"]}


def lines(told: Row) -> Table:
    """Every control line with its answer; areas of different lines overlap, so there is no sum."""
    return Table(
        "管控线",
        [
            Column("sign", "", width="5mm"), Column("term", "管控线", width="1fr"),
            Column("answer", "结论"), *AREAS,
            Column("basis", "依据", width="1fr"), Column("data", "数据版本", width="1fr"),
        ],
        [
            {
                "sign": sign_of(row["answer"]), "term": row["term"],
                "answer": row["answer_term"], **(areas(row) if _is_measured(row) else {}),
                "basis": row["basis"], "data": data_of(told, row),
            }
            for row in told["lines"]
        ],
        notes=["各管控线之间会重叠，各行面积不相加。"],
    )  # fmt: skip


def _is_measured(row: Row) -> bool:
    return row["answer"] in ("hit", "clear") or bool(row["area_m2"])


def data_of(told: Row, line: Row) -> str:
    """By which versions a line was answered, with their days."""
    rows = [row for row in told["versions"] if row["version"] in line["versions"]]
    many = len({row["county_code"] for row in told["versions"]}) > 1
    said = [
        f"{row['county'] if many else ''}{row['layer_term']}"
        + (f" {day_of(row)} 版" if row["valid_from"] else LEDGER)
        + ("（声明无）" if row["state"] == "empty" else "")
        for row in rows
    ]
    return "；".join(said) or "无"


def day_of(version: Row) -> str:
    """The day that a version tells of; a ledger has none, its rows carry their own dates."""
    return said_date(version["valid_from"].isoformat()) if version["valid_from"] else LEDGER


def land(told: Row) -> Table | None:
    """The three large classes and the survey's classes in them."""
    found = told["land"]
    if found is None:
        return None
    rows = []
    for group in found["rows"]:
        if not group.get("classes"):
            rows.append({"group": group["term"], **areas(group)})
        rows += [
            {"group": group["term"], "code": one["code"], "class": one["term"], **areas(one)}
            for one in group.get("classes", [])
        ]
    columns = [Column("group", "大类"), Column("code", "编码"), Column("class", "三调地类")]
    return Table("地类", [*columns, *AREAS], rows, {"group": "合计", **areas(found["total"])})


def groups(told: Row) -> Table | None:
    """农用地, 建设用地 and 未利用地 alone."""
    return _plain("三大类", "大类", told["land"])


def farmland(told: Row) -> Table | None:
    """耕地 gross and net, 永农, and the 耕地 in it."""
    found = told["land"]
    if found is None:
        return None
    tilled, basic = found["cultivated"], found["basic_farm"]
    rows = [
        {"term": "耕地（含田坎）", **areas(tilled["gross"])},
        {"term": "　其中净面积", **areas(tilled["net"])},
        {"term": "　其中田坎", **areas(tilled["ridge"])},
    ]
    if tilled["net_unknown"]["area_m2"]:
        rows.append({"term": "　田坎系数未交付，净面积不明", **areas(tilled["net_unknown"])})
    if basic is not None:
        missing = "（数据不全）" if basic["missing"] else ""
        rows += [
            {"term": f"永久基本农田{missing}", **areas(basic)},
            {"term": "　其中耕地（含田坎）", **areas(basic["cultivated"]["gross"])},
            {"term": "　其中耕地净面积", **areas(basic["cultivated"]["net"])},
        ]
    return Table("耕地与永久基本农田", [Column("term", "项目"), *AREAS], rows)


def owners(told: Row) -> Table | None:
    """国有 and 集体, in each its villages."""
    found = told["owners"]
    if found is None:
        return None
    rows = []
    for kind in found["rows"]:
        villages = kind.get("villages", [])
        rows += [{"kind": kind["term"], "village": one["term"], **areas(one)} for one in villages]
        rest = kind["area_m2"] - sum(one["area_m2"] for one in villages)
        if rest:
            whole = {"area_m2": rest, "share": kind["share"] * rest / kind["area_m2"]}
            village = "坐落单位未交付" if kind["code"] != "outside" else ""
            rows.append({"kind": kind["term"], "village": village, **areas(whole)})
    columns = [Column("kind", "权属性质"), Column("village", "坐落单位")]
    return Table("权属", [*columns, *AREAS], rows, {"kind": "合计", **areas(found["total"])})


def townships(told: Row) -> Table | None:
    """The site by township."""
    return _plain("乡镇", "乡镇", told["townships"])


def _plain(title: str, head: str, found: Row | None) -> Table | None:
    if found is None:
        return None
    rows = [{"term": row["term"], **areas(row)} for row in found["rows"]]
    return Table(
        title, [Column("term", head), *AREAS], rows, {"term": "合计", **areas(found["total"])}
    )


def parcels(told: Row) -> Table | None:
    """The parcels as given, where there are several or one has a declared area."""
    rows = told["site"]["parcels"]
    if len(rows) < 2 and not any(row["declared_m2"] for row in rows):
        return None
    notes = []
    if told["site"]["parcels_off_m2"]:
        notes.append(
            f"各地块之和比范围面积多 {told['site']['parcels_off_m2']} m²：重叠部分只计一次，"
            "各地块各自取整。"
        )
    return Table(
        "地块",
        [Column("name", "地块"), Column("declared", "申报 m²", "m2"), *AREAS],
        [{"name": row["name"], "declared": row["declared_m2"], **areas(row)} for row in rows],
        {"name": "范围", "declared": told["site"]["declared_m2"], **areas(told["site"])},
        notes,
    )


def features(line: Row) -> Table:
    """The records that a line touches."""
    return Table(
        f"{line['term']}触及的要素",
        [
            Column("layer", "图层"), Column("title", "名称"), Column("code", "编号"),
            Column("mu", "亩", "mu"), Column("m2", "m²", "m2"),
        ],
        [
            {"layer": row["layer_term"], "title": row["title"], "code": row["code"],
             "mu": row["area_m2"], "m2": row["area_m2"]}
            for row in line["features"]
        ],
    )  # fmt: skip


def past(told: Row) -> Table | None:
    """Patches of the past on the ground."""
    rows = told["past"]
    if not rows:
        return None
    columns = [
        Column("batch", "批次"), Column("jcbh", "图斑号"), Column("label", "判定"),
        Column("dates", "时相"), Column("mu", "重叠亩", "mu"), Column("m2", "重叠 m²", "m2"),
    ]  # fmt: skip
    shown = [
        {"id": row["id"], "batch": row["batch_title"] or row["batch"], "jcbh": row["jcbh"],
         "label": row["label"], "dates": f"{row['before_on'] or '…'} – {row['after_on'] or '…'}",
         "mu": row["common_m2"], "m2": row["common_m2"]}
        for row in rows
    ]  # fmt: skip
    return Table("历年图斑", columns, shown)


def versions(told: Row) -> Table:
    """The data by which it was answered."""
    return Table(
        "数据版本",
        [
            Column("layer", "图层"), Column("county", "县"), Column("state", "状态"),
            Column("day", "时点"), Column("until", "有效至"), Column("number", "版本号"),
            Column("source", "来源文件", width="1fr"),
        ],
        [
            {
                "layer": row["layer_term"], "county": row["county"],
                "state": STATES.get(row["state"], row["state"]),
                "day": row["valid_from"] or "", "until": row["valid_until"] or "",
                "number": row["version"] or "", "source": row["source"],
            }
            for row in told["versions"]
        ],
    )  # fmt: skip


def for_page(told: Row) -> list[Table]:
    """The tables below the lines, in order."""
    found = [groups(told), land(told), farmland(told), owners(told), townships(told)]
    return [table for table in [*found, parcels(told)] if table is not None]


def parts(found: Row) -> Table:
    """The parts that remain where lines are stayed clear of."""
    rest = found["remaining"]
    rows = [{"number": f"第 {row['number']} 块", **areas(row)} for row in rest["parts"]]
    return Table(
        "剩余范围", [Column("number", "块"), *AREAS], rows, {"number": "合计", **areas(rest)}
    )
