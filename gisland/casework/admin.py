"""Who answers for which ground, and who stands in, in /admin/; cases themselves are not edited."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin

from gisland.casework import admin_templates  # noqa: F401 - registers itself
from gisland.casework.models import Absence, Responsibility


@admin.register(Responsibility)
class ResponsibilityAdmin(admin.ModelAdmin):
    """责任区"""

    list_display = ("region", "unit", "officer", "since", "until")
    list_filter: ClassVar = ["unit"]
    search_fields = ("region__name", "unit__name", "officer__display_name")


@admin.register(Absence)
class AbsenceAdmin(admin.ModelAdmin):
    """请假代理"""

    list_display = ("person", "deputy", "since", "until", "note")
