"""Rows of a CSV or of one sheet of an XLSX, whatever its encoding and separator."""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyogrio
import pyogrio.errors
import pyogrio.raw

from imports.formula import unguarded
from imports.readers import archive, xlsx_guard
from imports.readers import columns as columns_of
from imports.readers import encoding as encodings
from imports.readers.bundle import inner
from imports.readers.table import Finding, SublayerNeeded
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from pathlib import Path

    from imports.readers.bundle import Bundle

SEPARATORS = ",\t;，|"
TITLES = 10
"""Lines at the start in which the separator is looked for: a title has none."""
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass
class Sheet:
    """Named columns, rows, and the number of each row in the file."""

    name: str
    columns: list[str]
    rows: list[dict[str, Any]]
    numbers: list[int]
    codec: str
    origin: str
    confidence: str


def read(
    bundle: Bundle, encoding: str | None, sublayer: str | None, findings: list[Finding]
) -> Sheet:
    """The rows; raises InputRefused for unreadable text, and workbooks of several filled sheets."""
    if bundle.kind == "xlsx":
        sheet = _xlsx(bundle, sublayer)
        if empty := xlsx_guard.empty_formulas(bundle.main):
            message = f"工作簿中 {empty} 个公式没有存下计算结果。"
            findings.append(Finding("formula_empty", message, done="这些单元格按空读取"))
    else:
        sheet = _csv(bundle, encoding, findings)
    if not sheet.rows:
        raise InputRefused(f"文件 {bundle.file_name} 只有表头或没有内容。请核对导出的表。")
    for row in sheet.rows:
        row.update({name: unguarded(value) for name, value in row.items()})
    return sheet


def _csv(bundle: Bundle, encoding: str | None, findings: list[Finding]) -> Sheet:
    data = bundle.main.read_bytes()
    decision = _decided(bundle.file_name, data, encoding, findings)
    text = data.decode(decision.codec)
    heads = text.split("\n", TITLES)[:TITLES]
    head = next((line for line in heads if any(sign in line for sign in SEPARATORS)), "")
    separator = max(SEPARATORS, key=head.count)
    csv.field_size_limit(1 << 26)  # a polygon of many vertices is one field
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        first = [name.strip() for name in next(lines, [])]
        cells, numbers = [], []
        for line in lines:
            if any(cell.strip() for cell in line):
                cells.append(line)
                numbers.append(lines.line_num)
    except csv.Error as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 第 {lines.line_num} 行不成表格（{error}）。"
            "请另存为标准 CSV 后再交。"
        ) from error
    names = _names(first, cells)
    rows = [
        dict(zip(names, [*line, *[""] * (len(names) - len(line))], strict=False)) for line in cells
    ]
    return Sheet("", names, rows, numbers, decision.codec, decision.origin, decision.confidence)


def _names(first: list[str], cells: list[list[str]]) -> list[str]:
    """The head's names; columns beyond it that hold something get a number: nothing is lost."""
    widest = len(first)
    for line in cells:
        if len(line) > widest and any(cell.strip() for cell in line[widest:]):
            widest = max(at for at, cell in enumerate(line, 1) if cell.strip())
    return columns_of.distinct([*first, *(f"列{at}" for at in range(len(first) + 1, widest + 1))])


def _decided(
    file_name: str, data: bytes, encoding: str | None, findings: list[Finding]
) -> encodings.Decision:
    bom = next((codec for mark, codec in BOMS if data.startswith(mark)), None)
    if bom and not encoding:
        decision = encodings.Decision(bom, "BOM")
    elif not encoding and (wide := encodings.of_wide_text(data)):
        decision = encodings.Decision(wide, "按内容判定（无 BOM）", confidence=encodings.MEDIUM)
    else:
        decision = encodings.decide(file_name, data.splitlines(), option=encoding)
    try:
        data.decode(decision.codec)
    except UnicodeDecodeError as error:
        raise InputRefused(
            f"文件 {file_name} 的文字不能按 {decision.codec} 读出。请另存为 UTF-8 后再交。"
        ) from error
    findings += decision.findings
    return decision


def _xlsx(bundle: Bundle, sublayer: str | None) -> Sheet:
    _refuse_bombs(bundle.main, bundle.file_name)
    pyogrio.set_gdal_config_options({"OGR_XLSX_HEADERS": "FORCE", "OGR_XLSX_FIELD_TYPES": "STRING"})
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(bundle.main)]
        if sublayer and (meant := inner(sublayer, names)):
            names = [meant]
        sheets = [(name, *_cells(bundle.main, name)) for name in names]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise InputRefused(
            f"文件 {bundle.file_name} 打不开，工作簿内容已损坏。请重新导出后再交。"
        ) from error
    finally:
        pyogrio.set_gdal_config_options({"OGR_XLSX_HEADERS": None, "OGR_XLSX_FIELD_TYPES": None})
    filled = [sheet for sheet in sheets if sheet[2]]
    if len(filled) > 1:
        told = "、".join(name for name, _, _ in filled)
        raise SublayerNeeded(
            f"文件 {bundle.file_name} 有多张有内容的工作表：{told}。"
            "请用 --where-layer 指明其中之一。",
            [name for name, _, _ in filled],
        )
    name, columns, rows = filled[0] if filled else ("", [], [])
    kept = [(at, row) for at, row in enumerate(rows, 2) if any(v not in (None, "") for v in row)]
    return Sheet(
        name, columns,
        [dict(zip(columns, row, strict=True)) for _, row in kept],
        [at for at, _ in kept], "utf-8", "格式规定", encodings.HIGH,
    )  # fmt: skip


def _cells(path: Path, layer: str) -> tuple[list[str], list[tuple[Any, ...]]]:
    meta, _, _, columns = pyogrio.raw.read(
        path, layer=layer, read_geometry=False, datetime_as_string=True
    )
    names = columns_of.distinct([str(name).strip() for name in meta["fields"]])
    return names, list(zip(*(columns_of.plain(column) for column in columns), strict=True))


def _refuse_bombs(path: Path, name: str) -> None:
    archive.check_listing(path)
    try:
        with zipfile.ZipFile(path) as pack:
            infos = pack.infolist()
            archive.check(name, [info.filename for info in infos], infos)
            xlsx_guard.check(name, pack)
            if "[Content_Types].xml" not in pack.namelist():
                raise InputRefused(f"文件 {name} 不是 Excel 工作簿。请另存为 .xlsx 后再交。")
    except zipfile.BadZipFile as error:
        raise InputRefused(f"文件 {name} 打不开，工作簿已损坏。请重新导出后再交。") from error
