"""What data are in force where: layer by county, with what is missing. 数据现状"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.utils.dateparse import parse_date

from spatial import sqlfiles
from spatial.install import layers_file
from spatial.models import Layer, Region
from spatial.models.region import RegionLevel

if TYPE_CHECKING:
    from datetime import date, datetime

    from spatial.scope import Scope

DATA, EMPTY, LAPSED, MISSING = "data", "declared_empty", "lapsed", "missing"
STATE_TERMS = {DATA: "有数据", EMPTY: "声明无数据", LAPSED: "已过期", MISSING: "无数据"}


@dataclass(frozen=True)
class Waiting:
    """A version that does not count today: staged, or of a later day."""

    pk: int
    valid_from: date | None


@dataclass(frozen=True)
class InForce:
    """The version that counts."""

    pk: int
    valid_from: date | None
    """None for a ledger."""
    valid_until: date | None
    declared_empty: bool
    declared_by: str
    zone_count: int
    source_name: str
    """The file; of a ledger the one that it took in last."""
    merged_at: datetime | None
    """When a ledger took in its last file."""


@dataclass(frozen=True)
class Cell:
    """One layer in one county."""

    county_code: str
    county_name: str
    version: InForce | None
    lapsed: bool
    """The version ended, and none follows: nothing counts."""
    others: int
    """Further versions in use: earlier and later ones."""
    staged: tuple[Waiting, ...]
    later: tuple[Waiting, ...]

    @property
    def state(self) -> str:
        """One of STATE_TERMS."""
        if self.version is None:
            return MISSING
        if self.lapsed:
            return LAPSED
        return EMPTY if self.version.declared_empty else DATA

    @property
    def state_term(self) -> str:
        """The state in words."""
        return STATE_TERMS[self.state]


@dataclass(frozen=True)
class LayerState:
    """One layer in all the counties asked about, in order of their codes."""

    code: str
    term: str
    nature: str
    cells: tuple[Cell, ...]

    @property
    def gaps(self) -> list[Cell]:
        """Where nothing counts: missing or lapsed."""
        return [cell for cell in self.cells if cell.state in (MISSING, LAPSED)]

    @property
    def days(self) -> list[date]:
        """The first and the last day from which its versions in force count; empty for a ledger."""
        found = [cell.version.valid_from for cell in self.cells
                 if cell.state == DATA and cell.version and cell.version.valid_from]  # fmt: skip
        return sorted({min(found), max(found)}) if found else []

    @property
    def staged(self) -> int:
        """How many versions wait to be activated."""
        return sum(len(cell.staged) for cell in self.cells)

    @property
    def loaded(self) -> int:
        """In how many counties something is known: data, or the word that there are none."""
        return len(self.cells) - len(self.gaps)


@dataclass(frozen=True)
class DataState:
    """All layers by all counties."""

    layers: tuple[LayerState, ...]
    counties: tuple[tuple[str, str], ...] = field(default=())
    """Code and name."""

    @property
    def cells(self) -> list[Cell]:
        """Every layer in every county."""
        return [cell for layer in self.layers for cell in layer.cells]

    @property
    def counts(self) -> dict[str, int]:
        """How many cells are in each state, and the number of staged versions."""
        found = Counter(cell.state for cell in self.cells)
        staged = sum(layer.staged for layer in self.layers)
        return {**{state: found[state] for state in STATE_TERMS}, "staged": staged}

    def record(self) -> list[dict[str, Any]]:
        """It as JSON: an object a layer and county."""
        return [
            {
                "layer": layer.code, "term": layer.term, "nature": layer.nature,
                "county": cell.county_code, "name": cell.county_name, "state": cell.state,
                **_record(cell),
            }
            for layer in self.layers
            for cell in layer.cells
        ]  # fmt: skip


def in_force(today: date, scope: Scope | None = None) -> DataState:
    """What counts on a day in the counties and layers of a scope; in all without one (commands)."""
    if scope is None:
        counties = Region.objects.filter(level=RegionLevel.COUNTY, valid_until__isnull=True)
        params: dict[str, Any] = {
            "county_ids": list(counties.values_list("pk", flat=True)),
            "layer_codes": list(Layer.objects.values_list("pk", flat=True)),
        }
    else:
        told = scope.sql_params("verdict")
        params = {name: told[name] for name in ("county_ids", "layer_codes")}
    rows = sqlfiles.rows("state/list_in_force", {**params, "today": today})
    found = [
        LayerState(code, term, nature, tuple(_cell(row, today) for row in group))
        for (code, term, nature), group in groupby(
            rows, lambda row: (row["layer_code"], row["term"], row["nature"])
        )
    ]
    order = {code: at for at, code in enumerate(layers_file()["layer"])}
    layers = tuple(sorted(found, key=lambda layer: order.get(layer.code, len(order))))
    first = layers[0].cells if layers else ()
    return DataState(layers, tuple((cell.county_code, cell.county_name) for cell in first))


def _cell(row: dict[str, Any], today: date) -> Cell:
    version = None
    if row["id"] is not None:
        version = InForce(
            row["id"], row["valid_from"], row["valid_until"], row["declared_empty"],
            row["declared_by"], row["zone_count"], row["source_name"], row["merged_at"],
        )  # fmt: skip
    return Cell(
        county_code=row["county_code"],
        county_name=row["county_name"],
        version=version,
        lapsed=bool(version and version.valid_until and version.valid_until <= today),
        others=max(0, row["active_count"] - 1),
        staged=tuple(_waiting(entry) for entry in row["staged"]),
        later=tuple(_waiting(entry) for entry in row["later"]),
    )


def _waiting(entry: dict[str, Any]) -> Waiting:
    return Waiting(entry["id"], parse_date(entry["valid_from"] or ""))


def _record(cell: Cell) -> dict[str, Any]:
    version = cell.version
    return {
        "version": version and version.pk,
        "valid_from": version and version.valid_from,
        "valid_until": version and version.valid_until,
        "declared_by": version.declared_by if version else "",
        "zone_count": version and version.zone_count,
        "source": version.source_name if version else "",
        "merged_at": version and version.merged_at,
        "staged": [{"version": one.pk, "valid_from": one.valid_from} for one in cell.staged],
        "later": [{"version": one.pk, "valid_from": one.valid_from} for one in cell.later],
    }
