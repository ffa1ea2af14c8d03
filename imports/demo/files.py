"""The in-memory world as files, each with the manifest entry that brings it in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import shapely

from imports.demo import controls
from imports.demo.controls import Sheet
from imports.demo.ledgers import SUFFIX
from imports.demo.manifest import Entry
from imports.demo.place import (
    CITY,
    CITY_NAME,
    COUNTIES,
    PROVINCE,
    PROVINCE_NAME,
    SOUTH,
    statutory_m2,
    to_degrees,
    township_code,
)
from imports.demo.plan import ISSUES, Issue
from imports.demo.scenes import Holder, Shot
from imports.demo.world import World, township_index
from imports.demo.writers import column, write

if TYPE_CHECKING:
    from collections.abc import Iterator

CITY_SUFFIX = {
    "basic_farmland": ".gpkg",
    "ecological_redline": ".gpkg",
    "urban_boundary": ".geojson",
    "planning_zone": ".shp",
    "road_line": ".shp",
    "river_line": ".gpkg",
    "built_up": ".gpkg",
    "scheme_use": ".geojson",
}


def write_regions(folder: Path, world: World) -> Entry:
    """Province, city and counties in one GPKG, with each county's central meridian."""
    geoms = [world.city, world.city, *world.counties]
    columns = {
        "XZQDM": [PROVINCE, CITY, *(c.code for c in COUNTIES)],
        "XZQMC": [PROVINCE_NAME, CITY_NAME, *(c.name for c in COUNTIES)],
        "level": ["province", "city", *["county"] * len(COUNTIES)],
        "parent": ["", PROVINCE, *[CITY] * len(COUNTIES)],
        "central_meridian": [117, 117, *(c.meridian for c in COUNTIES)],
    }
    write(folder / "regions.gpkg", np.array(geoms, object), columns, 4490, "regions")
    return Entry("regions", "", "regions.gpkg", CITY, "2020-01-01")


def write_townships(folder: Path, world: World) -> Iterator[Entry]:
    """The township layer, one GPKG per county."""
    places = township_index()
    for number, spec in enumerate(COUNTIES):
        rows = [k for k, (county, _) in enumerate(places) if county == number]
        columns = {
            "XZQDM": [township_code(spec, places[k][1]) for k in rows],
            "MC": [spec.townships[places[k][1]][1] for k in rows],
        }
        path = Path(spec.code) / "township.gpkg"
        write(folder / path, world.townships[rows], columns, 4490)
        yield Entry("layer", "township", str(path), spec.code, "2020-01-01")


def write_surveys(folder: Path, world: World) -> Iterator[Entry]:
    """Both surveys of every county, each county in its own format and CRS.

    南例县 kept that of 2020 too, which the patches of 2021 need.
    """
    for version, year in enumerate((2022, 2023)):
        for number, spec in enumerate(COUNTIES):
            sheet = controls.survey_sheet(world, version, number)
            yield _survey(folder, sheet, year, number)
            if spec.code == SOUTH and year == 2022:
                sheet.columns["SJNF"] = ["2020"] * len(sheet.geoms)
                sheet.valid_from = "2020-12-31"
                yield _survey(folder, sheet, 2020, number)


def _survey(folder: Path, sheet: Sheet, year: int, number: int) -> Entry:
    spec = COUNTIES[number]
    path = Path(spec.code) / f"DLTB_{year}{SUFFIX[spec.code]}"
    write(folder / path, sheet.geoms, sheet.columns, spec.epsg, "DLTB")
    return Entry("layer", "land_use", str(path), spec.code, sheet.valid_from)


def write_controls(folder: Path, world: World) -> Iterator[Entry]:
    """Farmland in two versions, red line, plans, lines, built-up areas, schemes, green lines."""
    yield from _old_farmland(folder, controls.farmland(world, 0))
    for make in (
        lambda w: controls.farmland(w, 1),
        controls.redline,
        controls.urban,
        controls.planning,
        controls.roads,
        controls.rivers,
        controls.built_up,
        controls.schemes,
    ):
        yield _city_sheet(folder, make(world))
    for number, spec in enumerate(COUNTIES):
        if spec.code != SOUTH:
            sheet = controls.greens(world, number)
            if len(sheet.geoms):
                yield _county_sheet(folder, number, sheet)


def _named(sheet: Sheet) -> dict[str, Any]:
    return {column(sheet.layer, k): v for k, v in sheet.columns.items() if not k.startswith("_")}


def _city_sheet(folder: Path, sheet: Sheet) -> Entry:
    path = Path(CITY) / f"{sheet.layer}{CITY_SUFFIX[sheet.layer]}"
    columns = _named(sheet)
    if sheet.layer == "basic_farmland":
        columns["TBMJ"] = np.round(statutory_m2(sheet.geoms, 117), 2)
    write(folder / path, sheet.geoms, columns, 4490)
    return Entry("layer", sheet.layer, str(path), CITY, sheet.valid_from)


def _county_sheet(folder: Path, number: int, sheet: Sheet) -> Entry:
    spec = COUNTIES[number]
    path = Path(spec.code) / f"{sheet.layer}{SUFFIX[spec.code]}"
    write(folder / path, sheet.geoms, _named(sheet), spec.epsg)
    return Entry("layer", sheet.layer, str(path), spec.code, sheet.valid_from)


