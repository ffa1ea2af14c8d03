"""The zones of a layer, as an export takes them. 管控区"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imports.export_source import (
    Asked,
    Made,
    Row,
    Source,
    bounds_of,
    canonical_columns,
    conditions_of,
    delivered_columns,
    doubt_notes,
)
from imports.staging import target_counties
from imports.writers.table import Column
from spatial import sqlfiles
from spatial.engine.known import end_of
from spatial.errors import InputRefused, UnknownLayer
from spatial.models import DatasetVersion, Layer, VersionStatus
from spatial.models.dataset import Nature
from spatial.units import mu

if TYPE_CHECKING:
    from datetime import date

OF_VERSION = (
    Made(Column("LYBS", "来源标识"), lambda row: row["source_id"]),
    Made(Column("BBXZQ", "版本行政区"), lambda row: row["county"]),
    Made(Column("BBRQ", "版本生效日期", "date"), lambda row: row["valid_from"]),
    Made(Column("JSMJ", "计算面积(平方米)", "number"), lambda row: row["area_m2"]),
    Made(
        Column("JSMJM", "计算面积(亩)", "number"),
        lambda row: None if row["area_m2"] is None else mu(row["area_m2"]),
    ),
)
"""What the register knows of every zone, whatever was delivered."""


def select_zones(layer_code: str, asked: Asked, today: date) -> Source:
    """The zones asked for, within the scope; call inside the transaction that streams them.

    Raises UnknownLayer, UnknownRegion, NotAllowed, RulesetInvalid or InputRefused.
    """
    layer = Layer.objects.filter(pk=layer_code).first()
    if layer is None:
        known = "、".join(f"{row.code}（{row.term}）" for row in Layer.objects.all())
        raise UnknownLayer(f"没有图层 {layer_code}。可导出：patches（图斑）、{known}。")
    if asked.scope is not None:
        asked.scope.require("export", layer)
    _refuse_patch_options(asked)
    versions, notes = _versions(layer, asked, asked.as_of or today)
    sqlfiles.execute("exports/01_drop_row")
    sqlfiles.execute(
        "exports/11_select_zones",
        {
            "version_ids": [version.pk for version in versions],
            "known_at": end_of(asked.as_of or today),
            "tests": conditions_of(asked.where, layer.pk),
        },
    )
    sqlfiles.analyze("export_row")
    summed = sqlfiles.rows("exports/25_sum_zones")[0]
    keys = sqlfiles.rows("exports/21_list_zone_keys")
    count = summed["row_count"]
    made, sparse = canonical_columns(layer.pk, keys, count, {})
    made += OF_VERSION
    if not asked.plain:
        deliveries = sqlfiles.rows("exports/27_list_zone_deliveries")
        made += delivered_columns(layer.pk, keys, deliveries, count, made)
    return Source(
        layer.pk, layer.term, layer.pk, made, count, bounds_of(summed), summed["meridians"] or [],
        lambda: sqlfiles.stream("exports/31_stream_zones"), _label,
        [*notes, *doubt_notes(summed)], sparse,
    )  # fmt: skip


def _label(row: Row) -> str:
    return str(row["source_id"])


def _refuse_patch_options(asked: Asked) -> None:
    wrong = [
        name
        for name, given in (
            ("--batch", asked.batch), ("--label-class", asked.label_class),
            ("--known-at", asked.known_at),
        )
        if given
    ]  # fmt: skip
    if wrong:
        raise InputRefused(f"{'、'.join(wrong)} 只用于图斑；图层请用 --region、--where、--as-of。")


def _versions(layer: Layer, asked: Asked, on: date) -> tuple[list[DatasetVersion], list[str]]:
    """The versions to read: those named, else per county the one in force on the day."""
    found = DatasetVersion.objects.filter(layer=layer).select_related("region")
    if asked.scope is not None:
        found = asked.scope.filter_versions(found, "export")
    counties = target_counties(asked.region_code) if asked.region_code else []
    if counties:
        found = found.filter(region__in=counties)
    if asked.version_ids:
        named = list(found.filter(pk__in=asked.version_ids))
        missing = sorted(set(asked.version_ids) - {version.pk for version in named})
        if missing:
            listed = "、".join(map(str, missing))
            raise InputRefused(
                f"图层 {layer.term} 没有（或不可导出）版本 {listed}。请用 versions list 查看编号。"
            )
        return named, []
    newest: dict[int, DatasetVersion] = {}
    for version in found.filter(status=VersionStatus.ACTIVE).order_by("valid_from", "pk"):
        dated = layer.nature == Nature.SNAPSHOT or version.valid_from is not None
        if not dated or (version.valid_from is not None and version.valid_from <= on):
            newest[version.region_id] = version
    chosen = [
        version
        for version in newest.values()
        if version.valid_until is None or version.valid_until > on
    ]
    absent = [c.name for c in counties if c.pk not in {v.region_id for v in chosen}]
    notes = [f"{'、'.join(absent)}没有 {on} 有效的{layer.term}数据。"] if absent else []
    return chosen, notes
