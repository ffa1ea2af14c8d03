"""The scenes' papers as files: ledgers by county and layer, and documents as coordinate TXT."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from imports.demo.manifest import Entry
from imports.demo.place import COUNTIES, EAST, NORTH, WEST, County, Geoms, statutory_m2, to_degrees
from imports.demo.writers import column, write, write_txt

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.demo.scenes import Book, Paper

LEDGERS = ("approval", "supply", "temporary", "facility", "lease")
SUFFIX = {"990101": ".shp", "990102": ".gdb", "990103": ".zip", "990104": ".gpkg"}
TXT_COUNTIES = (EAST, NORTH)
PER_DOCUMENT = 4
NEEDED = {
    "approval": ("approved_on", "valid_until", "ownership", "revoked_on", "filed_on"),
    "supply": ("contract_on", "revoked_on"),
    "temporary": ("approved_on", "valid_until", "reclaimed_on"),
    "facility": ("filed_on", "purpose", "plough_damaging"),
    "lease": (),
}
"""Columns that every ledger has, even where no row has anything to say: without them the rules
could not tell."""


def geoms_of(papers: list[Paper]) -> Geoms:
    """The papers' ground in degrees."""
    return to_degrees(np.array([p.geom for p in papers], object))


def write_ledgers(folder: Path, book: Book) -> Iterator[Entry]:
    """Write every ledger; where a county keeps none, the entry declares it empty.

    Supply in 西岭县 is neither written nor declared: that county shows what *unknown* is.
    """
    for spec_number, spec in enumerate(COUNTIES):
        for layer in LEDGERS:
            if (layer, spec.code) == ("supply", WEST):
                continue
            papers = [p for p in book.papers if p.county == spec_number and p.layer == layer]
            loose = [p for p in papers if not (p.txt and spec.code in TXT_COUNTIES)]
            if not papers:
                yield Entry(
                    "declare_empty",
                    layer,
                    "",
                    spec.code,
                    "2015-01-01",
                    {"until": "2030-12-31", "reason": "本县无此类台账（虚构声明）"},
                )
            if loose:
                yield _table(folder, spec, layer, loose)
            yield from _documents(folder, spec, [p for p in papers if p not in loose])


def _table(folder: Path, spec: County, layer: str, papers: list[Paper]) -> Entry:
    """One ledger file of a county, columns named as offices name them."""
    names = sorted({*NEEDED[layer], *(name for p in papers for name in p.fields)})
    columns: dict[str, Any] = {
        column(layer, name): [_cell(p.fields.get(name)) for p in papers] for name in names
    }
    geoms = geoms_of(papers)
    columns[column(layer, "declared_area_m2")] = np.round(statutory_m2(geoms, spec.meridian), 2)
    columns["SM"] = ["虚构数据"] * len(papers)
    path = Path(spec.code) / f"{layer}{SUFFIX[spec.code]}"
    write(folder / path, geoms, columns, spec.epsg)
    return Entry("layer", layer, str(path), spec.code)


def _cell(value: Any) -> Any:
    return value.replace("-", "") if isinstance(value, str) and _is_day(value) else value


def _is_day(value: str) -> bool:
    return len(value) == 10 and value[4] == value[7] == "-" and value.replace("-", "").isdigit()


def _documents(folder: Path, spec: County, papers: list[Paper]) -> Iterator[Entry]:
    """TXT files of one document each; its attributes go into the entry's options."""
    groups: dict[tuple[str, bool], list[Paper]] = {}
    for paper in papers:
        late = str(paper.fields["approved_on"]) >= "2024"
        groups.setdefault((str(paper.fields["step"]), late), []).append(paper)
    number = 0
    for (step, _), rows in sorted(groups.items()):
        for start in range(0, len(rows), PER_DOCUMENT):
            number += 1
            yield _document(folder, spec, step, rows[start : start + PER_DOCUMENT], number)


def _document(folder: Path, spec: County, step: str, rows: list[Paper], number: int) -> Entry:
    day = max(str(p.fields["approved_on"]) for p in rows)
    options: dict[str, Any] = {
        "document": f"示例政地〔{day[:4]}〕8{spec.code[-1]}{number:03d}号",
        "step": step,
        "approved_on": day,
        "authority": rows[0].fields["authority"],
        "ownership": rows[0].fields["ownership"],
    }
    if len(rows) == 1:
        options["holder_name"] = rows[0].fields["holder_name"]
        options["holder_code"] = rows[0].fields["holder_code"]
    filed = [p.fields["filed_on"] for p in rows if p.fields.get("filed_on")]
    if filed:
        options["filed_on"] = min(filed)
    geoms = geoms_of(rows)
    west = float(rows[0].geom.centroid.x) < 0
    path = Path(spec.code) / "界址点" / f"PW{spec.code[-1]}{number:03d}.txt"
    write_txt(
        folder / path,
        geoms,
        [str(p.fields["project"]) for p in rows],
        [str(p.fields["purpose"]) for p in rows],
        4527 if west else 4528,
        [str(p.fields["source_code"]) for p in rows],
    )
    return Entry("layer", "approval", str(path), spec.code, options=options)
