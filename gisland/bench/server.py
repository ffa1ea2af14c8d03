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
from typing import TYPE_CHECKING
from urllib.parse import quote, urlencode

from django.conf import settings
from django.db import transaction

from spatial.errors import GislandError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WAIT_S = 60
WEB_ROLE = "gisland_web"


@contextmanager
def served(workers: int, more: Mapping[str, str] | None = None) -> Iterator[str]:
    """The address of a server that reads the database which is open now, until the block ends.

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
            yield address
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
