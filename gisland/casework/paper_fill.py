"""Filling a DOCX template: names and plain loops only, in a sandbox; what is not known stays blank
to be seen, and what comes out says that it is a draft. 文书草稿

A template is somebody's file: it may print the fields of papers.toml and repeat its lists, and do
nothing else. It is read as a whole before anything is filled in.
"""

from __future__ import annotations

import difflib
import io
import re
import zipfile
from typing import TYPE_CHECKING, Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, meta, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from gisland.casework.errors import TemplateRefused
from gisland.casework.file_kinds import MACROS
from gisland.casework.paper_forms import forms
from gisland.casework.paper_parts import require_inert

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import Template

BLANK, NONE = "〔待填〕", "无"
DRAFT = "草稿　由系统填制，未经审批，不得送达"
LARGEST_BYTES, LARGEST_WHOLE_BYTES, MOST_MEMBERS = 4 << 20, 40 << 20, 400
PLAIN = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.Getattr, nodes.For,
    nodes.If, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand, nodes.Const,
)  # fmt: skip
WORD = re.compile(r"[a-z][a-z0-9_]*")


class _Sandbox(ImmutableSandboxedEnvironment):
    """Prints known names and repeats known lists; every text that it compiles is looked at."""

    def __init__(self) -> None:
        super().__init__(autoescape=True, undefined=StrictUndefined)
        self.globals.clear()
        self.filters.clear()
        self.tests.clear()

    def from_string(self, source: Any, *args: Any, **told: Any) -> Template:
        """The compiled text; raises TemplateRefused for whatever is more than names and loops."""
        _look(self, source)
        return super().from_string(source, *args, **told)


def fill(template: bytes, told: Mapping[str, Any], footer: Sequence[str] = ()) -> bytes:
    """The DOCX of a template with these values; empty ones are 〔待填〕.

    Raises TemplateRefused where the template is more than a form.
    """
    _require_plain(template)
    known = forms()
    context: dict[str, Any] = {name: _said(told.get(name)) for name in known.fields}
    for name, names in known.lists.items():
        rows = [{one: _said(row.get(one)) for one in names} for row in told.get(name) or ()]
        context[name] = rows or [dict.fromkeys(names, NONE)]
    try:
        document = DocxTemplate(io.BytesIO(template))
        document.render(context, _Sandbox(), autoescape=True)
    except TemplateError as error:
        raise TemplateRefused(f"模板写法有误：{error}。请改正花括号中的内容后重新上传。") from error
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise TemplateRefused(
            "模板不是可用的 DOCX 文件，请用 Word 另存为 .docx 后上传。"
        ) from error
    _mark(document.docx, footer)
    written = io.BytesIO()
    document.save(written)
    require_inert(written.getvalue())  # a condition of the template may have put a field together
    return written.getvalue()


def check(template: bytes) -> None:
    """Raise TemplateRefused unless the template can be filled in."""
    lists = {name: [dict.fromkeys(names, "例")] for name, names in forms().lists.items()}
    fill(template, {**dict.fromkeys(forms().fields, "例"), **lists})


def _said(value: Any) -> str:
    text = "" if value is None else str(value).strip()
    return text or BLANK


def _require_plain(template: bytes) -> None:
    """A document without macros, links to the outside, fields that fetch, or a bomb in it."""
    if len(template) > LARGEST_BYTES:
        raise TemplateRefused(f"模板大于 {LARGEST_BYTES >> 20} MB。请去掉图片后重新上传。")
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            members = archive.infolist()
            whole = sum(one.file_size for one in members)
            if len(members) > MOST_MEMBERS or whole > LARGEST_WHOLE_BYTES:
                raise TemplateRefused("模板展开后过大，不能使用。请用 Word 另存后重新上传。")
            names = [one.filename for one in members]
            if "word/document.xml" not in names:
                raise TemplateRefused("文件不是 Word 文档（.docx）。请另存为 .docx 后上传。")
            if any(part in name for name in names for part in MACROS):
                raise TemplateRefused("模板含有宏或嵌入的程序，不能使用。请另存为不含宏的 .docx。")
        require_inert(template)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise TemplateRefused("文件打不开，不是完整的 .docx，或设了密码。请重新上传。") from error


def _look(sandbox: _Sandbox, source: Any) -> None:
    """Refuse all but names, rows of lists and plain conditions."""
    tree = sandbox.parse(source)
    known = forms()
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, PLAIN):
            raise TemplateRefused(
                f"模板中用了{type(node).__name__}（第 {node.lineno} 行）。"
                "只可写字段 {{ 名称 }}、条件和清单的循环，不可调用、运算或取用内部内容。"
            )
        if isinstance(node, nodes.Getattr) and not WORD.fullmatch(node.attr):
            raise TemplateRefused(f"模板取用了内部属性 {node.attr}，不予使用。请改用字段名。")
    _look_at_rows(tree, known.lists)
    for name in sorted(meta.find_undeclared_variables(tree)):
        if name not in known.fields and name not in known.lists:
            raise TemplateRefused(f"模板中没有字段 {name}；{_near(name, list(known.fields))}")


def _near(word: str, known: list[str]) -> str:
    close = difflib.get_close_matches(word, known, 1)
    first = f"是否应为 {close[0]}？" if close else ""
    return f"{first}可用的字段列在 /admin/ 的“文书模板”页上。"


def _look_at_rows(tree: nodes.Template, lists: Mapping[str, Mapping[str, str]]) -> None:
    """Loops go over known lists, not within another, and print known fields of their rows."""
    seen = set()
    for loop in tree.find_all(nodes.For):
        over = loop.iter.name if isinstance(loop.iter, nodes.Name) else ""
        if over not in lists or not isinstance(loop.target, nodes.Name):
            raise TemplateRefused(f"模板只能循环这些清单：{'、'.join(lists)}。")
        if any(True for _ in loop.find_all(nodes.For)):
            raise TemplateRefused("模板的循环中不能再套循环。")
        for node in loop.find_all(nodes.Getattr):
            if isinstance(node.node, nodes.Name) and node.node.name == loop.target.name:
                seen.add(id(node))
                if node.attr not in lists[over]:
                    raise TemplateRefused(
                        f"清单 {over} 没有字段 {node.attr}；{_near(node.attr, list(lists[over]))}"
                    )
    for node in tree.find_all(nodes.Getattr):
        if id(node) not in seen:
            raise TemplateRefused(f"模板中没有字段 {node.attr}：只有清单的行带圆点取字段。")


def _mark(document: Any, footer: Sequence[str]) -> None:
    """Say on every page that it is a draft, and on what it rests."""
    for section in document.sections:
        for head in (section.header, section.first_page_header, section.even_page_header):
            line = head.paragraphs[0].insert_paragraph_before(DRAFT)
            line.runs[0].bold = True
        for foot in (section.footer, section.first_page_footer, section.even_page_footer):
            for words in footer:
                foot.add_paragraph(words)
