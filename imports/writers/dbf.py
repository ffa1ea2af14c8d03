"""What a shapefile's table can hold: names of ten bytes, texts of 254, one encoding."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from imports.formula import guarded
from imports.readers.codec_names import codec_named
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from imports.writers.table import Column, Losses

NAME_BYTES = 10
TEXT_BYTES = 254
MOST_COLUMNS = 255
ENCODINGS = {"utf-8": ("utf-8", "UTF-8", 0), "gb18030": ("gbk", "GBK", 0x4D)}
"""By the codec that was asked for: how texts are written, the word in .cpg, the language byte."""

CUT = "文字超过 254 字节，已在整字处截断；全文见 {file}"


def encoding_of(asked: str) -> tuple[str, str, int]:
    """Codec, word of the .cpg and language byte; raises InputRefused for any but the two."""
    found = ENCODINGS.get(codec_named(asked) or "")
    if found is None:
        raise InputRefused(f"shapefile 只写 UTF-8 或 GBK，不写 {asked}。请改 --encoding。")
    return found


def short_names(columns: Sequence[Column], codec: str) -> list[str]:
    """A name of at most ten bytes for each column, no two alike in any case.

    Codes of conclusions and marks are far longer: they are numbered, and listed beside the file.
    """
    if len(columns) > MOST_COLUMNS:
        raise InputRefused(
            f"shapefile 最多 {MOST_COLUMNS} 列，现有 {len(columns)} 列。"
            "请加 --plain 不带原始列，或改用 --format gpkg。"
        )
    taken = {column.name.upper() for column in columns if _fits(column.name, codec)}
    names = []
    for column in columns:
        name = column.name
        if not _fits(name, codec):
            name = _numbered(name, codec, taken)
            taken.add(name.upper())
        names.append(name)
    return names


def _fits(name: str, codec: str) -> bool:
    return 0 < len(name.encode(codec, "replace")) <= NAME_BYTES


def _numbered(name: str, codec: str, taken: set[str]) -> str:
    """The name cut at a whole character; with a number where that is another's name."""
    cut = _cut(name.encode(codec, "ignore"), NAME_BYTES, codec)
    number = 1
    while not cut or cut.upper() in taken:
        mark = f"_{number}"
        cut = _cut(name.encode(codec, "ignore"), NAME_BYTES - len(mark), codec) + mark
        number += 1
    return cut


def _cut(raw: bytes, size: int, codec: str) -> str:
    return raw[:size].decode(codec, "ignore")


class Texts:
    """Encodes texts; those that do not fit are cut, counted, and written out in full beside."""

    def __init__(self, codec: str, beside: Path, losses: Losses) -> None:
        self.codec, self.beside, self.losses = codec, beside, losses
        self.cut_any = False

    def disguised(self, text: str, column: Column, label: str) -> str:
        """The text's bytes, each as one Latin-1 character: so they pass through GDAL unchanged.

        Raises InputRefused for a character that the encoding lacks.
        """
        text = text.replace("\0", "")
        try:
            raw = text.encode(self.codec)
        except UnicodeEncodeError as error:
            raise InputRefused(
                f"{label} 的 {column.term} 中有 GBK 没有的字“{text[error.start]}”。"
                "请改用 --encoding UTF-8（附 .cpg），不会丢字。"
            ) from error
        if len(raw) > TEXT_BYTES:
            raw = _cut(raw, TEXT_BYTES, self.codec).encode(self.codec)
            self.losses.add(CUT.format(file=self.beside.name), column.name, label)
            self._keep(label, column, text)
        return raw.decode("latin-1")

    def _keep(self, label: str, column: Column, text: str) -> None:
        with self.beside.open("a" if self.cut_any else "w", encoding="utf-8-sig" if not self.cut_any
                              else "utf-8", newline="") as file:  # fmt: skip
            writer = csv.writer(file)
            if not self.cut_any:
                writer.writerow(["要素", "列", "全文"])
            writer.writerow([label, column.name, guarded(text)])
        self.cut_any = True


def write_names(path: Path, columns: Sequence[Column], names: Sequence[str], stamp: str) -> None:
    """The list of columns beside the file: name in the file, full name, meaning, type."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["列名", "原名", "含义", "类型", "标准字段"])
        for name, column in zip(names, columns, strict=True):
            cells = [name, column.name, column.term, column.kind, column.field]
            writer.writerow([guarded(cell) for cell in cells])
        writer.writerow([])
        writer.writerow([stamp])
