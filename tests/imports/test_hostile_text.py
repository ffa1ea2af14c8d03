"""Text, XML, JSON and geometry that mean harm: refused, in bounded time and memory."""

from __future__ import annotations

import struct

import pyogrio
import pytest
import shapely

from imports import crs_verdict
from imports.readers import deep
from spatial.errors import InputRefused
from tests.imports.conftest import frame, square
from tests.imports.hostile import HERE, ROW, look, refusal, refused_elsewhere


@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
@pytest.mark.parametrize(
    "trick",
    [
        '<!DOCTYPE k [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE k [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE k SYSTEM "http://127.0.0.1:9/a.dtd">',
    ],
)
@pytest.mark.parametrize("name", ["a.kml", "a.gml"])
def test_entities_and_types_of_documents(tmp_path, name, trick, codec):
    path = tmp_path / name
    path.write_text(f'<?xml version="1.0"?>{trick}<kml gml="1">&a;</kml>', encoding=codec)
    assert "DOCTYPE" in refusal(path)


@pytest.mark.parametrize("codec", ["idna", "punycode", "zlib", "rot13", "unicode_escape", "nix"])
def test_encodings_that_are_none_of_text(tmp_path, codec):
    path = tmp_path / "a.kml"
    path.write_text(f'<?xml version="1.0" encoding="{codec}"?><kml>{"a" * 300_000}</kml>')
    refusal(path)


def test_a_link_to_a_network_is_not_followed(tmp_path):
    path = tmp_path / "a.kml"
    link = "<NetworkLink><Link><href>http://127.0.0.1:9/a.kml</href></Link></NetworkLink>"
    path.write_text(
        f'<?xml version="1.0"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{link}'
        "</Document></kml>"
    )
    refusal(path)


DEEP = 100_000
DEEP_FILES = {
    "a.geojson": '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"a":'
    + "[" * DEEP + "]" * DEEP + '},"geometry":null}]}',
    "b.geojson": '{"type":"Feature","properties":{},"geometry":'
    + '{"type":"GeometryCollection","geometries":[' * DEEP + "]}" * DEEP + "}",
    "a.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>' + "<Folder>" * DEEP
    + "</Folder>" * DEEP + "</Document></kml>",
    "b.kml": '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark>'
    + "<MultiGeometry>" * DEEP + "</MultiGeometry>" * DEEP + "</Placemark></Document></kml>",
    "a.gml": '<a xmlns:gml="http://www.opengis.net/gml"><gml:featureMember><b><g>'
    + "<gml:MultiGeometry><gml:geometryMember>" * DEEP
    + "</gml:geometryMember></gml:MultiGeometry>" * DEEP + "</g></b></gml:featureMember></a>",
    "a.csv": 'WKT,A\n"' + "GEOMETRYCOLLECTION(" * DEEP + "POINT(1 1)" + ")" * DEEP + '",1\n',
    "b.csv": 'WKT,A\n"POLYGON' + "(" * DEEP + ")" * DEEP + '",1\n',
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(DEEP_FILES))
def test_nesting_without_end(tmp_path, name):
    """In a process of its own with bounded memory: a crash would take the tests with it."""
    path = tmp_path / name
    path.write_text(DEEP_FILES[name])
    assert refused_elsewhere(path)


def test_nested_wkb_is_no_polygon():
    nested = (b"\1" + struct.pack("<II", 7, 1)) * DEEP + shapely.to_wkb(shapely.Point(1, 1))
    multi = (b"\1" + struct.pack("<II", 6, 1)) * DEEP + shapely.to_wkb(shapely.Point(1, 1))
    for blob in (nested, multi, multi[:30], b"\1\6\0\0\0\xff\xff\xff\xff"):
        assert deep.bare_wkb(blob) == deep.EMPTY
    for good in (shapely.Point(1, 1), HERE, shapely.MultiPolygon([HERE, square(1, 1)]),
                 shapely.force_3d(shapely.MultiPolygon([HERE]), 5)):  # fmt: skip
        for flavor in ("iso", "extended"):
            for order in (0, 1):
                blob = shapely.to_wkb(good, flavor=flavor, byte_order=order)
                assert deep.bare_wkb(blob) == blob


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf"), 1e300])
def test_numbers_that_are_no_coordinates(tmp_path, value):
    path = tmp_path / "a.gpkg"
    shape = shapely.Polygon([(119.95, 33.05), (value, 33.05), (119.96, 33.06)])
    pyogrio.write_dataframe(frame([ROW], [shape]), path)
    with pytest.raises(InputRefused):
        crs_verdict.decide(look(path))


def test_a_number_of_a_thousand_digits(tmp_path):
    path = tmp_path / "a.txt"
    points = "\n".join(f"J{n},1,{'9' * 1000},4{n}0000" for n in range(4))
    path.write_text(f"[地块坐标]\n4,1,1,a,面,,,,@\n{points}\n")
    with pytest.raises(InputRefused):
        crs_verdict.decide(look(path))
