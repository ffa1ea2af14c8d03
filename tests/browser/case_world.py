"""A county with cases to be: its people at three levels, patches of unlawful ground, an image."""

from __future__ import annotations

import datetime
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import rasterio
from django.utils import timezone
from rasterio.transform import from_origin

from gisland.casework import cases
from imports.rasters import load_raster
from spatial.models import Region
from tests import ratio_ground as drawn
from tests.people import person, square

if TYPE_CHECKING:
    from spatial.models import Patch, User

COUNTY, CITY, PROVINCE = "990201", "990200", "990000"
ISSUED = datetime.date(2024, 5, 6)
TAKEN_ON = datetime.date(2024, 5, 1)


@dataclass(frozen=True)
class CaseWorld:
    """What the tests ask about."""

    patch: Patch
    near: Patch
    next: Patch
    captain: User
    officer: User
    county_reviewer: User
    city_reviewer: User
    province_reviewer: User
    leader: User
    sessions: dict[str, str] = field(default_factory=dict)

    @property
    def people(self) -> tuple[User, ...]:
        """Everybody."""
        return (self.captain, self.officer, self.county_reviewer, self.city_reviewer,
                self.province_reviewer, self.leader)  # fmt: skip


def make_case_world() -> CaseWorld:
    """Judged patches, issued by the ministry, an image over them; all but ``patch`` have cases."""
    county = drawn.draw_county("iiii\niiii", COUNTY)
    patches = [
        drawn.draw_patch(rows, county, batch="B2024", issued=ISSUED, jcbh=jcbh)
        for rows, jcbh in (("PPPP\n....", "7001"), ("....\nPP..", "7002"), ("....\n..PP", "7003"))
    ]
    west, south, *_ = patches[0].geom.extent
    Region.objects.filter(pk=county.pk).update(
        geom=square(west - 0.02, south - 0.02, 0.04), name="办案县"
    )
    drawn.judge(*patches)
    _image(west, south)
    cases.open_cases([one.pk for one in patches[1:]], None, timezone.now())
    unit = "办案县大队"
    return CaseWorld(
        patch=patches[0],
        near=patches[1],
        next=patches[2],
        captain=person(COUNTY, "captain", name="fuze", unit=unit),
        officer=person(COUNTY, "brigade", name="banan", unit=unit),
        county_reviewer=person(COUNTY, "reviewer", name="xianshen"),
        city_reviewer=person(CITY, "reviewer", name="shishen"),
        province_reviewer=person(PROVINCE, "reviewer", name="shengshen"),
        leader=person(CITY, "official", name="lingdao"),
    )


def _image(west: float, south: float) -> None:
    values = np.full((3, 300, 300), 170, dtype="uint8")
    values[1] = np.arange(300, dtype="uint16")[:, None] * 200 // 300
    place = {"crs": "EPSG:4490", "transform": from_origin(west - 0.003, south + 0.003, 2e-5, 2e-5)}
    size = {"count": 3, "width": 300, "height": 300, "dtype": "uint8"}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "image.tif"
        with rasterio.open(path, "w", driver="GTiff", **size, **place) as file:
            file.write(values)
        load_raster(path, taken_on=TAKEN_ON, name="办案县影像")
