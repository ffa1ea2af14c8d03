"""The law as drawn cases: every tests/cases/*.toml, one test a case."""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Any

import pytest

from spatial.engine.classify import classify
from spatial.models import Assessment, Batch, Run
from spatial.rules.load import load_ruleset
from tests import drawing

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['title']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]
NOT_LAYERS = {"title", "ruleset", "m", "patch", "patches", "expect", "run", "batch"}


def judge_case(case: dict[str, Any]) -> Assessment:
    """Draw the case, run the whole engine on it, and return what it found."""
    m = case.get("m", 10)
    ruleset = load_ruleset(case["ruleset"])
    told = {key: value for key, value in case.items() if key not in NOT_LAYERS}
    read = set(ruleset.notions.exclude(layer=None).values_list("layer_id", flat=True))
    read |= {item.split(".")[0] for item in ruleset.settings["subject"]} - {"patch"}
    for layer in sorted(read | set(told)):
        drawing.draw_layer(layer, told.get(layer), m=m)
    batch = Batch.objects.create(code="case", source="部", **case.get("batch", {}))
    others = [
        drawing.draw_patch(other, m=m, batch=batch) for other in case.get("patches", [])
    ]
    patch = drawing.draw_patch(case["patch"], m=m, batch=batch)
    as_of = case.get("run", {}).get("as_of", datetime.date(2026, 1, 1))
    run: Run = classify([patch.pk, *(other.pk for other in others)], ruleset=ruleset, as_of=as_of)
    return run.assessments.get(patch=patch)


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any]) -> None:
    """The areas, marks and label that the case expects, and no others."""
    found = judge_case(case)
    expect = case["expect"]
    pieces = found.pieces.all()
    assert sum(piece.area_m2 for piece in pieces) == found.area_m2
    if "m2" in expect:
        areas = {
            row.code if row.conclusion_class != "unknown" else f"unknown:{row.code}": row.area_m2
            for row in found.conclusions.all()
        }
        assert {code: round(float(area)) for code, area in areas.items()} == expect["m2"]
    for code, wanted in expect.get("marks", {}).items():
        mark = found.marks.get(code=code)
        answer = {True: round(float(mark.area_m2)), False: 0, None: "no data"}[mark.answer]
        assert answer == wanted, f"{code}: {answer}"
    if "label" in expect:
        assert found.label_class == expect["label"]
    if "borderline" in expect:
        assert found.borderline is expect["borderline"]
    if "gaps" in expect:
        assert sorted({gap["layer"] for gap in found.gaps}) == sorted(expect["gaps"])
