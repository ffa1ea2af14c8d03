"""``bench incremental``: one paper added, amended or revoked with all patches judged before.

Timed is what the house does then: find the patches that the change touches, judge those again and
make the outcome current.
"""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone

from gisland.bench.ground import make_prefecture
from gisland.bench.load import load
from gisland.bench.overlay import AS_OF, RULESET, Size
from gisland.bench.stopwatch import measured
from spatial.engine import classify, derive
from spatial.engine.touched import touched_patches
from spatial.models import Zone
from spatial.rules.load import load_ruleset

if TYPE_CHECKING:
    from collections.abc import Callable

    from spatial.models import RulesetVersion

LAYER = "approval"
EACH = 10
"""Papers of each kind of change."""

BASE_MS, TOUCHED_MS = 50, 3
"""What a change may cost: so much, and so much more for each patch that it touches."""


@dataclass(frozen=True)
class Change:
    """One change: what it was, how many patches it touched, and what it took in milliseconds."""

    kind: str
    touched: int
    found_ms: float
    judged_ms: float
    server_ms: float

    @property
    def ms(self) -> float:
        """All of it, by the clock."""
        return self.found_ms + self.judged_ms

    @property
    def share(self) -> float:
        """Of what it may cost, by the clock."""
        return self.ms / (BASE_MS + TOUCHED_MS * self.touched)

    @property
    def server_share(self) -> float:
        """Of what it may cost, by the server's processor seconds."""
        return self.server_ms / (BASE_MS + TOUCHED_MS * self.touched)


def measure(size: Size, say: Callable[[str], None]) -> dict[str, Any]:
    """All changes, in the database that is open now; a flat table of figures."""
    say(f"生成 {size.polygons} 个地类图斑、{size.patches} 个监测图斑（虚构）")
    ids, _ = load(make_prefecture(size.polygons, size.patches, size.seed), say)
    run = classify.classify(ids, ruleset=RULESET, as_of=AS_OF, workers=size.workers)
    classify.apply_run(run)
    say(f"已判定 {len(ids)} 个图斑")
    return as_figures(changes(EACH, say), len(ids))


def changes(each: int, say: Callable[[str], None]) -> list[Change]:
    """Papers of the ledger added, amended and revoked in turn, each followed by what it costs."""
    open_rows = Zone.objects.filter(layer=LAYER, recorded_until__isnull=True)
    rows = list(open_rows.order_by("source_id", "pk")[:: max(1, open_rows.count() // (3 * each))])
    ruleset = load_ruleset(RULESET)
    acts = {"added": _add, "amended": _amend, "revoked": _revoke}
    found = []
    for number, row in enumerate(rows[: 3 * each]):
        kind = list(acts)[number % 3]
        with transaction.atomic():
            acts[kind](row)
        change = _follow(kind, ruleset)
        say(f"{kind}：{change.touched} 个图斑，{change.ms:.0f} 毫秒")
        found.append(change)
    return found


def _follow(kind: str, ruleset: RulesetVersion) -> Change:
    with measured() as watch:
        started = time.perf_counter()
        touched = touched_patches(ruleset, as_of=AS_OF, until=timezone.now())
        found = time.perf_counter()
        if touched.patch_ids:
            run = classify.classify(
                touched.patch_ids, ruleset=ruleset, as_of=AS_OF, workers=1, refresh=False
            )
            classify.apply_run(run)
        done = time.perf_counter()
    return Change(
        kind,
        len(touched.patch_ids),
        1000 * (found - started),
        1000 * (done - found),
        1000 * watch.cpu_under(""),
    )


def _add(row: Zone) -> None:
    """Another paper upon the ground of this one."""
    row.pk = None
    row.source_id = f"{row.source_id}-again"
    row.recorded_from = timezone.now()
    row.save(force_insert=True)
    derive.derive_zones(row.version_id, [row.pk])


def _revoke(row: Zone) -> None:
    Zone.objects.filter(pk=row.pk).update(recorded_until=timezone.now())


def _amend(row: Zone) -> None:
    """The same paper with another day."""
    _revoke(row)
    day = row.attributes["approved_on"]
    earlier = (date.fromisoformat(day) - timedelta(days=400)).isoformat()
    row.attributes = {**row.attributes, "approved_on": earlier, "filed_on": earlier}
    _add(row)


def as_figures(found: list[Change], patches: int) -> dict[str, Any]:
    """Median and 95th percentile of what changes took, and of its share in what they may."""
    return {
        "patches": patches,
        "changes": len(found),
        "touched_median": statistics.median(change.touched for change in found),
        "touched_most": max(change.touched for change in found),
        **_spread("found_ms", [change.found_ms for change in found]),
        **_spread("judged_ms", [change.judged_ms for change in found]),
        **_spread("ms", [change.ms for change in found]),
        **_spread("server_ms", [change.server_ms for change in found]),
        **_spread("share_of_limit", [change.share for change in found]),
        **_spread("share_of_limit_by_processor", [change.server_share for change in found]),
    }


def _spread(name: str, values: list[float]) -> dict[str, float]:
    ordered = sorted(values)
    high = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return {
        f"{name}_median": round(statistics.median(ordered), 2),
        f"{name}_p95": round(high, 2),
    }


def as_text(found: dict[str, Any]) -> str:
    """The figures as lines for people."""
    return "\n".join(
        [
            HEAD.format(**found),
            *(
                f"{words}：中位 {found[f'{key}_median']}，95% {found[f'{key}_p95']}"
                for words, key in WORDS
            ),
        ]
    )


HEAD = (
    "{patches} 个图斑已判定；{changes} 次台账变化（新增、更正、撤回各三分之一），"
    "每次受影响图斑中位 {touched_median}，最多 {touched_most}"
)
WORDS = (
    ("查找受影响图斑（毫秒）", "found_ms"),
    ("重新判定并采用（毫秒）", "judged_ms"),
    ("合计（毫秒）", "ms"),
    ("其中服务器处理器时间（毫秒）", "server_ms"),
    (f"÷ 限度（{BASE_MS} 毫秒 + 每图斑 {TOUCHED_MS} 毫秒）", "share_of_limit"),
    ("  按处理器时间", "share_of_limit_by_processor"),
)
