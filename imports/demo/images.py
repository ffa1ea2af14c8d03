"""Two satellite images of the prefecture, before and after: the changes can be seen in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import rasterio
import shapely
from rasterio.features import rasterize
from rasterio.transform import from_origin
from scipy.ndimage import gaussian_filter

from imports.demo.manifest import Entry
from imports.demo.place import CITY, Floats, Geoms, to_degrees, to_epsg
from imports.demo.scenes import Shot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.demo.world import World

EPSG = 4527
MOST_PIXELS = 25_000_000
DATES = ("2023-03-15", "2024-03-20")
TONES: dict[str, tuple[tuple[int, int, int], float, float]] = {
    # class: colour, strength of rows, strength of grain
    "0101": ((104, 122, 84), 5, 4),
    "0102": ((118, 128, 78), 9, 5),
    "0103": ((138, 124, 90), 9, 6),
    "02": ((96, 112, 66), 12, 6),
    "03": ((52, 74, 46), 0, 13),
    "04": ((122, 124, 82), 0, 8),
    "05": ((172, 164, 160), 0, 30),
    "06": ((168, 172, 182), 14, 20),
    "07": ((154, 140, 130), 0, 34),
    "0810": ((78, 104, 64), 0, 12),
    "08": ((170, 160, 150), 0, 26),
    "09": ((150, 145, 140), 0, 20),
    "1003": ((142, 142, 144), 0, 5),
    "1004": ((158, 156, 152), 0, 6),
    "1006": ((170, 158, 132), 0, 5),
    "1101": ((66, 86, 88), 0, 3),
    "1102": ((48, 70, 84), 0, 3),
    "1104": ((58, 82, 82), 0, 3),
    "1106": ((124, 128, 104), 0, 7),
    "1107": ((76, 94, 84), 0, 4),
    "12": ((186, 184, 178), 14, 14),
}
GROUND: dict[str, tuple[int, int, int]] = {
    "20": (196, 190, 182),
    "JZ": (188, 180, 172),
    "YH": (206, 204, 198),
    "DL2": (178, 158, 132),
    "GF": (58, 66, 96),
    "TD": (176, 138, 98),
    "DT": (168, 132, 96),
    "CK": (206, 192, 164),
    "SJ": (186, 184, 180),
    "ND": (198, 184, 152),
}
Pixels = npt.NDArray[np.uint8]


def _tone(code: str) -> tuple[tuple[int, int, int], float, float]:
    for width in (4, 2):
        if code[:width] in TONES:
            return TONES[code[:width]]
    return TONES["1106"]


class Canvas:
    """The grid of both images and what lies on each pixel."""

    def __init__(self, world: World) -> None:
        """Lay a grid over the prefecture, fine enough and not too large."""
        self.world = world
        survey = world.surveys[0]
        plane = to_epsg(survey.geom, EPSG)
        west, south, east, north = shapely.total_bounds(plane)
        self.pixel = max(4.0, float(np.sqrt((east - west) * (north - south) / MOST_PIXELS)))
        self.west = np.floor(west / self.pixel) * self.pixel
        self.north = np.ceil(north / self.pixel) * self.pixel
        self.shape = (
            int((self.north - south) / self.pixel) + 2,
            int((east - self.west) / self.pixel) + 2,
        )
        self.transform = from_origin(self.west, self.north, self.pixel, self.pixel)
        self.polygon = self.burn(plane)

    def burn(self, geoms: Geoms) -> npt.NDArray[np.int32]:
        """For each pixel the number (from 1) of the geometry on it, else 0."""
        pairs = ((geom, i) for i, geom in enumerate(geoms, 1))
        return np.asarray(rasterize(pairs, self.shape, transform=self.transform, dtype="int32"))


def _base(canvas: Canvas, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """The land as it was: colours by class, rows in fields, roofs in villages, grain."""
    survey = canvas.world.surveys[0]
    tones = [_tone(str(code)) for code in survey.code]
    table = np.zeros((len(tones) + 1, 3), np.float32)
    table[1:] = [tone[0] for tone in tones]
    calm = np.isin(survey.code, ("1101", "1102"))[:, None]
    mood = rng.normal(0, 6, (len(tones), 1)) + rng.normal(0, 3, (len(tones), 3))
    table[1:] += np.where(calm, 0, mood)
    image = table[canvas.polygon]
    image += _rows(canvas, rng, np.array([tone[1] for tone in tones], np.float32))[..., None]
    grain = np.concatenate([[0], [tone[2] for tone in tones]]).astype(np.float32)
    image += (_speckle(canvas.shape, rng) * grain[canvas.polygon])[..., None]
    image[canvas.polygon == 0] = 0
    return image


def _rows(canvas: Canvas, rng: np.random.Generator, strength: Floats) -> npt.NDArray[np.float32]:
    """Stripes along the fields, each field with its own direction and spacing."""
    count = len(strength) + 1
    angle = rng.uniform(0, np.pi, count).astype(np.float32)
    pitch = rng.uniform(16, 44, count).astype(np.float32) * max(canvas.pixel / 4, 1)
    depth = np.concatenate([[0], strength]).astype(np.float32)
    kx = (2 * np.pi * np.cos(angle) / pitch * canvas.pixel).astype(np.float32)
    ky = (2 * np.pi * np.sin(angle) / pitch * canvas.pixel).astype(np.float32)
    x = np.arange(canvas.shape[1], dtype=np.float32)[None, :]
    y = np.arange(canvas.shape[0], dtype=np.float32)[:, None]
    phase = kx[canvas.polygon] * x
    phase += ky[canvas.polygon] * y
    np.sin(phase, out=phase)
    phase *= depth[canvas.polygon]
    return np.asarray(phase)


def _speckle(shape: tuple[int, int], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Grain with a size of a few pixels, as crowns and roofs have."""
    grain = rng.standard_normal(shape, np.float32)
    smooth = gaussian_filter(grain, 1.1, truncate=2.0)
    return np.asarray(smooth * (0.8 / max(float(smooth.std()), 1e-6)), np.float32)


