"""Base maps out of archives, and 天地图 only with a key."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from tests.people import make_regions, person
from tests.tiles.conftest import Reader
from tiles import basemaps

if TYPE_CHECKING:
    from pathlib import Path

    from pytest_django.fixtures import SettingsWrapper

PNG = b"\x89PNG picture of 2/3/1"


@pytest.fixture
def folder(tmp_path: Path, settings: SettingsWrapper) -> Path:
    settings.BASEMAPS_DIR = tmp_path
    settings.TIANDITU_KEY = ""
    return tmp_path


def make(path: Path, *, tiles: bool = True, **metadata: Any) -> None:
    """An archive whose one picture is tile 2/3/1, counted from the north."""
    with closing(sqlite3.connect(path)) as archive, archive:
        archive.execute("CREATE TABLE metadata (name text, value text)")
        archive.execute(
            "CREATE TABLE tiles"
            " (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
        )
        archive.executemany("INSERT INTO metadata VALUES (?, ?)", metadata.items())
        if tiles:
            archive.execute("INSERT INTO tiles VALUES (2, 3, 2, ?)", [PNG])


def test_an_archive_says_what_it_is(folder: Path) -> None:
    make(folder / "hills.mbtiles", name="晕渲", format="png", bounds="117,32,119,34")
    (told,) = basemaps.config()
    assert told["title"] == "晕渲"
    assert told["bounds"] == [117, 32, 119, 34]
    assert (told["minzoom"], told["maxzoom"]) == (2, 2)
    assert told["urls"][0].startswith("/basemaps/hills/{z}/{x}/{y}?v=")


@pytest.mark.parametrize(
    ("given", "said"),
    [({"format": "pbf"}, "pbf"), ({}, "未注明"), ({"format": "png", "tiles": False}, "没有瓦片")],
)
def test_an_archive_that_cannot_be_shown_is_named(
    folder: Path, given: dict[str, Any], said: str
) -> None:
    make(folder / "odd.mbtiles", **given)
    assert basemaps.config() == []
    (sentence,) = basemaps.check()
    assert said in sentence
    assert "odd.mbtiles" in sentence


def test_a_file_that_is_no_database_is_named(folder: Path) -> None:
    (folder / "text.mbtiles").write_text("no archive at all, only words\n" * 50)
    assert basemaps.config() == []
    assert "text.mbtiles" in basemaps.check()[0]


def test_tianditu_comes_with_a_key_only(folder: Path, settings: SettingsWrapper) -> None:
    assert basemaps.config() == []
    settings.TIANDITU_KEY = "abc"
    told = basemaps.config()
    assert [one["title"] for one in told] == ["天地图 矢量", "天地图 影像"]
    assert all(url.endswith("tk=abc") for one in told for url in one["urls"])
    policy = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]["img-src"]
    assert not any("tianditu" in source for source in policy)


@pytest.mark.django_db
class TestServing:
    @pytest.fixture
    def reader(self, folder: Path) -> Reader:
        make_regions()
        make(folder / "hills.mbtiles", format="png")
        return Reader(person("990101", "brigade", name="zhang"))

    def test_a_picture_counted_from_the_north(self, reader: Reader) -> None:
        answer = reader.client.get("/basemaps/hills/2/3/1")
        assert answer.content == PNG
        assert answer["Content-Type"] == "image/png"
        assert reader.client.get("/basemaps/hills/2/3/2").status_code == 204

    @pytest.mark.parametrize(
        ("path", "status"), [("none/2/3/1", 404), ("..%2Fx/2/3/1", 404), ("hills/2/9/1", 400)]
    )
    def test_what_is_not_there(self, reader: Reader, path: str, status: int) -> None:
        assert reader.client.get(f"/basemaps/{path}").status_code == status

    def test_a_visitor_gets_nothing(self, reader: Reader) -> None:
        answer = Client().get("/basemaps/hills/2/3/1")
        assert answer.status_code in (302, 401)
        assert PNG not in answer.content
