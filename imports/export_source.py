"""What an export takes: rows of the database as columns and chunks, whichever table they are of."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from imports import fields
from imports.readers.table import Table
from imports.writers.table import Chunk, Column
from spatial.dates import said_date
from spatial.rules.conditions import read_conditions
from spatial.rules.operands import Scope as Names
from spatial.rules.problems import Problems

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from imports.writers.plane import Bounds, Plane
    from imports.writers.table import Losses
    from spatial.scope import Scope

CHUNK = 2000
"""Features in memory at a time."""
NOT_DELIVERED = "部分要素没有交付该字段，与交付为空的一样写作空值"

Row = dict[str, Any]


@dataclass(frozen=True)
class Asked:
    """Which rows are wanted, and by whom: without a scope, everything (the command line)."""

    scope: Scope | None = None
    region_code: str | None = None
    where: Sequence[str] = ()
    batch: str | None = None
    label_class: str | None = None
    version_ids: Sequence[int] = ()
    as_of: date | None = None
    """Layers: the version in force on this day; of a ledger what was on record at its end."""
    known_at: datetime | None = None
    """Patches: the assessments that were current at this moment."""
    plain: bool = False
    """Leave out the columns that were delivered beyond the canonical fields."""
    patch_ids: Sequence[int] | None = None
    """Patches: at most these, as a page has found them."""
    said: str = ""
    """How a page found them: for the record, and for the file itself."""


@dataclass(frozen=True)
class Made:
    """A column and how its value is had from a row."""

    column: Column
    value: Callable[[Row], Any]


@dataclass
class Source:
    """Selected rows, ready to stream inside the same transaction."""

    code: str
    title: str
    target: str
    made: list[Made]
    count: int
    bounds: Bounds | None
    meridians: list[Decimal]
    rows: Callable[[], Iterator[Row]]
    label: Callable[[Row], str]
    notes: list[str] = field(default_factory=list)
    sparse: dict[str, int] = field(default_factory=dict)
    """By column, how many rows were not delivered with it."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns in order."""
        return tuple(made.column for made in self.made)

    def chunks(self, plane: Plane) -> Iterator[Chunk]:
        """The rows in order, geometry in the plane."""
        batch: list[Row] = []
        for row in self.rows():
            batch.append(row)
            if len(batch) == CHUNK:
                yield self._chunk(batch, plane)
                batch = []
        if batch:
            yield self._chunk(batch, plane)

    def _chunk(self, batch: list[Row], plane: Plane) -> Chunk:
        geoms = shapely.from_wkb(np.array([bytes(row["geom"]) for row in batch], dtype=object))
        values = [
            [of_kind(made.value(row), made.column.kind) for made in self.made] for row in batch
        ]
        return Chunk([self.label(row) for row in batch], plane.convert(geoms), values)

    def tell_sparse(self, losses: Losses) -> None:
        """Note the fields that only some rows were delivered with."""
        for name, missing in self.sparse.items():
            losses.add(NOT_DELIVERED, name, "", missing)


