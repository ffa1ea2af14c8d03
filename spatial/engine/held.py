"""Who is at a run: one at a time, and never somebody who died. 进行中的分析

A session's advisory lock says that a run is gone on with. It falls with the connection, so a
process that was killed or a server that restarted leaves a run that anybody may resume.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from django.db import Error as DatabaseError
from django.db import InterfaceError, OperationalError, transaction

from spatial import sqlfiles
from spatial.errors import RunStale
from spatial.models import Run
from spatial.models.run import RunStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

STOPPED = "已停止；classify --resume 继续"
BROKEN_OFF = "数据库连接中断；classify --resume 继续"
AWAY = (OperationalError, InterfaceError)
"""What a statement fails with when the database is away; with much else (``is_away``)."""


@contextmanager
def holding(run: Run) -> Iterator[None]:
    """Nobody else goes on with the run within; raises RunStale if somebody does now."""
    if not sqlfiles.value("engine/runs/03_hold_run", {"run_id": run.pk}):
        raise RunStale(f"分析 {run.pk} 正在进行，不能同时再算一遍。请等它完成，或先停止它。")
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError):  # a connection that is gone holds nothing
            sqlfiles.value("engine/runs/04_let_run_go", {"run_id": run.pk})


def held_runs() -> set[int]:
    """The numbers of the runs that somebody is at now."""
    return {row["run_id"] for row in sqlfiles.rows("engine/runs/05_list_held")}


def is_held(run: Run) -> bool:
    """Whether somebody is at the run now."""
    return run.pk in held_runs()


def is_broken_off(run: Run) -> bool:
    """Whether the run says that it goes on, and nobody is at it: killed, or out of power."""
    return run.status == RunStatus.RUNNING and not is_held(run)


def stop(run: Run) -> bool:
    """Ask that a run be stopped: whoever is at it ends with the chunk in hand. False if it is
    over already."""
    return bool(
        Run.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
            status=RunStatus.STOPPED, note=STOPPED
        )
    )


def is_away(error: Exception) -> bool:
    """Whether a statement failed because its connection was lost."""
    state = getattr(error.__cause__, "sqlstate", None)
    return state is None or state.startswith(("08", "57P"))


def broken_off(run: Run) -> None:
    """Write down that a run was broken off, if the database is back; who looks sees it anyway."""
    connection = transaction.get_connection()
    if connection.in_atomic_block:
        return
    connection.close()
    with suppress(DatabaseError, InterfaceError):
        Run.objects.filter(pk=run.pk, status=RunStatus.RUNNING).update(
            status=RunStatus.STOPPED, note=BROKEN_OFF
        )
