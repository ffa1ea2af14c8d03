"""What imports and exports remember, in the admin: read, never written. 管理"""

from __future__ import annotations

from django.contrib import admin

from imports.models import ExportLog, Source
from spatial.admin.base import ReadOnlyAdmin


@admin.register(ExportLog)
class ExportLogAdmin(ReadOnlyAdmin):
    """导出记录；只追加。"""

    list_display = ("mark", "at", "by_name", "what", "format", "rows", "path")
    list_filter = ("what", "format")
    search_fields = ("mark", "by_name", "path")
    date_hierarchy = "at"


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """列的对应；由导入记下，用 sources clear 清除。"""

    list_display = ("target", "region_code", "file_name", "by", "at")
    list_filter = ("target",)
