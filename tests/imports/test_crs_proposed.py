"""A file whose declared CRS does not fit its county: the one that does is proposed."""

from __future__ import annotations

import pyproj
import pytest

from imports import crs_verdict
from imports.ground import Ground
from spatial.errors import CrsRefused
from tests.imports.conftest import projected
from tests.imports.test_crs import COUNTY, HERE, table


@pytest.mark.parametrize(
    ("really", "declared", "proposed"),
    [
        (4549, 4548, "EPSG:4549"),  # a neighbouring meridian
        (4549, 4508, "EPSG:4549"),  # 6 degrees for 3
        (4528, 4526, "EPSG:4528"),  # another prefix
        (4490, 4549, "EPSG:4490"),  # degrees said to be metres
        (4528, 4490, "EPSG:4528"),  # metres said to be degrees
    ],
)
def test_the_crs_that_fits_is_proposed_where_the_declared_one_does_not(really, declared, proposed):
    geom = HERE if really == 4490 else projected(HERE, really)
    told = table(geom, crs=pyproj.CRS.from_epsg(declared), origin=".prj")
    with pytest.raises(CrsRefused) as refused:
        crs_verdict.decide(told, None, COUNTY)
    assert refused.value.proposals[0] == proposed
    assert f"--crs {proposed}" in str(refused.value)


def test_nothing_is_proposed_where_nothing_fits():
    geom = projected(HERE, 4549)
    told = table(geom, crs=pyproj.CRS.from_epsg(4548), origin=".prj")
    verdict = crs_verdict.decide(told, None, Ground((80.0, 20.0, 80.2, 20.2)))
    assert verdict.evidence == ("位置与行政区范围不一致",)
