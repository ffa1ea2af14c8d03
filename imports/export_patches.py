"""Patches with what was found on them, as an export takes them. 图斑"""

from __future__ import annotations

import calendar
from typing import TYPE_CHECKING, Any

from imports.export_registers import gather, registered_columns
from imports.export_source import (
    Asked,
    Made,
    Row,
    Source,
    bounds_of,
    canonical_columns,
    conditions_of,
    constant_of,
    delivered_columns,
    doubt_notes,
)
from imports.fields import PATCH
from imports.staging import target_counties
from imports.writers.table import Column
from spatial import sqlfiles, vocabulary
from spatial.errors import BatchUnknown, InputRefused
from spatial.hidden import hidden_rules
from spatial.models import Batch, Layer
from spatial.units import mu

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from spatial.scope import Scope

PATCHES = "patches"
GUARD = "internal"
"""The secrecy whose export right is asked for: patches are as internal as what they touch."""
GIVEN, CORRECTED, INFERRED = "登记", "更正", "推定"
NO_DATA = "数据不足"


def select_patches(asked: Asked) -> Source:
    """The patches asked for, within the scope; call inside the transaction that streams them.

    Raises BatchUnknown, UnknownRegion, NotAllowed, RulesetInvalid or InputRefused.
    """
    if asked.version_ids or asked.as_of:
        raise InputRefused("--versions 和 --as-of 只用于图层；图斑请用 --batch、--known-at。")
    params = _scoped(asked.scope)
    _check_batch(asked)
    counties = target_counties(asked.region_code) if asked.region_code else None
    sqlfiles.execute("exports/01_drop_row")
    sqlfiles.execute(
        "exports/10_select_patches",
        {
            "county_ids": params["county_ids"],
            "unit_id": params["unit_id"],
            "region_ids": None if counties is None else [county.pk for county in counties],
            "batch": asked.batch,
            "label_class": asked.label_class,
            "patch_ids": None if asked.patch_ids is None else list(asked.patch_ids),
            "known_at": asked.known_at,
            "tests": conditions_of(asked.where),
        },
    )
    sqlfiles.analyze("export_row")
    gather(asked.known_at)
    summed = sqlfiles.rows("exports/24_sum_patches")[0]
    keys = sqlfiles.rows("exports/20_list_patch_keys")
    count = summed["row_count"]
    hidden = {name: params[name] for name in ("hidden_labels", "hidden_marks")}
    made, sparse = canonical_columns(PATCH, keys, count, _given(summed, keys))
    made += [*_about(), *_found(asked.scope), *_areas(hidden)]
    if not asked.plain:
        deliveries = sqlfiles.rows("exports/26_list_patch_deliveries")
        made += delivered_columns(PATCH, keys, deliveries, count, made)
    made += registered_columns(made, plain=asked.plain)
    return Source(
        PATCHES, "图斑", PATCH, made, count, bounds_of(summed), summed["meridians"] or [],
        lambda: sqlfiles.stream(
            "exports/30_stream_patches", {**hidden, "county_ids": params["county_ids"]}
        ),
        _address, doubt_notes(summed), sparse,
    )  # fmt: skip


def _scoped(scope: Scope | None) -> dict[str, Any]:
    if scope is None:
        return {"county_ids": None, "unit_id": None, "hidden_labels": [], "hidden_marks": []}
    scope.require("export", GUARD)
    told: dict[str, list[str]] = {"conclude": [], "mark": []}
    for ruleset, action, code in sorted(hidden_rules(scope)):
        told[action].append(f"{ruleset}:{code}")
    return {
        "county_ids": list(scope.county_ids),
        "unit_id": scope.unit_id,
        "hidden_labels": told["conclude"],
        "hidden_marks": told["mark"],
    }


def _check_batch(asked: Asked) -> None:
    if asked.batch is None:
        return
    found = Batch.objects.filter(code=asked.batch)
    if not (found if asked.scope is None else asked.scope.filter_batches(found)).exists():
        raise BatchUnknown(f"没有批次 {asked.batch}（或不在可见范围内）。请核对批次号。")


def _address(row: Row) -> str:
    return f"{row['batch']}/{row['county']}/{row['jcbh']}"


def _given(summed: Row, keys: list[Row]) -> dict[str, Made]:
    """Fields whose value is the patch's own: its key, its county, its windows of dates."""
    stats = {row["key"]: row for row in keys if row["part"] == "attributes"}
    told = stats.get("region_code")
    one_code = told is None or constant_of(told, summed["row_count"]) is not None
    one_county = one_code and summed["first_county"] == summed["last_county"] is not None
    made = {
        "jcbh": Made(Column("JCBH", "监测编号", "text", "jcbh"), lambda row: row["jcbh"]),
        "region_code": Made(
            Column(
                "XZQDM", "县级代码", "text", "region_code",
                _one_code(told, summed) if one_county else None,
            ),
            _region_code,
        ),
    }  # fmt: skip
    dates = (
        ("before_on", "QSX", "前时相", "before_partial", _before),
        ("after_on", "HSX", "后时相", "after_partial", _after),
    )
    for field, name, term, partial, value in dates:
        if field not in stats:
            continue
        vague = summed[partial]
        constant = None if vague else constant_of(stats[field], summed["row_count"])
        column = Column(name, term, "text" if vague else "date", field, constant)
        made[field] = Made(column, value)
    return made


def _one_code(told: Row | None, summed: Row) -> str:
    """The code that all patches are written with."""
    county: str = summed["first_county"]
    least = str(told["least"]) if told else ""
    return least if least.startswith(county) else county


