"""Files cut short or with bits turned: refused in our own words or read, never a traceback."""

from __future__ import annotations

import random
import re

import pytest
import shapely

from imports import crs_verdict, readers
from imports.deliveries import FileOptions
from imports.readers import bundle as bundles
from spatial.errors import GislandError
from tests.imports.conftest import shapefile, square, written, zipped
from tests.imports.exported import formats

ROWS = [{"JCBH": f"{at:04d}", "MC": "水田" * at, "MJ": at / 3} for at in range(1, 9)]
GROUND = [
    shapely.Polygon(
        square(119.9 + at / 100, 33.05).exterior.coords,
        [square(119.9002 + at / 100, 33.0502, 0.0005).exterior.coords],
    )
    for at in range(1, 9)
]
TXT = (
    "[属性描述]\r\n坐标系=2000国家大地坐标系\r\n几度分带=3\r\n带号=40\r\n计量单位=米\r\n[地块坐标]\r\n"
    "5,1.0,1号,水田,面,,耕地,,@\r\nJ1,1,3655000.0,40400000.0\r\nJ2,1,3655000.0,40400100.0\r\n"
    "J3,1,3655100.0,40400100.0\r\nJ4,1,3655100.0,40400000.0\r\nJ1,1,3655000.0,40400000.0\r\n"
)
ROUNDS = 25


def made(tmp_path, name):
    path = tmp_path / f"a.{name}"
    if name == "shp":
        return shapefile(path, ROWS, GROUND)
    if name == "zip":
        return zipped(shapefile(tmp_path / "b.shp", ROWS, GROUND), path)
    if name == "txt":
        path.write_bytes(TXT.encode("gb18030"))
        return path
    if name == "csv":
        lines = [
            f'{row["JCBH"]},{row["MC"]},"{geom.wkt}"'
            for row, geom in zip(ROWS, GROUND, strict=True)
        ]
        path.write_text("\n".join(["JCBH,MC,WKT", *lines]), encoding="gb18030")
        return path
    if name == "parquet":
        from tests.imports.conftest import frame

        frame(ROWS, GROUND).to_parquet(path)
        return path
    if name in ("kml", "gml", "fgb"):
        import pyogrio

        from tests.imports.conftest import frame

        drivers = {"kml": "LIBKML", "gml": "GML", "fgb": "FlatGeobuf"}
        pyogrio.write_dataframe(frame(ROWS, GROUND), path, driver=drivers[name])
        return path
    return written(path, ROWS, GROUND)


def damaged(data: bytes, rng: random.Random) -> bytes:
    """The bytes cut short, or with some bits turned, or with a stretch of zeros."""
    kind = rng.choice(("cut", "turn", "blank"))
    if kind == "cut":
        return data[: rng.randrange(1, len(data))]
    changed = bytearray(data)
    if kind == "blank":
        at = rng.randrange(len(data))
        changed[at : at + 64] = bytes(len(changed[at : at + 64]))
    for _ in range(rng.choice((1, 8, 40)) if kind == "turn" else 0):
        at = rng.randrange(len(data) if rng.random() < 0.5 else min(len(data), 200))
        changed[at] ^= 1 << rng.randrange(8)
    return bytes(changed)


@pytest.mark.parametrize(
    "name", formats("shp", "gpkg", "geojson", "zip", "kml", "gml", "fgb", "txt", "csv", "parquet")
)
def test_a_damaged_file_is_refused_or_read(tmp_path, name):
    path = made(tmp_path, name)
    parts = sorted(path.parent.glob("a.*"))
    whole = {part: part.read_bytes() for part in parts}
    rng = random.Random(name)
    read, said = 0, []
    for _ in range(ROUNDS):
        victim = rng.choice(parts)
        for part, data in whole.items():
            part.write_bytes(damaged(data, rng) if part == victim else data)
        try:
            with bundles.opened(path) as bundle:
                table = readers.read(bundle, FileOptions())
            crs_verdict.decide(table, None, None).to_storage(table.geoms)
            read += 1
        except GislandError as error:
            said.append(str(error))
    assert read < ROUNDS
    assert [text for text in said if not re.search("[\u4e00-\u9fff]", text)] == []
