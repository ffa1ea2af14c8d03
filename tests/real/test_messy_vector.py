"""The verdict for every file of the shared data, as tables: read so, or refused so.

``verdicts.csv`` (vectors and tables, each layer) and ``verdicts_images.csv`` hold a row for each
file: features or bands, CRS, encoding, what was noticed, or the reason of the refusal. They were
looked through by hand; a change in them is a change in what an office is told.
"""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path

import pyogrio
import pytest

from imports import crs_verdict, rasters, readers
from imports.deliveries import FileOptions
from imports.readers import bundle as bundles
from imports.readers import encoding
from imports.readers.bundle import SHAPEFILE_SUFFIXES
from imports.readers.kinds import KINDS, PACKED, kind_of
from spatial.errors import GislandError
from tests.real.conftest import DATA, needs

SETS = (
    "admin-codes", "admin-jiangsu", "crs-cgcs2000", "dikuai-txt", "geos-xmltester",
    "imagery-oscd-sentinel2", "imagery-taizhou-landsat", "landuse-osm-liechtenstein",
    "messy-vector", "mvt-fixtures", "ogcapi-features", "overlay-geopandas", "parcels-lpis",
    "proj-gie",
)  # fmt: skip
pytestmark = needs(*SETS)

TABLE = Path(__file__).with_name("verdicts.csv")
COLUMNS = ("file", "layer", "features", "crs", "encoding", "noticed", "refused")
IMAGES = TABLE.with_name("verdicts_images.csv")
IMAGE_COLUMNS = ("file", "bands", "resolution_m", "crs", "stretched", "noticed", "refused")
IMAGE_SUFFIXES = (".tif", ".tiff")
PARTS = {*SHAPEFILE_SUFFIXES, ".sbn", ".sbx", ".qix", ".qpj"}


def listed() -> list[tuple[str, str]]:
    """Every file that a reader claims, and each layer of those that hold several."""
    found: list[tuple[str, str]] = []
    for path in sorted(file for folder in SETS for file in (DATA / folder).rglob("*")):
        if path.suffix.lower() not in {*KINDS, *PACKED, ".gz"}:
            continue
        name = path.relative_to(DATA).as_posix()
        found.append((name, ""))
        if path.suffix == ".gpkg" and len(pyogrio.list_layers(path)) > 1:
            found += [(name, str(layer)) for layer, _ in pyogrio.list_layers(path)]
    return found


def outcome(name: str, layer: str) -> dict[str, str]:
    """What an import would say of the file, without counties to hold it against."""
    path = DATA / name
    told = dict.fromkeys(COLUMNS[2:], "")
    try:
        with bundles.opened(path, layer or None) as bundle:
            table = readers.read(bundle, FileOptions(sublayer=layer or None))
        noticed = list(table.findings)
        told["features"] = str(len(table.geoms))
        told["encoding"] = f"{table.encoding} {table.encoding_confidence}"
        verdict = crs_verdict.decide(table)
        verdict.to_storage(table.geoms)
        noticed += verdict.findings
        told["crs"] = f"{verdict.label} {verdict.confidence}"
        told["noticed"] = " ".join(sorted({finding.kind for finding in noticed}))
    except GislandError as error:
        named = path.name in str(error)
        told["refused"] = reason(str(error), path.name) if named else f"UNNAMED: {error}"
    return told


def reason(message: str, name: str) -> str:
    """The fault in a message: its first line, or the first of its rows, without the file's name."""
    lines = message.splitlines()
    first = lines[1].strip() if len(lines) > 1 else lines[0].replace(name, "…")
    return re.split(r"[。；]", first)[0][:80]


def listed_images() -> list[str]:
    """Every image that an import takes."""
    found = [file for file in DATA.rglob("*") if file.suffix.lower() in IMAGE_SUFFIXES]
    return sorted(file.relative_to(DATA).as_posix() for file in found)


