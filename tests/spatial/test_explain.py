"""What an explanation says: the first test that failed with both values, and by how much."""

from __future__ import annotations

import datetime
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from spatial.engine import explain_margins as margins
from spatial.engine.classify import apply_run, classify
from spatial.engine.explain import explain
from spatial.engine.explain_lines import lines_of
from spatial.engine.explain_said import margin_said
from spatial.engine.explain_when import moment_of
from spatial.errors import InputRefused
from tests import drawing
from tests.explained import LATE, changed, judged
from tests.test_cases import AS_OF

if TYPE_CHECKING:
    from spatial.models import Patch

pytestmark = pytest.mark.django_db
DAY = datetime.date
ROAD = {"draw": "P", "kind": "ND", "before_on": DAY(2024, 1, 1), "after_on": DAY(2024, 4, 1)}


def text_of(patch: Patch) -> str:
    return "\n".join(lines_of(explain(patch)))


def piece_with(found: dict[str, Any], code: str) -> dict[str, Any]:
    return next(piece for piece in found["pieces"] if piece["rule"]["code"] == code)


def before(piece: dict[str, Any], code: str) -> dict[str, Any]:
    return next(row for row in piece["before"] if row["rule"] == code)


# ---------------------------------------------------------------- margins


def test_an_approval_three_days_late_says_so() -> None:
    patch = judged(LATE)
    failed = before(piece_with(explain(patch), "late"), "unsupplied")
    (zone,) = failed["zones"]
    assert (zone["text"], zone["left"], zone["right"]) == (
        "approved_on <= cutoff",
        "2024-04-04",
        "2024-04-01",
    )
    assert zone["margin"] == {"unit": "day", "off": 3, "near": True}
    line = "用地批准 示地〔2024〕7号，不满足：截至判定截止日已批准"
    assert f"{line}（实为：2024-04-04，相比：2024-04-01，晚 3 天）【临界】" in text_of(patch)


def test_an_approval_a_year_late_is_no_near_miss() -> None:
    approval = {**LATE["approval"], "A": {**LATE["approval"]["A"], "approved_on": DAY(2025, 4, 1)}}
    text = text_of(judged(changed(approval=approval)))
    assert "晚 365 天）" in text
    assert "晚 365 天）【临界】" not in text


@pytest.mark.parametrize(("gap_m", "near"), [(2.3, True), (4.9, True), (5.2, False)])
def test_ground_just_beside_a_notion_is_a_near_miss_of_place(gap_m: float, near: bool) -> None:
    supply = {"draw": "S", "offset": [40 + gap_m, 0], "S": {"contract_on": DAY(2023, 1, 1)}}
    found = explain(judged(changed(supply=supply)))
    margin = before(piece_with(found, "late"), "supplied")["margin"]
    beside = min(
        (before(piece, "supplied")["margin"] for piece in found["pieces"]),
        key=lambda each: float(each["off"]) if each else 99,
    )
    assert margin is None, "twenty metres away"
    assert (beside is not None) is near
    if near:
        assert float(beside["off"]) == pytest.approx(gap_m, abs=0.01)
        assert beside["near"]


def test_a_patch_that_reaches_a_little_over_the_line_is_told_how_far() -> None:
    supply = {"draw": "SSSS", "offset": [-2, 0], "S": {"contract_on": DAY(2023, 1, 1)}}
    patch = judged(changed(supply=supply, approval={"draw": ""}))
    found = explain(patch)
    margin = before(piece_with(found, "unfiled"), "supplied")["margin"]
    assert (float(margin["off"]), margin["near"]) == (0, True)
    assert float(margin["reach"]) == pytest.approx(2, abs=0.01)
    assert "紧贴“供地”，伸出界外最多 2 米）【临界】" in text_of(patch)


@pytest.mark.parametrize(
    ("test", "said", "near"),
    [
        ({"left": "8.3", "right": "8", "field": "patch.max_width_m"}, "超 0.3 米", True),
        ({"left": "9", "right": "8", "field": "patch.max_width_m"}, "超 1 米", False),
        ({"left": "45.8", "right": "50", "field": "patch.area_m2"}, "差 4.2 平方米", True),
        ({"left": "44.8", "right": "50", "field": "patch.area_m2"}, "差 5.2 平方米", False),
        ({"left": "0.395", "right": "0.4", "field": "part.public.share"}, "差 0.5 个百分点", True),
        ({"left": "0.00", "right": "0", "field": "group.holder.excess_m2"}, "", False),
    ],
)
def test_numbers_say_by_how_much_in_their_unit(test: dict[str, str], said: str, near: bool) -> None:
    settings = {"borderline": {"m2": 5, "share": 0.01}}
    exact = {"left_to": test["left"], "right_to": test["right"]}
    row = {**test, **exact, "op": "<=", "kind": "number", "answer": False}
    margin = margins.of_test(row, settings)
    assert margin_said(margin) == said
    assert bool(margin and margin["near"]) is near


def test_a_mark_just_below_its_threshold_says_what_is_short() -> None:
    farmland = {"draw": "F", "offset": [-9.92, 0]}
    patch = judged(changed(basic_farmland=farmland))
    mark = next(each for each in explain(patch)["marks"] if each["code"] == "basic_farm")
    assert (mark["answer"], mark["area_m2"]) == (False, "0.80")
    assert mark["margin"] == {"unit": "m2", "at_least_m2": "1", "off": "-0.2", "near": True}
    assert (
        "占用永久基本农田：不涉及（占 0.80 平方米，起算 1 平方米，差 0.2 平方米）【临界】"
        in text_of(patch)
    )


