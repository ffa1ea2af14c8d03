"""What the form of a site check asks: ground drawn, pasted or sent, and the purpose. 选址表单"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from imports.deliveries import FileOptions
from imports.site_ground import read_files, read_pasted
from imports.upload_handler import REFUSAL
from spatial.errors import InputRefused
from spatial.site_check.check import Asked
from spatial.site_check.parcels import parcels_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from imports.site_ground import SiteGround
    from spatial.site_check.parcels import Parcel

WAYS = {"drawn": "图上画", "pasted": "粘贴坐标", "file": "上传文件"}
TYPED = ("purpose", "title", "drawn", "pasted", "crs", "way")
MOST_TITLE = 60
PAGE_WORDS = (
    ("，或用 --region 指明正确的行政区", ""),
    ("用 --crs EPSG:n 指明", "在“粘贴坐标”下的“坐标系”栏写明（如 EPSG:4528）"),
    ("用 --crs 指明", "在“粘贴坐标”下的“坐标系”栏写明（如 EPSG:4528）"),
    ("用 --crs 明示坐标系", "在“粘贴坐标”下的“坐标系”栏写明坐标系"),
    ("用 --crs ", "在“粘贴坐标”下的“坐标系”栏写明 "),
    ("写作 --crs EPSG", "写作 EPSG"),
    ("--crs", "“坐标系”栏"),
    ("，未写入任何数据", ""),
    ("文件 粘贴.csv 的坐标", "粘贴的坐标"),
    ("文件 粘贴.csv ", "粘贴的坐标"),
    ("文件 粘贴.txt ", "粘贴的界址点"),
    ("文件 粘贴.geojson ", "粘贴的 GeoJSON "),
)
"""The later ones take what the earlier left."""


@dataclass(frozen=True)
class Form:
    """What was typed into the form: shown again beside the fault, where there is one."""

    purpose: str = ""
    title: str = ""
    drawn: str = ""
    pasted: str = ""
    crs: str = ""
    way: str = ""
    files: tuple[UploadedFile, ...] = field(default=(), repr=False)
    refused: InputRefused | None = None

    @classmethod
    def of(cls, request: HttpRequest) -> Form:
        """The form of a request, with what refused its file on the way."""
        typed = {name: request.POST.get(name, "").strip() for name in TYPED}
        files = tuple(request.FILES.getlist("file"))
        return cls(**typed, files=files, refused=getattr(request, REFUSAL, None))

    @property
    def shapes(self) -> Any:
        """What was drawn as GeoJSON, for the page's map; None where it is none."""
        try:
            found = json.loads(self.drawn) if self.drawn else None
        except ValueError:
            return None
        return found if isinstance(found, dict) else None


def read(form: Form) -> tuple[list[Parcel], Asked]:
    """The parcels and the question; raises InputRefused naming fault and remedy."""
    if form.refused is not None:
        raise form.refused
    parcels, told = _ground(form)
    if len(form.title) > MOST_TITLE:
        raise InputRefused(f"名称有 {len(form.title)} 字，超过 {MOST_TITLE} 字。请写短一些。")
    return parcels, Asked(
        purpose=form.purpose,
        as_of=timezone.localdate(),
        title=form.title,
        **told,
    )


def _ground(form: Form) -> tuple[list[Parcel], dict[str, Any]]:
    """Parcels, and where they come from and how their coordinates were read."""
    options = FileOptions(crs=form.crs or None)
    way = form.way if form.way in WAYS else _only_way(form)
    try:
        if way == "file":
            return _told(read_files(form.files, options))
        if way == "pasted":
            return _told(read_pasted(form.pasted, options))
    except InputRefused as error:
        error.args = (of_the_page(str(error)), *error.args[1:])
        raise
    if not form.drawn:
        raise InputRefused("还没有范围。请在图上画，或粘贴坐标、上传文件。")
    if form.shapes is None:
        raise InputRefused("画的范围没有传完整。请重新画一次。")
    return parcels_of(form.shapes), {"source_note": WAYS["drawn"], "delivered_crs": "EPSG:4490"}


def of_the_page(text: str) -> str:
    """A refusal of the readers, which speak of a command's options, in the words of the form."""
    for theirs, ours in PAGE_WORDS:
        text = text.replace(theirs, ours)
    return text


def _told(ground: SiteGround) -> tuple[list[Parcel], dict[str, Any]]:
    told = {
        "source_note": ground.source_note,
        "delivered_crs": ground.crs,
        "notes": ground.notes,
    }
    return list(ground.parcels), told


def _only_way(form: Form) -> str:
    """The way that was taken, where the form does not say: without scripts."""
    if form.files:
        return "file"
    return "pasted" if form.pasted else "drawn"
