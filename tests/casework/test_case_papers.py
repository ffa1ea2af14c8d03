"""The register of cases and the drafts of papers: sums that close, blanks that show, templates that
are no more than forms, and nothing for another county."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from gisland.casework import paper_fill, paper_forms
from gisland.casework.errors import ProcessInvalid, TemplateRefused
from gisland.casework.models import PaperTemplate
from gisland.casework.paper_templates import FIRST, keep_template, template_for
from imports.models import ExportLog
from spatial.engine.ratio_stages import STAGES, stages
from spatial.models import Region
from tests import ratio_ground as drawn
from tests.casework.office import Office, make_office
from tests.people import person

if TYPE_CHECKING:
    from spatial.models import User

DRAFTS = ("check_sheet", "stop_notice", "filing_approval")


def as_(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def template(*lines: str) -> bytes:
    """A DOCX of these paragraphs."""
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    written = io.BytesIO()
    document.save(written)
    return written.getvalue()


def words_of(content: bytes) -> str:
    """All that a DOCX prints, heads and feet too."""
    document = docx.Document(io.BytesIO(content))
    lines = [one.text for one in document.paragraphs]
    lines += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    for section in document.sections:
        lines += [one.text for one in (*section.header.paragraphs, *section.footer.paragraphs)]
    return "\n".join(lines)


def draft(office: Office, code: str, by: User | None = None) -> Any:
    return as_(by or office.officer).get(reverse("case_draft", args=[office.case.pk, code]))


# ---------------------------------------------------------------- the register


@pytest.fixture
def mixed() -> Office:
    return make_office("cciiijops")


@pytest.mark.django_db
def test_the_register_closes_and_its_checks_are_formulas(mixed: Office) -> None:
    mixed.decide()
    mixed.rectify()
    response = as_(mixed.officer).get(reverse("case_register"))
    values = _lines(response.content, data_only=True)
    formulas = _lines(response.content, data_only=False)
    heads = values[1]

    def cell(lines: list[list[Any]], head: str, line: int = 2) -> Any:
        return lines[line][heads.index(head)]

    assert cell(values, "违法(平方米)") == 500
    assert cell(values, "违法(亩)") == 0.75
    assert cell(formulas, "违法(亩)").startswith("=ROUND(")
    assert cell(values, "违法中已整改(平方米)") == 500
    assert cell(values, "校核") == "相符"
    assert cell(formulas, "校核").startswith("=IF(")
    assert cell(formulas, "校核：图斑减各栏(平方米)").startswith("=ROUND(")
    total = next(at for at, line in enumerate(values) if line[0] == "合计 1 件")
    assert cell(formulas, "图斑面积(平方米)", total).startswith("=SUM(")
    found = stages(drawn.query(basis="decided")).total
    terms = {"legal": "合法", "illegal": "违法", "other": "其他用地", "open": "待核、数据不足",
             "undecided": "未核查", "repeated": "重复下发", "excluded": "剔除"}  # fmt: skip
    for stage in STAGES:
        told = cell(values, f"{terms[stage]}(平方米)", total)
        assert Decimal(str(told)) == found.of(stage).area_m2, "the table says the same"
    log = ExportLog.objects.get()
    assert (log.what, log.rows) == ("case_register", 1)


@pytest.mark.django_db
def test_the_register_follows_the_filter_guards_cells_and_respects_the_scope(
    mixed: Office,
) -> None:
    mixed.assign()
    mixed.officer.display_name = "=HYPERLINK(1)"
    mixed.officer.save()
    address = reverse("case_register")
    content = as_(mixed.captain).get(f"{address}?report=assigned").content
    cells = [cell for line in _lines(content, data_only=False) for cell in line]
    assert "'=HYPERLINK(1)" in cells, "a text that begins as a formula is not one"
    assert "办案台账　已分派" in str(_lines(content, data_only=True)[0][0])
    refused = as_(mixed.captain).get(f"{address}?report=submitted")
    assert refused.status_code == 400
    assert "没有符合条件的案件" in refused.content.decode()
    assert as_(mixed.stranger).get(address).status_code == 400, "none of their county"
    assert as_(mixed.leader).get(address).status_code == 403, "officials take no rows away"
    assert Client().get(address).status_code == 302


def _lines(content: bytes, *, data_only: bool) -> list[list[Any]]:
    book = openpyxl.load_workbook(io.BytesIO(content), data_only=data_only)
    return [[cell.value for cell in line] for line in book.worksheets[0]]


# ---------------------------------------------------------------- drafts


@pytest.mark.django_db
@pytest.mark.parametrize("code", DRAFTS)
def test_a_draft_prints_the_case_marks_blanks_and_says_that_it_is_one(
    office: Office, code: str
) -> None:
    office.assign()
    office.decide()
    response = draft(office, code)
    assert response.status_code == 200
    told = words_of(response.content)
    for words in (office.patch.jcbh, "未报即用", "0.60", "400.00", paper_fill.DRAFT,
                  paper_fill.BLANK, "规则 比率画例 1", "数据版本", FIRST):  # fmt: skip
        assert words in told, words
    assert "{{" not in told
    assert ExportLog.objects.get().asked["paper"] == code


@pytest.mark.django_db
def test_drafts_are_for_those_who_handle_the_case_and_only_of_an_offence(office: Office) -> None:
    refused = draft(office, "stop_notice")
    assert refused.status_code == 400
    assert "没有判定为违法" in refused.content.decode()
    assert draft(office, "check_sheet").status_code == 200, "the check sheet is for any case"
    office.decide()
    assert draft(office, "check_sheet", office.stranger).status_code == 404
    assert draft(office, "check_sheet", office.leader).status_code == 403
    assert draft(office, "nothing").status_code == 404
    page = as_(office.officer).get(reverse("case", args=[office.case.pk])).content.decode()
    assert all(reverse("case_draft", args=[office.case.pk, code]) in page for code in DRAFTS)


@pytest.mark.django_db
def test_the_office_s_own_template_comes_first_the_nearest_region_before_all(
    office: Office,
) -> None:
    office.decide()
    city = Region.objects.get(code=f"{office.county.code[:4]}00")
    for region, words in ((None, "通用"), (city, "市局"), (office.county, "县局")):
        keep_template(
            "stop_notice", f"{words}.docx", template(f"{words} {{{{ jcbh }}}}"),
            region=region, by=None,
        )  # fmt: skip
        told = words_of(draft(office, "stop_notice").content)
        assert f"{words} {office.patch.jcbh}" in told
        assert paper_fill.DRAFT in told, "an own template cannot leave the mark out"
    PaperTemplate.objects.filter(region=office.county).update(withdrawn=True)
    assert template_for("stop_notice", office.county.code)[1].startswith("市局")
    assert template_for("stop_notice", "110101")[1].startswith("通用")


@pytest.mark.django_db
def test_a_template_is_brought_in_by_admin_and_refused_there_in_words(office: Office) -> None:
    admin = person(office.county.code, "admin", name="manager")
    admin.is_staff = True
    admin.save()
    client, address = as_(admin), reverse("admin:casework_papertemplate_add")
    shown = client.get(address).content.decode()
    assert "{{ jcbh }}" in shown

    def send(content: bytes, region: Any = office.county.pk) -> Any:
        file = SimpleUploadedFile("模板.docx", content)
        return client.post(address, {"paper": "stop_notice", "region": region, "file": file})

    refused = send(template("{{ jcbh.__class__ }}"))
    assert "内部属性 __class__" in refused.content.decode()
    assert send(template("{{ jcbh }}"), region="").status_code == 200, "for all: not theirs to say"
    assert not PaperTemplate.objects.exists()
    assert send(template("{{ jcbh }}")).status_code == 302
    kept = PaperTemplate.objects.get()
    assert (kept.by, kept.region) == (admin, office.county)
    first = client.get(reverse("admin:casework_papertemplate_first", args=["stop_notice"]))
    paper_fill.check(first.content)
    assert as_(office.officer).get(address).status_code in (302, 403)


# ---------------------------------------------------------------- templates as such


@pytest.mark.parametrize("code", DRAFTS)
def test_each_first_template_can_be_filled_in(code: str) -> None:
    paper_fill.check(paper_forms.first_template(code))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{{ jcbh.__class__.__mro__ }}", "内部属性 __"),
        ("{{ ''.__class__ }}", "内部属性 __class__"),
        ("{{ jcbh['__class__'] }}", "Getitem"),
        ("{{ jcbh|attr('x') }}", "Filter"),
        ("{{ range(9) }}", "Call"),
        ("{{ jcbh * 99999 }}", "Mul"),
        ("{% include 'x' %}", "Include"),
        ("{% set x = 1 %}", "Assign"),
        ("{% for one in parts %}{% for two in parts %}{% endfor %}{% endfor %}", "再套循环"),
        ("{% for one in 'aaa' %}{% endfor %}", "只能循环这些清单"),
        ("{% for one in parts %}{{ one.secret }}{% endfor %}", "没有字段 secret"),
        ("{{ jcbhh }}", "没有字段 jcbhh；是否应为 jcbh？"),
        ("{{ jcbh.upper }}", "没有字段 upper"),
        ("{{ jcbh", "写法有误"),
    ],
)
def test_a_template_that_is_more_than_a_form_is_refused(text: str, said: str) -> None:
    with pytest.raises(TemplateRefused, match="模板") as refused:
        paper_fill.check(template(text))
    assert said in str(refused.value)


def test_the_head_and_the_foot_of_a_template_are_looked_at_too() -> None:
    document = docx.Document()
    document.sections[0].footer.paragraphs[0].text = "{{ jcbh.__class__ }}"
    document.core_properties.title = "{{ nobody }}"
    written = io.BytesIO()
    document.save(written)
    with pytest.raises(TemplateRefused):
        paper_fill.check(written.getvalue())


@pytest.mark.parametrize("content", [b"", b"MZ", b"PK\x03\x04 cut off", b"%PDF-1.7"])
def test_what_is_no_docx_is_refused(content: bytes) -> None:
    with pytest.raises(TemplateRefused, match="docx"):
        paper_fill.check(content)


def test_what_a_person_typed_is_text_and_never_markup_or_template() -> None:
    told = words_of(paper_fill.fill(template("项目 {{ project }}"),
                                    {"project": "<w:t>&{{ jcbh }}"}))  # fmt: skip
    assert "项目 <w:t>&{{ jcbh }}" in told


def test_lists_are_repeated_and_an_empty_one_says_none() -> None:
    form = paper_forms.first_template("check_sheet")
    rows = [{"conclusion": f"结论{at}", "mu": at} for at in range(3)]
    told = words_of(paper_fill.fill(form, {"parts": rows}))
    assert all(f"结论{at}" in told for at in range(3))
    assert paper_fill.NONE in told.split("材料")[-1]


def test_a_faulty_papers_file_names_every_fault() -> None:
    text = paper_forms.PAPERS_FILE.read_text(encoding="utf-8")
    broken = text.replace('"jcbh", "任务来源"', '"jcb", "任务来源"').replace(
        'each = "parts"', 'each = "bits"', 1
    )
    with pytest.raises(ProcessInvalid, match="没有字段 jcb；.*没有清单 bits"):
        paper_forms.read_forms(broken)
