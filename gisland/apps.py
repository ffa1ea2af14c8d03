"""The wiring app."""

from django.apps import AppConfig


class GislandConfig(AppConfig):
    """Pages and reports that join the packages."""

    name = "gisland"
    verbose_name = "gisland"
