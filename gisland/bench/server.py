"""A real server on the database of a measurement: gunicorn, as bin/demo starts it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction

from gisland.bench.stopwatch import TICKS
from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WAIT_S = 60
WEB_ROLE = "gisland_web"


@dataclass(frozen=True)
class Served:
    """Where a server answers, and the process that watches over its workers."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """Processor seconds of the server and its workers so far; 0 where /proc is not there."""
        return sum(map(_process_seconds, [self.pid, *_children(self.pid)]))


@contextmanager
def served(workers: int, more: Mapping[str, str] | None = None) -> Iterator[Served]:
    """A server that reads the database which is open now, until the block ends.

    It works in the web's role, with a pool of connections. Raises GislandError with what it wrote
    where it does not come up.
    """
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "gisland.settings",
        "DATABASE_URL": _database_url(),
        "GISLAND_DB_ROLE": WEB_ROLE,
        "GISLAND_POOL": "1",
        **(more or {}),
    }
    command = [
        sys.executable, "-m", "gunicorn", "--no-control-socket", "-k", "gthread",
        "--workers", str(workers), "--threads", "4", "--bind", f"127.0.0.1:{port}",
        "--log-level", "warning", "gisland.wsgi",
    ]  # fmt: skip
    with tempfile.TemporaryFile() as told:
        server = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=told, stderr=told
        )
        try:
            _wait(address, server)
            yield Served(address, server.pid)
        except GislandError as error:
            told.seek(0)
            words = told.read().decode(errors="replace")[-2000:]
            raise GislandError(f"{error}\n{words}" if words else str(error)) from error
        finally:
            server.terminate()
            try:
                server.wait(timeout=10)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait(address: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise GislandError("测速用的服务没有启动。")
        try:
            with urllib.request.urlopen(f"{address}/healthz", timeout=5):
                return
        except urllib.error.HTTPError:
            return  # it answers: that is all that is asked
        except OSError:
            time.sleep(0.2)
    raise GislandError(f"测速用的服务 {WAIT_S} 秒内没有应答。")


def _children(pid: int) -> list[int]:
    try:
        told = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii")
    except OSError:
        return []
    return [int(one) for one in told.split()]


def _process_seconds(pid: int) -> float:
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _database_url() -> str:
    """The open database as settings read it."""
    told = transaction.get_connection().settings_dict
    query = {
        name: str(told[key]) for name, key in (("host", "HOST"), ("port", "PORT")) if told[key]
    }
    return f"postgis://{quote(str(told['USER']))}@/{quote(str(told['NAME']))}?{urlencode(query)}"
