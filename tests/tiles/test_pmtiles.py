"""Base maps from PMTiles: found by the curve, in directories within directories; faults named."""

from __future__ import annotations

import gzip
import json
import struct
from typing import TYPE_CHECKING, Any

import pytest

from tests.people import make_regions, person
from tests.tiles.conftest import Reader
from tests.tiles.test_basemaps import PNG
from tiles import basemaps, pmtiles

if TYPE_CHECKING:
    from pathlib import Path


def varint(number: int) -> bytes:
    found = bytearray()
    while number > 0x7F:
        found.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*found, number])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Tile, run, length, offset + 1 (0: right after the one before)."""
    columns = list(zip(*entries, strict=True))
    steps = [now - before for now, before in zip(columns[0], (0, *columns[0]), strict=False)]
    numbers = [len(entries), *steps, *columns[1], *columns[2], *columns[3]]
    return b"".join(varint(number) for number in numbers)


def write(path: Path, *, kind: int = 2, packed: bool = True, leaf: bool = False) -> Path:
    """Zoom 2 whole as one run of one picture; 3/1/2 another; perhaps by way of a leaf."""
    pack = gzip.compress if packed else bytes
    other = pmtiles.tile_number(3, 1, 2)
    entries = [(5, 16, len(PNG), 1), (other, 1, 5, 0)]
    leaves = pack(directory(entries)) if leaf else b""
    root = pack(directory([(5, 0, len(leaves), 1)] if leaf else entries))
    words = pack(json.dumps({"name": "山地", "attribution": "示例"}).encode())
    places, at = [], 127
    for part in (root, words, leaves, PNG + b"other"):
        places += [at, len(part)]
        at += len(part)
    box = (1_170_000_000, 320_000_000, 1_190_000_000, 340_000_000)
    head = struct.pack(
        "<8s11Q6B4i9x", b"PMTiles\x03", *places, 17, 2, 2, 1, 2 if packed else 1, 1, kind, 2, 3,
        *box,
    )  # fmt: skip
    path.write_bytes(head + root + words + leaves + PNG + b"other")
    return path


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Path:
    settings.BASEMAPS_DIR = tmp_path
    settings.TIANDITU_KEY = ""
    return tmp_path


@pytest.mark.parametrize(
    ("z", "x", "y", "number"),
    [(0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 1, 2), (1, 1, 1, 3), (1, 1, 0, 4), (2, 0, 0, 5),
     (12, 3423, 1763, 19078479)],
)  # fmt: skip
def test_the_number_of_a_tile(z: int, x: int, y: int, number: int) -> None:
    assert pmtiles.tile_number(z, x, y) == number


def test_each_tile_has_a_number_of_its_own() -> None:
    numbers = [
        pmtiles.tile_number(z, x, y) for z in range(5) for x in range(2**z) for y in range(2**z)
    ]
    assert sorted(numbers) == list(range(len(numbers)))


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("leaf", [True, False])
def test_tiles_are_found(folder: Path, packed: bool, leaf: bool) -> None:
    write(folder / "hills.pmtiles", packed=packed, leaf=leaf)
    assert {basemaps.picture("hills", 2, x, y) for x in range(4) for y in range(4)} == {PNG}
    assert basemaps.picture("hills", 3, 1, 2) == b"other"
    assert basemaps.picture("hills", 3, 1, 3) is None
    assert basemaps.picture("hills", 0, 0, 0) is None


def test_what_a_page_is_told(folder: Path) -> None:
    write(folder / "hills.pmtiles")
    (told,) = basemaps.config()
    assert (told["id"], told["title"], told["attribution"]) == ("hills", "山地", "示例")
    assert (told["minzoom"], told["maxzoom"], told["bounds"]) == (2, 3, [117, 32, 119, 34])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: b"nothing" + data[7:], "标记"),
        (lambda data: data[:80], "标记"),
        (lambda data: data[:97] + b"\x04" + data[98:], "压缩方式"),
        (lambda data: data[:99] + b"\x01" + data[100:], "mvt"),
        (lambda data: data[:24] + struct.pack("<QQ", 10**6, 50) + data[40:], "不完整"),
    ],
)
def test_a_file_that_cannot_be_shown_is_named(folder: Path, change: Any, said: str) -> None:
    path = write(folder / "odd.pmtiles")
    path.write_bytes(change(path.read_bytes()))
    assert basemaps.config() == []
    (sentence,) = basemaps.check()
    assert "odd.pmtiles" in sentence
    assert said in sentence


@pytest.mark.django_db
def test_it_is_served_to_whoever_has_a_scope(folder: Path) -> None:
    write(folder / "hills.pmtiles")
    make_regions()
    reader = Reader(person("990101", "brigade"))
    answer = reader.get("/basemaps/hills/2/3/1")
    assert (answer.content, answer["Content-Type"]) == (PNG, "image/png")
    assert reader.get("/basemaps/hills/2/3/1", if_none_match=answer["ETag"]).status_code == 304
    assert reader.get("/basemaps/hills/3/7/7").status_code == 204
    assert Reader(None).get("/basemaps/hills/2/3/1").status_code in (302, 401)
