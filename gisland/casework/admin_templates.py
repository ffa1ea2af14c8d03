"""Templates of papers in /admin/: taken, changed in Word, brought back, put out of use. 文书模板"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django import forms as django_forms
from django.contrib import admin
from django.http import Http404, HttpResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join

from gisland.casework.models import PaperTemplate
from gisland.casework.paper_fill import LARGEST_BYTES, check
from gisland.casework.paper_forms import first_template, forms
from gisland.casework.paper_templates import keep_template
from spatial.admin.accounts import given_regions
from spatial.admin.base import ScopedAdmin, is_superuser
from spatial.errors import GislandError
from spatial.models import User

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class TemplateForm(django_forms.ModelForm):
    """The kind of paper, whose it is, and the file; the file is tried before it is kept."""

    paper = django_forms.ChoiceField(label="文书")
    file = django_forms.FileField(label="模板（.docx）")

    class Meta:
        model = PaperTemplate
        fields = ("paper", "region")

    def __init__(self, *args: Any, **told: Any) -> None:
        """Offer the kinds of papers.toml."""
        super().__init__(*args, **told)
        papers = self.fields["paper"]
        if isinstance(papers, django_forms.ChoiceField):
            papers.choices = [(form.code, form.term) for form in forms().forms.values()]

    def clean_file(self) -> Any:
        """The file, if it is a template that can be filled in."""
        file = self.cleaned_data["file"]
        try:
            check(file.read(LARGEST_BYTES + 1))
        except GislandError as error:
            raise django_forms.ValidationError(str(error)) from error
        file.seek(0)
        return file


@admin.register(PaperTemplate)
class PaperTemplateAdmin(ScopedAdmin):
    """文书模板。"""

    form = TemplateForm
    fields = ("paper", "region", "file", "fields_said", "first_said")
    readonly_fields = ("fields_said", "first_said")
    list_display = ("paper_term", "region", "file_name", "sha256", "by", "at", "withdrawn")
    list_display_links = None
    list_select_related = ("region", "by")
    actions = ("withdraw_chosen",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those of the asker's regions and, for a superuser, those for all."""
        rows = super().get_queryset(request).defer("body")
        return rows if is_superuser(request) else rows.filter(region__in=given_regions(request))

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A template is not changed; the list, where it is put out of use, stays open."""
        return obj is None and super().has_change_permission(request)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **told: Any) -> Any:
        """Offer the asker's own regions; for all: a superuser alone."""
        if db_field.name == "region":
            told["queryset"] = given_regions(request)
            told["required"] = not is_superuser(request)
        return super().formfield_for_foreignkey(db_field, request, **told)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: Any) -> None:
        """Keep it as it came."""
        by = request.user if isinstance(request.user, User) else None
        file = form.cleaned_data["file"]
        kept = keep_template(obj.paper, file.name, file.read(), region=obj.region, by=by)
        obj.pk, obj.file_name, obj.sha256 = kept.pk, kept.file_name, kept.sha256

    def get_urls(self) -> list[Any]:
        """And where the first templates are taken."""
        address = path("first/<slug:code>.docx", self.admin_site.admin_view(self.first),
                       name="casework_papertemplate_first")  # fmt: skip
        return [address, *super().get_urls()]

    def first(self, request: HttpRequest, code: str) -> HttpResponse:
        """The template that the system begins with."""
        if not self.has_add_permission(request) or code not in forms().forms:
            raise Http404
        response = HttpResponse(first_template(code), content_type=DOCX)
        name = quote(f"{forms().forms[code].term}-模板.docx")
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{name}"
        return response

    @admin.display(description="文书")
    def paper_term(self, one: PaperTemplate) -> str:
        """What the paper is called."""
        form = forms().forms.get(one.paper)
        return form.term if form else one.paper

    @admin.display(description="可用的字段")
    def fields_said(self, _: Any) -> str:
        """Every field and list that a template may print."""
        known = forms()
        lines = [(f"{{{{ {name} }}}}", term) for name, term in known.fields.items()]
        lines += [
            (f"{{%tr for one in {name} %}} … {{{{ one.{field} }}}} … {{%tr endfor %}}", term)
            for name, names in known.lists.items()
            for field, term in names.items()
        ]
        return format_html_join("", "<div><code>{}</code> {}</div>", lines)

    @admin.display(description="现成的模板")
    def first_said(self, _: Any) -> str:
        """Where to begin."""
        links = [
            (reverse("admin:casework_papertemplate_first", args=[form.code]), form.term)
            for form in forms().forms.values()
        ]
        said = format_html_join("　", '<a href="{}">{}</a>', links)
        return format_html("下载后用 Word 修改，花括号中的字段保留：{}", said)

    @admin.action(description="停用所选的模板", permissions=["change"])
    def withdraw_chosen(self, request: HttpRequest, chosen: QuerySet[PaperTemplate]) -> None:
        """Put out of use: the next draft is made by the one before, or the system's own."""
        count = chosen.update(withdrawn=True)
        self.message_user(request, f"已停用 {count} 个模板。")
