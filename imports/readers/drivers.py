"""Which of GDAL's drivers may open a stranger's file: those that read that file and nothing else.

GDAL chooses a driver by contents, and some (VRT, WFS, …) open other files or addresses that the
file names. All drivers but those below are taken out of pyogrio's GDAL when this is imported.
"""

from __future__ import annotations

import ctypes
from pathlib import Path

import pyogrio

ALLOWED = frozenset(
    {
        "ESRI Shapefile", "GPKG", "OpenFileGDB", "FlatGeobuf", "GeoJSON", "GeoJSONSeq", "GML",
        "KML", "LIBKML", "DXF", "XLSX", "CSV", "MEM", "Memory",
    }
)  # fmt: skip
CONFIG = {
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": ".none",
    "GDAL_HTTP_MAX_RETRY": "0",
    "OGR_SQLITE_LOAD_EXTENSIONS": "NONE",
    "GML_SKIP_RESOLVE_ELEMS": "ALL",
}
"""No network, no extensions; what is referred to elsewhere stays there."""


def keep_allowed() -> list[str]:
    """Take every other driver out; returns the names of those that went."""
    pyogrio.set_gdal_config_options(CONFIG)
    gdal = ctypes.CDLL(str(_library()))
    gdal.GDALGetDriver.restype = gdal.GDALGetDriverByName.restype = ctypes.c_void_p
    gdal.GDALGetDriverShortName.restype = ctypes.c_char_p
    gdal.GDALGetDriverShortName.argtypes = gdal.GDALDeregisterDriver.argtypes = [ctypes.c_void_p]
    found = [gdal.GDALGetDriver(at) for at in range(gdal.GDALGetDriverCount())]
    gone = []
    for driver in found:
        name = gdal.GDALGetDriverShortName(driver).decode()
        if name not in ALLOWED:
            gdal.GDALDeregisterDriver(driver)
            gone.append(name)
    return gone


def _library() -> Path:
    """The very GDAL that pyogrio has loaded."""
    folder = Path(pyogrio.__file__).parent.parent / "pyogrio.libs"
    return next(folder.glob("libgdal*.so*"))


GONE = keep_allowed()
