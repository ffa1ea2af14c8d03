"""What every ``migrate`` reinstalls: functions, views, layers, triggers, rights, desk rows."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from spatial import sqlfiles
from spatial.models import Layer, LayerField

LAYERS_FILE = Path(__file__).resolve().parent / "layers.toml"


@cache
def layers_file() -> dict[str, Any]:
    """The parsed layers.toml."""
    return tomllib.loads(LAYERS_FILE.read_text(encoding="utf-8"))


def drop_views(*, using: str = "default") -> None:
    """Drop the read models, so that a migration may alter what they read."""
    for path in sorted((sqlfiles.SQL_ROOT / "views").glob("*.sql"), reverse=True):
        sqlfiles.drop_view(path.stem, using=using)


def install_all(*, using: str = "default") -> None:
    """Functions, views, layers, rights, triggers, desk rows: made anew, all repeatable."""
    sqlfiles.install("functions", using=using)
    sqlfiles.install("views", using=using)
    sync_layers(using=using)
    sqlfiles.install("protect", using=using)
    sqlfiles.install("desk", using=using)


def sync_layers(*, using: str = "default") -> None:
    """Write layers.toml into the tables of layers and fields."""
    tree = layers_file()
    for code, entry in tree["layer"].items():
        Layer.objects.using(using).update_or_create(
            code=code,
            defaults={
                "term": entry["term"],
                "nature": entry["nature"],
                "secrecy": entry["secrecy"],
                "coverage": entry.get("coverage", False),
            },
        )
        for name, field in {**tree["common"], **entry["fields"]}.items():
            LayerField.objects.using(using).update_or_create(
                layer_id=code,
                name=name,
                defaults={
                    "term": field["term"],
                    "kind": field["type"],
                    "required": field.get("required", False),
                },
            )
