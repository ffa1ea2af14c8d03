"""``bench imports``: a survey brought in, beside ogr2ogr copying the same file into PostGIS."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from django.conf import settings
from django.db import transaction

from gisland.bench.load import add_regions
from gisland.bench.stopwatch import backends_of, process_seconds
from gisland.bench.survey import make_lattice, make_survey
from imports.demo import writers
from imports.demo.classes import NAMES
from imports.demo.place import COUNTIES, statutory_m2
from imports.models import Delivery, DeliveryStatus
from imports.versions import discard_delivery
from spatial import sqlfiles
from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gisland.bench.survey import Survey

EPSG = 4528
"""The plane that the file is in: a real county's, not the database's degrees."""
FILES = ("DLTB.gpkg", "DLTB.shp")
TRUE_UP_TO = 400_000
"""Polygons beyond which the survey is a lattice, in one file: it shows the memory."""
LOOKS_PER_SECOND = 20
"""How often the server process of ogr2ogr is looked at; it is gone when ogr2ogr is."""
NO_RIVAL = "本机没有 ogr2ogr。请安装 gdal-bin（Debian：apt install gdal-bin）后再测。"


@dataclass(frozen=True)
class Spent:
    """Seconds, and processor seconds of a program and of the server that works for it."""

    seconds: float
    cpu_seconds: float


def measure(polygons: int, say: Callable[[str], None], seed: int = 2026) -> dict[str, Any]:
    """Everything, in the database that is open now; a table of figures for each kind of file.

    Raises GislandError where there is no ogr2ogr to measure by.
    """
    if shutil.which("ogr2ogr") is None:
        raise GislandError(NO_RIVAL)
    say(f"生成约 {polygons} 个地类图斑（虚构）")
    large = polygons > TRUE_UP_TO
    survey = make_lattice(polygons, seed) if large else make_survey(polygons, seed)
    add_regions(survey.counties)
    with tempfile.TemporaryDirectory(prefix="gisland-bench-") as folder:
        paths = [Path(folder) / name for name in FILES[: 1 if large else None]]
        write(survey, paths)
        count = len(survey.geoms)
        del survey
        return {
            "polygons": count,
            "rival": _version(),
            "files": {path.suffix[1:]: compare(path, say) for path in paths},
        }


def write(survey: Survey, paths: list[Path]) -> None:
    """The survey as files of an office: fourteen columns, a shapefile in GBK without .cpg."""
    columns = _columns(survey)
    for path in paths:
        writers.write(path, survey.geoms, columns, EPSG, "DLTB")


def _columns(survey: Survey) -> dict[str, Any]:
    gross = np.empty(len(survey.geoms))
    for at, spec in enumerate(COUNTIES):
        mine = survey.county == at
        gross[mine] = np.round(statutory_m2(survey.geoms[mine], spec.meridian), 2)
    lost = np.round(gross * survey.net, 2)
    places = [(spec, town) for spec in COUNTIES for town in spec.townships]
    here = [places[at] for at in survey.township]
    numbers = range(1, len(gross) + 1)
    return {
        "BSM": [f"{spec.code}100000{i:07d}" for i, (spec, _) in zip(numbers, here, strict=True)],
        "YSDM": ["2001010100"] * len(gross),
        "TBBH": [str(i) for i in numbers],
        "DLBM": survey.code,
        "DLMC": [NAMES[str(code)] for code in survey.code],
        "QSXZ": np.where(survey.net > 0, "30", "31"),
        "ZLDWDM": [spec.code + town[0] + "0000000000" for spec, town in here],
        "ZLDWMC": [spec.name + town[1] for spec, town in here],
        "TBMJ": gross,
        "KCDLBM": np.where(survey.net > 0, "1203", ""),
        "KCXS": survey.net,
        "KCMJ": lost,
        "TBDLMJ": np.round(gross - lost, 2),
        "SJNF": ["2022"] * len(gross),
    }


def compare(path: Path, say: Callable[[str], None]) -> dict[str, Any]:
    """One file: ogr2ogr, the import without the checks, and with them."""
    database = transaction.get_connection().settings_dict["NAME"]
    rival = _rival(path, database)
    say(f"{path.name}：ogr2ogr {rival.seconds:.1f} 秒")
    plain = _import(path, database, checks=False)
    say(f"{path.name}：导入，不核对 {plain['seconds']} 秒")
    checked = _import(path, database, checks=True)
    say(f"{path.name}：导入，核对 {checked['seconds']} 秒，内存最多 {checked['peak_mb']} MB")
    return {
        "rows": checked["rows"],
        "ogr2ogr_seconds": round(rival.seconds, 2),
        "ogr2ogr_cpu_seconds": round(rival.cpu_seconds, 2),
        "plain_over_ogr2ogr": round(plain["cpu_seconds"] / rival.cpu_seconds, 2),
        "checked_over_ogr2ogr": round(checked["cpu_seconds"] / rival.cpu_seconds, 2),
        "plain_over_ogr2ogr_wall": round(plain["seconds"] / rival.seconds, 2),
        "checked_over_ogr2ogr_wall": round(checked["seconds"] / rival.seconds, 2),
        "peak_mb": max(plain["peak_mb"], checked["peak_mb"]),
        "plain": plain,
        "checked": checked,
    }


def _import(path: Path, database: str, *, checks: bool) -> dict[str, Any]:
    """An import by a process of its own; it is taken back, so that the next finds nothing."""
    asked = {
        "database": database, "path": str(path), "checks": checks, "media": str(path.parent),
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "gisland.bench.import_run", json.dumps(asked)],
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise GislandError(f"导入 {path.name} 未完成：{done.stderr[-2000:]}")
    for delivery in Delivery.objects.exclude(status=DeliveryStatus.DISCARDED):
        discard_delivery(delivery)
    for table in ("spatial_zone", "imports_issue"):
        sqlfiles.analyze(table)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _rival(path: Path, database: str) -> Spent:
    """The same file copied as it is by ogr2ogr, with COPY and an index, into a table of its own."""
    command = [
        "ogr2ogr", "-f", "PostgreSQL", _source(database), str(path), "-nln", "bench_copy",
        "-overwrite", "-nlt", "PROMOTE_TO_MULTI", "-lco", "GEOMETRY_NAME=geom",
        "--config", "PG_USE_COPY", "YES", "-oo", "ENCODING=GBK",
    ]  # fmt: skip
    if path.suffix != ".shp":
        command = command[:-2]
    server = _Watched(database)
    started, before = time.perf_counter(), os.times()
    with server:
        done = subprocess.run(
            command, capture_output=True, text=True, check=False, env=_plain_environment()
        )
    seconds, after = time.perf_counter() - started, os.times()
    if done.returncode:
        raise GislandError(f"ogr2ogr 没有完成：{done.stderr[-1000:]}")
    own = after.children_user + after.children_system
    own -= before.children_user + before.children_system
    return Spent(seconds, own + server.seconds)


class _Watched:
    """Sums the processor seconds of the server processes that come to a database meanwhile."""

    def __init__(self, database: str) -> None:
        self._database = database
        self._known = set(backends_of(database))
        self._seen: dict[int, float] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    @property
    def seconds(self) -> float:
        """What they used, as far as it was seen."""
        return sum(self._seen.values())

    def _look(self) -> None:
        while not self._over.wait(1 / LOOKS_PER_SECOND):
            for pid in backends_of(self._database):
                if pid not in self._known:
                    self._seen[pid] = max(self._seen.get(pid, 0.0), process_seconds(pid))

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()


def _source(database: str) -> str:
    """The database as GDAL names it."""
    told = settings.DATABASES["default"]
    parts = {
        "dbname": database, "host": told.get("HOST"), "port": told.get("PORT"),
        "user": told.get("USER"), "password": told.get("PASSWORD"),
    }  # fmt: skip
    return "PG:" + " ".join(f"{name}='{value}'" for name, value in parts.items() if value)


def _plain_environment() -> dict[str, str]:
    """Without what would point the system's GDAL at the wheels' data, or at another server."""
    foreign = ("PROJ_", "GDAL_", "PG")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}


def _version() -> str:
    done = subprocess.run(["ogr2ogr", "--version"], capture_output=True, text=True, check=False)
    return done.stdout.strip()


def as_text(found: dict[str, Any]) -> str:
    """The figures as a table for people; ratios are of processor seconds."""
    lines = [f"{found['polygons']} 个地类图斑；{found['rival']}"]
    for kind, one in found["files"].items():
        plain, checked = one["plain"], one["checked"]
        wall, cpu = one["ogr2ogr_seconds"], one["ogr2ogr_cpu_seconds"]
        lines += [
            f"{kind}：ogr2ogr {wall} 秒（处理器 {cpu} 秒）",
            _line("不核对", plain, one["plain_over_ogr2ogr"], one["plain_over_ogr2ogr_wall"]),
            _line("含核对", checked, one["checked_over_ogr2ogr"], one["checked_over_ogr2ogr_wall"]),
            f"  内存最多 {one['peak_mb']} MB（空载 {checked['empty_mb']} MB）",
            "  各步（秒）：" + "，".join(f"{k} {v}" for k, v in checked["phases"].items()),
            *(f"  {step:<44}{spent:>8}{cpu:>8}" for step, spent, cpu in checked["steps"]),
        ]
    return "\n".join(lines)


def _line(words: str, run: dict[str, Any], ratio: float, wall: float) -> str:
    return (
        f"  导入，{words}：{run['seconds']} 秒（处理器 {run['cpu_seconds']} 秒），"
        f"为 ogr2ogr 的 {ratio} 倍（按时钟 {wall} 倍）"
    )
