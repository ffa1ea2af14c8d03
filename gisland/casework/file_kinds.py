"""What a file is, by its first bytes and not by its name; what may not come in. 文件种类"""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING

from gisland.casework.errors import EvidenceRefused
from gisland.casework.models import EvidenceKind

if TYPE_CHECKING:
    from pathlib import Path

HEAD = 16
PHOTOS = {"image/jpeg": (".jpg", ".jpeg"), "image/png": (".png",), "image/webp": (".webp",)}
OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
DANGEROUS = (b"MZ", b"\x7fELF", b"#!", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
MACROS = ("vbaProject.bin", "activeX/", "embeddings/oleObject")
TAKEN = "JPEG、PNG、WebP 照片，PDF，或 DOCX、XLSX 文件"


def kind_of(path: Path, name: str) -> tuple[EvidenceKind, str]:
    """Photo or document, and the media type; raises EvidenceRefused for anything else.

    A program, a script, an old office file or one with macros is refused whatever its name.
    """
    with path.open("rb") as file:
        head = file.read(HEAD)
    if head.startswith(b"\xff\xd8\xff"):
        return EvidenceKind.PHOTO, "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return EvidenceKind.PHOTO, "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return EvidenceKind.PHOTO, "image/webp"
    if head.startswith(b"%PDF-"):
        return EvidenceKind.DOCUMENT, "application/pdf"
    if head.startswith(b"PK\x03\x04"):
        return EvidenceKind.DOCUMENT, _office(path, name)
    if head.startswith(DANGEROUS):
        raise EvidenceRefused(f"{name} 是可执行文件，不能作为举证材料。没有保存。")
    raise EvidenceRefused(f"{name} 的内容不是可接受的格式。请提供{TAKEN}。没有保存。")


def _office(path: Path, name: str) -> str:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        raise EvidenceRefused(f"{name} 打不开，可能没有传完。请重新上传。") from error
    if any(part in member for member in names for part in MACROS):
        raise EvidenceRefused(f"{name} 含有宏或嵌入的程序，不能作为举证材料。请另存为 PDF。")
    if "[Content_Types].xml" in names:
        for folder, media_type in OFFICE.items():
            if any(member.startswith(folder) for member in names):
                return media_type
    raise EvidenceRefused(f"{name} 是压缩包。请解压后逐个上传（{TAKEN}）。没有保存。")
