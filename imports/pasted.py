"""Coordinates as people paste them, written down as a file that the ordinary readers take. 粘贴坐标

Any order of the two columns, any zone, with or without point numbers; a blank line or a line of
words begins the next parcel, a point that closes a ring the next ring. What has a form of its own
(界址点 TXT, GeoJSON, WKT) is kept as it is.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from imports.readers.txt_plane import EASTWARD, NORTHWARD, role
from spatial.errors import InputRefused

LONGEST = 2_000_000
"""Characters; more is a file."""
LEAST_POINTS = 3
COLUMNS = ("地块编号", "圈号", "点号", "X", "Y")
DMS = re.compile(r"(\d{1,3})\s*[°度]\s*(\d{1,2})\s*['′分]\s*(\d{1,2}(?:\.\d+)?)\s*(?:[\"″秒]|'')?")
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Pasted:
    """What was pasted, as a file: its name and its bytes."""

    name: str
    data: bytes


def as_file(text: str) -> Pasted:
    """The pasted text as a file of the kind that it is.

    Raises InputRefused naming the line that is neither coordinates nor a parcel's name.
    """
    plain = text.strip().lstrip("\ufeff")
    if not plain:
        raise InputRefused("没有粘贴坐标。请粘贴坐标，或上传文件、在图上画。")
    if len(plain) > LONGEST:
        raise InputRefused(f"粘贴的文字超过 {LONGEST} 字。请存成文件上传。")
    if plain.startswith("{"):
        return Pasted("粘贴.geojson", plain.encode())
    if re.search(r"\bPOLYGON\b|\bMULTIPOLYGON\b", plain, re.IGNORECASE):
        return Pasted("粘贴.csv", _wkt(plain))
    if re.search(r"^\s*[\[［]|@\s*$", plain, re.MULTILINE):
        return Pasted("粘贴.txt", plain.encode())
    return Pasted("粘贴.csv", _points(plain))


def _wkt(text: str) -> bytes:
    found = re.findall(r"(?:SRID=\d+;)?\s*(?:MULTI)?POLYGON[^A-Z;]*", text, re.IGNORECASE)
    return _csv(("WKT",), [(one.strip().rstrip(","),) for one in found])


def _points(text: str) -> bytes:
    rows: list[tuple[object, ...]] = []
    parcel, label, ring, first, count = 0, "", 1, None, 0
    begins = True
    for number, line in enumerate(re.split(r"\r\n|\r|\n", text), start=1):
        pairs = _pairs(line)
        if not pairs:
            words = unicodedata.normalize("NFKC", line).strip(" \t,;:#-=")
            if re.search(r"\d{4}", words) and not re.search(r"[^\W\d_]", words):
                raise InputRefused(
                    f"粘贴的第 {number} 行“{line.strip()[:40]}”看不出哪两个数是坐标。"
                    "一行一个点，两个坐标用逗号、空格或制表符分开。"
                )
            begins, label = True, words[:60]
            continue
        for pair in pairs:
            if begins:
                parcel, ring, first, count, begins = parcel + 1, 1, None, 0, False
            count += 1
            rows.append((label or parcel, ring, count, *pair))
            if first is None:
                first = pair
            elif pair == first:
                first, ring = None, ring + 1
    if not rows:
        raise InputRefused(
            "粘贴的文字里没有坐标。一行一个点，"
            "例如 3667123.45,40523456.78 或 118.512345 33.123456。"
        )
    _require_rings(rows)
    return _csv(COLUMNS, rows)


def _require_rings(rows: list[tuple[object, ...]]) -> None:
    """Refuse a parcel whose points enclose nothing, in the words of who pasted them."""
    counts = Counter((row[0], row[1]) for row in rows)
    for (label, ring), count in counts.items():
        if count < LEAST_POINTS:
            name = f"地块 {label}" if isinstance(label, int) else f"“{label}”"
            inner = f"第 {ring} 圈" if ring != 1 else ""
            raise InputRefused(
                f"{name}{inner}只有 {count} 个点，围不成面。至少三个点，一行一个；"
                "空行或一行文字会开始下一个地块。"
            )


def _pairs(line: str) -> list[tuple[str, str]]:
    """The coordinate pairs of a line: neighbours of which one runs north and one east."""
    plain = DMS.sub(lambda found: _degrees(found), unicodedata.normalize("NFKC", line))
    found = []
    for piece in re.split(r"[;；]", plain):
        tokens = [re.sub(r"^[A-Za-z]+[=:]|[°EeNn]$", "", token)
                  for token in re.split(r"[\s,，、|()]+", piece)]  # fmt: skip
        texts = [token for token in tokens if NUMBER.fullmatch(token)]
        at = 0
        while at + 1 < len(texts):
            if _is_pair(texts[at], texts[at + 1]):
                found.append((texts[at], texts[at + 1]))
                at += 2
            else:
                at += 1
    return found


def _is_pair(first: str, second: str) -> bool:
    kinds = {role(float(first)), role(float(second))}
    if not kinds & EASTWARD or not kinds & NORTHWARD:
        return False
    return kinds in ({"east", "north"}, {"longitude", "latitude"})


def _degrees(found: re.Match[str]) -> str:
    whole, minutes, seconds = (float(part) for part in found.groups())
    return f" {whole + minutes / 60 + seconds / 3600:.10f} "


def _csv(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue().encode()
