"""Files out: patches or a layer's zones, in the format and CRS wanted, whole or not at all.

``export`` selects within the scope, streams into a temporary folder beside the target, and renames
when all is written. What a format cannot say is counted and told, never dropped in silence.
"""

from __future__ import annotations

import tempfile
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction

from imports import export_log
from imports.export_patches import PATCHES, select_patches
from imports.export_source import Asked, Source, matched
from imports.export_zones import select_zones
from imports.writers import FORMATS
from imports.writers.plane import gauss_plane, plane_of
from imports.writers.table import Losses, Sheet
from spatial import crs as house
from spatial.errors import InputRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from imports.writers import Format
    from imports.writers.plane import Plane
    from imports.writers.table import Chunk, Result
    from spatial.models import User

__all__ = ["Asked", "Export", "Form", "export", "export_to_bytes"]

ZIP = ".zip"
STALE = (".qix", ".sbn", ".sbx", ".shp.xml", ".cut.csv", ".gpkg-wal", ".gpkg-shm")
"""What may lie beside an older file of the same name and would be wrong for the new one."""


@dataclass(frozen=True)
class Form:
    """How the file is to be: by default as its format's users expect it."""

    format: str
    crs: str | None = None
    encoding: str | None = None
    wkt: bool | None = None
    """CSV and XLSX: the outline instead of the centroid (CSV's default)."""
    overwrite: bool = False


@dataclass(frozen=True)
class Export:
    """What was written: also the one row that a log of exports needs. 导出"""

    what: str
    format: str
    files: tuple[Path, ...]
    rows: int
    crs: str
    encoding: str
    geometry: str
    columns: list[dict[str, str]]
    dropped: list[dict[str, Any]]
    remap: list[str]
    """``--map`` values that an import needs to find the same fields again."""
    notes: tuple[str, ...]
    stamp: str
    mark: str = ""

    @property
    def path(self) -> Path:
        """The main file."""
        return self.files[0]

    def told(self) -> dict[str, Any]:
        """Everything, as JSON takes it."""
        return {
            "what": self.what, "format": self.format, "path": str(self.path),
            "files": [str(path) for path in self.files], "rows": self.rows, "crs": self.crs,
            "encoding": self.encoding, "geometry": self.geometry, "columns": self.columns,
            "dropped": self.dropped, "map": self.remap, "notes": list(self.notes),
            "stamp": self.stamp, "mark": self.mark,
        }  # fmt: skip


def export(
    what: str,
    path: str | Path,
    form: Form,
    asked: Asked,
    *,
    by: str,
    today: date,
    user: User | None = None,
) -> Export:
    """Write ``patches`` or the zones of a layer to a file; ``by`` and ``today`` stand in it.

    One row of ExportLog is written in the same transaction; its mark stands in the file, too.

    Raises InputRefused (CrsRefused, UnknownLayer, NotAllowed …) naming fault and remedy; nothing
    is left behind then, and a file that was there is as it was.
    """
    target, writer = Path(path), _format(form.format)
    _refuse_target(target, form, writer)
    with transaction.atomic():
        source = select_patches(asked) if what == PATCHES else select_zones(what, asked, today)
        if not source.count:
            notes = "".join(source.notes)
            raise InputRefused(f"没有符合条件的{source.title}，未写文件。{notes}请放宽条件。")
        mark = export_log.new_mark()
        sheet = _sheet(source, form, writer, today)
        stamp = export_log.stamp_of(source.title, source.count, by, today.isoformat(), asked, mark)
        sheet = replace(sheet, stamp=stamp)
        losses = Losses()
        source.tell_sparse(losses)
        with tempfile.TemporaryDirectory(prefix=".gisland-", dir=target.parent) as scratch:
            draft = Path(scratch) / f"{target.stem}{writer.suffix}"
            result = writer.write(draft, sheet, _counted(source, sheet.plane), losses)
            done = Export(
                source.code, form.format, _ends(result, target), source.count, sheet.plane.label,
                result.encoding, result.geometry, _field_map(sheet, result), losses.told(),
                _remap(sheet, result), (*source.notes, *sheet.plane.notes), stamp, mark,
            )  # fmt: skip
            export_log.write(mark, done, asked, by=by, user=user)
            _place(result, target, form)  # last: a file that is not on record is not given out
    return done


