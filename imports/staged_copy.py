"""The rows of a delivery copied into the temporary tables: row by row, or by column and batch."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import orjson
import pyarrow as pa
import shapely

from imports import parties, shapes
from imports.readers.held import Column, Held
from imports.staged_lines import (
    NONE,
    PIECE,
    HeldRows,
    Json,
    Texts,
    escaped,
    figures,
    hexadecimal,
    lines,
    truths,
)
from imports.staged_shapes import Homes, look
from spatial import crs, sqlfiles
from spatial.job_progress import silent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from imports.fields import Canonical, Span
    from imports.readers.table import Table
    from imports.shapes import Given
    from spatial.job_progress import Progress
    from spatial.models import Region

COLUMNS = (
    "row", "geom", "attributes", "spans", "delivered", "delivered_crs", "source_id",
    "county_code", "declared_area_m2", *parties.COLUMNS, "sound", "short_area_m2", "begins_in",
)  # fmt: skip
UNKNOWN = (False, None, None)
"""What is known beforehand of the shape of a row that comes by itself: nothing."""
TOLD_ROWS = 500
"""Rows between two reports of how many are written."""


@dataclass(frozen=True)
class Staged:
    """One row ready for the temporary table."""

    number: int
    source_id: str
    county_code: str | None


Rows = list[Staged] | HeldRows


@dataclass
class Seen:
    """What the program saw of the rows it copied; by it the server is asked less."""

    sound: bool = False
    """Whether every shape is known to be valid."""
    strays: list[int] | None = None
    """The rows that may not lie in the county they name; None: it is not known which."""
    rows: int = 0
    everywhere: bool = False
    """Whether every row lies in a county of the delivery (told when they are placed)."""


def copy_rows(
    table: Table,
    canonical: Canonical,
    staged: Rows,
    geoms: Given,
    crs_labels: Mapping[int, str] | None = None,
    progress: Progress = silent,
    counties: Sequence[Region] = (),
) -> Seen:
    """Make the temporary tables and copy the rows in; geometry in EPSG:4490.

    ``crs_labels``: by row, its own CRS where they differ. ``counties`` are those where they may
    lie: what of it can be told beforehand the server need not find out.
    """
    for name in ("row", "place", "target", "county", "measure"):
        sqlfiles.execute(f"imports/01_drop_{name}")
    sqlfiles.execute("imports/10_create_row")
    sqlfiles.execute("imports/14_create_place")
    seen = Seen(rows=len(staged))
    if isinstance(staged, HeldRows):
        seen.sound, seen.strays = True, [] if counties else None
        homes = Homes(counties)
        texts = _texts(table, canonical, staged, geoms, crs_labels or {}, homes, seen, progress)
        sqlfiles.copy_text("import_row", COLUMNS, texts)
    else:
        found = _records(table, canonical, staged, geoms, crs_labels or {})
        sqlfiles.copy_rows("import_row", COLUMNS, _counted(found, len(staged), progress))
    sqlfiles.analyze("import_row", ("row", "source_id", "county_code", "holder_key", "reason"))
    return seen


def _texts(  # noqa: PLR0913 - what a row is made of
    table: Table,
    canonical: Canonical,
    staged: HeldRows,
    geoms: Given,
    crs_labels: Mapping[int, str],
    homes: Homes,
    seen: Seen,
    progress: Progress,
) -> Iterator[memoryview]:
    """The rows by column, as texts of COPY of some hundred rows."""
    rows = cast("Held", canonical.rows)
    attributes, delivered = Json(rows), Json(cast("Held", table.records))
    ids, codes = Texts(staged.ids), Texts(staged.counties)
    nothing = Column(codes=np.full(len(staged), -1, np.int32), words=pa.array([], pa.string()))
    area = Texts(rows.columns.get("declared_area_m2", nothing))
    told = parties.Told(canonical)
    for first, chunk in shapes.blobs(geoms):
        hints = look(chunk, homes)
        seen.sound &= bool(hints.sound.all())
        if seen.strays is not None:
            named = homes.named(staged.counties, first, first + len(chunk))
            strays = np.flatnonzero((named != 0) & (named != hints.home)).tolist()
            seen.strays += [staged.numbers[first + at] for at in strays]
        for at in range(0, len(chunk), PIECE):
            start, end = first + at, first + min(at + PIECE, len(chunk))
            progress("写入", start, len(staged))
            here = slice(at, end - first)
            numbers = list(staged.numbers[start:end])
            spans = canonical.spans[start:end] if any_spans(canonical) else None
            labels = [crs_labels.get(row) for row in numbers] if crs_labels else NONE
            yield lines([
                pa.array(numbers).cast(pa.string()),
                hexadecimal(chunk, at, end - first),
                attributes.piece(start, end),
                _array([escaped(_json(_ends(one))) for one in spans]) if spans else "{}",
                delivered.piece(start, end),
                _array(labels) if isinstance(labels, list) else labels,
                ids.piece(start, end),
                codes.piece(start, end),
                area.piece(start, end),
                *told.columns(rows, start, end),
                truths(hints.sound[here]),
                figures(hints.area_m2[here]),
                pa.array(hints.home[here], mask=hints.home[here] == 0).cast(pa.string()),
            ])  # fmt: skip


def any_spans(canonical: Canonical) -> bool:
    """Whether the file tells dates at all."""
    return not isinstance(canonical.spans, Held) or bool(canonical.spans.columns)


def _array(texts: Sequence[str | None]) -> pa.Array:
    return pa.array(texts, pa.string())


def _counted(records: Iterator[Any], total: int, progress: Progress) -> Iterator[Any]:
    for done, record in enumerate(records):
        if done % TOLD_ROWS == 0:
            progress("写入", done, total)
        yield record


def _records(
    table: Table,
    canonical: Canonical,
    staged: Sequence[Staged],
    geoms: Given,
    crs_labels: Mapping[int, str],
) -> Iterator[tuple[Any, ...]]:
    parted = parties.Told(canonical)
    for start, chunk in shapes.chunks(geoms):
        placed = shapely.set_srid(chunk, crs.STORAGE_SRID)
        texts = shapely.to_wkb(placed, hex=True, include_srid=True).tolist()
        here = slice(start, start + len(chunk))
        told = (staged[here], canonical.rows[here], canonical.spans[here], table.records[here])
        for text, row, attributes, spans, record in zip(texts, *told, strict=True):
            yield (
                row.number,
                text,
                _json(attributes),
                _json(_ends(spans)) if spans else "{}",
                _json(record),
                crs_labels.get(row.number),
                row.source_id,
                row.county_code,
                attributes.get("declared_area_m2"),
                *parted(attributes),
                *UNKNOWN,
            )


def _ends(spans: Mapping[str, Span]) -> dict[str, list[str]]:
    return {name: [span.first.isoformat(), span.last.isoformat()] for name, span in spans.items()}


def _json(value: Any) -> str:
    try:
        plain = orjson.OPT_PASSTHROUGH_DATETIME
        return orjson.dumps(value, default=str, option=plain).decode()
    except TypeError:  # whole numbers beyond 64 bits, keys that are no text
        return json.dumps(value, ensure_ascii=False, default=str)
