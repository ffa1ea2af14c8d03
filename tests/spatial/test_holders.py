"""What a holder used and was granted, in order of time; and 批东占西."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from spatial.engine import corrections
from spatial.engine.classify import apply_run, classify
from spatial.engine.holders import Bounds, holder_report
from spatial.models import Batch, Holder, Patch, Region
from spatial.rules.load import load_ruleset
from tests import drawing, people
from tests.test_cases import draw_case

pytestmark = pytest.mark.django_db
DAY = datetime.date
RULES = "land-enforcement"
AS_OF = DAY(2026, 1, 1)
PAPER = "示地〔2023〕1号"
LINE = {"step": "征收", "approved_on": DAY(2023, 1, 1), "holder": "甲公司", "document": PAPER}
"""甲's approval: filled in as zone A of a drawing."""


def shot(drawn: str, month: int, **told: Any) -> dict[str, Any]:
    return {"draw": drawn, "kind": "20", "before_on": DAY(2024, 1, 1), "holder": "甲公司",
            "after_on": DAY(2024, month, 1), "jcbh": str(month), **told}  # fmt: skip


def draw(*patches: dict[str, Any], **layers: Any) -> list[Patch]:
    """Ground ten metres a cell; 甲 may use its four cells in the west."""
    layers = {"approval": {"draw": "AAAA............", "A": LINE}, **layers}
    case = {"patch": patches[0], "patches": list(patches[1:]), **layers}
    drawn = draw_case(case, load_ruleset(RULES))
    judge(drawn)
    return drawn


def judge(patches: list[Patch]) -> None:
    apply_run(classify([patch.pk for patch in patches], ruleset=RULES, as_of=AS_OF))


def report(**asked: Any) -> list[dict[str, Any]]:
    counties = Region.objects.filter(level="county").values_list("pk", flat=True)
    return holder_report(RULES, **{"county_ids": list(counties), **asked})


def whole(area: Any) -> Any:
    """Areas in whole m2: what the drawing says."""
    if isinstance(area, dict):
        return tuple(None if end is None else round(Decimal(end)) for end in area.values())
    return round(Decimal(area))


def sums(row: dict[str, Any], *names: str) -> list[tuple[Any, ...]]:
    return [
        tuple(whole(step["groups"]["holder"][f"{name}_m2"]) for name in names)
        for step in row["steps"]
    ]


# ---------------------------------------------------------------- in order of time


def test_the_excess_grows_in_order_of_time_over_batches() -> None:
    first, second = draw(shot("PPP.............", 3), shot(".....PP.........", 5, jcbh="5"))
    later = Batch.objects.create(code="a-later-batch", source="省", ruleset=RULES)
    between = drawing.draw_patch(
        shot("...PP...........", 4), batch=later, region=Region.objects.get(code="990101")
    )
    judge([first, second, between])
    (row,) = report()
    assert row["holder"]["name"] == "甲公司"
    assert [step["address"] for step in row["steps"]] == [
        first.address, between.address, second.address,
    ]  # fmt: skip
    assert sums(row, "used", "entitled", "excess", "added", "unused") == [
        (300, 400, 0, 0, 100),
        (500, 400, 100, 100, 0),
        (700, 400, 300, 200, 0),
    ]
    crossed = [step["groups"]["holder"]["crossed"] for step in row["steps"]]
    assert crossed == [False, True, False]


def test_the_same_ground_twice_is_used_once() -> None:
    draw(shot("PPPP............", 3), shot("PPPP............", 6))
    (row,) = report()
    assert sums(row, "used", "excess") == [(400, 0), (400, 0)]


def test_a_patch_far_from_the_line_is_counted_though_the_run_did_not_ask() -> None:
    draw(shot("PPPP............", 3), shot("..............PP", 6))
    (row,) = report()
    assert sums(row, "used", "entitled", "excess") == [(400, 400, 0), (600, 400, 200)]
    stored = [step["groups"]["holder"]["stored"] for step in row["steps"]]
    assert stored == [True, False]


def test_what_the_run_stored_is_what_is_measured() -> None:
    patches = draw(
        shot("PPPPP...........", 3), shot("....PPP.........", 6),
        occupied={"draw": "..........OO....", "O": {"holder": "甲公司"}},
    )  # fmt: skip
    (row,) = report()
    for patch, told in zip(patches, row["steps"], strict=True):
        facts = patch.assessments.get(is_current=True).facts
        group = told["groups"]["holder"]
        for name in ("used_m2", "entitled_m2", "excess_m2"):
            assert Decimal(group[name]) == Decimal(str(facts[f"group.holder.{name}"])), name
    for patch in patches:
        found = patch.assessments.get(is_current=True)
        found.facts = {k: v for k, v in found.facts.items() if not k.startswith("group.")}
        found.save(update_fields=["facts"])
    (again,) = report()
    assert sums(again, "used", "entitled", "excess", "unused") == sums(
        row, "used", "entitled", "excess", "unused"
    )
    assert [step["groups"]["holder"]["stored"] for step in again["steps"]] == [False, False]


def test_without_a_ledger_the_sums_are_ranges() -> None:
    draw(shot("PPPPPP..........", 3), occupied="missing")
    (row,) = report()
    (step,) = sums(row, "used", "entitled", "excess")
    assert step == ((600, None), 400, (200, None))


def test_without_approvals_there_is_no_telling_an_excess() -> None:
    draw(shot("PPPPPP..........", 3), approval="missing")
    (row,) = report()
    (step,) = sums(row, "used", "entitled", "excess")
    assert step == (600, (0, None), (0, 600))
    assert not row["steps"][0]["groups"]["holder"]["crossed"]


