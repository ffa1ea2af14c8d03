"""What was delivered against what is stored, by county, so that nothing is lost unseen. 对账

The numbers are settled in the transaction of the import and kept in the delivery's verdict.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from imports import deliveries
from imports.checks import settings
from imports.readers.table import Finding
from spatial import sqlfiles, units

if TYPE_CHECKING:
    from imports.models import Delivery
    from imports.readers.table import Table
    from imports.staged_copy import Seen

KEY = "reconciliation"


@dataclass(frozen=True)
class Line:
    """One county, the rows of no county, or (code '') the total; areas in m2.

    ``delivered`` = ``stored`` + ``known`` + ``outside`` + ``skipped``, less, in the total of a
    layer, the rows counted in a further county (``shared``). ``declared`` rows state an area.
    """

    code: str
    name: str
    delivered: int = 0
    declared: int = 0
    delivered_m2: float = 0
    stored: int = 0
    stored_m2: float = 0
    known: int = 0
    known_m2: float = 0
    outside: int = 0
    skipped: int = 0
    shared: int = 0
    county_m2: float | None = None

    @property
    def missing(self) -> int:
        """差: rows delivered of which nothing is stored."""
        return self.outside + self.skipped

    def sentence(self, verb: str = "下发") -> str:
        """下发 215 个 1,203.42 亩，入库 215 个 1,203.40 亩，差 0."""
        area = f" {_mu(self.delivered_m2)} 亩" if self.declared else ""
        parts = [
            f"{verb} {self.delivered} 个{area}",
            f"入库 {self.stored} 个 {_mu(self.stored_m2)} 亩",
        ]
        if self.known:
            parts.append(f"原有 {self.known} 个 {_mu(self.known_m2)} 亩")
        parts.append(f"差 {self.missing}{' 个' if self.missing else ''}")
        reasons = [
            f"{word} {count} 个"
            for word, count in (("不在行政区内", self.outside), ("略过", self.skipped))
            if count
        ]
        why = f"（{'，'.join(reasons)}）" if reasons else ""
        split = f"；其中跨县 {self.shared} 个，各县分别计数" if self.shared else ""
        return f"{self.name}：{'，'.join(parts)}{why}{split}"


def verb(delivery: Delivery) -> str:
    """What somebody did with what was delivered; a detector issues nothing."""
    if delivery.batch is None:
        return "交来"
    return "初筛" if delivery.batch.is_machine_made else "下发"


def settle_patches(delivery: Delivery, table: Table, batch_id: int, added_ids: list[int]) -> None:
    """Count a delivery of patches by county and note the lines in its verdict."""
    found = sqlfiles.rows("imports/91_sum_patches", {"batch_id": batch_id, "added_ids": added_ids})
    lines = [Line(**_filled(row)) for row in found]
    _store(delivery, lines, table)


def _filled(row: dict[str, Any]) -> dict[str, Any]:
    return {name: value or 0 for name, value in row.items()}


def settle_layer(delivery: Delivery, table: Table, seen: Seen, *, coverage: bool) -> None:
    """Count a delivery of a layer by county, note it, and doubt sums that miss the county."""
    lines = [
        Line(
            code=row["code"], name=row["name"], delivered=row["stored"],
            declared=row["declared"], delivered_m2=row["declared_m2"] or 0,
            stored=row["stored"], stored_m2=row["area_m2"] or 0, shared=row["shared"],
            county_m2=row["county_m2"],
        )
        for row in sqlfiles.rows("imports/90_sum_counties")
    ]  # fmt: skip
    _store(delivery, lines, table, seen)
    if coverage:
        deliveries.add_issues(delivery, [found for line in lines for found in _sum_doubt(line)])


def _sum_doubt(line: Line) -> list[Finding]:
    """A coverage whose declared (else computed) areas don't sum up to the county."""
    if not line.county_m2:
        return []
    whole = line.declared == line.stored
    total = line.delivered_m2 if whole else line.stored_m2
    share = settings.limits().county_sum_share
    if abs(total - line.county_m2) <= share * line.county_m2:
        return []
    what = "登记面积合计" if whole else "计算面积合计"
    message = (
        f"{line.name}各要素{what} {total:.2f} m²（{_mu(total)} 亩），县域面积 "
        f"{line.county_m2:.2f} m²（{_mu(line.county_m2)} 亩），相差 "
        f"{total - line.county_m2:+.2f} m²。"
    )
    return [Finding("county_sum_differs", message, done="原样保留")]


def _store(delivery: Delivery, lines: list[Line], table: Table, seen: Seen | None = None) -> None:
    everywhere = seen is not None and seen.everywhere
    beyond = {"delivered": 0} if everywhere else sqlfiles.rows("imports/92_sum_unplaced")[0]
    if beyond["delivered"]:
        lines.append(
            Line(
                "", "不在行政区内", delivered=beyond["delivered"], declared=beyond["declared"],
                delivered_m2=beyond["declared_m2"] or 0, outside=beyond["delivered"],
            )
        )  # fmt: skip
    bad = table.bad
    if bad.faults:
        told = [bad.declared_m2[row] for row in bad.faults if row in bad.declared_m2]
        lines.append(
            Line(
                "", "略过的行", delivered=len(bad.faults), declared=len(told),
                delivered_m2=sum(told), skipped=len(bad.faults),
            )
        )  # fmt: skip
    delivery.verdict[KEY] = {
        "lines": [asdict(line) for line in lines],
        "rows": delivery.row_count,
    }
    delivery.save(update_fields=["verdict"])


def lines(delivery: Delivery) -> list[Line]:
    """The counties of a delivery, then what is in none, then the total; none for old deliveries.

    The total counts each row once: rows that two counties share are told apart in ``shared``.
    """
    told: dict[str, Any] = delivery.verdict.get(KEY) or {}
    found = [Line(**line) for line in told.get("lines", [])]
    if not found:
        return []
    twice = sum(line.delivered for line in found) - int(told["rows"])
    sums = {
        name: sum(getattr(line, name) for line in found)
        for name in (
            "declared", "delivered_m2", "stored", "stored_m2", "known", "known_m2", "outside",
            "skipped",
        )
    }  # fmt: skip
    return [*found, Line("", "合计", delivered=int(told["rows"]), shared=twice, **sums)]


def _mu(area_m2: float) -> str:
    return f"{units.mu(Decimal(str(area_m2))):,}"
