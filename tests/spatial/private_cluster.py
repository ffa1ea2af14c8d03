"""A throw-away PostgreSQL cluster that a test may crash."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

WEB_ROLE = "gisland_web"
"""Roles are the cluster's, not the database's."""


@cache
def server_programs() -> Path | None:
    """The folder of initdb and pg_ctl, newest version first; None where there is no server."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if known := shutil.which("initdb"):
        found.append(Path(known).resolve().parent)
    return max(found, key=lambda path: [int(n) for n in path.parts if n.isdigit()], default=None)


class PrivateCluster:
    """A cluster in a folder of its own, without TCP; as root it belongs to the user postgres."""

    user, name = "gis", "gis"

    def __init__(self, folder: Path) -> None:
        """Nothing is made before ``running``."""
        self._data = folder / "data"
        self.socket = str(folder)
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")

    @contextmanager
    def running(self) -> Iterator[None]:
        """Made and started; stopped at the end."""
        self._server(
            "initdb", "-D", str(self._data), "-U", self.user, "-A", "trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync",
        )  # fmt: skip
        self._control("start")
        try:
            yield
        finally:
            self._control("stop", "-m", "immediate")

    def crash_and_start(self) -> None:
        """As by a power cut: nothing is written at the end, and recovered at the start."""
        self._control("restart", "-m", "immediate")

    def copy_from(self, host: str, name: str, user: str) -> None:
        """The whole of a database that runs elsewhere."""
        self._ask("createdb", self.name)
        self._ask("createuser", WEB_ROLE)
        dump = subprocess.Popen(
            [self._program("pg_dump"), "-h", host, "-U", user, "-O", name], stdout=subprocess.PIPE
        )
        self._ask("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", self.name, stdin=dump.stdout)
        assert dump.wait() == 0

    def value(self, sql: str) -> str:
        """The one value of a query."""
        return self._ask("psql", "-X", "-q", "-At", "-c", sql, self.name).strip()

    def _control(self, *words: str) -> None:
        options = f"-k {self.socket} -c listen_addresses='' -c shared_buffers=64MB"
        self._server(
            "pg_ctl", "-D", str(self._data), "-w", "-s", "-l", str(self._data / "log"),
            "-o", options, *words,
        )  # fmt: skip

    def _server(self, program: str, *words: str) -> None:
        who = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        subprocess.run(
            [*who, self._program(program), *words], cwd="/", check=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip

    def _ask(self, program: str, *words: str, stdin: object = None) -> str:
        done = subprocess.run(
            [self._program(program), "-h", self.socket, "-U", self.user, *words],
            check=True, stdin=stdin, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return done.stdout

    @staticmethod
    def _program(name: str) -> str:
        folder = server_programs()
        assert folder is not None
        return str(folder / name)
