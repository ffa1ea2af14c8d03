"""make_demo_cases: a quarter of casework in the invented prefecture."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from gisland.casework import cases, deadlines, notices, opening
from gisland.casework.demo.clues import report
from gisland.casework.demo.people import accounts_said, make_people
from gisland.casework.demo.quarter import live
from spatial.errors import InputRefused
from spatial.management.console import HouseCommand
from spatial.models import Region
from spatial.scope import everything

ACCOUNTS = "accounts-casework.txt"
CLUE_COUNTY = "990101"
NOTICED_ON = datetime.date(2024, 7, 31)
"""The end of the quarter that is lived through."""


class Command(HouseCommand):
    """Only for the demo: refused where other regions have data."""

    help = "让虚构的示范市办一个季度的案（make_demo 之后；已办过则不动）。"

    def handle(self, *args: Any, **options: Any) -> None:
        """Open, live, say."""
        if Region.objects.exclude(code__startswith="99").exists():
            raise InputRefused("数据库中有其他行政区，不能放入虚构的案件。")
        lived = live(self.say)
        folder = Path(settings.VAR_DIR) / "demo"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ACCOUNTS).write_text("\n".join(accounts_said()) + "\n", encoding="utf-8")
        opened = cases.open_cases(opening.waiting(everything()), None, timezone.now())
        told = report(make_people()[CLUE_COUNTY])
        written = notices.issue(deadlines.pressing(everything(), NOTICED_ON))
        self.say(f"演示线索 {told} 条，逾期通报 {written} 份。")
        self.say(f"演示案件已就绪：办了 {lived} 件，另有 {len(opened)} 件只建案。")