def test_a_corrected_patch_counts_for_whom_it_was_corrected_to() -> None:
    first, _ = draw(shot("PPPP............", 3), shot("....PP..........", 6, holder="乙公司"))
    assert {row["holder"]["name"] for row in report()} == {"甲公司", "乙公司"}
    other = Patch.objects.exclude(pk=first.pk).get()
    corrections.correct_subject(
        other, Holder.objects.get(name="甲公司"), by=people.person("990101"), on=AS_OF
    )
    (row,) = report()
    assert [step["told_by"] for step in row["steps"]] == ["patch.holder", "correction"]


def test_an_unjudged_patch_is_listed_without_sums() -> None:
    draw(shot("PPPP............", 3))
    batch = Batch.objects.create(code="new", source="部", ruleset=RULES)
    region = Region.objects.get(code="990101")
    drawing.draw_patch(shot("....PP..........", 6), batch=batch, region=region)
    (row,) = report()
    assert [(step["label"], bool(step["groups"])) for step in row["steps"]][1] == ("未评定", False)


# ---------------------------------------------------------------- 批东占西


def test_granted_ground_left_unused_beside_use_outside() -> None:
    far_patch = shot("...........PPP..", 6)
    draw(shot("PP..............", 3), far_patch)
    (row,) = report(beside_m=100)
    (pair,) = row["displaced"]
    assert (pair["document"], whole(pair["unused_m2"]), whole(pair["outside_m2"])) == (
        PAPER, 200, 300,
    )  # fmt: skip
    assert Decimal(pair["distance_m"]) == pytest.approx(Decimal(70), abs=Decimal("0.2"))
    assert not pair["same_township"]
    west, south = (float(each) for each in pair["place"])
    assert Patch.objects.filter(geom__intersects=f"SRID=4490;POINT({west} {south})").count() == 0
    assert report(beside_m=60)[0]["displaced"] == []


def test_the_same_township_is_beside_however_far() -> None:
    draw(
        shot("PP..............", 3), shot("...........PPP..", 6),
        township={"draw": "TTTTTTTTTTTTTTTT", "T": {"code": "990101100", "name": "绘图镇"}},
    )  # fmt: skip
    (row,) = report(beside_m=0)
    assert [pair["same_township"] for pair in row["displaced"]] == [True]


def test_lawful_use_elsewhere_is_no_displacement() -> None:
    supplied = {"contract_on": DAY(2023, 6, 1), "holder": "甲公司", "document": "合同1"}
    draw(
        shot("PP..............", 3), shot("...........PPP..", 6),
        supply={"draw": "SS.........SSS..", "S": supplied},
    )  # fmt: skip
    assert report(beside_m=500)[0]["displaced"] == []


def test_ground_that_is_all_used_is_not_left_unused() -> None:
    draw(shot("PPPP............", 3), shot("....PP..........", 6))
    assert report()[0]["displaced"] == []


def test_a_revoked_paper_grants_nothing_to_leave_unused() -> None:
    revoked = {**LINE, "revoked_on": DAY(2023, 6, 1)}
    draw(
        shot("PP..............", 3), shot("...........PPP..", 6),
        approval={"draw": "AAAA............", "A": revoked},
    )  # fmt: skip
    assert report(beside_m=500)[0]["displaced"] == []


# ---------------------------------------------------------------- who sees what


def test_patches_of_other_counties_count_and_are_not_named() -> None:
    (first,) = draw(shot("PPPP............", 3))
    far = drawing.county("990102", "邻县")
    drawing.draw_empty(["approval", "occupied"], far)
    patch = drawing.draw_patch(
        {**shot("PP..............", 6), "holder": None},
        batch=Batch.objects.create(code="far", source="部", ruleset=RULES), region=far,
    )  # fmt: skip
    Patch.objects.filter(pk=patch.pk).update(holder=first.holder)
    judge([first, patch])
    (row,) = report(county_ids=[first.region_id])
    here, there = row["steps"]
    assert (here["address"], there["address"], there["patch_id"]) == (
        first.address, "区外图斑", None,
    )  # fmt: skip
    assert sums(row, "used")[1] == (600,)
    assert report(county_ids=[]) == []


def test_bounds_keep_what_is_not_known() -> None:
    exact, open_ended = Bounds(Decimal(5), Decimal(5)), Bounds(Decimal(3), None)
    assert exact.over(open_ended).as_json() == {"from": "0.00", "to": "2.00"}
    assert open_ended.over(exact).as_json() == {"from": "0.00", "to": None}
    assert Bounds.told({"from": 1, "to": None}) == Bounds(Decimal(1), None)
    assert Bounds.told(None) is None


# ---------------------------------------------------------------- the command


def command(*words: str) -> str:
    out = StringIO()
    call_command("holders", *words, stdout=out)
    return out.getvalue()


def test_the_command_tells_the_story() -> None:
    draw(shot("PP..............", 3), shot("...........PPPPP", 6))
    said = command("--beside-m", "100")
    assert "甲公司" in said
    assert "自此超出" in said
    assert f"批东占西：{PAPER} 有 0.30 亩未用" in said
    (row,) = json.loads(command("--holder", "甲公司", "--json"))
    assert len(row["steps"]) == 2
    assert command("--excess", "--region", "990101").count("甲公司") == 1


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--ruleset", "nothing"], "还没有分析过"),
        (["--holder", "没有的公司"], "没有登记过单位"),
        (["--beside-m", "-1"], "不能为负"),
        (["--region", "000000"], "000000"),
    ],
)
def test_the_command_refuses(words: list[str], fault: str) -> None:
    draw(shot("PPPP............", 3))
    with pytest.raises(CommandError, match=fault):
        command(*words)
