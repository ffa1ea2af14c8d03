"""make_demo_campaigns: the ground of the other campaigns, made of the invented layers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from imports.demo import Manifest
from imports.demo.belts import BATCH as BELTS
from imports.demo.bring import bring_campaigns
from imports.demo.park import PROJECT
from spatial.engine import classify, selection
from spatial.engine.make_patches import make_patches
from spatial.errors import InputRefused
from spatial.management.console import HouseCommand
from spatial.models import Assessment, Batch, Region

MADE = (
    # layer, batch, title, ruleset, conditions
    ("occupied", "园区占用2026", "园区核查 · 实际占用", "park-audit", ()),
    ("lease", "园区租入2026", "园区核查 · 租入", "park-lease", ()),
    ("lease", "园区租出2026", "园区核查 · 租出", "park-let", ()),
    ("approval", "园区征用2026", "园区核查 · 征用代征", "park-acquired", (f"project = {PROJECT}",)),
    ("approval", "供地2026", "批而未供", "land-supply", ()),
    ("supply", "闲置2026", "闲置土地", "stock-land", ()),
    ("temporary", "临时用地2026", "临时用地回头看", "temporary-review", ()),
    ("facility", "设施农用地2026", "设施农用地核查", "facility-review", ()),
)


class Command(HouseCommand):
    """Only for the demo: refused where other regions have data."""

    help = "让虚构的示范市有其他专项的地块和判定（make_demo 之后；已有的不重做）。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Make, judge, say."""
        if Region.objects.exclude(code__startswith="99").exists():
            raise InputRefused("数据库中有其他行政区，不能放入虚构的专项。")
        today = timezone.localdate()
        folder = Path(settings.VAR_DIR) / "demo"
        bring_campaigns(Manifest.read(folder))
        for layer, batch, title, ruleset, where in MADE:
            made = make_patches(layer, batch=batch, as_of=today, where=where, ruleset=ruleset)
            Batch.objects.filter(code=batch, title="").update(title=title)
            self.say(f"{title}：{made.added + made.same} 块")
        for batch in (*(row[1] for row in MADE), BELTS):
            self._judge(batch)

    def _judge(self, batch: str) -> None:
        """Once: a batch with a verdict is left alone."""
        judged = Assessment.objects.filter(patch__batch__code=batch, is_current=True)
        if judged.exists() or not Batch.objects.filter(code=batch).exists():
            return
        ids, ruleset = selection.patches_of(batch)
        run = classify.classify(ids, ruleset=ruleset, as_of=timezone.localdate())
        classify.apply_run(run)
