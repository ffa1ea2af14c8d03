"""The verdict for every vector file of the shared data, as a table: read so, or refused so.

``verdicts.csv`` holds a row for each file (and layer): features, CRS, encoding, what was noticed,
or the reason of the refusal. It was looked through by hand; a change in it is a change in what an
office is told.
"""

from __future__ import annotations

import csv
import importlib.util
import re
from pathlib import Path

import pyogrio
import pytest

from imports import crs_verdict, readers
from imports.deliveries import FileOptions
from imports.readers import bundle as bundles
from imports.readers import encoding
from imports.readers.kinds import KINDS, PACKED
from spatial.errors import GislandError
from tests.real.conftest import DATA, needs

SETS = (
    "messy-vector", "parcels-lpis", "dikuai-txt", "admin-jiangsu", "landuse-osm-liechtenstein",
)  # fmt: skip
pytestmark = needs(*SETS)

TABLE = Path(__file__).with_name("verdicts.csv")
COLUMNS = ("file", "layer", "features", "crs", "encoding", "noticed", "refused")


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


def verdicts() -> dict[tuple[str, str], dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return {(row["file"], row["layer"]): row for row in csv.DictReader(file)}


def test_the_table_names_every_file():
    assert list(verdicts()) == listed()
    refused = [row for row in verdicts().values() if row["refused"]]
    assert len(verdicts()) - len(refused) > 80
    assert not [row for row in refused if "UNNAMED" in row["refused"]]


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
