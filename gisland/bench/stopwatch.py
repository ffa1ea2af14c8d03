"""How long each file of sql/ takes, over all connections of a measurement."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.backends.signals import connection_created

from spatial import sqlfiles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Stopwatch:
    """Seconds by statement, summed over workers."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
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
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent = time.perf_counter() - started
            with self._lock:
                self.seconds[self._names.get(sql, "other")] += spent

    def under(self, folder: str) -> float:
        """Worker-seconds of the statements in a folder of sql/."""
        return sum(spent for name, spent in self.seconds.items() if name.startswith(folder))

    def slowest(self, count: int) -> list[tuple[str, float]]:
        """The dearest statements, with their worker-seconds."""
        dearest = sorted(self.seconds.items(), key=lambda item: -item[1])
        return [(name, round(spent, 2)) for name, spent in dearest[:count]]


@contextmanager
def measured() -> Iterator[Stopwatch]:
    """Time every statement inside, on this connection and on those that workers open."""
    watch = Stopwatch()

    def on_open(connection: Any, **_: Any) -> None:
        connection.execute_wrappers.append(watch)

    connection_created.connect(on_open, weak=False)
    started = time.perf_counter()
    try:
        with transaction.get_connection().execute_wrapper(watch):
            yield watch
    finally:
        watch.wall = time.perf_counter() - started
        connection_created.disconnect(on_open)
