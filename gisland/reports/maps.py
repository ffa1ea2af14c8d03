"""A map for a report, made on the server without a browser: SVG in the Gauss plane.

Layers of shapes lie over an image or plain ground; scale, north and plane stand in the map, the
legend below it. Looks come from the vocabulary; everything written into the SVG is escaped.
"""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import quoteattr

import numpy as np
import shapely
from pyproj import Transformer

from gisland.reports import map_marks
from gisland.reports.map_marks import PT_PER_MM, Box, text
from spatial import crs

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

MARGIN = 0.06
"""Ground left around what is shown, as a share of it."""
LEAST_M = 60.0
"""A map shows at least this much ground across."""
FINEST_PT = 0.08
"""Corners nearer than this are not told apart on paper."""


@dataclass(frozen=True)
class Look:
    """How a shape is drawn; widths in points."""

    colour: str = "#343A40"
    width: float = 1.0
    dash: tuple[float, ...] = ()
    fill: str = ""
    opacity: float = 1.0
    hatch: str = "none"
    ticks: bool = False
    """Short strokes toward the inside, as control lines have them."""

    @classmethod
    def of(cls, words: dict[str, Any], **more: Any) -> Look:
        """The look of an entry of ``style_tokens``, ``layer_style`` or ``boundary_style``."""
        found = cls(
            colour=words["colour"],
            width=0.75 * float(words.get("line", words.get("width", 1))),
            dash=tuple(0.75 * float(length) for length in words.get("dash", ())),
            fill=words["colour"] if words.get("fill") else "",
            opacity=float(words.get("fill", 1)),
            hatch=words.get("hatch", "none"),
            ticks=bool(words.get("ticks")),
        )
        return replace(found, **more)


@dataclass(frozen=True)
class Shape:
    """Ground in degrees (4490), as GEOS, shapely or GeoJSON; perhaps with its own look."""

    geom: Any
    label: str = ""
    look: Look | None = None


@dataclass(frozen=True)
class MapLayer:
    """Shapes with one line of legend, listed where one of them is seen; ``legend`` replaces it by
    several (look, title)."""

    title: str
    look: Look
    shapes: Sequence[Shape]
    legend: Sequence[tuple[Look, str]] | None = None


@dataclass(frozen=True)
class Frame:
    """What part of the plane lies on the paper, and how large."""

    central_meridian: Decimal | float
    bounds_m: Box
    width: float
    height: float

    @property
    def scale(self) -> float:
        """Points per metre."""
        return self.width / (self.bounds_m[2] - self.bounds_m[0])

    def to_plane(self, geom: Any) -> shapely.Geometry:
        """The ground in metres of the plane."""
        return in_plane(geom, self.central_meridian)

    def to_paper(self, geom: shapely.Geometry) -> shapely.Geometry:
        """The ground of the plane on the paper, y downward, without corners nobody can see."""
        west, _, _, north = self.bounds_m
        moved = shapely.transform(
            geom, lambda xy: np.column_stack([xy[:, 0] - west, north - xy[:, 1]]) * self.scale
        )
        return shapely.simplify(moved, FINEST_PT)


def frame_of(
    geoms: Sequence[Any],
    central_meridian: Decimal | float,
    *,
    width_mm: float = 176,
    height_mm: float = 110,
    margin: float = MARGIN,
) -> Frame:
    """The frame that shows this ground, in the middle, with some around it."""
    planes = [in_plane(geom, central_meridian) for geom in geoms]
    west, south, east, north = (float(end) for end in shapely.total_bounds(planes))
    tall, wide = north - south, east - west
    across = max(wide, tall * width_mm / height_mm, LEAST_M) * (1 + 2 * margin)
    middle = (west + east) / 2, (south + north) / 2
    half = across / 2, across * height_mm / width_mm / 2
    return Frame(
        central_meridian,
        (middle[0] - half[0], middle[1] - half[1], middle[0] + half[0], middle[1] + half[1]),
        width_mm * PT_PER_MM,
        height_mm * PT_PER_MM,
    )


def draw(
    frame: Frame,
    layers: Sequence[MapLayer],
    *,
    backdrop: bytes | None = None,
    source: str = "",
) -> bytes:
    """The SVG of the map: layers from below upward over the backdrop (JPEG or PNG of the frame).

    ``source`` is printed at the foot of the map: image and date, versions.
    """
    drawing = _Drawing(frame)
    shown_in_legend: list[tuple[Look, str]] = []
    for layer in layers:
        drawn = [drawing.add(shape, shape.look or layer.look) for shape in layer.shapes]
        if any(drawn):
            shown_in_legend += layer.legend or [(layer.look, layer.title)]
    legend, deep = map_marks.legend(shown_in_legend, frame.width, drawing.hatch)
    wide, tall = f"{frame.width:.2f}", f"{frame.height + deep:.2f}"
    size = f'width="{wide}" height="{frame.height:.2f}"'
    shown = [
        _ground(size, backdrop), *drawing.parts, *drawing.labels(), map_marks.north(frame.width),
        map_marks.scale_bar(frame.scale, frame.width, frame.height), _source(frame, source),
    ]  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{wide}pt" height="{tall}pt" '
        f'viewBox="0 0 {wide} {tall}" font-family="{map_marks.FONT}">'
        f"<defs>{''.join(drawing.hatches.values())}"
        f'<clipPath id="map"><rect {size}/></clipPath></defs>'
        f'<g clip-path="url(#map)">{"".join(shown)}</g>'
        f'<rect {size} fill="none" stroke="#343A40" stroke-width="0.75"/>'
        f'<g transform="translate(0 {frame.height:.2f})">{legend}</g></svg>'
    ).encode()


