"""What is said of a file that GDAL cannot open: broken, or whole and something else."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from spatial.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

    from imports.readers.bundle import Bundle

TOLD_BYTES = 16 << 20
"""Size up to which a file that is no GeoJSON is told from a broken one."""


def unreadable(bundle: Bundle) -> InputRefused:
    """The refusal, naming fault and remedy."""
    if bundle.kind == "geojson" and _is_json(bundle.main):
        return InputRefused(
            f"文件 {bundle.file_name} 是 JSON，但不是 GeoJSON：没有要素集合（FeatureCollection）。"
            "请导出为 GeoJSON 后再交。"
        )
    return InputRefused(f"文件 {bundle.file_name} 打不开，内容已损坏。请重新导出后再交。")


def _is_json(path: Path) -> bool:
    try:
        if path.stat().st_size > TOLD_BYTES:
            return False
        json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return False
    return True
