"""A file of several layers: one upload, of which each layer is brought in on its own. 分图层导入

Each layer becomes an upload that shares the file: looked at, corrected, tried, stopped and imported
as any other, with a delivery and a report of its own.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pyogrio
import pyogrio.errors
from django.db import transaction

from imports import uploads
from imports.models import Upload, UploadState
from imports.readers import bundle as bundles
from imports.upload_options import IMAGE, checked, layer_of
from spatial.errors import GislandError, InputRefused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imports.readers.bundle import Bundle
    from spatial.jobs import Progress
    from spatial.models import User

MOST = 60
"""Layers of one file that are listed and brought in."""
DATABASES = ("geopackage", "filegdb")
"""Kinds of file that hold layers of their own, each to be brought in by itself."""
UNREAD = "读不出图层的字段，可能已损坏。"
OPEN = (UploadState.LOOKED, UploadState.REFUSED, UploadState.FAILED, UploadState.RECEIVED)


def listed(upload: Upload, names: Sequence[str], progress: Progress) -> list[dict[str, Any]]:
    """What each layer of the file is, as far as its head says: rows, columns, kind of shape; or
    ``fault``, why it cannot be read."""
    found: list[dict[str, Any]] = []
    for at, name in enumerate(names[:MOST]):
        progress("列出图层", at, len(names))
        found += _heads(upload, name)
    return found[:MOST]


def _heads(upload: Upload, name: str) -> list[dict[str, Any]]:
    """The layer of that name; or, where it is a database in a zip of several, each of its own."""
    try:
        with bundles.opened(upload.file, name) as bundle:
            layers = [str(row[0]) for row in pyogrio.list_layers(bundle.main)]
            meant = bundles.inner(name, layers)
            several = meant is None and bundle.kind in DATABASES and len(layers) > 1
            if not several:
                return [{"name": name, **_head(bundle, meant)}]
            return [{"name": f"{name}/{layer}", **_head(bundle, layer)} for layer in layers]
    except GislandError as error:
        return [{"name": name, "fault": str(error)}]
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeError):
        return [{"name": name, "fault": UNREAD}]


def _head(bundle: Bundle, layer: str | None) -> dict[str, Any]:
    is_dbf = bundle.kind == "shapefile"
    try:
        told = pyogrio.read_info(
            bundle.main, layer=layer, encoding="ISO-8859-1" if is_dbf else None
        )
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, UnicodeError):
        return {"fault": UNREAD}
    return {
        "rows": int(told["features"]),
        "columns": [_name(str(one)) if is_dbf else str(one) for one in told["fields"]],
        "shape": told["geometry_type"] or "",
    }


def _name(latin: str) -> str:
    """A column's name of a DBF, for the list only: the look itself decides by all its text."""
    raw = latin.encode("latin-1", errors="replace")
    for codec in ("utf-8", "gb18030"):
        with suppress(UnicodeDecodeError):
            return raw.decode(codec)
    return "？" * len(latin)


def part(upload: Upload, targets: Mapping[str, str], shared: Mapping[str, Any], *, by: User) -> int:
    """Make an upload of each layer that has a target, and begin to look at it; how many.

    ``shared`` is said of all that it fits (region, valid_from, batch …). Raises InputRefused or
    NotAllowed, and nothing is made then.
    """
    wanted = {name: target for name, target in targets.items() if target}
    if not wanted:
        raise InputRefused("没有选图层。请至少给一个图层选定去向。")
    told = {name: _options(target, name, shared, by) for name, target in wanted.items()}
    with transaction.atomic():
        whole = uploads.idle(upload)
        if whole.whole_id is not None:
            raise InputRefused("这已是文件中的一个图层，不能再分。")
        for name, target in wanted.items():
            made = Upload.objects.create(
                by=by, file_name=whole.file_name, path=whole.path, size_bytes=whole.size_bytes,
                sha256=whole.sha256, target=target, options=told[name], whole=whole,
            )  # fmt: skip
            uploads.look(made, by=by)
        whole.state, whole.error = UploadState.PARTED, ""
        whole.save(update_fields=["state", "error"])
    return len(wanted)


def _options(target: str, name: str, shared: Mapping[str, Any], by: User) -> dict[str, Any]:
    if target == IMAGE:
        raise InputRefused("压缩包内的影像请单独上传。")
    options: dict[str, Any] = {"sublayer": name}
    names = {"region"}
    if target == "patch":
        names |= {"batch", "source", "issued_on", "report_due_on"}
    elif layer_of(target).nature == "snapshot":
        names |= {"valid_from"}
    options |= {key: value for key, value in shared.items() if key in names and value}
    return checked(target, options, by)


def whole_again(upload: Upload) -> None:
    """Forget the layers that were chosen, to choose anew; what was imported stays.

    Raises InputRefused while one of them is at work.
    """
    with transaction.atomic():
        whole = Upload.objects.select_for_update().get(pk=upload.pk)
        busy = [one for one in whole.parts.all() if one.busy]
        if busy:
            raise InputRefused(f"图层 {busy[0].title} {busy[0].get_state_display()}，请先停止。")
        whole.parts.all().delete()
        Upload.objects.filter(pk=whole.pk).update(state=UploadState.REFUSED)


def bring_all(upload: Upload, ready: Sequence[Upload], *, by: User, dry_run: bool = False) -> int:
    """Start the import of these layers, one job each; how many. Raises as ``uploads.bring``."""
    with transaction.atomic():
        for one in ready:
            uploads.bring(one, by=by, dry_run=dry_run)
    return len(ready)
