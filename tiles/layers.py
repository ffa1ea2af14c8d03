"""What is served as vector tiles: the layers of layers.toml, patches, pieces, counties. 图层"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from spatial.errors import UnknownLayer
from spatial.install import layers_file

if TYPE_CHECKING:
    from spatial.scope import Scope

DEEPEST = 16
"""The deepest zoom of vector tiles: a unit is 15 cm; deeper, the client enlarges."""
DEEPEST_UNEXPORTED = 15
"""For whoever may not export the layer: a tile of zoom 16 is an export (design, section 8)."""
GENERALISED_BELOW = 13
"""Zooms at which geometry is simplified on the fly and what is under a pixel is left out."""
PIECES = re.compile(r"^pieces-([1-9]\d{0,17})$")


@dataclass(frozen=True)
class TileLayer:
    """One layer of tiles: where it shows, and what its features say."""

    code: str
    title: str
    guard: str
    """What rights are asked for: the layer's code (its secrecy in the register), or a secrecy."""
    kind: str = "zones"
    """zones, patches, pieces or counties: also the statement in sql/tiles/."""
    min_zoom: int = 11
    label_zoom: int = 14
    label: str = "name"
    """The canonical field that is written on the map."""
    fields: tuple[str, ...] = ()
    """Canonical fields that features carry, for whoever may identify."""
    grouped: bool = False
    """Whether features carry the colour group of their land class."""
    ledger: bool = False
    patch_id: int | None = None

    def shown_to(self, scope: Scope) -> bool:
        """Whether this user may see the layer drawn."""
        return scope.may("map", self.guard)

    def max_zoom(self, scope: Scope) -> int:
        """The deepest zoom for this user."""
        return DEEPEST if scope.may("export", self.guard) else DEEPEST_UNEXPORTED

    def told_fields(self, scope: Scope) -> tuple[str, ...]:
        """The canonical fields that this user's features carry."""
        return self.fields if scope.may("identify", self.guard) else ()

    def described(self, scope: Scope) -> dict[str, str]:
        """The properties of this user's features, each with its Chinese name."""
        own = OWN_FIELDS.get(self.kind, {"id": "编号"})
        if self.kind != "zones":
            return dict(own)
        tree = layers_file()
        terms = {**tree["common"], **tree["layer"][self.code]["fields"]}
        found = {**own, **({"group": "地类分组"} if self.grouped else {})}
        if told := self.told_fields(scope):
            found |= {"label": "注记", **{name: terms[name]["term"] for name in told}}
        return found


OWN_FIELDS = {
    "patches": {
        "id": "编号", "address": "地址", "jcbh": "监测编号", "label": "注记",
        "label_class": "归类", "label_code": "初判代码", "label_term": "初判", "style": "样式",
        "marks": "涉及", "borderline": "临界", "area_m2": "面积（平方米）", "decided": "已认定",
        "count": "图斑数（12 级以下的点）",
    },
    "pieces": {
        "seq": "序号", "conclusion": "初判代码", "conclusion_term": "初判",
        "conclusion_class": "归类", "style": "样式", "area_m2": "面积（平方米）",
        "sliver": "碎片", "outside": "区外",
    },
    "counties": {"id": "编号", "code": "代码", "name": "名称", "level": "级别", "label": "注记"},
}  # fmt: skip

SHOWN: dict[str, dict[str, Any]] = {
    "land_use": {"min_zoom": 6, "label_zoom": 16, "label": "code_name",
                 "fields": ("code", "code_name"), "grouped": True},
    "basic_farmland": {"min_zoom": 8, "label_zoom": 15, "label": "code",
                       "fields": ("code", "class")},
    "ecological_redline": {"min_zoom": 8, "label_zoom": 11, "fields": ("code", "name", "class")},
    "urban_boundary": {"min_zoom": 8, "label_zoom": 11, "label": "class",
                       "fields": ("code", "name", "class")},
    "planning_zone": {"min_zoom": 11, "label_zoom": 13, "label": "class",
                      "fields": ("code", "class", "construction_allowed")},
    "township": {"min_zoom": 7, "label_zoom": 10, "fields": ("code", "name")},
    "parcel": {"min_zoom": 14, "label_zoom": 16, "label": "code",
               "fields": ("code", "holder_name", "purpose", "ownership")},
    "approval": {"label_zoom": 15, "label": "document",
                 "fields": ("document", "step", "filed_on", "approved_on", "revoked_on",
                            "valid_until", "purpose", "holder_name")},
    "supply": {"label_zoom": 15, "label": "document",
               "fields": ("document", "supply_kind", "contract_on", "revoked_on", "purpose",
                          "holder_name")},
    "temporary": {"label_zoom": 15, "label": "document",
                  "fields": ("document", "approved_on", "valid_until", "revoked_on",
                             "reclaimed_on", "holder_name")},
    "facility": {"label_zoom": 15, "label": "document",
                 "fields": ("document", "filed_on", "revoked_on", "purpose", "holder_name")},
    "lease": {"label_zoom": 15, "label": "document",
              "fields": ("document", "direction", "signed_on", "ended_on", "holder_name")},
    "occupied": {"min_zoom": 12, "label_zoom": 15, "label": "holder_name",
                 "fields": ("code", "holder_name")},
    "built_up": {"min_zoom": 8, "label_zoom": 12, "fields": ("code", "name")},
    "scheme_use": {"min_zoom": 11, "label": "class", "fields": ("code", "class", "public")},
    "river_line": {"min_zoom": 8, "label_zoom": 13, "fields": ("code", "name")},
    "green_line": {"min_zoom": 8, "label_zoom": 13, "fields": ("code", "name")},
    "road_line": {"min_zoom": 8, "label_zoom": 13, "fields": ("code", "name", "road_class")},
}  # fmt: skip
"""How each layer shows; one that is not named here shows its name from zoom 11."""


PLAIN: dict[str, Any] = {"fields": ("name",)}


@cache
def catalogue() -> dict[str, TileLayer]:
    """Every layer by its code, in the order of layers.toml; pieces are made by address."""
    layers = {
        code: TileLayer(
            code, entry["term"], code, ledger=entry["nature"] == "ledger", **SHOWN.get(code, PLAIN)
        )
        for code, entry in layers_file()["layer"].items()
    }
    for layer in (
        TileLayer("patches", "图斑", "internal", "patches", min_zoom=5, label_zoom=5, label="jcbh"),
        TileLayer("counties", "行政区界线", "public", "counties", min_zoom=3, label_zoom=6),
    ):
        layers[layer.code] = layer
    return layers


def find(code: str) -> TileLayer:
    """The layer of that code, ``pieces-<patch id>`` among them; raises UnknownLayer."""
    if pieces := PIECES.match(code):
        number = int(pieces[1])
        title = "图斑碎块"
        return TileLayer(
            code, title, "internal", "pieces", min_zoom=11, label_zoom=99, patch_id=number
        )
    layer = catalogue().get(code)
    if layer is None:
        raise UnknownLayer(
            f"没有图层 {code[:60]!r}。可用：{'、'.join(catalogue())}、pieces-图斑编号。"
        )
    return layer
