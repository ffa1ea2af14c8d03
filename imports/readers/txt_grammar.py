"""The grammar of 界址点 TXT: sections, header keys, parcels, points, each with its line."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from imports.readers.encoding import MEDIUM, Decision, decide, of_wide_text
from imports.readers.table import NOTE, Finding

ATTRIBUTES, PARCELS = "属性描述", "地块坐标"
PLAIN = str.maketrans("０１２３４５６７８９，．＠－＝：［］", "0123456789,.@-=:[]")
NAMES = ("count", "area", "id", "name", "geometry", "sheet", "purpose", "land_class")
EXTRA = ("TBLX", "DL", "GZQ", "GZH", "BZ")
LEAST_COMMAS = 7
LONGEST_NUMBER = 40
"""Characters of the longest honest coordinate; a number of hundreds of digits is infinite."""


@dataclass
class Point:
    """One 界址点: the two coordinate columns as written."""

    line: int
    first: float
    second: float


@dataclass
class Parcel:
    """One 地块: its header fields and its rings in order of appearance."""

    line: int
    fields: dict[str, str]
    rings: dict[str, list[Point]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """How messages call the parcel."""
        return self.fields.get("id") or self.fields.get("name") or f"第 {self.line} 行的地块"


@dataclass
class Document:
    """A parsed file: header, other sections, parcels, and faults by line."""

    header: dict[str, str] = field(default_factory=dict)
    header_lines: dict[str, int] = field(default_factory=dict)
    project: dict[str, str] = field(default_factory=dict)
    parcels: list[Parcel] = field(default_factory=list)
    faults: list[tuple[int, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def decode(file_name: str, data: bytes, option: str | None = None) -> tuple[str, Decision]:
    """The text and how it was read: option, else BOM, else judged on its lines.

    Raises UnicodeDecodeError, and InputRefused where the bytes are neither UTF-8 nor GB18030.
    """
    decision = Decision(option, "--encoding") if option else None
    for bom, codec in (
        (b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
    ):  # fmt: skip
        if decision is None and data.startswith(bom):
            decision = Decision(codec, "BOM")
    if decision is None and (wide := of_wide_text(data)):
        decision = Decision(wide, "按内容判定（无 BOM）", confidence=MEDIUM)
    decision = decision or decide(file_name, re.split(rb"\r\n|\r|\n", data))
    return data.decode(decision.codec), decision


def parse(text: str) -> Document:
    """Read the sections; every fault goes into ``faults`` with its line, none stops the reading."""
    document = Document()
    section = ""
    for number, raw in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        line = raw.translate(PLAIN).strip()
        if not line:
            continue
        heading = re.fullmatch(r"\[\s*(.+?)\s*\]", line)
        if heading:
            section = heading[1].replace(" ", "")
            if raw[:1].isspace() or raw[:1] == "\u3000":
                message = f"第 {number} 行的 [{section}] 前有空格。"
                document.findings.append(Finding("txt_indented", message, NOTE, row=number))
        elif section == PARCELS:
            _parcel_line(document, number, line)
        else:
            _key_line(document, section, number, line)
    return document


def _key_line(document: Document, section: str, number: int, line: str) -> None:
    key, sign, value = line.partition("=")
    if not sign:
        return
    key = key.replace(" ", "")
    if section == ATTRIBUTES:
        document.header[key] = value.strip()
        document.header_lines[key] = number
    else:
        document.project[key] = value.strip()


def _parcel_line(document: Document, number: int, line: str) -> None:
    parts = [part.strip() for part in line.split(",")]
    marked = line.endswith("@")
    if marked or (len(parts) > LEAST_COMMAS and re.fullmatch(r"\d+", parts[0])):
        parcel = _header(number, parts[:-1] if marked else parts)
        if not marked:
            document.faults.append((number, f"地块 {parcel.label} 的表头行缺少行尾的 @"))
        document.parcels.append(parcel)
        return
    if not document.parcels:
        document.faults.append((number, "界址点出现在第一个地块表头之前"))
        return
    _point_line(document, document.parcels[-1], number, parts)


def _header(number: int, parts: list[str]) -> Parcel:
    fields = dict(zip(NAMES, parts, strict=False))
    if len(parts) > len(NAMES) + 1:
        fields.update(zip(EXTRA, parts[len(NAMES) :], strict=False))
    return Parcel(number, fields)


def _point_line(document: Document, parcel: Parcel, number: int, parts: list[str]) -> None:
    while len(parts) > 4 and not parts[-1]:
        parts.pop()
    if len(parts) != 4:
        expected = f"应有 4 项（点号,圈号,X,Y），实有 {len(parts)} 项"
        document.faults.append((number, f"地块 {parcel.label} 的界址点{expected}"))
        return
    label, ring, *texts = parts
    values = []
    for text in texts:
        if len(text) > LONGEST_NUMBER or not re.fullmatch(r"[+-]?\d+(\.\d*)?", text):
            fault = f"地块 {parcel.label} 点 {label} 的坐标 {text[:LONGEST_NUMBER]} 不是数字"
            document.faults.append((number, fault))
            return
        values.append(float(text))
    parcel.rings.setdefault(ring, []).append(Point(number, values[0], values[1]))
