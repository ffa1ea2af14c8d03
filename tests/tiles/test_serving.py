"""Addresses, caches, compression, TileJSON."""

from __future__ import annotations

import gzip

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial import sqlfiles
from tests.people import person, square
from tests.tiles.conftest import LAT, LNG, Reader, decode, draw, region, tile_at, url
from tiles import vector, versions
from tiles.layers import catalogue, find

pytestmark = pytest.mark.django_db

MANY = "\n".join("".join(chr(0x4E00 + 30 * r + c) for c in range(30)) for r in range(30))


def test_304_and_whose_etag(brigade: Reader) -> None:
    snapshot, ledger = draw("basic_farmland", "A"), draw("approval", "A", A={"document": "甲"})
    other = Reader(person("990101", "planner"))
    asked = [("basic_farmland", snapshot.pk, True), ("basic_farmland", "live", False),
             ("basic_farmland", "2024-01-01", False), ("approval", "live", False),
             ("approval", ledger.pk, False), ("patches", "live", False)]  # fmt: skip
    for layer, version, forever in asked:
        address = url(layer, version, tile_at(15))
        first = brigade.get(address)
        assert ("immutable" in first["Cache-Control"]) is forever
        assert "private" in first["Cache-Control"]
        assert {"Cookie", "Authorization"} <= set(first["Vary"].split(", "))
        again = brigade.get(address, if_none_match=first["ETag"])
        assert (again.status_code, again.content) == (304, b"")
        assert "private" in again["Cache-Control"]
        foreign = other.get(address, if_none_match=first["ETag"])
        assert foreign.status_code == 200
        assert foreign["ETag"] != first["ETag"]


def test_the_etag_follows_the_data(brigade: Reader) -> None:
    ledger = draw("approval", "A", A={"document": "甲"})
    address = url("approval", "live", tile_at(15))
    tag = brigade.get(address)["ETag"]
    ledger.zones.update(recorded_until="2020-01-01T00:00:00Z")
    changed = brigade.get(address, if_none_match=tag)
    assert (changed.status_code, changed.content) == (200, b"")
    draw("township", "A", A={"name": "旧"})
    address = url("township", "live", tile_at(15))
    tag = brigade.get(address)["ETag"]
    draw("township", "A", A={"name": "新"})
    assert brigade.get(address, if_none_match=tag).status_code == 200


def test_gzip_where_it_is_taken(brigade: Reader) -> None:
    draw("basic_farmland", MANY)
    tile = tile_at(15)
    plain = brigade.get(url("basic_farmland", "live", tile))
    packed = brigade.get(url("basic_farmland", "live", tile), accept_encoding="br, gzip;q=0.8")
    refused = brigade.get(url("basic_farmland", "live", tile), accept_encoding="gzip;q=0")
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content == refused.content
    assert "Content-Encoding" not in refused
    assert "Accept-Encoding" in packed["Vary"]
    assert len(decode(plain.content, tile)["basic_farmland"]) == 900


def test_the_spatial_index_is_used(brigade: Reader, monkeypatch) -> None:
    version = draw("basic_farmland", MANY)
    sqlfiles.analyze("spatial_zone")
    plain = sqlfiles.text
    monkeypatch.setattr(sqlfiles, "text", lambda name: f"EXPLAIN {plain(name)}")
    asked: list[str] = []

    def explained(name: str, params) -> None:
        asked.extend(next(iter(row.values())) for row in sqlfiles.rows(name, params))

    monkeypatch.setattr(sqlfiles, "value", explained)
    layer = find("basic_farmland")
    chosen = versions.Chosen((version.pk,), versions.read("live").known_at, True, True)
    from spatial.scope import scope_of

    vector.zones(layer, tile_at(16, LNG + 0.002), chosen, scope_of(person("990101")), None)
    assert "geom" in "\n".join(line for line in asked if "Index" in line)


WEST, SOUTH = LNG - 0.01, LAT - 0.01


