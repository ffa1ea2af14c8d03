"""A PostgreSQL of the bench's own, where none is running: made, started, stopped, deleted."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Iterator

USER = "gis"
SETTINGS = {
    "shared_buffers": "512MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "256MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_parallel_workers_per_gather": "0",
    "listen_addresses": "",
    "max_wal_size": "4GB",
}
"""As bin/ sets up the office's own cluster, but that nothing is kept."""


def programs() -> Path | None:
    """The folder of the newest server's programs, or None."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    versions = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3])
    )
    return versions[-1].parent if versions else None


@contextmanager
def own_cluster(settings_dict: dict[str, Any]) -> Iterator[None]:
    """A fresh cluster in a temporary folder; the connection's settings point to it meanwhile.

    Raises GislandError where there are no server programs, or they cannot start.
    """
    folder = programs()
    if folder is None:
        raise GislandError(
            "没有运行中的 PostgreSQL，也没有找到其程序（initdb）。请先运行 bin/demo --no-serve。"
        )
    home = Path(tempfile.mkdtemp(prefix="gisland-bench-"))
    saved = {key: settings_dict[key] for key in ("HOST", "PORT", "USER", "PASSWORD")}
    try:
        if os.geteuid() == 0:
            shutil.chown(home, "postgres")
        data = home / "data"
        _run(folder / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--no-sync",
             "--locale=C.UTF-8")  # fmt: skip
        options = " ".join(f"-c {name}='{value}'" for name, value in SETTINGS.items())
        _run(folder / "pg_ctl", "-D", data, "-w", "-l", home / "log",
             "-o", f"-k {home} {options}", "start")  # fmt: skip
        settings_dict.update(HOST=str(home), PORT="", USER=USER, PASSWORD="")
        try:
            yield
        finally:
            _run(folder / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        settings_dict.update(saved)
        shutil.rmtree(home, ignore_errors=True)


def _run(*words: object) -> None:
    """One program of the server, as the user that may run it."""
    command = [str(word) for word in words]
    if os.geteuid() == 0:  # the server refuses to run as root
        command = ["runuser", "-u", "postgres", "--", *command]
    # a server keeps what it inherits open: it must not hold the pipe that is read here
    with tempfile.TemporaryFile() as told:
        done = subprocess.run(command, stdout=told, stderr=told, check=False, cwd="/")
        if done.returncode:
            told.seek(0)
            said = told.read().decode("utf-8", "replace").strip().splitlines()
            raise GislandError(f"PostgreSQL 不能启动：{' '.join(said[-3:])}")
