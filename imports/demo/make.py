"""The generator's one entry point."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from imports.demo import files
from imports.demo.belts import write_belts
from imports.demo.change import write_change
from imports.demo.facts import facts
from imports.demo.images import write_images
from imports.demo.intents import make_intents
from imports.demo.ledgers import write_ledgers
from imports.demo.manifest import Manifest
from imports.demo.place import CITY_NAME, COUNTIES, NOTICE
from imports.demo.world import World, make_world

if TYPE_CHECKING:
    from pathlib import Path

DEFAULT_SIZE = 6000
PARTS = (
    "regions.gpkg",
    "manifest.json",
    "README.txt",
    "patches",
    "images",
    "change",
    "990100",
    *(c.code for c in COUNTIES),
)

README = f"""{NOTICE}。

{CITY_NAME}及其县、乡镇、道路、河流、单位、统一社会信用代码（99DEMO 开头）、批准文号、
合同号、图斑、影像均由程序按随机种子生成，与任何真实地方、单位、个人无关；
坐标虽落在东经 118.5 度附近，界线与地类同样是虚构的。不得作为任何依据。

manifest.json 按导入顺序列出每个文件、所属区域、生效日期和导入参数，
并列出每个图斑预期的初判结论。

This folder is invented data written by a program. No place, firm, person or paper in it exists.
"""


def patch_count(size: int) -> int:
    """How many patches suit a number of survey polygons: 160 for the default size."""
    return max(100, round(160 * (size / DEFAULT_SIZE) ** 0.5))


def make_files(
    folder: Path,
    size: int = DEFAULT_SIZE,
    seed: int = 2026,
    patches: int | None = None,
    *,
    images: bool = True,
) -> Manifest:
    """Write the invented prefecture into a folder; the manifest lists what to bring in, in order.

    ``size`` is the number of land-use polygons (about), up to 200 000. ``patches`` may ask for
    more patches than the size suggests, up to 100 000; the prefecture then grows. Files of an
    earlier run are replaced, anything else in the folder is left alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    _clear(folder)
    world = make_world(size, seed, patches or patch_count(size))
    manifest = Manifest(folder, seed, size)
    manifest.patches, manifest.ratios = make_intents(world)
    _write_all(folder, world, manifest, images=images)
    manifest.counts = {
        "land_use_2022": len(world.surveys[0].geom),
        "land_use_2023": len(world.surveys[1].geom),
        "patches": len(world.book.shots),
        "papers": len(world.book.papers),
    }
    (folder / "README.txt").write_text(README, encoding="utf-8")
    manifest.write()
    return manifest


def _write_all(folder: Path, world: World, manifest: Manifest, *, images: bool) -> None:
    entries = manifest.entries
    entries.append(files.write_regions(folder, world))
    entries.extend(files.write_townships(folder, world))
    entries.extend(files.write_surveys(folder, world))
    entries.extend(files.write_controls(folder, world))
    entries.extend(files.write_holdings(folder, world))
    entries.extend(write_ledgers(folder, world.book))
    entries.extend(files.write_batches(folder, world))
    entries.extend(write_belts(folder, world))
    if images:
        entries.extend(write_images(folder, world))
    entries.extend(facts(world))
    manifest.change = write_change(folder, world)


def _clear(folder: Path) -> None:
    for name in PARTS:
        path = folder / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
