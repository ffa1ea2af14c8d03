"""Brings the invented prefecture in through the importers, as an office would."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from imports import activate, load, regions, versions
from imports.patches import BatchSpec
from imports.rasters import load_raster
from spatial.accounts import make_user
from spatial.models import Batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from imports.demo.manifest import Entry, Manifest

PASSWORD = "demo-2026"
ACCOUNTS = (
    ("zhidui", "执法支队 示例", "990100", "brigade", "示范市执法支队（虚构）"),
    ("donghu", "东湖执法 示例", "990101", "brigade", "东湖区执法大队（虚构）"),
    ("beiyuan", "北原执法 示例", "990104", "brigade", "北原市执法大队（虚构）"),
    ("guihua", "规划 示例", "990100", "planner", "示范市规划科（虚构）"),
    ("lingdao", "领导 示例", "990100", "official", "示范市自然资源局（虚构）"),
    ("shuju", "数据 示例", "990100", "data_admin", "示范市信息中心（虚构）"),
)
"""Account, name, region, role, unit: all invented."""


def bring_data(manifest: Manifest, say: Callable[[str], None]) -> None:
    """Import regions, layers, patches and images of a manifest, in its order."""
    steps = {
        "regions": _regions,
        "layer": bring_layer,
        "declare_empty": _declare_empty,
        "patches": _patches,
        "raster": _raster,
    }
    entries = [entry for entry in manifest.entries if entry.kind in steps]
    for number, entry in enumerate(entries, 1):
        steps[entry.kind](manifest, entry)
        if number % 10 == 0 or number == len(entries):
            say(f"导入 {number} / {len(entries)}：{entry.layer or entry.kind} {entry.path}")


def make_accounts() -> list[str]:
    """The demo's accounts; returns one line each for people to read."""
    for username, name, region, role, unit in ACCOUNTS:
        make_user(
            username,
            PASSWORD,
            region_code=region,
            roles=[role],
            unit_name=unit,
            display_name=name,
        )
    make_user(
        "admin", PASSWORD, region_code="990100", roles=["admin"], display_name="管理员 示例",
        superuser=True,
    )  # fmt: skip
    lines = [f"{row[0]:<10}{PASSWORD}   {row[1]}（{row[2]} {row[3]}）" for row in ACCOUNTS]
    return [*lines, f"{'admin':<10}{PASSWORD}   管理员"]


def _regions(manifest: Manifest, entry: Entry) -> None:
    regions.load_regions(manifest.path(entry))


def bring_layer(manifest: Manifest, entry: Entry) -> None:
    """Import a layer's file as its entry says, and activate it."""
    told = dict(entry.options)
    delivery = load.stage_layer(
        entry.layer,
        manifest.path(entry),
        valid_from=date.fromisoformat(entry.valid_from) if entry.valid_from else None,
        region_code=entry.region,
        crs=told.pop("crs", None),
        encoding=told.pop("encoding", None),
        constants=told,
    )
    activate.activate(delivery)


def _declare_empty(_: Manifest, entry: Entry) -> None:
    versions.declare_empty(
        entry.layer,
        region_code=entry.region,
        valid_from=date.fromisoformat(entry.valid_from),
        valid_until=date.fromisoformat(entry.options["until"]),
        by=entry.options["reason"],
    )


def _patches(manifest: Manifest, entry: Entry) -> None:
    told = entry.options
    load.stage_patches(
        manifest.path(entry),
        region_code=entry.region,
        crs=told.get("crs"),
        encoding=told.get("encoding"),
        batch=BatchSpec(
            code=told["batch"],
            source=told["source"],
            issued_on=date.fromisoformat(told["issued_on"]),
            report_due_on=date.fromisoformat(told["report_due_on"]),
            period=told["period"],
            ruleset=told.get("ruleset"),
        ),
    )


def bring_campaigns(manifest: Manifest) -> None:
    """Import the patches of other campaigns, which enforcement does not judge."""
    for entry in manifest.entries:
        known = Batch.objects.filter(code=entry.options.get("batch", ""))
        if entry.kind == "campaign" and not known.exists():
            _patches(manifest, entry)


def _raster(manifest: Manifest, entry: Entry) -> None:
    load_raster(
        manifest.path(entry),
        taken_on=date.fromisoformat(entry.options["taken_on"]),
        name=entry.options["name"],
    )
