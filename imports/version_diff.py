"""What one version of a layer changes against another: zones, ground, classes; a ledger's rows.

Zones are matched by their shape, then by their largest overlap, never by the source's marks: a
redelivery that numbers everything anew changes nothing. Identical shapes are set aside first, so
that the exact overlay (engine CRS) takes only what differs. The comparison of two snapshots is kept
(VersionDiff); of a staged ledger delivery it is made anew each time until it is activated.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction

from imports.diff_numbers import CHANGES, numbers_of
from imports.fields import fields_of
from imports.models import Delivery, DiffPiece, PieceKind, VersionDiff
from spatial import holders, sqlfiles, vocabulary
from spatial.errors import InputRefused
from spatial.models import DatasetVersion, Patch, VersionStatus
from spatial.models.dataset import Nature
from spatial.units import mu

if TYPE_CHECKING:
    from spatial.scope import Scope

TERMS = {"added": "新增", "removed": "减少", "changed": "图形改动", "told": "仅属性改动",
         "same": "相同"}  # fmt: skip
ROW_TERMS = {"added": "新增", "amended": "变更", "withdrawn": "撤回", "same": "相同"}
MOST_PIECES = 5000
"""Pieces of ground kept for the page; the sums count all of them."""
CLASS_FIELDS = {"land_use": "code"}
LAND_CLASS = "地类编码"
"""The field's term in layers.toml where its values are land classes of the survey."""


@dataclass(frozen=True)
class Diff:
    """A comparison: what is compared, and its numbers (as JSON: areas are decimal texts, m2)."""

    old: DatasetVersion | None
    new: DatasetVersion
    numbers: dict[str, Any]
    pk: int

    @property
    def changes(self) -> dict[str, dict[str, Any]]:
        """Zones and areas (m2) by what became of them."""
        return {change: self.numbers["changes"][change] for change in CHANGES}

    @property
    def is_same(self) -> bool:
        """Whether nothing differs."""
        found = self.numbers["changes"]
        return not any(row["zones"] for change, row in found.items() if change != "same")

    def lines(self) -> list[str]:
        """The comparison as a command prints it."""
        told = [f"  {TERMS[change]} {row['zones']} 个" for change, row in self.changes.items()]
        for name, term in (("gained_m2", "新增地面"), ("lost_m2", "减少地面"),
                           ("moved_m2", "地类变化")):  # fmt: skip
            told.append(f"  {term} {_area(self.numbers[name])}")
        told += [
            f"    {class_term(self.new.layer_id, row['before'])} → "
            f"{class_term(self.new.layer_id, row['after'])}  {_area(row['area_m2'])}"
            for row in self.numbers["moves"]
            if row["kind"] == PieceKind.MOVED
        ]
        told += [f"  字段 {row['term']}：{row['zones']} 个" for row in self.numbers["fields"]]
        told += [
            f"  {ROW_TERMS[row['change']]} {row['source_id']}"
            + "".join(f"；{item['term']} {item['old'] or '—'} → {item['new'] or '—'}"
                      for item in row["fields"])
            for row in self.numbers["rows"]
        ]  # fmt: skip
        return told


def compare(old: DatasetVersion | None, new: DatasetVersion) -> Diff:
    """The comparison of two versions of a layer; kept, unless one is a ledger still open.

    Raises InputRefused for versions of different layers or counties.
    """
    _check(old, new)
    found = VersionDiff.objects.filter(old=old, new=new).first()
    if found is None and new.layer.nature == Nature.LEDGER and new.status == VersionStatus.MERGED:
        found = VersionDiff.objects.filter(new=new).order_by("-pk").first()
    if found is not None and not _is_open(new):
        return Diff(found.old, new, found.numbers, found.pk)
    try:
        with transaction.atomic():
            return make(old, new)
    except IntegrityError:  # somebody else looked at the same moment
        found = VersionDiff.objects.get(old=old, new=new)
        return Diff(old, new, found.numbers, found.pk)


def make(old: DatasetVersion | None, new: DatasetVersion) -> Diff:
    """Compare now and keep the result in place of an earlier one. Call in a transaction."""
    VersionDiff.objects.filter(old=old, new=new).delete()
    ledger = _is_ledger(new)
    _fill(old, new, ledger=ledger)
    numbers = numbers_of(new, ledger=ledger)
    kept = VersionDiff.objects.create(old=old, new=new, numbers=numbers)
    sqlfiles.execute("imports/92_store_pieces", {"diff_id": kept.pk, "most": MOST_PIECES})
    sqlfiles.execute("imports/80_drop_diff")
    return Diff(old, new, numbers, kept.pk)


def predecessor(version: DatasetVersion) -> DatasetVersion | None:
    """What a version follows: the newest active one of the layer and county before it, or of the
    same day; of ledger rows the county's open ledger."""
    found = DatasetVersion.objects.filter(
        layer=version.layer, region=version.region, status=VersionStatus.ACTIVE
    ).exclude(pk=version.pk)
    if version.layer.nature == Nature.LEDGER:
        found = found.filter(valid_from__isnull=True)
    elif version.valid_from:
        found = found.filter(valid_from__lte=version.valid_from)
    return found.select_related("layer", "region").order_by("-valid_from", "-id").first()


