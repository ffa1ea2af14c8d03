"""Every format an office may hand in: the same parcels come out of each, or it says why not."""

from __future__ import annotations

import json
import zipfile

import numpy as np
import pandas
import pyogrio
import pytest
import shapely

from tests.imports.conftest import GbkName, frame, projected, shapefile, square
from tests.imports.reading import RING, kinds, read, refused

ROWS = [{"JCBH": "001", "TBLX": "TD"}, {"JCBH": "002", "TBLX": "建筑"}]
HERE = [square(119.95, 33.05), square(119.97, 33.05)]


def written(path, driver, **more):
    pyogrio.write_dataframe(frame(ROWS, HERE), path, driver=driver, **more)
    return path


@pytest.mark.parametrize(
    ("name", "driver"),
    [
        ("a.geojsonl", "GeoJSONSeq"), ("a.gml", "GML"), ("a.fgb", "FlatGeobuf"),
        ("a.kml", "LIBKML"), ("a.gpkg", "GPKG"), ("a.geojson", "GeoJSON"),
    ],
)  # fmt: skip
def test_the_same_parcels_from_each_format(tmp_path, name, driver):
    more = {"SPATIAL_INDEX": "NO"} if driver == "FlatGeobuf" else {}  # else it orders them
    table = read(written(tmp_path / name, driver, **more))
    assert [(row["JCBH"], row["TBLX"]) for row in table.records] == [("001", "TD"), ("002", "建筑")]
    assert [shapely.equals_exact(a, b, 1e-9) for a, b in zip(
        shapely.normalize(table.geoms), shapely.normalize(HERE), strict=True
    )] == [True, True]  # fmt: skip
    assert table.crs.is_geographic


def test_reading_writes_nothing_beside_the_file(tmp_path):
    path = written(tmp_path / "a.gml", "GML")
    for part in tmp_path.iterdir():
        if part != path:
            part.unlink()
    assert len(read(path).geoms) == 2
    assert list(tmp_path.iterdir()) == [path]


def test_the_codes_of_a_gml_stay_the_text_they_are(tmp_path):
    rows = [{"JCBH": "001", "ZLDWDM": "9901021000000000000"},
            {"JCBH": "002", "ZLDWDM": "9901021000000000001"}]  # fmt: skip
    path = tmp_path / "a.gml"
    pyogrio.write_dataframe(frame(rows, HERE), path, driver="GML")
    path.with_suffix(".xsd").unlink()
    table = read(path)
    assert [row["ZLDWDM"] for row in table.records] == [row["ZLDWDM"] for row in rows]
    assert [row["JCBH"] for row in table.records] == ["001", "002"]


PHONE = """<?xml version="1.0" encoding="{encoding}"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document>
<Folder><name>轨迹</name>
<Placemark><name>路线</name><LineString><coordinates>119.95,33.05,3 119.96,33.05,3
119.96,33.06,4</coordinates></LineString></Placemark>
<Placemark><name>照片</name><Point><coordinates>119.95,33.05,12.5</coordinates></Point></Placemark>
<Placemark><name>绕行一周</name><LineString><coordinates>119.91,33.05,3 119.92,33.05,3
119.92,33.06,4 119.91,33.05,3</coordinates></LineString></Placemark></Folder>
<Folder><name>图斑</name>
<Placemark><name>一号</name><ExtendedData><Data name="JCBH"><value>001</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>119.95,33.05,3 119.96,33.05,3 119.96,33.06,4
119.95,33.06,3 119.95,33.05,3</coordinates></LinearRing></outerBoundaryIs><innerBoundaryIs>
<LinearRing><coordinates>119.952,33.052 119.954,33.052 119.954,33.054 119.952,33.052</coordinates>
</LinearRing></innerBoundaryIs></Polygon></Placemark>
<Placemark><name>二号</name><MultiGeometry><Point><coordinates>119.97,33.07</coordinates></Point>
<Polygon><outerBoundaryIs><LinearRing><coordinates>119.97,33.07 119.98,33.07 119.98,33.08
119.97,33.07</coordinates></LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark>
</Folder></Document></kml>"""


def phone(path, encoding="UTF-8"):
    path.write_bytes(PHONE.format(encoding=encoding).encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["UTF-8", "GBK"])