def _region_code(row: Row) -> str:
    """As it was delivered, where that is the patch's county (perhaps its village), else that."""
    told = str(row["attributes"].get("region_code") or "")
    return told if told.startswith(row["county"]) else row["county"]


def _before(row: Row) -> str | None:
    return _span(row["before_on"], row["before_on_last"], row["before_on"])


def _after(row: Row) -> str | None:
    return _span(row["after_on_first"], row["after_on"], row["after_on"])


def _span(first: date | None, last: date | None, outer: date | None) -> str | None:
    """A day, a month or a year: as much of the date as is known, so that it is read back so."""
    if first is None or last is None or first == last:
        return outer.isoformat() if outer else None
    ends = calendar.monthrange(last.year, last.month)[1] == last.day
    if first.day == 1 and ends and first.year == last.year:
        if first.month == last.month:
            return f"{first:%Y-%m}"
        if (first.month, last.month) == (1, 12):
            return f"{first:%Y}"
    return outer.isoformat() if outer else None


def _about() -> list[Made]:
    """Which patch this is, and how large."""
    return [
        Made(Column("TBDZ", "图斑地址"), _address),
        Made(Column("XZQMC", "县级名称"), lambda row: row["county_name"]),
        Made(Column("PCH", "批次号"), lambda row: row["batch"]),
        Made(Column("PCLY", "批次来源"), lambda row: row["source"]),
        Made(Column("XFRQ", "下发日期", "date"), lambda row: row["issued_on"]),
        Made(Column("TBLXMC", "图斑类型名称"), _kind_term),
        Made(Column("JSMJ", "计算面积(平方米)", "number"), lambda row: row["area_m2"]),
        Made(Column("JSMJM", "计算面积(亩)", "number"), lambda row: mu(row["area_m2"])),
    ]


def _kind_term(row: Row) -> str | None:
    return vocabulary.patch_kind_term(row["kind"]) if row["kind"] else None


def _found(scope: Scope | None) -> list[Made]:
    """What was found on the whole patch, and who is taken to use its ground."""
    terms = dict(Layer.objects.values_list("code", "term"))
    return [
        Made(
            Column("CPGL", "归类"),
            lambda row: vocabulary.class_term(row["label_class"]) if row["label_class"] else None,
        ),
        Made(Column("CPDM", "初判代码"), lambda row: row["label_code"] or None),
        Made(Column("CPMC", "初判名称"), lambda row: row["label_term"] or None),
        Made(Column("LJ", "临界", "boolean"), lambda row: row["borderline"]),
        Made(Column("CPMX", "各初判面积"), _said_conclusions),
        Made(Column("SJMX", "涉及情况"), _said_marks),
        Made(Column("CYDW", "采用的用地单位"), lambda row: _subject(row, scope, terms)[0]),
        Made(Column("CYDWLY", "用地单位来源"), lambda row: _subject(row, scope, terms)[1]),
    ]


def _subject(row: Row, scope: Scope | None, terms: dict[str, str]) -> tuple[str | None, str | None]:
    """Who is taken to use the ground, and from where that is known; inferred is said to be so."""
    origin = row["subject_from"] or ""
    if row["subject"] is None or origin in ("", "patch.holder"):
        given = row["given_holder"]
        return (given, GIVEN) if given else (None, None)
    if origin == "correction":
        return row["subject"], CORRECTED
    layer = origin.partition(".")[0]
    if scope is not None and not scope.may("identify", layer):
        return None, None
    return row["subject"], f"{INFERRED}（取自{terms.get(layer, layer)}）"


def _said_conclusions(row: Row) -> str | None:
    told = row["conclusions"]
    if told is None:
        return "区外部分未核查" if row["beyond"] else None
    return "；".join(f"{term} {area:.2f} m²" for _, term, _, area in told)


def _said_marks(row: Row) -> str | None:
    told = row["marks"]
    if told is None:
        return None
    return "；".join(f"{term} {_answer(*more)}" for _, term, *more in told)


def _answer(answer: bool | None, area: Any, unknown: Any) -> str:  # noqa: FBT001 - of a mark
    if answer is None:
        return f"{NO_DATA}（{unknown:.2f} m² 不能判断）" if unknown else NO_DATA
    return f"是 {area:.2f} m²" if answer else "否"


def _areas(hidden: dict[str, Any]) -> list[Made]:
    """One column in m2 for each conclusion and each mark that occurs."""
    made = []
    for rule in sqlfiles.rows("exports/22_list_rules", hidden):
        if rule["action"] == "conclude":
            column = Column(f"CP_{rule['code']}", f"初判·{rule['term']}(平方米)", "number")
            made.append(Made(column, _concluded(rule["code"])))
        else:
            column = Column(f"SJ_{rule['code']}", f"涉及·{rule['term']}(平方米)", "number")
            made.append(Made(column, _marked(rule["code"])))
    return made


def _concluded(code: str) -> Callable[[Row], float | None]:
    """The ground of a conclusion: 0 where the patch was judged and has none."""

    def value(row: Row) -> float | None:
        told = row["conclusions"]
        if told is None:
            return None
        # in hundredths: sums of binary fractions would not end there
        return sum(round(area * 100) for found, _, _, area in told if found == code) / 100

    return value


def _marked(code: str) -> Callable[[Row], float | None]:
    """The ground of a mark: 0 for no, empty for no data."""

    def value(row: Row) -> float | None:
        for found, _, answer, area, _ in row["marks"] or ():
            if found == code and answer is not None:
                return float(area) if answer else 0.0
        return None

    return value
