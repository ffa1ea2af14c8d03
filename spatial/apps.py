"""The app: private CRSs, functions, views and roles follow every migrate."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate, pre_migrate


class SpatialConfig(AppConfig):
    """The law and the land. 法与地"""

    name = "spatial"
    verbose_name = "法与地"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the steps that surround ``migrate``."""
        pre_migrate.connect(_before, sender=self)
        post_migrate.connect(_after, sender=self)


def _before(using: str, **_: Any) -> None:
    from spatial import install  # noqa: PLC0415 - needs the app registry

    install.drop_views(using=using)


def _after(using: str, **_: Any) -> None:
    from spatial import install  # noqa: PLC0415 - needs the app registry

    install.install_all(using=using)