def image_outcome(name: str) -> dict[str, str]:
    """What an import would say of an image; nothing is converted."""
    told = dict.fromkeys(IMAGE_COLUMNS[1:], "")
    try:
        loaded = rasters.load_raster(DATA / name, dry_run=True)
    except GislandError as error:
        return {**told, "refused": reason(str(error), Path(name).name)}
    image = loaded.image
    return {
        **told, "bands": str(image.bands), "resolution_m": f"{image.resolution_m:.1f}",
        "crs": image.delivered_crs, "stretched": "是" if image.stretch else "否",
        "noticed": " ".join(sorted({finding.kind for finding in loaded.findings})),
    }  # fmt: skip


def image_verdicts() -> dict[str, dict[str, str]]:
    with IMAGES.open(encoding="utf-8", newline="") as file:
        return {row["file"]: row for row in csv.DictReader(file)}


def verdicts() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["file"], row["layer"]): row for row in csv.DictReader(file)}


def test_the_table_names_every_file():
    assert list(verdicts()) == listed()
    refused = [row for row in verdicts().values() if row["refused"]]
    assert len(verdicts()) - len(refused) > 80
    assert not [row for row in refused if "UNNAMED" in row["refused"]]
    assert list(image_verdicts()) == listed_images()


def test_all_other_files_are_parts_or_refused_by_their_name():
    """Nothing of the shared data is without a verdict."""
    assert {folder.name for folder in DATA.iterdir() if folder.is_dir()} == set(SETS)
    told = {name for name, _ in verdicts()} | set(image_verdicts())
    left = [file for folder in SETS for file in (DATA / folder).rglob("*") if file.is_file()]
    left = [file for file in left if file.relative_to(DATA).as_posix() not in told]
    for file in left:
        main = bundles.find_sibling(file.with_suffix(".shp"), ".shp")
        if file.suffix.lower() in PARTS and main is not None:
            continue
        with pytest.raises(GislandError, match="不认识文件.*可读格式"):
            kind_of(file, file.name)


@pytest.mark.parametrize("name", list(image_verdicts()))
@pytest.mark.filterwarnings("ignore")
def test_the_verdict_of_an_image_is_the_tables(name):
    row = image_verdicts()[name]
    assert image_outcome(name) == {column: row[column] for column in IMAGE_COLUMNS[1:]}


@pytest.mark.parametrize(("name", "layer"), list(verdicts()))
def test_the_verdict_is_the_tables(name, layer):
    if name.endswith(".parquet") and importlib.util.find_spec("pyarrow") is None:
        pytest.skip("GeoParquet is read by pyarrow, an extra that is not installed here")
    row = verdicts()[name, layer]
    assert outcome(name, layer) == {column: row[column] for column in COLUMNS[2:]}


def dbf_text(name: str) -> tuple[bytes, int]:
    """The bytes of a DBF's records, and its language byte, by the format's own layout."""
    raw = (DATA / "messy-vector" / "dbf" / name).read_bytes()
    return raw[int.from_bytes(raw[8:10], "little") : -1], raw[29]


@pytest.mark.parametrize(
    ("name", "cpg", "text"),
    [
        ("gbk.dbf", None, "简体国语"), ("gb2312.dbf", None, "简体国语"),
        ("utf8.dbf", None, "国语國語"), ("ldid/chinese.dbf", None, "简体"),
        ("cpg/big5.dbf", "big5", "國語"), ("cpg/euckr.dbf", "euc-kr", "한국말"),
        ("cpg/shiftjis.dbf", "shiftjis", "カタカナひらがな"),
        ("cpg/win1251.dbf", "1251", "РУССКИЙ"),
        ("cpg/koi8r.dbf", "koi8-r", "русский"), ("cpg/latin2.dbf", "latin2", "čeština"),
    ],
)  # fmt: skip
def test_text_comes_out_as_it_was_written(name, cpg, text):
    raw, language = dbf_text(name)
    found = encoding.decide(name, [raw.strip()], cpg=cpg, language=language)
    assert raw.decode(found.codec).strip() == text


def test_undeclared_big5_is_refused_and_read_when_named():
    raw, language = dbf_text("big5.dbf")
    with pytest.raises(GislandError, match="--encoding BIG5"):
        encoding.decide("big5.dbf", [raw.strip()], language=language)
    found = encoding.decide("big5.dbf", [raw.strip()], option="BIG5")
    assert raw.decode(found.codec).strip() == "繁體國語"