def _old_farmland(folder: Path, sheet: Sheet) -> Iterator[Entry]:
    """The farmland of 2018, one file per county in the old columns."""
    county = np.asarray(sheet.columns["_county"])
    for number, spec in enumerate(COUNTIES):
        mine = county == number
        columns = {
            "JBNTTBBH": np.asarray(sheet.columns["code"])[mine],
            "DLBM": np.asarray(sheet.columns["class"])[mine],
            "TKXS": np.asarray(sheet.columns["kcxs"])[mine],
            "TBMJ": np.round(statutory_m2(sheet.geoms[mine], spec.meridian), 2),
        }
        path = Path(spec.code) / f"JBNT_2018{SUFFIX[spec.code]}"
        write(folder / path, sheet.geoms[mine], columns, spec.epsg)
        yield Entry("layer", "basic_farmland", str(path), spec.code, sheet.valid_from)


def write_holdings(folder: Path, world: World) -> Iterator[Entry]:
    """Parcels and the ground that firms really occupy, by county."""
    for number, spec in enumerate(COUNTIES):
        fences = [f for f in world.book.fences if f[0] == number]
        lots = [p for p in world.book.papers if p.layer == "supply" and p.county == number]
        if lots:
            lots += [p for p in world.book.parcels if p.county == number]
            owners = [
                Holder(str(p.fields["holder_name"]), str(p.fields["holder_code"])) for p in lots
            ]
            columns = {
                "code": [f"{spec.code}001001GB{i:05d}" for i in range(1, len(lots) + 1)],
                "purpose": [p.fields["purpose"] for p in lots],
                "ownership": ["国有"] * len(lots),
            }
            for name in ("title", "right_kind", "registered_on"):
                columns[name] = [p.fields.get(name) for p in lots]
            geoms = np.array([p.geom for p in lots], object)
            yield _held(folder, number, "parcel", geoms, columns, owners, "2022-12-31")
        if fences:
            codes = {"code": [f"ZY{i:04d}" for i in range(1, len(fences) + 1)]}
            yield _held(
                folder,
                number,
                "occupied",
                np.array([f[1] for f in fences], object),
                codes,
                [f[2] for f in fences],
                "2020-12-31",
            )
        else:
            yield Entry(
                "declare_empty",
                "occupied",
                "",
                spec.code,
                "2020-12-31",
                {"until": "2030-12-31", "reason": "本县未调查实际占用（虚构声明）"},
            )


def _held(
    folder: Path,
    number: int,
    layer: str,
    geoms: npt.NDArray[np.object_],
    columns: dict[str, Any],
    owners: list[Holder],
    valid_from: str,
) -> Entry:
    columns |= {"holder_name": [o.name for o in owners], "holder_code": [o.code for o in owners]}
    sheet = Sheet(layer, COUNTIES[number].code, to_degrees(geoms), columns, valid_from)
    return _county_sheet(folder, number, sheet)


def write_batches(folder: Path, world: World) -> Iterator[Entry]:
    """The batches of patches, each in its issuer's format."""
    formats = {
        "BU2024Q1": (".shp", 4490),
        "BU2021Q4": (".shp", 4490),
        "BU2025Q1": (".gpkg", 4490),
        "SHENG202404": (".geojson", 4490),
        "SHI202405": (".gpkg", 4490),
        "XUNCHA202405": (".shp", 4548),
    }
    for issue in ISSUES:
        shots = [s for s in world.book.shots if s.batch == issue.code]
        if shots:
            suffix, epsg = formats[issue.code]
            yield _batch(folder, issue, shots, suffix, epsg)


def _batch(folder: Path, issue: Issue, shots: list[Shot], suffix: str, epsg: int) -> Entry:
    geoms = to_degrees(np.array([s.geom for s in shots], object))
    area = [round(sum(s.areas.values()), 2) for s in shots]
    columns: dict[str, Any] = {
        "XZQDM": [COUNTIES[s.county].code for s in shots],
        "XMC": [COUNTIES[s.county].name for s in shots],
        "JCBH": [s.jcbh for s in shots],
        "TBLX": [s.kind for s in shots],
        "QSX": [s.before for s in shots],
        "HSX": [s.after for s in shots],
        "JCMJ": area,
        "YDDW": [s.holder.name if s.holder else None for s in shots],
        "TYXYDM": [s.holder.code if s.holder else None for s in shots],
        "WYJG": [s.fields.get("field_result") for s in shots],
        "SDYT": [s.fields.get("field_purpose") for s in shots],
        "BZ": ["虚构图斑"] * len(shots),
    }
    if suffix == ".geojson":
        for old, new in (("XZQDM", "XZQHDM"), ("JCBH", "TBBH"), ("JCMJ", "TBMJ")):
            columns[new] = columns.pop(old)
    path = Path("patches") / f"{issue.code}{suffix}"
    lost = issue.code.startswith("XUNCHA")
    write(folder / path, geoms, columns, epsg, keep_prj=not lost)
    options: dict[str, Any] = {
        "batch": issue.code,
        "source": issue.source,
        "period": issue.period,
        "issued_on": issue.issued_on,
        "report_due_on": issue.due_on,
    }
    if lost:
        options["crs"] = f"EPSG:{epsg}"
    region = SOUTH if lost else CITY
    return Entry("patches", "patch", str(path), region, options=options)


def check(world: World) -> bool:
    """Whether both surveys tile the prefecture edge to edge."""
    return all(bool(shapely.coverage_is_valid(s.geom)) for s in world.surveys)
