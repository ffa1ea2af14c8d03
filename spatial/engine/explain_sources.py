"""What an explanation was made from: zones with their records, versions, words of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.engine.reads import layers_read
from spatial.models import Layer, Zone
from spatial.rules.fields import batch_fields, layers, patch_fields

if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterable, Mapping

    from spatial import sqlfiles
    from spatial.engine.explain_trace import Trace
    from spatial.models import Holder, RulesetVersion
    from spatial.rules.fields import FieldWord


def day(value: datetime.date | None) -> str | None:
    """A date or time as ISO text."""
    return value.isoformat() if value else None


def told_holder(holder: Holder | None) -> dict[str, str] | None:
    """A user of land; ``key`` is what subjects are compared by: the code, else the name."""
    if holder is None:
        return None
    return {"name": holder.name, "code": holder.code, "key": holder.code or holder.name_key}


def told_versions(trace: Trace) -> list[sqlfiles.Row]:
    """The versions that counted, per layer, policy and county; ``version`` null where missing."""
    return [{**row, "valid_from": day(row["valid_from"])} for row in trace.versions]


def told_pins(trace: Trace) -> list[sqlfiles.Row]:
    """Every version that the run could choose from in the counties that the patch may touch."""
    times = ("valid_from", "valid_until", "activated_at", "retired_at")
    return [{**row, **{name: day(row[name]) for name in times}} for row in trace.pins]


def told_zones(ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """The source records, by zone id: all that a test could ask, and where it was taken from."""
    found = Zone.objects.filter(pk__in=set(ids)).select_related(
        "layer", "version__region", "holder", "document"
    )
    return {zone.pk: _told_zone(zone) for zone in found.defer("geom", "version__region__geom")}


def _told_zone(zone: Zone) -> dict[str, Any]:
    version, document = zone.version, zone.document
    return {
        "layer": zone.layer_id,
        "layer_term": zone.layer.term,
        "code": zone.code,
        "name": zone.name,
        "source_id": zone.source_id,
        "version": version.pk,
        "valid_from": day(version.valid_from),
        "county": version.region.name,
        "county_code": version.region.code,
        "document": document.number if document else None,
        "paper": {
            "number": document.number,
            "authority": document.authority,
            "approved_on": day(document.approved_on),
            "stated_area_m2": str(document.stated_area_m2 or "") or None,
            "purpose": document.purpose,
        }
        if document
        else None,
        "holder": zone.holder.name if zone.holder else None,
        "holder_key": (zone.holder.code or zone.holder.name_key) if zone.holder else None,
        "attributes": zone.attributes,
        "area_m2": None if zone.area_m2 is None else f"{zone.area_m2:.2f}",
        "recorded_from": day(zone.recorded_from),
        "recorded_until": day(zone.recorded_until),
        "source": version.source_name,
        "sha256": version.source_sha256,
        "row": zone.source_row,
    }


def told_groups(trace: Trace, facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """The sums of each group, with the patches and zones that made them."""
    found: dict[str, dict[str, Any]] = {}
    for row in trace.groups:
        name = row["group_name"]
        lead = f"group.{name}."
        group = found.setdefault(
            name,
            {
                "sums": {
                    key.removeprefix(lead): value
                    for key, value in facts.items()
                    if key.startswith(lead)
                },
                "patches": [],
                "zones": [],
            },
        )
        area = None if row["area_m2"] is None else f"{row['area_m2']:.2f}"
        told = {"name": row["named"], "county": row["county"], "area_m2": area}
        if row["kind"] == "patch":
            group["patches"].append({**told, "after_on": day(row["after_on"])})
        else:
            group["zones"].append(
                {
                    **told,
                    "zone": row["zone_id"],
                    "layer": row["layer"],
                    "role": "entitled" if row["notions"] else "used",
                    "notions": row["notions"],
                }
            )
    return found


def told_words(ruleset: RulesetVersion) -> dict[str, Any]:
    """Layers and fields that the tests may name, with their terms and types."""
    ground = ruleset.settings.get("ground")
    own = ground["layer"] if isinstance(ground, dict) else ""
    rows = Layer.objects.in_bulk(layers_read(ruleset))
    return {
        "layers": {
            code: {
                "term": row.term,
                "nature": row.nature,
                "coverage": row.coverage,
                "fields": _told_fields(layers()[code].fields) if code in layers() else {},
            }
            for code, row in rows.items()
        },
        "patch": _told_fields(patch_fields(own)),
        "batch": _told_fields(batch_fields()),
    }


def _told_fields(fields: Mapping[str, FieldWord]) -> dict[str, dict[str, str]]:
    return {name: {"term": word.term, "type": word.kind} for name, word in fields.items()}
