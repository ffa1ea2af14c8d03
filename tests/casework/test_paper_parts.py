"""The parts of a template: whatever reaches out, runs or cannot be read is refused, however it is
written; what Word itself writes is no fault."""

from __future__ import annotations

import io
import zipfile

import pytest

from gisland.casework import paper_fill
from gisland.casework.errors import TemplateRefused
from gisland.casework.paper_parts import LINKS
from tests.casework.test_case_papers import template

OUTSIDE = b'<Relationship Type="a/attachedTemplate" Target="x" TargetMode="External"/>'
LIKE_A_LINK = OUTSIDE.replace(b'Target="x"', b'Target="http://x/hyperlink"')
FAR = '<?xml version="1.0" encoding="UTF-16"?>' + OUTSIDE.decode()
WORDS = b'<w:p xmlns:w="w">%s</w:p>'
FIELD = b'<w:r><w:fldChar w:fldCharType="%s"/></w:r>'
PIECE = b"<w:r><w:instrText>%s</w:instrText></w:r>"


@pytest.mark.parametrize(
    ("member", "content", "said"),
    [
        ("word/vbaProject.bin", b"x", "宏"),
        ("word/_rels/more.rels", OUTSIDE, "文件以外的内容"),
        ("word/_rels/more.rels", LIKE_A_LINK, "文件以外的内容"),
        ("word/_rels/settings.xml.rels", FAR.encode("utf-16"), "不是 UTF-8 编码的 XML"),
        ("word/_rels/settings.xml.rels", FAR.encode(), "不是 UTF-8 编码的 XML"),
        ("word/more.data", OUTSIDE, "文件以外的内容"),
        ("word/more.data", b"PK\x03\x04", "不是图片"),
        ("word/more.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "不是 UTF-8 编码的 XML"),
        ("word/more.xml", b'<w:altChunk xmlns:w="w"/>', "嵌入或合并的外部内容"),
        ("word/more.xml", b'<v:imagedata xmlns:v="v" src="\\\\far\\a.png"/>', "文件以外的内容"),
        ("word/more.xml", WORDS % (PIECE % b"INCLUDEPICTURE x"), "自动执行的域"),
        ("word/more.xml", WORDS % (PIECE % b"DDE" + PIECE % b"AUTO x"), "自动执行的域"),
        ("word/more.xml", WORDS % b'<w:fldSimple w:instr="ddeauto x"/>', "自动执行的域"),
        ("word/more.xml", WORDS % (FIELD % b"begin" + PIECE % b"D" + FIELD % b"begin"
         + PIECE % b"PAGE" + FIELD % b"end" + PIECE % b"DE x" + FIELD % b"end"), "的域 DDE"),
        ("word/bomb.xml", b" " * (paper_fill.LARGEST_WHOLE_BYTES + 1), "展开后过大"),
    ],
)  # fmt: skip
def test_a_template_that_reaches_out_or_runs_is_refused(
    member: str, content: bytes, said: str
) -> None:
    written = io.BytesIO(template("{{ jcbh }}"))
    with zipfile.ZipFile(written, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, content)
    with pytest.raises(TemplateRefused, match=said):
        paper_fill.check(written.getvalue())


def test_a_field_that_a_condition_puts_together_is_refused_when_it_is_filled() -> None:
    """PAGE stands before the DDE that is left when the condition has gone."""
    cut = PIECE % b" PAGE " + b"<w:r><w:t>{%r endif %}</w:t></w:r>"
    field = b"<w:r><w:t>{%r if not jcbh %}</w:t></w:r>" + cut + PIECE % b"DDEAUTO x"
    whole = FIELD % b"begin" + field + FIELD % b"end"
    with pytest.raises(TemplateRefused, match="的域 DDEAUTO"):
        paper_fill.check(_with(whole))


def test_pictures_links_and_page_numbers_are_no_fault() -> None:
    whole = FIELD % b"begin" + PIECE % b" PA" + PIECE % b"GE " + FIELD % b"end"
    written = io.BytesIO(_with(whole))
    link = OUTSIDE.replace(b"a/attachedTemplate", LINKS[0].encode())
    with zipfile.ZipFile(written, "a") as archive:
        archive.writestr("word/_rels/more.rels", link)
        archive.writestr("word/media/a.png", b"\x89PNG\r\n\x1a\n")
    paper_fill.check(written.getvalue())


def _with(runs: bytes) -> bytes:
    """A template with one paragraph of these runs."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(template("HERE"))) as own,
        zipfile.ZipFile(written, "w") as archive,
    ):
        for name in own.namelist():
            content = own.read(name)
            archive.writestr(name, content.replace(b"<w:r><w:t>HERE</w:t></w:r>", runs))
    assert b"instrText" in zipfile.ZipFile(written).read("word/document.xml")
    return written.getvalue()