def _paint(
    canvas: Canvas, image: npt.NDArray[np.float32], shots: list[Shot], rng: np.random.Generator
) -> None:
    """Bare soil, concrete and bright roofs where something was built."""
    if not shots:
        return
    plane = to_epsg(to_degrees(np.array([s.geom for s in shots], object)), EPSG)
    mask = canvas.burn(plane)
    table = np.zeros((len(shots) + 1, 3), np.float32)
    table[1:] = [GROUND.get(s.kind, (190, 180, 165)) for s in shots]
    on = mask > 0
    image[on] = table[mask[on]] + rng.normal(0, 7, (int(on.sum()), 1))
    roofs = _roofs(plane, shots, rng)
    if len(roofs):
        roof = canvas.burn(roofs)
        colours = np.array([(88, 122, 176), (206, 212, 220), (172, 84, 68)], np.float32)
        up = roof > 0
        image[up] = colours[roof[up] % 3] + rng.normal(0, 4, (int(up.sum()), 1))


def _roofs(plane: Geoms, shots: list[Shot], rng: np.random.Generator) -> Geoms:
    """Roof outlines within the built patches: long halls along the lot."""
    roofs = []
    for shape, shot in zip(plane, shots, strict=True):
        if shot.kind not in ("20", "JZ") or shape.area < 120:
            continue
        box = shapely.minimum_rotated_rectangle(shape)
        corner = shapely.get_coordinates(box)
        a, b, d = corner[0], corner[1] - corner[0], corner[3] - corner[0]
        for k in range(3):
            low, high = 0.08 + 0.3 * k, 0.28 + 0.3 * k
            right = rng.uniform(0.6, 0.92)
            quad = [
                a + b * u + d * v for u, v in ((low, 0.1), (high, 0.1), (high, right), (low, right))
            ]
            roof = shapely.intersection(shapely.Polygon(quad), shape)
            roofs += [p for p in shapely.get_parts(roof) if p.geom_type == "Polygon"]
    return np.array(roofs, object)


def _save(path: Path, canvas: Canvas, image: Any, tags: dict[str, str]) -> None:
    profile = {
        "driver": "GTiff",
        "width": canvas.shape[1],
        "height": canvas.shape[0],
        "count": 3,
        "dtype": "uint8",
        "crs": f"EPSG:{EPSG}",
        "transform": canvas.transform,
        "tiled": True,
        "blockxsize": 256,
        "blockysize": 256,
        "compress": "JPEG",
        "photometric": "YCBCR",
        "JPEG_QUALITY": "78",
        "interleave": "pixel",
    }
    with rasterio.open(path, "w", **profile) as target:
        target.write(np.moveaxis(np.clip(image, 1, 255).astype(np.uint8), -1, 0))
        target.update_tags(**tags)


def _changes(world: World) -> list[Shot]:
    """What was built between the images: lots nobody reported, then the patches."""
    lots = [Shot("", "", lot.county, lot.geom, "20", []) for lot in world.book.built]
    return lots + [shot for shot in world.book.shots if shot.visible]


def write_images(folder: Path, world: World) -> Iterator[Entry]:
    """Write both images and return their entries."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(world.ground.frame.seed + 101)
    canvas = Canvas(world)
    image = _base(canvas, rng)
    for when, taken_on in enumerate(DATES):
        if when:
            _paint(canvas, image, _changes(world), rng)
            image *= np.array([1.03, 1.0, 0.95], np.float32)
        path = Path("images") / f"示例影像_{taken_on[:4]}.tif"
        _save(folder / path, canvas, image, {"NOTICE": "虚构影像", "TAKEN_ON": taken_on})
        yield Entry(
            "raster",
            "",
            str(path),
            CITY,
            "",
            {"taken_on": taken_on, "name": f"示例影像 {taken_on}（虚构）"},
        )
