"""Small versions of layers, staged from files: for the tests of what versions change."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import shapely

from imports import activate, load
from tests.imports.conftest import DAY, WEST, written

if TYPE_CHECKING:
    from imports.models import Delivery
    from spatial.models import DatasetVersion

LATER = datetime.date(2024, 6, 1)
PAPER = {"PZWH": "示政地〔2024〕1号", "SPHJ": "征收", "PZRQ": "2024-01-05"}


def part(west: float, wide: float, south: float = 33.05, high: float = 0.001) -> shapely.Polygon:
    return shapely.box(west, south, west + wide, south + high)


def stage(tmp_path, name, records, geoms, *, layer="land_use", day=DAY, region=WEST, **more):
    path = written(tmp_path / name, records, geoms)
    return load.stage_layer(layer, path, valid_from=day, region_code=region, **more)


def version_of(delivery: Delivery) -> DatasetVersion:
    return delivery.versions.select_related("layer", "region").get()


def active(tmp_path, name, records, geoms, **more) -> DatasetVersion:
    delivery = stage(tmp_path, name, records, geoms, **more)
    activate.activate(delivery)
    return version_of(delivery)


def land(*codes: str, mark: str = "") -> list[dict[str, str]]:
    return [{"BSM": f"{mark}{at}", "DLBM": code} for at, code in enumerate(codes)]


def paper(tmp_path, name, records, geoms, **more):
    path = written(tmp_path / name, records, geoms)
    return load.stage_layer("approval", path, region_code=WEST, **more)
