"""The wiring app."""

from importlib import import_module

from django.apps import AppConfig


class GislandConfig(AppConfig):
    """Pages and reports that join the packages."""

    name = "gisland"
    verbose_name = "gisland"

    def ready(self) -> None:
        """Register the checks of spatial.guard."""
        import_module("spatial.guard")