def features(diff: Diff, scope: Scope | None = None, limit: int = MOST_PIECES) -> dict[str, Any]:
    """The largest pieces as GeoJSON (lon/lat of EPSG:4490), as far as the scope may see them drawn.

    Nothing where the county or the layer is not the scope's. Classes only for who may read them.
    """
    pieces = DiffPiece.objects.filter(diff_id=diff.pk).order_by("-area_m2", "pk")
    if scope is not None and not may_see(scope, diff.new, "map"):
        pieces = pieces.none()
    told = scope is None or may_see(scope, diff.new, "identify")
    return {
        "type": "FeatureCollection",
        "features": [_feature(diff.new.layer_id, piece, told=told) for piece in pieces[:limit]],
    }


def patches_on(diff: Diff, scope: Scope | None = None) -> list[int]:
    """The patches on which something changes, as far as the scope sees them."""
    found = [row["id"] for row in sqlfiles.rows("imports/95_list_touching_patches",
                                                {"diff_id": diff.pk})]  # fmt: skip
    if scope is None:
        return found
    seen = scope.filter_patches(Patch.objects.filter(pk__in=found))
    return list(seen.order_by("pk").values_list("pk", flat=True))


def may_see(scope: Scope, version: DatasetVersion, deed: str) -> bool:
    """Whether the deed is allowed for the version's layer in its county."""
    return version.region_id in scope.county_ids and scope.may(deed, version.layer_id)


def class_term(layer_code: str, code: str) -> str:
    """What a class of a layer is called, with its code."""
    if not code:
        return "—"
    field = fields_of(layer_code).get(class_field(layer_code))
    if field is None or field.term != LAND_CLASS:
        return code
    term = vocabulary.land_use_term(code)
    return code if term == code else f"{code} {term}"


def class_field(layer_code: str) -> str:
    """The field by which ground of a layer has a class; empty where it has none."""
    known = fields_of(layer_code)
    return CLASS_FIELDS.get(layer_code) or ("class" if "class" in known else "")


def _is_ledger(version: DatasetVersion) -> bool:
    return version.layer.nature == Nature.LEDGER and not version.declared_empty


def _is_open(version: DatasetVersion) -> bool:
    return _is_ledger(version) and version.status == VersionStatus.STAGED


def _check(old: DatasetVersion | None, new: DatasetVersion) -> None:
    if old is None:
        return
    if old.layer_id != new.layer_id:
        raise InputRefused(f"版本 {old.pk} 与 {new.pk} 不是同一图层，不能比较。")
    if old.region_id != new.region_id:
        raise InputRefused(f"版本 {old.pk} 与 {new.pk} 不是同一县，不能比较。")


def _fill(old: DatasetVersion | None, new: DatasetVersion, *, ledger: bool) -> None:
    """The temporary tables of a comparison, each analysed before the next is made."""
    params: dict[str, Any] = {
        "old_id": old.pk if old else 0,
        "new_id": new.pk,
        "class_field": class_field(new.layer_id),
        "plane_srid": new.region.plane_srid,
    }
    sqlfiles.execute("imports/80_drop_diff")
    if ledger:
        delivery = Delivery.objects.filter(versions=new).order_by("pk").first()
        number = (delivery.options.get("withdraw") if delivery else "") or ""
        sqlfiles.execute(
            "imports/81_list_ledger_zones",
            {
                "staged_id": new.pk, "ledger_id": params["old_id"], "layer": new.layer_id,
                "withdrawn_key": holders.paper_key(number) or None,
                "class_field": params["class_field"],
            },
        )  # fmt: skip
    else:
        sqlfiles.execute("imports/81_list_diff_zones", params)
    for step in ("81_print_rest", "82_pair_same_shapes", "83_ground_of_rest", "84_index_ground",
                 "84_index_ground_zones", "85_find_near", "86_overlay",
                 "87_match_rest"):  # fmt: skip
        for table in {"81_print_rest": ("diff_zone",), "83_ground_of_rest": ("diff_pair",),
                      "85_find_near": ("diff_ground",),
                      "87_match_rest": ("diff_piece",)}.get(step, ()):  # fmt: skip
            sqlfiles.analyze(table)
        sqlfiles.execute(f"imports/{step}", params)


def _area(area_m2: str) -> str:
    value = Decimal(area_m2)
    return f"{value:,.2f} m²（{mu(value):,} 亩）"


def _feature(layer: str, piece: DiffPiece, *, told: bool) -> dict[str, Any]:
    properties: dict[str, Any] = {
        "kind": piece.kind,
        "term": piece.get_kind_display(),
        "area_m2": str(piece.area_m2),
    }
    if told:
        properties |= {
            "before": class_term(layer, piece.before), "after": class_term(layer, piece.after),
            "old_source": piece.old_source, "new_source": piece.new_source,
        }  # fmt: skip
    return {
        "type": "Feature",
        "id": piece.pk,
        "properties": properties,
        "geometry": json.loads(piece.geom.geojson),
    }