def in_plane(geom: Any, central_meridian: Decimal | float) -> shapely.Geometry:
    """Ground in degrees, in metres of the Gauss plane."""
    if isinstance(geom, dict):
        found = shapely.geometry.shape(geom)
    elif isinstance(geom, shapely.Geometry):
        found = geom
    else:
        found = shapely.from_wkb(bytes(geom.wkb))
    plane = _plane(str(central_meridian))
    return shapely.transform(found, lambda xy: np.column_stack(plane.transform(xy[:, 0], xy[:, 1])))


@lru_cache(32)
def _plane(central_meridian: str) -> Transformer:
    return Transformer.from_crs(
        f"EPSG:{crs.STORAGE_SRID}", crs.plane_proj4(float(central_meridian)), always_xy=True
    )


@dataclass
class _Drawing:
    """What has been drawn so far."""

    frame: Frame
    parts: list[str] = field(default_factory=list)
    hatches: dict[tuple[str, str], str] = field(default_factory=dict)
    named: list[tuple[shapely.Geometry, str]] = field(default_factory=list)

    def hatch(self, look: Look) -> str:
        """The reference of a hatch, noted for the definitions."""
        key = (look.hatch, look.colour)
        name = (
            f"hatch-{list(self.hatches).index(key) if key in self.hatches else len(self.hatches)}"
        )
        self.hatches.setdefault(key, map_marks.hatch(name, *key))
        return f"url(#{name})"

    def add(self, shape: Shape, look: Look) -> bool:
        """Draw a shape; whether anything of it reaches into the frame."""
        box = shapely.box(0, 0, self.frame.width, self.frame.height)
        found = self.frame.to_paper(self.frame.to_plane(shape.geom))
        if found.is_empty or not shapely.intersects(shapely.envelope(found), box):
            return False
        path = quoteattr(path_of(found))
        areal = shapely.get_dimensions(found) == 2
        if areal and look.fill:
            self.parts.append(
                f'<path d={path} fill={quoteattr(look.fill)} fill-opacity="{look.opacity:.2f}" '
                'fill-rule="evenodd"/>'
            )
        if areal and look.hatch != "none":
            self.parts.append(f'<path d={path} fill="{self.hatch(look)}" fill-rule="evenodd"/>')
        if look.width:
            self.parts.append(f"<path d={path} {map_marks.stroke(look)}/>")
        if look.ticks and areal:
            ticks = quoteattr(map_marks.ticks(found))
            self.parts.append(f"<path d={ticks} {map_marks.stroke(replace(look, dash=()))}/>")
        if shape.label:
            self.named.append((found, shape.label))
        return True

    def labels(self) -> list[str]:
        """The labels where they do not cover each other; the largest ground is named first."""
        taken: list[Box] = []
        written = []
        box = shapely.box(4, 4, self.frame.width - 4, self.frame.height - 4)
        for geom, label in sorted(self.named, key=lambda row: -shapely.area(row[0])):
            seen = shapely.intersection(shapely.make_valid(geom), box)
            if seen.is_empty:
                continue
            point = shapely.point_on_surface(seen)
            placed = map_marks.place(label, point.x, point.y, taken)
            if placed is not None:
                taken.append(placed[0])
                written.append(placed[1])
        return written


def path_of(geom: shapely.Geometry) -> str:
    """The SVG path of lines and rings."""
    pieces = []
    for part in shapely.get_parts(geom):
        rings = [part.exterior, *part.interiors] if part.geom_type == "Polygon" else [part]
        for ring in rings:
            xy = shapely.get_coordinates(ring)
            if ring.geom_type == "Point":
                (x, y), r = xy[0], 2.5
                pieces.append(
                    f"M{x - r:.2f} {y:.2f}a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0 {-2 * r} 0Z"
                )
                continue
            steps = "L".join(f"{x:.2f} {y:.2f}" for x, y in xy)
            pieces.append(f"M{steps}{'Z' if part.geom_type == 'Polygon' else ''}")
    return "".join(pieces)


def _ground(size: str, backdrop: bytes | None) -> str:
    plain = f'<rect {size} fill="#F8F9FA"/>'
    if backdrop is None:
        return plain
    kind = "png" if backdrop.startswith(b"\x89PNG") else "jpeg"
    data = base64.b64encode(backdrop).decode()
    picture = f"data:image/{kind};base64,{data}"
    return f'{plain}<image {size} preserveAspectRatio="none" href="{picture}"/>'


def _source(frame: Frame, source: str) -> str:
    plane = f"CGCS2000 高斯平面，中央经线 {frame.central_meridian}°"
    words = f"{source}　{plane}" if source else plane
    return text(words, frame.width - 4, frame.height - 4, size=6, anchor="end")