def test_a_phones_kml_gives_its_polygons_and_tells_the_rest(tmp_path, encoding):
    table = read(phone(tmp_path / "巡查.kml", encoding))
    assert [row["Name"] for row in table.records] == ["绕行一周", "一号", "二号"]
    assert [row["文件夹"] for row in table.records] == ["轨迹", "图斑", "图斑"]
    assert table.records[1]["JCBH"] == "001"
    assert table.numbers == [3, 4, 5]
    assert [shapely.get_num_interior_rings(geom) for geom in table.geoms] == [0, 1, 0]
    assert not shapely.has_z(table.geoms).any()
    messages = " ".join(finding.message for finding in table.findings)
    assert "线 1 个" in messages
    assert "点 1 个" in messages
    assert {"line_as_polygon", "not_polygons", "z_dropped"} <= set(kinds(table))


def test_a_kmz_is_its_kml(tmp_path):
    pack = tmp_path / "巡查.kmz"
    with zipfile.ZipFile(pack, "w") as archive:
        archive.writestr("doc.kml", PHONE.format(encoding="UTF-8"))
        archive.writestr("files/photo.jpg", b"x")
    assert len(read(pack).geoms) == 3
    assert [row["Name"] for row in read(pack, sublayer="图斑").records] == ["一号", "二号"]


def test_a_kml_without_polygons(tmp_path):
    path = tmp_path / "a.kml"
    pyogrio.write_dataframe(frame([{"Name": "a"}], [shapely.Point(120, 33)]), path, driver="LIBKML")
    refused(path, "没有面", "点 1 个", "画成面")


