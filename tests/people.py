"""Regions, people and patches for tests of who may see what: two counties, one unit each."""

from __future__ import annotations

import datetime

from django.contrib.gis.geos import MultiPolygon, Polygon

from spatial import crs
from spatial.accounts import make_user
from spatial.models import Batch, DatasetVersion, Patch, Region, Unit, User, Zone

DAY = datetime.date(2024, 1, 1)
PASSWORD = "a-long-enough-word-7"


def square(west: float = 118.0, south: float = 30.0, size: float = 0.001) -> MultiPolygon:
    box = Polygon.from_bbox((west, south, west + size, south + size))
    return MultiPolygon(box, srid=crs.STORAGE_SRID)


def make_regions(province: str = "99") -> None:
    """A province with a city of two counties, and a city of one."""
    top = Region.objects.create(code=f"{province}0000", name="示范省", level="province")
    for city, counties in ((f"{province}01", ("01", "02")), (f"{province}02", ("01",))):
        middle = Region.objects.create(code=f"{city}00", name=f"市{city}", level="city", parent=top)
        for county in counties:
            Region.objects.create(
                code=city + county,
                name=f"县{city}{county}",
                level="county",
                parent=middle,
                central_meridian="117.0",
            )


def county(code: str = "990101") -> Region:
    return Region.objects.get(code=code)


def person(code: str | None = "990101", *roles: str, name: str = "", unit: str = "") -> User:
    return make_user(
        name or f"u{code}{''.join(roles)}{unit}",
        PASSWORD,
        region_code=code,
        roles=roles or ("brigade",),
        unit_name=unit,
    )


def make_patch(
    code: str = "990101",
    batch: str = "2024Q1",
    jcbh: str = "1",
    *,
    source: str = "部",
    owner: Unit | None = None,
    shared: bool = False,
    geom: MultiPolygon | None = None,
) -> Patch:
    geom = geom or square()
    issued, _ = Batch.objects.get_or_create(
        code=batch, defaults={"source": source, "owner": owner, "shared": shared}
    )
    ground = geom.clone()
    ground.srid = crs.ENGINE_SRID
    return Patch.objects.create(
        batch=issued, region=county(code), jcbh=jcbh, area_m2="100.25", geom=geom, ground=ground
    )


def make_zone(code: str = "990101", layer: str = "basic_farmland") -> Zone:
    version = DatasetVersion.objects.create(
        layer_id=layer, region=county(code), valid_from=DAY, status="active",
        activated_at=datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC),
    )  # fmt: skip
    return Zone.objects.create(version=version, layer_id=layer, source_id="1", geom=square())
