"""Which layers and fields a ruleset may name; all of them from layers.toml. 可用的图层与字段"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from spatial.install import layers_file
from spatial.rules.words import MEASURED

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class FieldWord:
    """A field as a rule may name it: its term and kind (date, number, text, boolean)."""

    name: str
    term: str
    kind: str


@dataclass(frozen=True)
class LayerWord:
    """A layer as a rule may name it."""

    code: str
    term: str
    ledger: bool
    fields: Mapping[str, FieldWord]

    @property
    def has_holder(self) -> bool:
        """Whether its zones know whose they are."""
        return "holder_code" in self.fields or "holder_name" in self.fields


def _words(entries: Mapping[str, Mapping[str, str]]) -> dict[str, FieldWord]:
    return {name: FieldWord(name, item["term"], item["type"]) for name, item in entries.items()}


@cache
def layers() -> dict[str, LayerWord]:
    """Every layer by its code."""
    tree = layers_file()
    common = _words(tree["common"])
    return {
        code: LayerWord(
            code, entry["term"], entry["nature"] == "ledger", {**common, **_words(entry["fields"])}
        )
        for code, entry in tree["layer"].items()
    }


@cache
def patch_fields(ground_layer: str = "") -> dict[str, FieldWord]:
    """The fields of a patch; of a patch made from a layer, that layer's."""
    measured = {name: FieldWord(name, term, "number") for name, term in MEASURED.items()}
    own = layers()[ground_layer].fields if ground_layer else _words(layers_file()["patch"])
    worked = {
        name: FieldWord(name, layers_file()["patch"][name]["term"], "text")
        for name in ("field_result", "field_purpose")
    }
    return {**own, **worked, **measured}


@cache
def batch_fields() -> dict[str, FieldWord]:
    """The fields of a batch."""
    return _words(layers_file()["batch"])


@cache
def run_fields() -> dict[str, FieldWord]:
    """The fields of a run."""
    return {"as_of": FieldWord("as_of", "分析基准日", "date")}
