"""What the form of the site check asks: ground as drawn, pasted or sent, and the purpose. 选址表单"""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from imports.pasted import as_file
from imports.upload_handler import REFUSAL
from imports.upload_names import main_of, safe_name, stored_name
from spatial.errors import InputRefused
from spatial.site_check.check import Asked
from spatial.site_check.parcels import parcels_of

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile
    from django.http import HttpRequest

    from spatial.site_check.parcels import Parcel

WAYS = {"drawn": "图上画", "pasted": "粘贴坐标", "file": "上传文件"}
TYPED = ("purpose", "title", "drawn", "pasted", "crs", "way")
MOST_TITLE = 60


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
    parcels, note, crs = _ground(form)
    if len(form.title) > MOST_TITLE:
        raise InputRefused(f"名称有 {len(form.title)} 字，超过 {MOST_TITLE} 字。请写短一些。")
    return parcels, Asked(
        purpose=form.purpose,
        as_of=timezone.localdate(),
        title=form.title,
        source_note=note,
        delivered_crs=crs,
    )


def _ground(form: Form) -> tuple[list[Parcel], str, str]:
    """Parcels, where they come from, and how their coordinates were read."""
    options = GroundOptions(crs=form.crs or None)
    way = form.way if form.way in WAYS else _only_way(form)
    if way == "file":
        if not form.files:
            raise InputRefused("没有收到文件。请选择界址点 TXT、shp（zip）等文件后再检查。")
        with tempfile.TemporaryDirectory(prefix="gisland-site-") as folder:
            return _told(read_ground(_kept(form.files, Path(folder)), options))
    if way == "pasted":
        with tempfile.TemporaryDirectory(prefix="gisland-site-") as folder:
            pasted = as_file(form.pasted)
            path = Path(folder) / pasted.name
            path.write_bytes(pasted.data)
            return _told(read_ground(path, options))
    if not form.drawn:
        raise InputRefused("还没有范围。请在图上画，或粘贴坐标、上传文件。")
    shapes = form.shapes
    if shapes is None:
        raise InputRefused("画的范围没有传完整。请重新画一次。")
    return parcels_of(shapes), "图上绘制", "EPSG:4490"


def _only_way(form: Form) -> str:
    """The way that was taken, where the form does not say: without scripts."""
    if form.files:
        return "file"
    return "pasted" if form.pasted else "drawn"


def _kept(files: tuple[UploadedFile, ...], folder: Path) -> Path:
    """The sent files (several: the parts of one shapefile) in a folder of their own."""
    names = [safe_name(file.name or "") for file in files]
    main = main_of(names)
    for file, name in zip(files, names, strict=True):
        with (folder / stored_name(name, main)).open("wb") as out:
            for block in file.chunks():
                out.write(block)
    if not sum(file.size or 0 for file in files):
        raise InputRefused(f"文件 {main} 是空文件（0 字节）。请重新导出后再上传。")
    return folder / main
