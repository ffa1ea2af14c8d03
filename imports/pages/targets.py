"""Where a file may go: patches, a layer, images; and which of them its columns look like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from imports import fields
from imports.readers.table import Table
from spatial import install
from spatial.models import Layer
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spatial.scope import Scope

PATCH = fields.PATCH
IMAGE = "image"
IMAGE_SUFFIXES = (".tif", ".tiff", ".img", ".jp2")
ENOUGH = 2
"""Columns of a target's own that must be there before it is suggested."""
SUGGESTED = 3


def choices(scope: Scope) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of (code, term), as a select lists them: only layers that the user may read."""
    layers = Layer.objects.filter(pk__in=scope.layers("identify")).order_by("code")
    order = list(install.layers_file()["layer"])
    known = sorted(layers, key=lambda layer: order.index(layer.code) if layer.code in order else 99)
    snapshots = [(row.code, row.term) for row in known if row.nature == Nature.SNAPSHOT]
    ledgers = [(row.code, row.term) for row in known if row.nature == Nature.LEDGER]
    return [
        ("图斑", [(PATCH, "图斑（进入一个批次）")]),
        ("快照图层（整体更替）", snapshots),
        ("台账图层（逐件增改）", ledgers),
        ("影像", [(IMAGE, "影像（GeoTIFF）")]),
    ]


def term_of(target: str) -> str:
    """What a target is called."""
    if target == PATCH:
        return "图斑"
    if target == IMAGE:
        return "影像"
    found = install.layers_file()["layer"].get(target)
    return str(found["term"]) if found else target


def nature_of(target: str) -> str:
    """snapshot or ledger, of a layer; patch and image are called what they are."""
    if target in {PATCH, IMAGE}:
        return target
    return str(install.layers_file()["layer"].get(target, {}).get("nature", ""))


def first_target(file_name: str) -> str:
    """What a file is looked at as before anybody chose."""
    return IMAGE if file_name.lower().endswith(IMAGE_SUFFIXES) else PATCH


def suggested(columns: Sequence[str], scope: Scope) -> list[dict[str, Any]]:
    """The targets whose own fields the columns name most of, best first."""
    table = Table("", "", list(columns), [], [], np.array([], dtype=object))
    common = set(install.layers_file()["common"])
    found: list[dict[str, Any]] = []
    for target in (PATCH, *scope.layers("identify")):
        known = fields.fields_of(target)
        matched = [name for name in fields.match_columns(table, known, None) if name not in common]
        required = [name for name, field in known.items() if field.required]
        score = len(matched) + 2 * sum(name in matched for name in required)
        if len(matched) >= ENOUGH and all(name in matched for name in required):
            found.append({"target": target, "term": term_of(target), "count": len(matched),
                          "score": score})  # fmt: skip
    found.sort(key=lambda row: (-row["score"], row["target"]))
    return found[:SUGGESTED]


def named(name: str, scope: Scope) -> str:
    """The layer that a file or sublayer of this name is usually for; empty where none is."""
    plain = name.upper()
    for code in scope.layers("identify"):
        layer = install.layers_file()["layer"].get(code, {})
        words = (layer.get("term", name + "?"), *layer.get("names", ()))
        if any(word.upper() in plain for word in words):
            return code
    return ""
