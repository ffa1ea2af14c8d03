"""Tiles as a client gets them: asked by a point, decoded, back in degrees."""

from __future__ import annotations

import math
from typing import Any

import mapbox_vector_tile
import pytest
import shapely
from django.test import Client

from spatial.models import DatasetVersion, Region, User
from tests import drawing
from tests.people import make_regions, person
from tiles.grid import HALF_WORLD_M, UNITS, Tile

LNG, LAT = drawing.plane_to_geographic().transform(
    drawing.ORIGIN_EAST + 15, drawing.ORIGIN_NORTH + 15
)
"""In the second cell from the left and from the bottom of a drawing of 10-m cells."""


def tile_at(z: int, lng: float = LNG, lat: float = LAT) -> Tile:
    """The tile that a point lies in."""
    share_x = (lng + 180) / 360
    y = math.asinh(math.tan(math.radians(lat))) * 6378137
    share_y = (HALF_WORLD_M - y) / (2 * HALF_WORLD_M)
    return Tile(z, int(share_x * 2**z), int(share_y * 2**z))


def url(layer: str, version: object, tile: Tile) -> str:
    return f"/tiles/{layer}/{version}/{tile.z}/{tile.x}/{tile.y}.mvt"


def decode(body: bytes, tile: Tile) -> dict[str, list[dict[str, Any]]]:
    """Features by MVT layer, their geometry in metres of EPSG:3857."""
    west, south, east, _ = tile.bounds_m
    unit = (east - west) / UNITS
    decoded = mapbox_vector_tile.decode(body) if body else {}
    return {
        name: [
            {
                **feature["properties"],
                "fid": feature.get("id"),
                "shape": shapely.transform(
                    shapely.geometry.shape(feature["geometry"]),
                    lambda xy: xy * unit + (west, south),
                ),
            }
            for feature in layer["features"]
        ]
        for name, layer in decoded.items()
    }


class Reader:
    """One user's browser."""

    def __init__(self, user: User | None) -> None:
        self.client = Client()
        if user is not None:
            self.client.force_login(user)

    def get(self, address: str, **headers: str) -> Any:
        return self.client.get(address, headers=headers)

    def tile(
        self, layer: str, version: object = "live", z: int = 16, tile: Tile | None = None
    ) -> dict[str, list[dict[str, Any]]]:
        """A decoded tile."""
        tile = tile or tile_at(z)
        answer = self.get(url(layer, version, tile))
        assert answer.status_code == 200, answer.content
        assert answer["Content-Type"] == "application/vnd.mapbox-vector-tile"
        assert "private" in answer["Cache-Control"]
        return decode(answer.content, tile)


@pytest.fixture
def regions(db: None) -> None:
    make_regions()


@pytest.fixture
def brigade(regions: None) -> Reader:
    """A brigade officer of the county in which drawings lie."""
    return Reader(person("990101", "brigade", unit="甲"))


@pytest.fixture
def stranger(regions: None) -> Reader:
    """A brigade officer of the county beside it."""
    return Reader(person("990102", "brigade", unit="丙"))


def region(code: str = "990101") -> Region:
    return Region.objects.get(code=code)


def draw(layer: str, drawn: Any, code: str = "990101", **told: Any) -> DatasetVersion:
    """One version from letters, in a county."""
    drawing_of = {"draw": drawn, **told} if isinstance(drawn, str) else drawn
    return drawing.draw_version(layer, drawing_of, region=region(code))
