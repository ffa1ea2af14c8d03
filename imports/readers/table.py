"""What a reader hands on: rows as found, their geometry, and what was noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pyproj

from spatial.errors import InputRefused

WARNING = "warning"
NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """Something noticed in a delivery; becomes an Issue. 问题"""

    kind: str
    message: str
    severity: str = WARNING
    row: int | None = None
    field: str = ""
    feature: str = ""
    done: str = ""


class SublayerNeeded(InputRefused):
    """A delivery of several layers, of which one must be named: ``names``. 须指明图层"""

    def __init__(self, message: str, names: list[str]) -> None:
        """The message for people, and the names to choose from."""
        super().__init__(message)
        self.names = names


@dataclass
class Table:
    """The features of one file, in the file's own CRS, always x = east.

    ``numbers`` are row numbers for people (1 = first feature; of a TXT the line of the parcel's
    header), ``records`` the raw values by column name, ``geoms`` shapely polygons.
    """

    file_name: str
    driver: str
    columns: list[str]
    numbers: list[int]
    records: list[dict[str, Any]]
    geoms: np.ndarray
    crs: pyproj.CRS | None = None
    crs_origin: str = ""
    encoding: str = "utf-8"
    encoding_origin: str = ""
    encoding_confidence: str = "高"
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Other names of columns, where the file gives them."""

    @property
    def is_dbf(self) -> bool:
        """Whether column names were cut to the ten bytes of a DBF."""
        return self.driver == "ESRI Shapefile"
