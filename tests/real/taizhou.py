"""The change polygons of Taizhou as patches of 海陵区: what both modules about them start from."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any

import pyogrio

from tests.real.conftest import DATA, ROOT, settle, told

if TYPE_CHECKING:
    from pathlib import Path

TRUTH = DATA / "imagery-taizhou-landsat" / "taizhou_truth_polygons.gpkg"
REGIONS = DATA / "admin-jiangsu" / "jiangsu_admin_cgcs2000.gpkg"
COUNTY, MERIDIAN, BATCH = "321202", 120, "taizhou-2003"
BUILT, MOVED = "20", "TD"
RULES = tomllib.loads((ROOT / "spatial/rules/land-enforcement.toml").read_text("utf-8"))
LAYERS_READ = {
    *(notion["layer"] for notion in RULES["notion"].values() if "layer" in notion),
    *(layer for group in RULES["group"].values() for layer in group["used"]["layers"]),
}


def changes() -> Any:
    """The 88 change polygons, with a kind that is ours: odd ids are buildings, even ones 推堆土."""
    found = pyogrio.read_dataframe(TRUTH)
    found = found[found.kind == "change"].reset_index(drop=True)
    found["TBLX"] = [BUILT if number % 2 else MOVED for number in found.id]
    return found


def bring_patches(folder: Path) -> Any:
    """Register Jiangsu, and import the polygons without naming the county; what the command says.

    The file's own columns are kept; ``kind`` (change) is no TBLX, so TBLX wins by --map.
    """
    told("import_regions", REGIONS)
    path = folder / "changes.gpkg"
    pyogrio.write_dataframe(changes(), path)
    said = told(
        "import_patches", path, "--batch", BATCH, "--source", "部", "--period", "2003",
        "--map", "jcbh=id", "--map", "kind=TBLX", "--map", "before_on=date_before",
        "--map", "after_on=date_after", "--map", "declared_area_m2=area_m2",
    )  # fmt: skip
    settle()
    return said