def of_kind(value: Any, kind: str) -> Any:
    """A value as writers take it; text where it is of another kind than its column."""
    if value is None:
        return None
    if kind == "number":
        return float(value) if isinstance(value, Decimal) else value
    if kind == "boolean":
        return bool(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def bounds_of(summed: Row) -> Bounds | None:
    """West, south, east, north of what was selected."""
    if summed["west"] is None:
        return None
    return (summed["west"], summed["south"], summed["east"], summed["north"])


def conditions_of(where: Sequence[str], layer_code: str = "") -> str:
    """Tests in the rules' language as JSON: of a layer's fields, else of patch.x and batch.x.

    A field that was not delivered leaves a row in doubt. Raises RulesetInvalid.
    """
    problems = Problems("--where")
    names = Names({}, {}, frozenset(), zone_layer=layer_code, facts=not layer_code)
    tests = [asdict(test) for test in read_conditions(list(where), names, problems)]
    problems.raise_if_any()
    for test in tests:
        for side in ("left", "right"):
            if test.get(side) is not None:
                test[side] = _needed(test[side])
    return json.dumps(tests, ensure_ascii=False)


def _needed(operand: Row) -> Row:
    found = {**operand, "needed": True} if "field" in operand else dict(operand)
    if "divide_by" in found:
        found["divide_by"] = _needed(found["divide_by"])
    return found


def doubt_notes(summed: Row) -> list[str]:
    """What is said of rows that the tests could not judge."""
    if not summed["doubtful"]:
        return []
    return [f"{summed['doubtful']} 个要素缺少条件所问的字段，不能判断是否符合，未导出。"]


def canonical_columns(
    target: str, keys: Iterable[Row], count: int, given: Mapping[str, Made]
) -> tuple[list[Made], dict[str, int]]:
    """The canonical fields that rows have, under the names that offices use, and what is sparse.

    ``given`` says otherwise for some; attributes that the target does not know come last.
    """
    found = {row["key"]: row for row in keys if row["part"] == "attributes"}
    known = fields.fields_of(target)
    made, sparse = [], {}
    for name, entry in known.items():
        if name in given:
            made.append(given[name])
        elif name in found:
            # a day known only to the month is no date of a file
            kind = "text" if found[name]["vague"] else entry.kind
            column = Column(
                entry.synonyms[0] if entry.synonyms else name, entry.term, kind, name,
                constant_of(found[name], count),
            )  # fmt: skip
            made.append(Made(column, _attribute(name)))
        if name in found and name not in given and found[name]["row_count"] < count:
            sparse[made[-1].column.name] = count - found[name]["row_count"]
    for name in found.keys() - known.keys():
        kind = kind_of(found[name])
        column = Column(name, name, kind, "", constant_of(found[name], count))
        made.append(Made(column, _attribute(name)))
    return made, sparse


def delivered_columns(
    target: str,
    keys: Iterable[Row],
    deliveries: Iterable[Row],
    count: int,
    made: Sequence[Made],
) -> list[Made]:
    """The delivered columns that went into no canonical field; ``Y_`` before a name in use.

    ``deliveries`` are the sets of columns that came together: each was read by itself.
    """
    keys = list(keys)
    held = {row["key"] for row in keys if row["part"] == "attributes"}
    left: set[str] = set()
    for names in (row["names"] for row in deliveries):
        used = {column for name, column in matched(target, names).items() if name in held}
        left |= set(names) - used
    raw = {row["key"]: row for row in keys if row["part"] == "delivered" and row["key"] in left}
    taken = {one.column.name.upper() for one in made} | _speaking(target)
    more = []
    for name, row in raw.items():
        shown = f"Y_{name}" if name.upper() in taken else name
        taken.add(shown.upper())
        column = Column(shown, shown, kind_of(row), "", constant_of(row, count))
        more.append(Made(column, _raw(name)))
    return more


def _speaking(target: str) -> set[str]:
    """Every name that an import would take for a canonical field."""
    return {
        name.upper()
        for entry in fields.fields_of(target).values()
        for name in (entry.name, *entry.synonyms, entry.term)
    }


def matched(
    target: str, names: Sequence[str], driver: str = "", encoding: str = "utf-8"
) -> dict[str, str]:
    """Which canonical field an import would find in which of these columns."""
    empty: Any = np.empty(0, dtype=object)
    table = Table("", driver, list(names), [], [], empty, encoding=encoding)
    return fields.match_columns(table, fields.fields_of(target), None)


def kind_of(row: Row) -> str:
    """The kind of a column that only its values tell."""
    if row["filled"] and row["numeric"]:
        return "number"
    return "boolean" if row["filled"] and row["truth"] else "text"


def constant_of(row: Row, count: int) -> str | None:
    """The text that all rows share, or None."""
    same = row["filled"] == count and row["least"] == row["greatest"]
    return str(row["least"]) if same else None


def _attribute(name: str) -> Callable[[Row], Any]:
    return lambda row: plain(row["attributes"].get(name))


def plain(value: Any) -> Any:
    """A stored value as a file holds it: a date that is known in part as far as it is known."""
    return said_date(value) if isinstance(value, dict) else value


def _raw(name: str) -> Callable[[Row], Any]:
    return lambda row: row["delivered"].get(name)
