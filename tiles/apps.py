"""The tiles app."""

from django.apps import AppConfig


class TilesConfig(AppConfig):
    """Bytes out. 瓦片"""

    name = "tiles"
    verbose_name = "瓦片"
