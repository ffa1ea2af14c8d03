"""The casework app."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """People's work on findings. 办案"""

    name = "gisland.casework"
    label = "casework"
    verbose_name = "办案"