def test_tilejson(brigade: Reader) -> None:
    draw("land_use", "A", A={"code": "0101"})
    type(region()).objects.filter(code="990101").update(geom=square(WEST, SOUTH, 0.5))
    found = brigade.get("/tiles/land_use/live.json").json()
    assert found["tilejson"] == "3.0.0"
    assert found["name"] == "三调地类"
    assert found["bounds"] == [round(n, 6) for n in (WEST, SOUTH, WEST + 0.5, SOUTH + 0.5)]
    assert (found["minzoom"], found["maxzoom"]) == (6, 16)
    ids = [layer["id"] for layer in found["vector_layers"]]
    assert ids == ["land_use", "land_use-labels"]
    assert found["vector_layers"][0]["fields"]["code"] == "地类编码"
    tile = tile_at(16)
    address = found["tiles"][0].removeprefix("http://testserver")
    for name, number in (("z", tile.z), ("x", tile.x), ("y", tile.y)):
        address = address.replace(f"{{{name}}}", str(number))
    assert decode(brigade.get(address).content, tile)["land_use"]


def test_every_layer_answers(brigade: Reader) -> None:
    listed = brigade.get("/tiles/").json()["layers"]
    assert [layer["id"] for layer in listed] == list(catalogue())
    for layer in listed:
        assert layer["title"]
        for z in (layer["minzoom"], 12, 15):
            assert brigade.get(url(layer["id"], "live", tile_at(z))).status_code == 200
        assert brigade.get(f"/tiles/{layer['id']}/live.json").json()["vector_layers"]


def test_fields_are_those_of_layers_toml(brigade: Reader) -> None:
    from spatial.install import layers_file

    tree = layers_file()
    for layer in catalogue().values():
        if layer.kind == "zones":
            known = {**tree["common"], **tree["layer"][layer.code]["fields"]}
            assert set(layer.fields) <= set(known), layer.code
            assert layer.label in layer.fields, layer.code


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/tiles/nothing/live/1/0/0.mvt", 404),
        ("/tiles/land_use/9999999/14/0/0.mvt", 404),
        ("/tiles/land_use/99999999999999999999999/14/0/0.mvt", 404),
        ("/tiles/land_use/newest/14/0/0.mvt", 404),
        ("/tiles/land_use/2024-02-31/14/0/0.mvt", 400),
        ("/tiles/land_use/0000-01-01/14/0/0.mvt", 400),
        ("/tiles/land_use/0001-01-01/14/0/0.mvt", 200),
        ("/tiles/land_use/9999-12-31/14/0/0.mvt", 200),
        ("/tiles/land_use/live/23/0/0.mvt", 400),
        ("/tiles/land_use/live/17/0/0.mvt", 404),
        ("/tiles/land_use/live/3/8/0.mvt", 400),
        ("/tiles/land_use/live/3/0/99999999999999999999.mvt", 400),
        ("/tiles/land_use/live/-1/0/0.mvt", 404),
        ("/tiles/land_use%00/live/3/0/0.mvt", 400),
        ("/tiles/land_use/live%00/3/0/0.mvt", 400),
        ("/tiles/pieces-0/live/12/0/0.mvt", 404),
        ("/tiles/pieces-77/live/12/0/0.mvt", 404),
        ("/tiles/pieces-999999999999999999999/live/12/0/0.mvt", 404),
        ("/tiles/patches/9999999/12/0/0.mvt", 404),
        ("/tiles/counties/1/12/0/0.mvt", 404),
        ("/tiles/counties/1.json", 404),
        ("/tiles/nothing/live.json", 404),
        ("/tiles/land_use/yesterday.json", 404),
        ("/imagery/1/1/0/0.webp", 404),
        ("/imagery/99999999999999999999/1/0/0.webp", 404),
        ("/imagery/1/3/9/0.webp", 400),
    ],
)
def test_bad_addresses(brigade: Reader, address: str, status: int) -> None:
    answer = brigade.get(address)
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"
        assert answer.json()["detail"]


def test_only_reading(brigade: Reader) -> None:
    assert brigade.client.post("/tiles/land_use/live/1/0/0.mvt").status_code == 405


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["land_use", "patches", "counties", "pieces-1"]) | st.text(max_size=8),
    st.text(max_size=12) | st.integers().map(str) | st.dates().map(str) | st.just("live"),
    st.tuples(*[st.integers(0, 2**70)] * 3) | st.tuples(*[st.integers(0, 9)] * 3),
)
def test_no_address_breaks_it(
    brigade: Reader, layer: str, version: str, place: tuple[int, ...]
) -> None:
    from urllib.parse import quote

    z, x, y = place
    parts = f"{quote(layer, safe='')}/{quote(version, safe='')}"
    for address in (f"/tiles/{parts}/{z}/{x}/{y}.mvt", f"/tiles/{parts}.json"):
        assert brigade.get(address).status_code in (200, 301, 400, 404)
