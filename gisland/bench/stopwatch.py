"""How long each file of sql/ takes, over all connections of a measurement."""

from __future__ import annotations

import os
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.signals import connection_created

from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TICKS = os.sysconf("SC_CLK_TCK")


class Stopwatch:
    """Seconds and processor seconds by statement, summed over workers.

    Processor seconds are those of the server process, read from /proc; they stay 0 where it runs
    on another machine. On a machine shared with others only they can be compared.
    """

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self.wall = 0.0
        self._names = {
            sqlfiles.text(name): name
            for name in (
                path.relative_to(sqlfiles.SQL_ROOT).with_suffix("").as_posix()
                for path in sqlfiles.SQL_ROOT.rglob("*.sql")
            )
        }
        self._lock = threading.Lock()

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Any,
        many: bool,  # noqa: FBT001 - Django calls it so
        context: Any,
    ) -> Any:
        """A database wrapper (``execute_wrapper``): time one statement."""
        pid = context["connection"].connection.info.backend_pid
        started, used = time.perf_counter(), process_seconds(pid)
        try:
            return execute(sql, params, many, context)
        finally:
            spent, used = time.perf_counter() - started, process_seconds(pid) - used
            with self._lock:
                name = self._names.get(sql, "other")
                self.seconds[name] += spent
                self.cpu[name] += used

    def cpu_under(self, folder: str) -> float:
        """Processor seconds of the statements in a folder of sql/ ('' for all)."""
        return sum(spent for name, spent in self.cpu.items() if name.startswith(folder))

    def slowest(self, count: int) -> list[tuple[str, float, float]]:
        """The dearest statements, with their seconds and processor seconds."""
        dearest = sorted(self.seconds.items(), key=lambda item: -item[1])
        return [
            (name, round(spent, 2), round(self.cpu[name], 2)) for name, spent in dearest[:count]
        ]


def own_seconds() -> float:
    """Processor seconds of this process so far."""
    return time.process_time()


def backend_seconds(connection: Any) -> float:
    """Processor seconds of the server process behind a connection; 0 on another machine."""
    return process_seconds(connection.connection.info.backend_pid)


def backends_of(database: str) -> list[int]:
    """The server processes of this machine that work in a database."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            title = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        if title.startswith("postgres:") and f" {database} " in title:
            found.append(int(path.parent.name))
    return found


def process_seconds(pid: int) -> float:
    """What a server process of this machine has used so far; 0 if it cannot be seen."""
    try:
        told = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0.0
    if "postgres" not in told:
        return 0.0
    user, system = told.rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / TICKS


@contextmanager
def measured() -> Iterator[Stopwatch]:
    """Time every statement inside, on this connection and on those that workers open."""
    watch = Stopwatch()

    def on_open(connection: Any, **_: Any) -> None:
        if watch not in connection.execute_wrappers:  # a worker opens its connection anew
            connection.execute_wrappers.append(watch)

    connection = transaction.get_connection()
    connection.ensure_connection()
    connection_created.connect(on_open, weak=False)
    started = time.perf_counter()
    try:
        with connection.execute_wrapper(watch):
            yield watch
    finally:
        watch.wall = time.perf_counter() - started
        connection_created.disconnect(on_open)
