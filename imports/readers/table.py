"""What a reader hands on: rows as found, their geometry, and what was noticed on the way."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from imports import issue_kinds, shapes
from imports.readers.held import taken
from imports.refusal import BadRows

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyproj

    from imports.shapes import Given

from spatial.errors import InputRefused

ERROR = "error"
WARNING = "warning"
NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """Something noticed in a delivery; becomes an Issue. 问题

    ``kind`` is one of vocabulary.toml's [issue]; without ``severity`` it is as grave as its kind.
    """

    kind: str
    message: str
    severity: str = ""
    row: int | None = None
    field: str = ""
    feature: str = ""
    done: str = ""

    def __post_init__(self) -> None:
        if not self.severity:
            object.__setattr__(self, "severity", issue_kinds.of(self.kind).level)


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
    ``bad`` holds the rows that were left out by consent.
    """

    file_name: str
    driver: str
    columns: list[str]
    numbers: Sequence[int]
    records: Sequence[dict[str, Any]]
    geoms: Given
    crs: pyproj.CRS | None = None
    crs_origin: str = ""
    encoding: str = "utf-8"
    encoding_origin: str = ""
    encoding_confidence: str = "高"
    findings: list[Finding] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    """Other names of columns, where the file gives them."""
    bad: BadRows = field(default_factory=BadRows)

    def leave_out(self) -> Sequence[int]:
        """Take the bad rows out, keeping what they say; returns the positions of those that stay.

        Raises InputRefused, naming all faults, where none stays.
        """
        faults = self.bad.faults
        if not faults:
            return range(len(self.numbers))
        kept = []
        for at, number in enumerate(self.numbers):
            if number in faults:
                self.bad.records.setdefault(number, self.records[at])
            else:
                kept.append(at)
        if not kept:
            self.bad.refuse_all(self.file_name)
        self.numbers = [self.numbers[at] for at in kept]
        self.records = taken(self.records, kept)
        self.geoms = shapes.taken(self.geoms, kept)
        return kept

    @property
    def by_line(self) -> bool:
        """Whether row numbers are lines of a text, on which a feature begins."""
        return self.driver in ("界址点TXT", "CSV", "XLSX")

    @property
    def is_dbf(self) -> bool:
        """Whether column names were cut to the ten bytes of a DBF."""
        return self.driver == "ESRI Shapefile"
