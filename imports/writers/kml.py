"""KML 2.2: one placemark a feature, filled by its class, its values in ExtendedData and a table."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

import shapely

from imports.writers.geojson import require_degrees
from imports.writers.table import Result
from spatial import vocabulary

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from imports.writers.table import Chunk, Column, Losses, Sheet

KINDS = {"text": "string", "date": "string", "number": "double", "boolean": "bool"}
NOT_XML = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
DROPPED = "XML 不能有的控制字符，已去掉"
PLAIN, SCHEMA = "plain", "columns"
ALPHA, ORANGE = "66", "00a5ff"
"""How opaque a fill is (the image below must stay visible), and that of what has no class."""


def write_kml(path: Path, sheet: Sheet, chunks: Iterator[Chunk], losses: Losses) -> Result:
    """The file that 奥维, LocaSpace and Google Earth open: degrees of WGS 84, on the ground."""
    require_degrees(sheet, "KML")
    class_at = sheet.at(name="CPGL") if sheet.target == "patch" else None
    styles = _styles() if class_at is not None else {}
    with path.open("w", encoding="utf-8", newline="\n") as file:
        file.write(_head(sheet, styles))
        for chunk in chunks:
            for label, geom, row in zip(chunk.labels, chunk.geoms, chunk.rows, strict=True):
                told = row[class_at] if class_at is not None else None
                style = styles[told][0] if told in styles else PLAIN
                file.write(_placemark(sheet.columns, label, geom, row, style, losses))
        file.write("</Folder></Document></kml>\n")
    names = [column.name for column in sheet.columns]
    return Result([path], names, "utf-8", driver="KML", more=("Name", "description"))


def _styles() -> dict[str, tuple[str, str]]:
    """By the name of a class, its style and its colour as KML writes it: blue, green, red."""
    looks = vocabulary.style_tokens()
    return {
        vocabulary.class_term(code): (code, _bgr(str(looks[code]["colour"])))
        for code in vocabulary.class_codes()
        if code in looks
    }


def _bgr(colour: str) -> str:
    return f"{colour[5:7]}{colour[3:5]}{colour[1:3]}".lower()


def _head(sheet: Sheet, styles: dict[str, tuple[str, str]]) -> str:
    fields = "".join(
        f'<SimpleField type="{KINDS[column.kind]}" name={quoteattr(column.name)}>'
        f"<displayName>{escape(column.term)}</displayName></SimpleField>\n"
        for column in sheet.columns
    )
    looks = "".join(_style(*style) for style in ((PLAIN, ORANGE), *styles.values()))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document><name>{escape(sheet.title)}</name>"
        f"<description>{escape(sheet.stamp)}</description>\n{looks}"
        f'<Schema name={quoteattr(sheet.code)} id="{SCHEMA}">\n{fields}</Schema>\n'
        f"<Folder><name>{escape(sheet.title)}</name>\n"
    )


def _style(name: str, colour: str) -> str:
    return (
        f"<Style id={quoteattr(name)}><LineStyle><color>ff{colour}</color><width>2</width>"
        f"</LineStyle><PolyStyle><color>{ALPHA}{colour}</color></PolyStyle></Style>\n"
    )


def _placemark(
    columns: tuple[Column, ...],
    label: str,
    geom: Any,
    row: list[Any],
    style: str,
    losses: Losses,
) -> str:
    data, lines = [], []
    for column, value in zip(columns, row, strict=True):
        if value is None:
            continue
        text = _said(value)
        clean = NOT_XML.sub("", text)
        if clean != text:
            losses.add(DROPPED, column.name, label)
        data.append(f"<SimpleData name={quoteattr(column.name)}>{escape(clean)}</SimpleData>")
        lines.append(f"{column.term}：{_shown(value, clean)}")
    name = escape(NOT_XML.sub("", label))
    return (
        f"<Placemark><name>{name}</name><description>{escape(chr(10).join(lines))}</description>"
        f"<styleUrl>#{escape(style)}</styleUrl>"
        f'<ExtendedData><SchemaData schemaUrl="#{SCHEMA}">{"".join(data)}</SchemaData>'
        f"</ExtendedData>{_outline(geom)}</Placemark>\n"
    )


def _said(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return repr(value) if isinstance(value, float) else str(value)


def _shown(value: Any, text: str) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    return text


def _outline(geom: Any) -> str:
    parts = [_polygon(part) for part in shapely.get_parts(geom)]
    return parts[0] if len(parts) == 1 else f"<MultiGeometry>{''.join(parts)}</MultiGeometry>"


def _polygon(part: Any) -> str:
    part = shapely.orient_polygons(part, exterior_cw=False)
    outer = f"<outerBoundaryIs>{_ring(part.exterior)}</outerBoundaryIs>"
    inner = "".join(f"<innerBoundaryIs>{_ring(hole)}</innerBoundaryIs>" for hole in part.interiors)
    return f"<Polygon><tessellate>1</tessellate>{outer}{inner}</Polygon>"


def _ring(ring: Any) -> str:
    points = " ".join(f"{east!r},{north!r}" for east, north in ring.coords)
    return f"<LinearRing><coordinates>{points}</coordinates></LinearRing>"
