"""The law as drawn cases: every tests/cases/*.toml, one test a case.

``expect`` names all areas (``m2``: conclusion code to whole m2; ``unknown:CODE`` where data for
that rule are missing), and any of: ``marks`` (m2, 0 for no, "no data"), ``label``,
``borderline``, ``gaps`` (layers), ``ignored`` (slivers: [how many, m2]), ``subject_unknown``
(用地单位未知), ``subject``, ``group``. ``patches`` are further patches of the batch, each with an
``expect`` of its own where one is given. A case that the engine contradicts says so in
``contradicts`` and must fail until it is put right.
"""

from __future__ import annotations

import datetime
import tomllib
from pathlib import Path
from typing import Any

import pytest

from spatial.engine.classify import classify
from spatial.models import Assessment, Batch, RulesetVersion
from spatial.rules.load import load_ruleset
from tests import drawing

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['title']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
]
NOT_LAYERS = {"title", "ruleset", "m", "patch", "patches", "expect", "run", "batch", "contradicts"}
AS_OF = datetime.date(2026, 1, 1)


@pytest.fixture(scope="module")
def rulesets(django_db_setup: None, django_db_blocker: Any) -> Any:
    """Every ruleset that a case names, stored once; taken away afterwards."""
    names = sorted({param.values[0]["ruleset"] for param in CASES})
    with django_db_blocker.unblock():
        known = set(RulesetVersion.objects.values_list("pk", flat=True))
        stored = {name: load_ruleset(name) for name in names}
    yield stored
    with django_db_blocker.unblock():
        RulesetVersion.objects.exclude(pk__in=known).delete()


def layers_read(ruleset: RulesetVersion) -> set[str]:
    """Layers that a ruleset's notions, subjects and groups read."""
    read = set(ruleset.notions.exclude(layer=None).values_list("layer_id", flat=True))
    read |= {item.split(".")[0] for item in ruleset.settings["subject"]} - {"patch"}
    for group in ruleset.settings["groups"].values():
        read |= set(group["used"].get("layers", []))
    return read


def judge_case(case: dict[str, Any], ruleset: RulesetVersion) -> list[Assessment]:
    """Draw the case and run the whole engine on it: the patch's assessment, then the others'."""
    m = case.get("m", 10)
    told = {key: value for key, value in case.items() if key not in NOT_LAYERS}
    for layer in sorted(layers_read(ruleset) | set(told)):
        drawing.draw_layer(layer, told.get(layer), m=m)
    batch = Batch.objects.create(
        code="case", source="部", ruleset=ruleset.name, **case.get("batch", {})
    )
    drawn = [
        drawing.draw_patch(
            {key: value for key, value in patch.items() if key != "expect"}, m=m, batch=batch
        )
        for patch in (case["patch"], *case.get("patches", []))
    ]
    as_of = case.get("run", {}).get("as_of", AS_OF)
    run = classify([patch.pk for patch in drawn], ruleset=ruleset, as_of=as_of)
    return [run.assessments.get(patch=patch) for patch in drawn]


def areas_of(found: Assessment) -> dict[str, int]:
    """Whole m2 by conclusion code, unknown ones marked as such."""
    return {
        f"unknown:{row.code}" if row.conclusion_class == "unknown" else row.code: round(row.area_m2)
        for row in found.conclusions.all()
    }


def compare(found: Assessment, expect: dict[str, Any]) -> None:
    """What was found against what a case expects."""
    assert sum(piece.area_m2 for piece in found.pieces.all()) == found.area_m2
    seen: dict[str, Any] = {
        "m2": areas_of(found),
        "label": found.label_class,
        "borderline": found.borderline,
        "gaps": sorted({gap["layer"] for gap in found.gaps}),
        "ignored": [found.ignored_count, round(float(found.ignored_m2), 1)],
        "subject": found.subject.name if found.subject else "",
        "subject_unknown": any(piece.reason.get("subject_unknown") for piece in found.pieces.all()),
        "group": {
            key.removeprefix("group."): round(value)
            for key, value in found.facts.items()
            if key.startswith("group.")
        },
        "marks": {
            mark.code: {True: round(mark.area_m2), False: 0, None: "no data"}[mark.answer]
            for mark in found.marks.all()
        },
    }
    wanted = {key: sorted(value) if key == "gaps" else value for key, value in expect.items()}
    shown = {
        key: {name: seen[key].get(name) for name in wanted[key]}
        if key in ("marks", "group")
        else seen[key]
        for key in wanted
    }
    assert shown == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("case", CASES)
def test_case(
    case: dict[str, Any],
    rulesets: dict[str, RulesetVersion],
    request: pytest.FixtureRequest,
) -> None:
    """The areas, marks and label that the case expects, and no others."""
    if "contradicts" in case:
        request.applymarker(pytest.mark.xfail(strict=True, reason=case["contradicts"]))
    first, *others = judge_case(case, rulesets[case["ruleset"]])
    compare(first, case["expect"])
    for told, found in zip(case.get("patches", []), others, strict=True):
        compare(found, told.get("expect", {}))
