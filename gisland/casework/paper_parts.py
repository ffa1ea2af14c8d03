"""The parts of a DOCX: each is XML that is read, or a picture; none reaches out or runs. 模板部件

Words are looked for in what a part means, never in its bytes: the same instruction can be written
in another encoding or cut into pieces.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import TYPE_CHECKING
from xml.etree import ElementTree

from gisland.casework.errors import TemplateRefused

if TYPE_CHECKING:
    from collections.abc import Iterator

PICTURES = (
    b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"GIF8", b"BM", b"II*\0", b"MM\0*",
    b"\x01\0\0\0", b"\xd7\xcd\xc6\x9a",
)  # fmt: skip
"""How a picture begins (EMF and WMF the last two); no XML begins so."""
FIELDS = frozenset(
    ("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "DATE", "TIME", "CREATEDATE", "SAVEDATE",
     "PRINTDATE", "TITLE", "SUBJECT", "AUTHOR", "STYLEREF", "SEQ", "REF", "PAGEREF", "TOC",
     "HYPERLINK", "EQ", "SYMBOL")
)  # fmt: skip
"""The fields that print what the document itself holds."""
LINKS = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/hyperlink",
)
ACTIVE = frozenset(("altChunk", "mailMerge", "OLEObject", "control"))
DRAWN = frozenset(("imagedata", "fill", "stroke"))
FETCHED = frozenset(("src", "href", "althref"))
DECLARED = re.compile(r"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']*)")
FAR = re.compile(r"\s*(?:[A-Za-z][A-Za-z0-9+.-]*:|//|\\\\)")


def require_inert(document: bytes) -> None:
    """Raise TemplateRefused unless every part is read and none reaches out or runs."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        for member in archive.infolist():
            if member.is_dir():
                continue
            content = archive.read(member)
            if content.startswith(PICTURES):
                continue
            _look(member.filename, _root(member.filename, content))


def _root(name: str, content: bytes) -> ElementTree.Element:
    try:
        text = content.decode("utf-8-sig")
        declared = DECLARED.match(text.lstrip())
        if "<!DOCTYPE" not in text and (not declared or declared[1].lower() == "utf-8"):
            return ElementTree.fromstring(text.encode())
    except (UnicodeDecodeError, ElementTree.ParseError):
        pass
    raise TemplateRefused(
        f"模板中的部件 {name} 既不是图片，也不是 UTF-8 编码的 XML，不能使用。"
        "请用 Word 另存为 .docx（不嵌入字体和其他文件）后上传。"
    )


def _look(name: str, root: ElementTree.Element) -> None:
    for element in root.iter():
        kind = _local(element.tag)
        told = {_local(key): value for key, value in element.attrib.items()}
        if kind == "Relationship" and told.get("Type") not in LINKS:
            target = told.get("Target", "")
            if told.get("TargetMode", "Internal") != "Internal" or FAR.match(target):
                raise _refused(name, "引用了文件以外的内容")
        if kind in DRAWN and any(FAR.match(told.get(one, "")) for one in FETCHED):
            raise _refused(name, "引用了文件以外的内容")
        if kind in ACTIVE:
            raise _refused(name, "带有嵌入或合并的外部内容")
    for instruction in _instructions(root):
        word = (instruction.split() or [""])[0].upper()
        if word not in FIELDS:
            raise _refused(name, f"带自动执行的域 {word[:20]}")


def _instructions(root: ElementTree.Element) -> Iterator[str]:
    """What each field says, its pieces put together; a piece outside of all fields too."""
    stray: list[str] = []
    open_fields: list[list[str]] = []
    for element in root.iter():
        kind = _local(element.tag)
        told = {_local(key): value for key, value in element.attrib.items()}
        if kind == "fldSimple":
            yield told.get("instr", "")
        elif kind in ("instrText", "delInstrText"):
            (open_fields[-1] if open_fields else stray).append(element.text or "")
        elif kind == "fldChar" and told.get("fldCharType") == "begin":
            open_fields.append([])
        elif kind == "fldChar" and told.get("fldCharType") == "end" and open_fields:
            yield "".join(open_fields.pop())
    yield from ("".join(pieces) for pieces in open_fields)
    if stray:
        yield "".join(stray)


def _refused(name: str, why: str) -> TemplateRefused:
    return TemplateRefused(f"模板{why}（{name}），不能使用。请去掉后重新上传。")


def _local(name: str) -> str:
    return name.rsplit("}", 1)[-1]
