"""Clues in the invented prefecture: one of each fate. 演示线索"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.utils import timezone

from gisland.casework import clue_ground, clue_settle, clues
from gisland.casework.models import Case, Clue

if TYPE_CHECKING:
    from gisland.casework.demo.people import People

SINCE = datetime.datetime(2024, 6, 3, 9, 30, tzinfo=timezone.get_default_timezone())
CLEAR = datetime.date(2024, 3, 1)
ASIDE_DEG = 0.0015
"""How far beside a patch a clue of its own lies."""
TOLD = (
    ("巡查", "渠边新填土，有挖掘机（虚构）", "accept"),
    ("举报", "村民反映耕地上建房（虚构），电话 13800000000", "merge"),
    ("12336", "来电反映夜间堆砂（虚构），未说明地点", "refuse"),
    ("视频", "铁塔视频发现疑似动土（虚构）", "wait"),
)


def report(people: People) -> int:
    """The clues of one county; how many. Again it does nothing."""
    if Clue.objects.exists():
        return 0
    region = people.officer.region
    case = Case.objects.filter(patch__region=region).order_by("-pk").first()
    if case is None:
        return 0
    middle = case.patch.geom.centroid
    for number, (source, text, fate) in enumerate(TOLD):
        at = SINCE + datetime.timedelta(days=number)
        aside = 0.0 if fate == "merge" else ASIDE_DEG * (number + 1)
        given = clues.Given(
            source=source, found_on=at.date(), clear_on=CLEAR, text=text,
            ground=clue_ground.circle(middle.x + aside, middle.y, 30),
            place_said="虚构地点", reporter_name="示例群众" if source != "视频" else "",
            reporter_phone="13800000000" if source != "视频" else "",
        )  # fmt: skip
        clue, _ = clues.receive(people.officer, given, at)
        word = clue_settle.Word(people.officer, at + datetime.timedelta(days=1), "虚构")
        if fate == "accept":
            clue_settle.accept(word, clue.pk)
        elif fate == "merge":
            clue_settle.merge(word, clue.pk, case.pk)
        elif fate == "refuse":
            clue_settle.refuse(word, clue.pk, "unclear")
    return len(TOLD)
