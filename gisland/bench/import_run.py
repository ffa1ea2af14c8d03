"""One import in a process of its own, so that its time and its memory are its own.

``python -m gisland.bench.import_run '{"database": …, "path": …, "checks": …}'`` prints one line of
JSON: seconds, processor seconds, and the most memory that the process held.
"""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import date
from pathlib import Path
from typing import Any

VALID_FROM = date(2022, 12, 31)


def main(asked: dict[str, Any]) -> dict[str, Any]:
    """Import the file into the database that is named, and tell what it took."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisland.settings")
    import django  # noqa: PLC0415 - settings first

    django.setup()
    from django.conf import settings  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415 - needs Django

    from gisland.bench.stopwatch import backend_seconds, measured, own_seconds  # noqa: PLC0415
    from imports.load import stage_layer  # noqa: PLC0415

    settings.MEDIA_ROOT = asked["media"]
    connection = transaction.get_connection()
    connection.settings_dict["NAME"] = asked["database"]
    connection.ensure_connection()
    phases = Phases()
    before = _peak_mb()
    with measured() as watch:
        used, backend = own_seconds(), backend_seconds(connection)
        delivery = stage_layer(
            "land_use", asked["path"], valid_from=VALID_FROM, checks=asked["checks"],
            progress=phases,
        )  # fmt: skip
        spent = own_seconds() - used
        backend = backend_seconds(connection) - backend
    return {
        "rows": delivery.row_count,
        "seconds": round(watch.wall, 2),
        "cpu_seconds": round(spent + backend, 2),
        "own_cpu_seconds": round(spent, 2),
        "peak_mb": _peak_mb(),
        "empty_mb": before,
        "phases": phases.seconds(),
        "steps": watch.slowest(8),
        "issues": delivery.issues.count(),
    }


class Phases:
    """Told the phases of an import as it goes, knows how long each took."""

    def __init__(self) -> None:
        """The clock starts now."""
        self._starts: dict[str, float] = {}

    def __call__(self, phase: str, done: int = 0, total: int = 0) -> None:
        """A phase begins, or goes on."""
        self._starts.setdefault(phase, time.perf_counter())

    def seconds(self) -> dict[str, float]:
        """Seconds from the beginning of each phase to the next."""
        starts = [*self._starts.items(), ("", time.perf_counter())]
        return {
            name: round(after - start, 2)
            for (name, start), (_, after) in zip(starts, starts[1:], strict=False)
        }


def _peak_mb() -> int:
    """The most that this process held resident, in MiB.

    Of its own memory: what ``getrusage`` says may be that of the process which started it.
    """
    told = Path("/proc/self/status").read_text(encoding="utf-8")
    line = next(line for line in told.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) // 1024


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(json.loads(sys.argv[1])), ensure_ascii=False) + "\n")
