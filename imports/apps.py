"""The imports app."""

from django.apps import AppConfig


class ImportsConfig(AppConfig):
    """Files in. 导入"""

    name = "imports"
    verbose_name = "导入"
    default_auto_field = "django.db.models.BigAutoField"
