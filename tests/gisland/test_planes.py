"""Coordinate systems in words that a clerk reads."""

from __future__ import annotations

import pyproj
import pytest

from gisland.templatetags.planes import crs_words
from imports.crs_checks import name_of


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (4528, "2000 国家大地坐标系 3 度带第 40 带，东坐标有带号（EPSG:4528）"),
        (4498, "2000 国家大地坐标系 6 度带第 20 带，东坐标有带号（EPSG:4498）"),
        (4549, "2000 国家大地坐标系 3 度带，中央经线 120°，东坐标没有带号（EPSG:4549）"),
        (4490, "2000 国家大地坐标系，经纬度（EPSG:4490）"),
        (4326, "WGS 84，经纬度（EPSG:4326）"),
        (32650, "EPSG:32650 WGS 84 / UTM zone 50N"),
    ],
)
def test_a_verdict_as_an_office_says_it(code: int, said: str) -> None:
    assert crs_words(name_of(pyproj.CRS.from_epsg(code))) == said


@pytest.mark.parametrize("label", ["", "UNK / Lambert_Conformal_Conic_2SP", "—"])
def test_what_has_no_word_stays(label: str) -> None:
    assert crs_words(label) == label