def export_to_bytes(
    what: str, form: Form, asked: Asked, *, by: str, today: date, user: User | None = None
) -> tuple[str, bytes, Export]:
    """The name, the content and the report of an export, for a page; several files as one zip.

    The same rules, record and stamp as for ``export``.
    """
    writer = _format(form.format)
    with tempfile.TemporaryDirectory(prefix="gisland-") as scratch:
        suffix = ZIP if form.format == "shp" else writer.suffix
        path = Path(scratch) / f"{what}-{today.isoformat()}{suffix}"
        done = export(what, path, form, asked, by=by, today=today, user=user)
        if len(done.files) == 1:
            return path.name, path.read_bytes(), done
        packed = path.with_suffix(ZIP)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in done.files:
                archive.write(part, part.name)
        return packed.name, packed.read_bytes(), done


def _format(name: str) -> Format:
    found = FORMATS.get(name)
    if found is None:
        raise InputRefused(f"没有格式 {name}。可用：{'、'.join(FORMATS)}。")
    return found


def _refuse_target(target: Path, form: Form, writer: Format) -> None:
    zipped = form.format == "shp" and target.suffix.lower() == ZIP
    if target.suffix.lower() != writer.suffix and not zipped:
        raise InputRefused(
            f"文件名 {target.name} 与格式 {form.format} 不符，应以 {writer.suffix} 结尾。"
        )
    if not target.parent.is_dir():
        raise InputRefused(f"没有文件夹 {target.parent}。请先建立，或改写到别处。")
    if target.is_dir():
        raise InputRefused(f"{target} 是文件夹，不能覆盖。请换一个文件名。")
    if target.exists() and not form.overwrite:
        raise InputRefused(f"文件 {target} 已存在。请换一个文件名，或加 --overwrite 覆盖。")


def _sheet(source: Source, form: Form, writer: Format, today: date) -> Sheet:
    return Sheet(
        code=source.code,
        title=source.title,
        target=source.target,
        columns=source.columns,
        count=source.count,
        plane=_plane(source, form),
        stamp="",
        encoding=form.encoding or writer.encoding,
        wkt=form.format == "csv" if form.wkt is None else form.wkt,
        produced_on=today.isoformat(),
    )


def _plane(source: Source, form: Form) -> Plane:
    if form.crs:
        return plane_of(form.crs, source.bounds)
    if form.format == "txt":
        return gauss_plane(source.meridians, source.bounds)
    return plane_of(f"EPSG:{house.STORAGE_SRID}", source.bounds)


def _counted(source: Source, plane: Plane) -> Iterator[Chunk]:
    """The chunks; a file with fewer rows than were counted must not be taken for whole."""
    written = 0
    for chunk in source.chunks(plane):
        written += len(chunk.labels)
        yield chunk
    if written != source.count:
        raise InputRefused(f"应写 {source.count} 个要素，只读到 {written} 个，未写文件。请重试。")


def _ends(result: Result, target: Path) -> tuple[Path, ...]:
    """Where what was written will lie; the main file comes first."""
    if target.suffix.lower() == ZIP:
        return (target,)
    return tuple(target.parent / draft.name for draft in result.files)


def _place(result: Result, target: Path, form: Form) -> None:
    """Rename what was written to where it was asked for; the main file comes last."""
    if target.suffix.lower() == ZIP:
        packed = result.files[0].with_suffix(ZIP)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in result.files:
                archive.write(part, part.name)
        packed.replace(target)
        return
    placed = list(zip(result.files, _ends(result, target), strict=True))
    taken = [end.name for _, end in placed if end.exists()]
    if taken and not form.overwrite:
        raise InputRefused(f"文件 {'、'.join(taken)} 已存在。请换一个文件名，或加 --overwrite。")
    for suffix in STALE:
        target.with_suffix(suffix).unlink(missing_ok=True)
    for draft, end in reversed(placed):
        draft.replace(end)


def _field_map(sheet: Sheet, result: Result) -> list[dict[str, str]]:
    return [
        {
            "column": name, "name": column.name, "term": column.term, "type": column.kind,
            "field": column.field,
        }
        for name, column in zip(result.names, sheet.columns, strict=True)
        if name
    ]  # fmt: skip


def _remap(sheet: Sheet, result: Result) -> list[str]:
    """Where an import by itself would take another column for a field than the one it came from."""
    names = list(dict.fromkeys([*result.more, *(name for name in result.names if name)]))
    found = matched(sheet.target, names, result.driver, _codec(result.encoding))
    wanted = {
        column.field: name
        for column, name in zip(sheet.columns, result.names, strict=True)
        if column.field and name
    }
    wrong = [f"{field}={name}" for field, name in wanted.items() if found.get(field) != name]
    return wrong + [f"{field}=" for field in found if field not in wanted]


def _codec(encoding: str) -> str:
    return "gb18030" if encoding == "GBK" else "utf-8"