def test_the_label_shows_its_arithmetic_and_what_the_borderline_would_change() -> None:
    supply = {"draw": "SSSS", "offset": [-4.8, 0], "S": {"contract_on": DAY(2023, 1, 1)}}
    patch = judged(changed(supply=supply, approval={"draw": ""}))
    label = explain(patch)["label"]
    sums = label["arithmetic"]
    assert {row["class"]: (row["area_m2"], row["reaches"]) for row in sums["classes"]} == {
        "illegal": ("48.00", False),
        "legal": ("352.00", True),
    }
    assert (sums["chosen"], sums["if_less"], sums["if_more"]) == ("legal", "illegal", "legal")
    assert label["borderline"] is True
    text = text_of(patch)
    assert "违法 48.00 平方米（12%），未达到起算（50 平方米 或 图斑的 50%）" in text
    assert "临界：起算放低 5 平方米 或 图斑的 1%，归类就变为“违法”" in text


def test_the_label_in_the_arithmetic_is_the_label() -> None:
    label = explain(judged(LATE))["label"]
    assert label["arithmetic"]["chosen"] == label["class"]


# ---------------------------------------------------------------- what is missing


def test_two_versions_that_differ_are_both_told() -> None:
    eco = [
        {"draw": "EEEE", "valid_from": DAY(2020, 1, 1)},
        {"draw": "E...", "valid_from": DAY(2024, 2, 1)},
    ]
    found = explain(judged(changed(ecological_redline=eco)))
    told = [
        {row["valid_from"]: row["answer"] for row in notion["by_version"]}
        for piece in found["pieces"]
        for notion in piece["notions"]
        if notion["code"] == "eco" and notion["answer"] is None
    ]
    assert told
    assert all(each == {"2020-01-01": True, "2024-02-01": False} for each in told)
    text = "\n".join(lines_of(found))
    assert "2020-01-01 起的版本：是；2024-02-01 起的版本：不能判断" not in text
    assert "2020-01-01 起的版本：是；2024-02-01 起的版本：否" in text


def test_a_missing_layer_is_named_as_what_is_missing() -> None:
    text = text_of(judged(changed(supply="missing")))
    assert "数据不足，不能判断是否为“合法(已供地)”" in text
    assert "供地（台账）：无数据" in text


# ---------------------------------------------------------------- then and now


@pytest.fixture
def twice() -> Patch:
    """Judged in 2025, and again when a supply had been recorded in 2026."""
    patch = judged(LATE, at=datetime.datetime(2025, 3, 1, tzinfo=datetime.UTC))
    drawing.draw_version(
        "supply",
        {"draw": "SSSS", "S": {"contract_on": DAY(2023, 1, 1), "recorded_from": drawing.now()}},
        region=patch.region,
        version=patch.region.datasetversion_set.get(layer="supply"),
    )
    run = classify([patch.pk], ruleset="land-enforcement", as_of=AS_OF)
    apply_run(run, at=datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
    return patch


def command(*args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command("explain", *args, stdout=out, **options)
    return out.getvalue()


def test_the_command_explains_what_was_current_on_a_day(twice: Patch) -> None:
    assert "初判：合法(已供地)（合法）" in command(twice.address)
    assert "初判：疑似" in command(twice.address, known_at="2025-06-30")
    assert "初判：疑似" in command(twice.address, known_at="2025-03-01")
    with pytest.raises(CommandError, match="尚未评定"):
        command(twice.address, known_at="2024-12-31")
    with pytest.raises(CommandError, match="应写作 2024-03-31"):
        command(twice.address, known_at="去年")


def test_the_command_explains_a_run_and_prints_json_alone(twice: Patch) -> None:
    first = twice.assessments.order_by("run_id").first()
    found = json.loads(command(twice.address, run=first.run_id, json=True))
    assert (found["format"], found["format_version"]) == ("gisland.explain", 1)
    assert found["run"]["id"] == first.run_id
    assert found["reproduced"] is True
    assert Decimal(found["area_m2"]) == twice.area_m2
    with pytest.raises(CommandError, match="没有评定图斑"):
        command(twice.address, run=first.run_id + 1000)


def test_a_day_means_its_end_and_a_time_without_zone_is_local(settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    assert moment_of("2025-01-01").isoformat() == "2025-01-01T23:59:59.999999+08:00"
    assert moment_of("2025-01-01T08:00").isoformat() == "2025-01-01T08:00:00+08:00"
    with pytest.raises(InputRefused):
        moment_of("2025-13-01")


def test_the_command_says_the_rules_in_sentences(twice: Patch) -> None:
    text = command(twice.address, known_at="2025-06-30")
    assert "依据：《土地管理法》" in text
    assert "approved_on" not in text
    assert "用地批准 示地〔2024〕7号：绘图县0，台账" in text
    assert "重算一致" in text


def test_group_sums_name_the_patches_and_zones_that_made_them() -> None:
    line = {**LATE["approval"]["A"], "approved_on": DAY(2023, 1, 1)}
    approval = {**LATE["approval"], "A": line}
    patch = judged(changed(patch={**LATE["patch"], "holder": "甲公司"}, approval=approval))
    group = explain(patch)["groups"]["holder"]
    assert group["sums"]["used_m2"] == pytest.approx(400)
    assert group["sums"]["entitled_m2"] == pytest.approx(200)
    assert [row["name"] for row in group["patches"]] == [patch.address]
    (zone,) = group["zones"]
    assert (zone["name"], zone["role"], zone["area_m2"]) == (
        "示地〔2024〕7号",
        "entitled",
        "200.00",
    )
    text = text_of(patch)
    assert "同一用地单位超出有权使用的面积：200" in text
    assert "  有权使用 示地〔2024〕7号（绘图县0）200.00 平方米" in text
