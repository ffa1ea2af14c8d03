"""PROJ's own regression vectors for the projections that deliveries come in, to a millimetre."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyproj
import pytest

from tests.real.conftest import DATA, needs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = needs("proj-gie")

FOLDER = DATA / "proj-gie"
MILLIMETRE = 1e-3
LAST_DIGIT_M = 1e-7 * 111_320
Vector = tuple[tuple[float, float], tuple[float, float], float]


def vectors(path: Path) -> Iterator[tuple[str, list[Vector]]]:
    """Each operation with its points: given, expected, tolerance in metres."""
    text = re.sub(r"\\\n\s*", " ", path.read_text("utf-8"))
    operation, tolerance, given, found = "", 0.0, None, []
    for line in text.splitlines():
        word, _, rest = line.strip().partition(" ")
        numbers = [float(n) for n in re.findall(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?", rest)]
        if word == "operation":
            if found:
                yield operation, found
            operation, found = rest.strip(), []
        elif word == "tolerance":
            unit = {"mm": 1e-3, "cm": 1e-2, "m": 1.0}.get(rest.split()[-1])
            tolerance = numbers[0] * unit if unit else 0.0
        elif word == "accept":
            given = (numbers[0], numbers[1]) if len(numbers) >= 2 else None
        elif word == "expect" and given and len(numbers) >= 2:
            found.append((given, (numbers[0], numbers[1]), tolerance))
    if found:
        yield operation, found


def test_the_projection_of_gauss_kruger_gives_the_stated_points():
    """builtins.gie, forward, on the ellipsoid of GRS 80 and on spheres of the earth's size."""
    checked = 0
    for operation, points in vectors(FOLDER / "gie" / "builtins.gie"):
        if not re.match(r"\+proj=(tmerc|etmerc|utm)\b.*(GRS80|=64000)", operation):
            continue
        way = pyproj.Proj(operation)
        for (longitude, latitude), expected, _ in points:
            if abs(longitude) > 180 or abs(latitude) > 90 or "+inv" in operation:
                continue  # an inverse
            x, y = way(longitude, latitude)
            if np.isfinite([x, y]).all():
                assert np.abs(np.array((x, y)) - expected).max() <= MILLIMETRE, operation
                checked += 1
    assert checked > 60


@pytest.mark.parametrize("name", ["5101.1-jhs", "5101.4-jhs-etmerc"])
def test_the_gigs_series_for_transverse_mercator(name):
    """Forward: to 1 mm and what the last digit of the degrees it gives is worth (10⁻⁷° = 11 mm)."""
    checked = 0
    for operation, points in vectors(FOLDER / "gigs" / f"{name}.gie"):
        text = operation.replace("+init=epsg:4326", "+proj=longlat +datum=WGS84")
        way = pyproj.Transformer.from_pipeline(re.sub(r"\+no_def\b", "+no_defs", text))
        for given, expected, _ in points:
            if max(np.abs(given)) > 180:
                continue  # an inverse
            x, y = way.transform(*given)
            assert np.abs(np.array((x, y)) - expected).max() <= MILLIMETRE + LAST_DIGIT_M
            checked += 1
    assert checked > 10
