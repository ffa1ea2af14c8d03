"""Which drafts there are, what a template may print, and the template that each begins with.

Read from papers.toml. The first template is written from it as a DOCX; an office takes that,
changes it, and brings it back (/admin/ 文书模板). 文书草稿
"""

from __future__ import annotations

import io
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from gisland.casework.errors import ProcessInvalid
from gisland.casework.process import process

PAPERS_FILE = Path(__file__).resolve().parent / "papers.toml"
BODY, TITLE = "宋体", "黑体"
BODY_PT, TITLE_PT = 11, 18


@dataclass(frozen=True)
class Form:
    """One kind of draft."""

    code: str
    term: str
    finding: str
    blocks: tuple[dict[str, Any], ...]


@dataclass(frozen=True)
class Forms:
    """The whole of papers.toml."""

    fields: dict[str, str]
    lists: dict[str, dict[str, str]]
    """By list, the fields of one of its rows with what they are."""
    forms: dict[str, Form]


@cache
def forms() -> Forms:
    """papers.toml, checked; raises ProcessInvalid with every fault."""
    return read_forms(PAPERS_FILE.read_text(encoding="utf-8"))


def read_forms(text: str) -> Forms:
    """The same from a text."""
    tree = tomllib.loads(text)
    lists = {name: dict(told["fields"]) for name, told in tree["list"].items()}
    fields, known = dict(tree["field"]), process().papers
    found, faults = {}, []
    for code, told in tree["paper"].items():
        term = told.get("term") or (known[code].term if code in known else "")
        if not term:
            faults.append(f"文书 {code} 没有名称，process.toml 的 [paper] 中也没有")
        faults += [f"文书 {code}：{fault}" for block in told["block"]
                   for fault in _faults_of(block, fields, lists)]  # fmt: skip
        found[code] = Form(code, term, told.get("finding", ""), tuple(told["block"]))
    if faults:
        raise ProcessInvalid("papers.toml 有误：" + "；".join(faults))
    return Forms(fields, lists, found)


def _faults_of(
    block: dict[str, Any], fields: dict[str, str], lists: dict[str, dict[str, str]]
) -> list[str]:
    named = [name for row in block.get("rows", ()) for name in row[1::2]]
    faults = [f"没有字段 {name}" for name in named if name not in fields]
    if (name := block.get("each")) is not None:
        if name not in lists:
            return [*faults, f"没有清单 {name}"]
        faults += [f"清单 {name} 没有字段 {one}" for _, one in block["columns"]
                   if one not in lists[name]]  # fmt: skip
    return faults


def first_template(code: str) -> bytes:
    """The DOCX that a draft begins with, with its fields between braces."""
    form = forms().forms[code]
    document = docx.Document()
    _face(document.styles["Normal"], BODY, BODY_PT)
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    run = title.add_run(form.term)
    run.bold = True
    _face(run, TITLE, TITLE_PT)
    for block in form.blocks:
        _block(document, block)
    document.core_properties.title = form.term
    document.core_properties.author = "gisland"
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def _block(document: Any, block: dict[str, Any]) -> None:
    if "heading" in block:
        document.add_paragraph().add_run(block["heading"]).bold = True
    for line in block.get("text", ()):
        document.add_paragraph(line)
    for line in block.get("sign", ()):
        document.add_paragraph(line).alignment = WD_ALIGN_PARAGRAPH.RIGHT
    if rows := block.get("rows"):
        table = document.add_table(rows=0, cols=4, style="Table Grid")
        for row in rows:
            cells = table.add_row().cells
            for at, text in enumerate(row):
                cells[at].text = text if at % 2 == 0 else f"{{{{ {text} }}}}"
        document.add_paragraph()
    if "each" in block:
        _repeated(document, block)


def _repeated(document: Any, block: dict[str, Any]) -> None:
    """A table whose middle line is repeated: the lines that say so vanish when it is filled in."""
    columns = block["columns"]
    table = document.add_table(rows=1, cols=len(columns), style="Table Grid")
    for cell, (head, _) in zip(table.rows[0].cells, columns, strict=True):
        cell.text = head
    table.add_row().cells[0].text = f"{{%tr for one in {block['each']} %}}"
    for cell, (_, name) in zip(table.add_row().cells, columns, strict=True):
        cell.text = f"{{{{ one.{name} }}}}"
    table.add_row().cells[0].text = "{%tr endfor %}"
    document.add_paragraph()


def _face(of: Any, name: str, size: int) -> None:
    """A face for Chinese and Latin letters alike."""
    of.font.name = name
    of.font.size = Pt(size)
    of.element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), name)
