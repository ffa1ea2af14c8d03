"""Which data an address means: a version's id, a date, or ``live``. 版本的解析"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils import timezone

from spatial import sqlfiles
from spatial.errors import InputRefused, UnknownLayer
from spatial.models import VersionStatus

if TYPE_CHECKING:
    from spatial.levels.ready import Built
    from spatial.scope import Scope
    from tiles.layers import TileLayer

LARGEST_ID = 2**63 - 1
_DATE = re.compile(r"^\d{4}-\d{2}-\d{2}$")
_NUMBER = re.compile(r"^[0-9]{1,19}$")


class VersionUnknown(UnknownLayer):
    """A version that the layer does not have, or may not show. 版本不存在"""


@dataclass(frozen=True)
class Asked:
    """What an address names: a number, a date, or neither for ``live``."""

    number: int | None
    on: datetime.date
    known_at: datetime.datetime

    @property
    def run_id(self) -> int | None:
        """For patches and pieces a number is that of a run."""
        return self.number


@dataclass(frozen=True)
class Chosen:
    """The versions that a tile is assembled from, one or none a county."""

    ids: tuple[int, ...]
    known_at: datetime.datetime
    frozen: bool
    """Whether what these versions hold never changes: snapshots, once they are in use."""
    named: bool
    """Whether the address names the version, so that it never means another one."""
    built: tuple[Built, ...] = ()
    """Those of the versions that have levels."""


def read(text: str) -> Asked:
    """Read the version part of an address; raises VersionUnknown or InputRefused."""
    now = timezone.now()
    today = timezone.localdate(now)
    if text == "live":
        return Asked(None, today, now)
    if _NUMBER.match(text) and int(text) <= LARGEST_ID:
        return Asked(int(text), today, now)
    if _DATE.match(text):
        try:
            on = datetime.date.fromisoformat(text)
        except ValueError as error:
            raise InputRefused(f"日期 {text} 不存在。请写作 YYYY-MM-DD。") from error
        return Asked(None, on, min(now, _end_of(on)))
    raise VersionUnknown(f"没有版本 {text[:40]!r}。请用版本编号、日期（YYYY-MM-DD）或 live。")


def _end_of(day: datetime.date) -> datetime.datetime:
    """The last moment of a day here."""
    last = datetime.datetime.combine(day, datetime.time.max)
    return timezone.make_aware(last)


def choose(layer: TileLayer, asked: Asked, scope: Scope) -> Chosen:
    """The versions of the user's counties that an address means.

    A number: that version, in another county's case none. A date: of snapshots the newest with
    ``valid_from`` on or before it that has not ended, of ledgers the rows known at its end.
    """
    rows = sqlfiles.rows(
        "tiles/choose_versions",
        {
            "layer_code": layer.code,
            "number": asked.number,
            "county_ids": list(scope.county_ids) if scope.may("map", layer.code) else [],
            "is_ledger": layer.ledger,
            "on_day": asked.on,
        },
    )
    if asked.number is not None:
        return _one(rows, asked, scope)
    return Chosen(tuple(row["id"] for row in rows), asked.known_at, frozen=not layer.ledger,
                  named=False, built=_built(rows))  # fmt: skip


def _one(rows: list[sqlfiles.Row], asked: Asked, scope: Scope) -> Chosen:
    shown = {VersionStatus.ACTIVE, VersionStatus.RETIRED}
    if scope.can("import"):
        shown.add(VersionStatus.STAGED)
    found = [row for row in rows if row["status"] in shown]
    if not found:
        raise VersionUnknown(f"该图层没有版本 {asked.number}。请用 versions list 查看编号。")
    version = found[0]
    frozen = version["valid_from"] is not None and version["status"] != VersionStatus.STAGED
    mine = [version] if version["region_id"] in scope.county_ids else []
    ids = tuple(row["id"] for row in mine)
    return Chosen(ids, asked.known_at, frozen=frozen, named=True, built=_built(mine))


def _built(rows: list[sqlfiles.Row]) -> tuple[Built, ...]:
    return tuple(
        (row["id"], row["built_at"], tuple(row["levels"])) for row in rows if row["levels"]
    )
