"""The invented prefecture's files: reproducible, gap-free, and with every situation in them."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyogrio
import pytest
import rasterio
import shapely

import spatial
from imports.demo import Manifest, images, make_files, writers
from imports.demo.cells import make_frame
from imports.demo.claims import CLASS
from imports.demo.place import BY_CODE, COUNTIES, EAST, NORTH, SOUTH, WEST, statutory_m2
from imports.demo.world import make_world

if TYPE_CHECKING:
    from imports.demo import Entry

CODES = {*CLASS, "unknown"}
SITUATIONS = {
    "crossing", "highway", "linked", "homestead", "revoked", "overlapping", "shifted", "sliver",
    "tiny", "unfiled_hole", "unfiled_pixels", "mining", "temporary_over", "reclaimed", "wide_road",
    "advance_expired", "issued_again", "over_use", "over_use_next", "existing_later", "partial",
    "two_periods", "displaced", "named_loosely", "parted", "joined", "late_paper", "plan_road",
    "plan_freed", "plan_straddles", "plan_added",
}  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    """A small prefecture, once for all tests here."""
    return make_files(tmp_path_factory.mktemp("demo"), size=700, seed=7, images=False)


def read(made: Manifest, entry: Entry):
    """An entry's features as delivered (GBK said aloud for shapefiles, as an importer finds)."""
    path = made.path(entry)
    gbk = path.suffix in (".shp", ".zip")
    return pyogrio.read_dataframe(path, **({"encoding": "GBK"} if gbk else {}))


def in_degrees(frame) -> np.ndarray:
    return np.asarray(frame.to_crs(4490).geometry.array, object)


def test_same_seed_same_files(made: Manifest, tmp_path: Path) -> None:
    again = make_files(tmp_path, size=700, seed=7, images=False)
    assert [i.areas for i in again.patches] == [i.areas for i in made.patches]
    for name in ("990101/DLTB_2023.shp", "990101/DLTB_2023.dbf", "patches/BU2024Q1.dbf"):
        digests = {
            hashlib.sha256((m.folder / name).read_bytes()).hexdigest() for m in (made, again)
        }
        assert len(digests) == 1, name


def test_another_seed_is_another_place() -> None:
    frames = (make_frame(np.random.default_rng(seed), 300, seed, 60) for seed in (1, 2))
    one, other = (frame.villages for frame in frames)
    assert one.shape != other.shape or not np.allclose(one, other)


def test_survey_tiles_each_county(made: Manifest) -> None:
    regions = read(made, made.of("regions")[0]).set_index("XZQDM")
    for entry in made.of("layer", "land_use"):
        meridian = BY_CODE[entry.region].meridian
        frame = read(made, entry)
        polygons = in_degrees(frame)
        county = np.array([regions.geometry[entry.region]], object)
        whole = statutory_m2(county, meridian)[0]
        parts = statutory_m2(polygons, meridian)
        assert parts.sum() == pytest.approx(whole, abs=0.01)
        assert np.abs(parts - frame["TBMJ"]).max() < 0.02
        clean = shapely.transform(polygons, lambda xy: np.round(xy, 10))
        assert shapely.coverage_is_valid(np.asarray(clean, object)), entry.path


def test_second_survey_differs_where_something_was_built(made: Manifest) -> None:
    for spec in COUNTIES:
        first, second = (
            read(made, e)
            for e in made.of("layer", "land_use")
            if e.region == spec.code and e.valid_from > "2022"
        )
        built = [
            f.loc[f["DLBM"].str.startswith(("05", "06", "07", "08")), "TBMJ"].sum()
            for f in (first, second)
        ]
        assert built[1] > built[0]


def test_every_situation_occurs(made: Manifest) -> None:
    assert {code for intent in made.patches for code in intent.intended} == CODES
    assert {intent.situation for intent in made.patches} >= SITUATIONS
    assert sum(intent.crosses for intent in made.patches) >= 2


def test_county_without_supply_is_unknown(made: Manifest) -> None:
    assert not [e for e in made.of("layer", "supply") if e.region == WEST]
    assert not [e for e in made.of("declare_empty", "supply") if e.region == WEST]
    own = [i for i in made.patches if i.region == WEST and not i.crosses]
    assert {code for i in own for code in i.intended} == {"unknown", "unchanged"}


def test_declared_empty_and_missing_layers(made: Manifest) -> None:
    empty = {(e.layer, e.region) for e in made.of("declare_empty")}
    assert {("lease", EAST), ("facility", EAST)} <= empty
    assert SOUTH not in {e.region for e in made.of("layer", "green_line")}


