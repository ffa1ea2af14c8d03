"""Small images of every kind, and what is kept of them."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import rasterio
from rasterio.transform import from_origin

from imports import rasters
from imports.raster_options import RasterOptions
from spatial.errors import InputRefused

DAY = date(2024, 3, 1)
WEST, NORTH, PIXEL, SIDE = 119.95, 33.06, 0.00005, 200
"""A square of 0.01 degrees in the western county of the fixture ``counties``."""
NORTH_UP = from_origin(WEST, NORTH, PIXEL, PIXEL)


def ramp(kind="uint8", low=1, high=250):
    """Values that grow from west to east."""
    row = np.linspace(low, high, SIDE)
    return np.broadcast_to(row, (SIDE, SIDE)).astype(kind)


def write(path, bands, *, mask=None, interp=None, palette=None, tags=None, **more):
    bands = np.stack(bands)
    profile = {"driver": "GTiff", "width": bands.shape[2], "height": bands.shape[1],
               "count": len(bands), "dtype": bands.dtype, "crs": "EPSG:4490",
               "transform": NORTH_UP, **more}  # fmt: skip
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as file:
        file.write(bands)
        if interp:
            file.colorinterp = interp
        if palette:
            file.write_colormap(1, palette)
        if mask is not None:
            file.write_mask(mask)
        if tags:
            file.update_tags(**tags)
    return path


def load(path, **told):
    return rasters.load_raster(path, options=RasterOptions(taken_on=DAY, **told)).image


def stored(image, media):
    """Pixels and mask of what is kept."""
    with rasterio.open(media / image.file) as file:
        assert file.tags(ns="IMAGE_STRUCTURE")["LAYOUT"] == "COG"
        return file.read(), file.dataset_mask() > 0


def refusal(path, **told):
    with pytest.raises(InputRefused) as caught:
        load(path, **told)
    return str(caught.value)
