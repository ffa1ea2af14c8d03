"""Files out: one writer a format. Each streams chunks and says what it could not say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from imports.writers import boundary_txt, geojson, kml, ogr, parquet, spreadsheet

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from imports.writers.table import Chunk, Losses, Result, Sheet

    Write = Callable[[Path, Sheet, Iterator[Chunk], Losses], Result]


@dataclass(frozen=True)
class Format:
    """A format: its writer, how its files end, and the encoding that its users expect."""

    write: Write
    suffix: str
    encoding: str = "UTF-8"


FORMATS = {
    "gpkg": Format(ogr.write_gpkg, ".gpkg"),
    "shp": Format(ogr.write_shp, ".shp"),
    "geojson": Format(geojson.write_geojson, ".geojson"),
    "kml": Format(kml.write_kml, ".kml"),
    "txt": Format(boundary_txt.write_txt, ".txt", "GBK"),
    "csv": Format(spreadsheet.write_csv, ".csv"),
    "xlsx": Format(spreadsheet.write_xlsx, ".xlsx"),
    "parquet": Format(parquet.write_parquet, ".parquet"),
}
"""By the name on the command line."""
