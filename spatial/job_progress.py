"""How running work tells how far it is, and learns that it is to stop. 进展

Work holds one transaction open as a rule: what it wrote of itself there nobody else would see. So
a thread with a connection of its own writes for it, twice a second at most, and holds an advisory
lock by which everybody knows that the worker lives.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Protocol, Self

from django.db import DatabaseError, InterfaceError, transaction
from psycopg.pq import TransactionStatus

from spatial import sqlfiles
from spatial.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

logger = logging.getLogger(__name__)

BEAT_S = 0.5
"""Seconds between two reports."""


class Interrupted(Stopped):
    """The worker itself is being shut down: the job goes back into the queue."""


class Progress(Protocol):
    """What work tells of itself while it goes on."""

    def __call__(self, phase: str, done: int = 0, total: int = 0) -> None:
        """Say what is being done, and how far; raises Stopped if that was asked for."""


def silent(phase: str, done: int = 0, total: int = 0) -> None:
    """A progress that nobody watches."""


def never() -> bool:
    """A worker that nobody shuts down."""
    return False


class Reporter:
    """The progress of one running job; a context in which its work is done.

    Work that is in one long statement when it should stop has that statement cancelled.
    """

    def __init__(self, job_id: int, shutting_down: Callable[[], bool] = never) -> None:
        """Nothing is told before the context is entered."""
        self._job_id = job_id
        self._shutting_down = shutting_down
        self._told: tuple[str, int, int] = ("", 0, 0)
        self._stop = threading.Event()
        self._interrupt = threading.Event()
        self._over = threading.Event()
        self._held_by: Any = None
        self._work = transaction.get_connection()
        self._shared = self._work.in_atomic_block
        self._thread = threading.Thread(target=sqlfiles.in_thread, args=(self._watch,), daemon=True)

    def __enter__(self) -> Self:
        """Begin to watch; within a transaction of the caller there is nobody to watch for."""
        if not self._shared:
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Tell the last that was said, and cease."""
        self._over.set()
        if not self._shared:
            self._thread.join()

    @property
    def stopping(self) -> type[Stopped] | None:
        """What the work is to be broken off with, if it is."""
        if self._stop.is_set():
            return Stopped
        return Interrupted if self._interrupt.is_set() else None

    def __call__(self, phase: str, done: int = 0, total: int = 0) -> None:
        """Note what is said, for the thread to tell; raise Stopped if that was asked for."""
        self._told = (phase[:100], done, total)
        if self._shared and not self._in_copy():
            self._beat()
        if stop := self.stopping:
            raise stop

    def _in_copy(self) -> bool:
        """Whether the one connection is in the middle of a COPY, and cannot be asked."""
        open_one = self._work.connection
        return open_one is not None and open_one.info.transaction_status == TransactionStatus.ACTIVE

    def _watch(self) -> None:
        while True:
            over = self._over.is_set()
            try:
                self._beat()
                if self.stopping and not over:
                    self._cancel_statement()
            except (DatabaseError, InterfaceError):
                logger.warning("job %s: no database to report to", self._job_id, exc_info=True)
                transaction.get_connection().close()
            if over:
                return
            self._over.wait(BEAT_S)

    def _beat(self) -> None:
        if not self._shared:
            self._hold()
        phase, done, total = self._told
        told = {"job_id": self._job_id, "phase": phase, "done": done, "total": total}
        found = sqlfiles.rows("jobs/20_beat", told)
        if not found or found[0]["stop_requested"]:  # ended by others: what is done does not count
            self._stop.set()
        if self._shutting_down():
            self._interrupt.set()

    def _hold(self) -> None:
        """By this very connection: a new one, after an outage, takes the lock again."""
        connection = transaction.get_connection()
        connection.ensure_connection()
        if self._held_by is not connection.connection:
            sqlfiles.value("jobs/10_hold", {"job_id": self._job_id})
            self._held_by = connection.connection

    def _cancel_statement(self) -> None:
        """Of the work's own connection; threads of the engine end with their chunk."""
        if (open_one := self._work.connection) is not None:
            sqlfiles.rows("jobs/30_cancel_statement", {"pid": open_one.info.backend_pid})
