"""What was written and how to bring it in: the list that the demo loader walks through."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from imports.demo.place import NOTICE

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "manifest.json"


@dataclass
class Entry:
    """One thing to bring in, in order.

    ``kind`` is regions, layer, patches, raster, declare_empty, fact or campaign; ``path`` is
    relative to the folder; ``options`` hold what a person would have to type (crs, document,
    batch, taken_on …).
    """

    kind: str
    layer: str = ""
    path: str = ""
    region: str = ""
    valid_from: str = ""
    options: dict[str, Any] = field(default_factory=dict)


@dataclass
class Intent:
    """What one patch is meant to show: conclusion codes with their areas in m² (± 0.05)."""

    address: str
    batch: str
    region: str
    jcbh: str
    kind: str
    situation: str
    intended: list[str]
    areas: dict[str, float]
    cultivated_net: dict[str, float]
    crosses: bool


@dataclass
class Manifest:
    """The invented prefecture's files, in the order in which to bring them in.

    ``change`` lists what arrives later (docs/how-to/change.md): no loader brings it in.
    """

    folder: Path
    seed: int
    size: int
    entries: list[Entry] = field(default_factory=list)
    patches: list[Intent] = field(default_factory=list)
    ratios: dict[str, float | None] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    change: list[Entry] = field(default_factory=list)
    notice: str = NOTICE

    def of(self, kind: str, layer: str = "") -> list[Entry]:
        """The entries of one kind, or of one layer of that kind."""
        return [e for e in self.entries if e.kind == kind and layer in ("", e.layer)]

    def path(self, entry: Entry) -> Path:
        """Where an entry's file lies."""
        return self.folder / entry.path

    def write(self) -> Path:
        """Write ``manifest.json`` into the folder and return its path."""
        plain = asdict(self)
        del plain["folder"]
        target = self.folder / FILE_NAME
        text = json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True)
        target.write_text(text + "\n", encoding="utf-8")
        return target

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """The manifest of a folder that was written before."""
        plain = json.loads((folder / FILE_NAME).read_text(encoding="utf-8"))
        plain["entries"] = [Entry(**row) for row in plain["entries"]]
        plain["change"] = [Entry(**row) for row in plain["change"]]
        plain["patches"] = [Intent(**row) for row in plain["patches"]]
        return cls(folder=folder, **plain)