def test_ratios_are_uneven(made: Manifest) -> None:
    east, south, north = (made.ratios[code] for code in (EAST, SOUTH, NORTH))
    assert east < south < north
    assert 0.03 < east < 0.12
    assert 0.15 < north < 0.35


def test_files_open_and_chinese_is_right(made: Manifest) -> None:
    for entry in made.of("layer") + made.of("patches"):
        path = made.path(entry)
        if path.suffix == ".txt":
            continue
        frame = read(made, entry)
        assert len(frame), entry.path
        assert shapely.is_valid(np.asarray(frame.geometry.array, object)).all(), entry.path
        assert not path.with_suffix(".cpg").exists()
    dltb = read(made, next(e for e in made.of("layer", "land_use") if e.region == EAST))
    assert dltb["ZLDWMC"].str.startswith("东例区").all()
    assert "水田" in set(dltb["DLMC"])
    assert dltb.crs.to_epsg() == 4528


def test_txt_is_gbk_with_north_first(made: Manifest) -> None:
    documents = [e for e in made.of("layer", "approval") if e.path.endswith(".txt")]
    assert documents
    for entry in documents:
        text = made.path(entry).read_bytes().decode("gbk")
        assert text.startswith("[属性描述]")
        assert {"document", "step", "approved_on"} <= set(entry.options)
        point = next(line for line in text.splitlines() if line.startswith("J1,1,")).split(",")
        assert 3_600_000 < float(point[2]) < 3_700_000
        assert point[3][:2] in ("39", "40")


def test_one_farmland_zone_and_the_red_line_cross_counties(made: Manifest) -> None:
    regions = read(made, made.of("regions")[0])
    counties = np.asarray(regions.geometry[regions["level"] == "county"].array, object)
    farmland = [e for e in made.of("layer", "basic_farmland") if e.valid_from == "2023-01-01"]
    zones = in_degrees(read(made, farmland[0]))
    touched = [shapely.area(shapely.intersection(zones, c)) > 1e-9 for c in counties]
    assert (np.sum(touched, axis=0) > 1).sum() == 1
    redline = in_degrees(read(made, made.of("layer", "ecological_redline")[0]))
    assert len(redline) == 1
    assert sum(shapely.intersects(counties, redline[0])) > 2


def test_manifest_reads_back_and_all_is_marked_invented(made: Manifest) -> None:
    back = Manifest.read(made.folder)
    assert back.entries == made.entries
    assert back.patches == made.patches
    assert "虚构" in (made.folder / "README.txt").read_text(encoding="utf-8")
    assert "虚构" in back.notice
    for entry in made.entries:
        assert not entry.path or made.path(entry).exists(), entry.path


def test_ledgers_have_every_column_that_the_rules_need(made: Manifest) -> None:
    """A column that isn't there would make the rules that ask for it unknown."""
    rules = Path(spatial.__file__).parent / "rules" / "land-enforcement.toml"
    needs = tomllib.loads(rules.read_text(encoding="utf-8"))["ruleset"]["needs"]
    for need in needs:
        layer, _, name = need.partition(".")
        if not name or layer == "patch":
            continue
        tables = [e for e in made.of("layer", layer) if not e.path.endswith(".txt")]
        assert tables, layer
        for entry in tables:
            wanted = writers.column(layer, name)
            assert wanted in pyogrio.read_info(made.path(entry))["fields"], entry.path


def test_what_arrives_later_is_written_and_not_listed_to_be_brought_in(made: Manifest) -> None:
    approval, farmland = made.change
    assert made.path(approval).read_bytes().decode("gbk").startswith("[属性描述]")
    assert approval.options["approved_on"] < "2023"
    assert len(read(made, farmland))
    assert not {e.path for e in made.change} & {e.path for e in made.entries}


def test_changes_show_in_the_images(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "MOST_PIXELS", 300_000)
    world = make_world(300, 7, 60)
    before, after = images.write_images(tmp_path, world)
    assert before.options["taken_on"] < after.options["taken_on"]
    pictures = []
    for entry in (before, after):
        with rasterio.open(tmp_path / entry.path) as source:
            assert source.crs.to_epsg() == images.EPSG
            pictures.append(source.read().astype(int))
    changed = np.abs(pictures[1] - pictures[0]).max(axis=0) > 60
    assert 0.0005 < changed.mean() < 0.2