@pytest.mark.parametrize("name", ["a.kml", "a.gml"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xml_entities_are_refused_in_any_encoding(tmp_path, name, encoding):
    path = tmp_path / name
    root = "kml" if name.endswith("kml") else "gml"
    path.write_text(
        f'<?xml version="1.0" encoding="{encoding}"?>\n'
        f'<!DOCTYPE {root} [<!ENTITY a SYSTEM "file:///etc/hostname">]><{root}>&a;</{root}>',
        encoding=encoding,
    )
    refused(path, "DOCTYPE", "重新导出")


def polyline(layer, points, closed=1, bulge=None):
    lines = [
        f"0\nLWPOLYLINE\n5\n{len(layer) + 20:X}\n100\nAcDbEntity\n8\n{layer}\n100\nAcDbPolyline"
    ]
    lines.append(f"90\n{len(points)}\n70\n{closed}")
    for at, (x, y) in enumerate(points):
        lines.append(f"10\n{x}.0\n20\n{y}.0")
        if bulge and at == 1:
            lines.append(f"42\n{bulge}")
    return "\n".join(lines)


def drawing(path, *entities, codec="gb18030", page="ANSI_936"):
    text = (
        f"0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\n{page}\n0\nENDSEC\n"
        "0\nSECTION\n2\nENTITIES\n" + "\n".join(entities) + "\n0\nENDSEC\n0\nEOF\n"
    )
    path.write_bytes(text.encode(codec))
    return path


@pytest.mark.parametrize(("codec", "page"), [("gb18030", "ANSI_936"), ("utf-8", "ANSI_936")])
def test_closed_polylines_of_a_drawing_with_their_layer(tmp_path, codec, page):
    path = drawing(
        tmp_path / "a.dxf", polyline("用地红线", RING), polyline("道路", RING[:3], 0),
        "0\nTEXT\n5\n9F\n100\nAcDbEntity\n8\n注记\n100\nAcDbText\n10\n40400000.0\n20\n3655000.0\n"
        "40\n2.5\n1\n甲地块", codec=codec, page=page,
    )  # fmt: skip
    table = read(path)
    assert [row["图层"] for row in table.records] == ["用地红线"]
    assert table.geoms[0].area == pytest.approx(10_000)
    assert table.crs is None
    told = next(finding for finding in table.findings if finding.kind == "not_polygons")
    assert "线 1 个" in told.message
    assert "点 1 个" in told.message
    refused(path, "用地红线", "道路", sublayer="不存在")


def test_arcs_become_chords_within_the_stated_tolerance(tmp_path):
    path = drawing(tmp_path / "a.dxf", polyline("红线", RING, bulge=1.0))
    table = read(path)
    half_disc = np.pi * 50**2 / 2
    told = next(finding for finding in table.findings if finding.kind == "linearised")
    assert "1 段弧" in told.message
    assert "百万分之 2.4" in told.done
    assert table.geoms[0].area == pytest.approx(10_000 + half_disc, rel=1e-5)


def test_circles_ellipses_and_splines_say_that_they_are_no_polylines(tmp_path):
    (x, y), ring = RING[0], [*RING, RING[0]]
    head = "5\n{}\n100\nAcDbEntity\n8\n曲线\n100\n"
    place = f"10\n{x}.0\n20\n{y}.0"
    circle = f"0\nCIRCLE\n{head.format('A1')}AcDbCircle\n{place}\n40\n50.0"
    oval = f"11\n50.0\n21\n0.0\n40\n0.5\n41\n0.0\n42\n{2 * np.pi}"
    ellipse = f"0\nELLIPSE\n{head.format('A2')}AcDbEllipse\n{place}\n{oval}"
    corners = "\n".join(f"10\n{east}.0\n20\n{north}.0\n30\n0.0" for east, north in ring)
    knots = "\n".join(f"40\n{knot}.0" for knot in (0, 0, 0, 0, *range(1, len(ring) - 3)))
    last = "\n".join(f"40\n{len(ring) - 3}.0" for _ in range(4))
    flags = f"AcDbSpline\n70\n11\n71\n3\n72\n{len(ring) + 4}\n73\n{len(ring)}\n74\n0"
    spline = f"0\nSPLINE\n{head.format('A3')}{flags}\n{knots}\n{last}\n{corners}"
    table = read(drawing(tmp_path / "a.dxf", circle, ellipse, spline))
    assert len(table.geoms) == 3
    assert table.geoms[0].area == pytest.approx(np.pi * 50**2, rel=1e-5)
    told = [finding for finding in table.findings if finding.kind == "linearised"]
    assert [finding.severity for finding in told] == ["note", "warning"]
    assert "1 个圆或圆弧、1 个椭圆" in told[0].message
    assert "段弧" not in told[0].message
    assert "1 条样条曲线" in told[1].message
    assert "面积会有出入" in told[1].done


def test_drawings_that_hold_no_parcel(tmp_path):
    refused(drawing(tmp_path / "a.dxf", polyline("道路", RING[:3], 0)), "没有面", "闭合")
    binary = tmp_path / "b.dxf"
    binary.write_bytes(b"AutoCAD Binary DXF\r\n\x1a\x00" + bytes(50))
    refused(binary, "二进制", "另存")


@pytest.mark.parametrize(
    ("name", "word"), [("a.dwg", "DXF"), ("a.mdb", "File GDB"), ("a.rar", "zip"), ("a.doc", ".shp")]
)
def test_formats_that_cannot_be_read_name_the_way_out(tmp_path, name, word):
    path = tmp_path / name
    path.write_bytes(b"x")
    refused(path, "不认识", word)


def test_geoparquet(tmp_path):
    pytest.importorskip("pyarrow", reason="GeoParquet is read by pyarrow, an extra")
    path = tmp_path / "a.parquet"
    frame(ROWS, HERE, 4528).to_parquet(path)
    table = read(path)
    assert table.crs.to_epsg() == 4528
    assert [row["TBLX"] for row in table.records] == ["TD", "建筑"]
    assert shapely.equals_exact(table.geoms[0], projected(HERE[0], 4528), 1e-6)
    pandas.DataFrame(ROWS).to_parquet(path)
    refused(path, "geo")


def test_one_of_several_shapefiles_in_a_zip_by_its_chinese_name(tmp_path):
    pack = tmp_path / "b.zip"
    with zipfile.ZipFile(pack, "w") as archive:
        for stem in ("永农", "红线"):
            path = shapefile(tmp_path / "a.shp", [{"MC": stem}], HERE[:1])
            for part in sorted(tmp_path.glob("a.*")):
                archive.writestr(GbkName(f"数据/{stem}{part.suffix}"), part.read_bytes())
            path.unlink()
    refused(pack, "永农", "红线", "--where-layer")
    assert read(pack, sublayer="永农").records == [{"MC": "永农"}]


def test_geojson_of_another_encoding_and_a_hostile_crs(tmp_path):
    path = tmp_path / "a.geojsonl"
    feature = {
        "type": "Feature",
        "properties": {"MC": "水田"},
        "geometry": HERE[0].__geo_interface__,
    }
    path.write_bytes(json.dumps(feature, ensure_ascii=False).encode("gbk"))
    refused(path, "UTF-8")
    assert read(path, encoding="GBK").records[0]["MC"] == "水田"
    shape = shapefile(tmp_path / "b.shp", ROWS[:1], HERE[:1])
    for text in ("+proj=longlat +nadgrids=/etc/passwd", "x" * 100_000):
        shape.with_suffix(".prj").write_text(text)
        refused(shape, "读不懂", "--crs")
