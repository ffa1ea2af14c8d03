"""The law as drawn cases: every tests/cases/*.toml, one test a case.

``expect`` names all areas (``m2``: conclusion code to whole m2; ``unknown:CODE`` where data for
that rule are missing), and any of: ``marks`` (m2, 0 for no, "no data"), ``label``,
``borderline``, ``gaps`` (layers), ``ignored`` (slivers: [how many, m2]), ``subject``,
``subject_unknown`` (用地单位未知), ``group``. ``patches`` are further patches of the batch, each
with an ``expect`` of its own where one is given. A case that the engine contradicts says so in
``contradicts`` and must fail until it is put right.

All cases are drawn at once, each in a county of its own, and judged by one run.
"""

from __future__ import annotations

import datetime
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from spatial.engine.classify import classify
from spatial.models import Assessment, Batch, Patch, RulesetVersion
from spatial.rules.load import load_ruleset
from tests import drawing

CASES = {
    f"{path.stem}: {case['title']}": case
    for path in sorted((Path(__file__).parent / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
}
NOT_LAYERS = {"title", "ruleset", "m", "patch", "patches", "expect", "run", "batch", "contradicts"}
AS_OF = datetime.date(2026, 1, 1)
Seen = dict[str, Any]


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> dict[str, list[Seen]]:
    """What the engine found in every case that was asked for; nothing stays in the database."""
    asked = {item.callspec.params["name"] for item in request.session.items if _is_case(item)}
    return judge_aside(
        {name: case for name, case in CASES.items() if name in asked}, django_db_blocker
    )


def _is_case(item: pytest.Item) -> bool:
    return getattr(item, "originalname", "") == "test_case" and item.path == Path(__file__)


def judge_aside(cases: dict[str, dict[str, Any]], blocker: Any) -> dict[str, list[Seen]]:
    """Judge cases in a transaction that is rolled back, before the tests that look at them.

    Those tests need the mark ``django_db`` all the same: without it no test database is made.
    """
    with blocker.unblock(), transaction.atomic():
        assert transaction.get_connection().settings_dict["NAME"].startswith("test_")
        found = judge_cases(cases)
        transaction.set_rollback(True)
    return found


def judge_cases(cases: dict[str, dict[str, Any]]) -> dict[str, list[Seen]]:
    """Draw the cases, judge all of one ruleset and day in one run: what was seen, per patch."""
    rulesets = {name: load_ruleset(name) for name in {case["ruleset"] for case in cases.values()}}
    runs: dict[tuple[RulesetVersion, datetime.date], dict[str, list[Patch]]] = defaultdict(dict)
    with drawing.derived_together():
        for number, (name, case) in enumerate(cases.items(), start=1):
            as_of = case.get("run", {}).get("as_of", AS_OF)
            ruleset = rulesets[case["ruleset"]]
            runs[ruleset, as_of][name] = draw_case(case, ruleset, number)
    found = {}
    for (ruleset, as_of), drawn in runs.items():
        ids = [patch.pk for patches in drawn.values() for patch in patches]
        run = classify(ids, ruleset=ruleset, as_of=as_of)
        rows = run.assessments.select_related("subject")
        rows = rows.prefetch_related("pieces", "conclusions", "marks")
        seen = {row.patch_id: what_was_found(row) for row in rows}
        for name, patches in drawn.items():
            found[name] = [seen[patch.pk] for patch in patches]
    return found


@cache
def layers_read(ruleset: RulesetVersion) -> set[str]:
    """Layers that a ruleset's notions, subjects and groups read."""
    read = set(ruleset.notions.exclude(layer=None).values_list("layer_id", flat=True))
    read |= {item.split(".")[0] for item in ruleset.settings["subject"]} - {"patch"}
    for group in ruleset.settings["groups"].values():
        read |= set(group["used"].get("layers", []))
    return read


def draw_case(case: dict[str, Any], ruleset: RulesetVersion, number: int = 0) -> list[Patch]:
    """The ground of a case, in a county of its own: its patch, then its further ones."""
    region = drawing.county(str(990101 + number), f"绘图县{number}")
    told = {key: value for key, value in case.items() if key not in NOT_LAYERS}
    drawing.draw_empty(sorted(layers_read(ruleset) - set(told)), region)
    m = case.get("m", 10)
    for layer in sorted(told):
        drawing.draw_layer(layer, told[layer], m=m, region=region)
    batch = Batch.objects.create(
        code=f"case-{number}", source="部", ruleset=ruleset.name, **case.get("batch", {})
    )
    return [
        drawing.draw_patch(
            {key: value for key, value in patch.items() if key != "expect"},
            m=m, batch=batch, region=region,
        )
        for patch in (case["patch"], *case.get("patches", []))
    ]  # fmt: skip


def what_was_found(found: Assessment) -> Seen:
    """Everything about an assessment that a case may expect."""
    pieces = found.pieces.all()
    assert sum(piece.area_m2 for piece in pieces) == found.area_m2
    unknown = {"unknown": "unknown:"}
    return {
        "m2": {
            unknown.get(row.conclusion_class, "") + row.code: round(row.area_m2)
            for row in found.conclusions.all()
        },
        "class": _by_class(found),
        "marks": {
            mark.code: {True: round(mark.area_m2), False: 0, None: "no data"}[mark.answer]
            for mark in found.marks.all()
        },
        "label": found.label_class,
        "borderline": found.borderline,
        "gaps": sorted({gap["layer"] for gap in found.gaps}),
        "ignored": [found.ignored_count, round(float(found.ignored_m2), 1)],
        "subject": found.subject.name if found.subject else "",
        "subject_unknown": any(piece.reason.get("subject_unknown") for piece in pieces),
        "group": {
            key.removeprefix("group."): round(value)
            for key, value in found.facts.items()
            if key.startswith("group.")
        },
    }


def _by_class(found: Assessment) -> dict[str, float]:
    areas: dict[str, float] = defaultdict(float)
    for row in found.conclusions.all():
        areas[row.conclusion_class] += float(row.area_m2)
    return dict(areas)


def as_expected(seen: Seen, expect: Seen) -> Seen:
    """The part of what was seen that a case speaks of."""
    return {
        key: {name: seen[key].get(name) for name in wanted}
        if key in ("marks", "group")
        else seen[key]
        for key, wanted in expect.items()
    }


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(
            name,
            id=name,
            marks=[pytest.mark.xfail(raises=AssertionError, reason=case["contradicts"])]
            if "contradicts" in case
            else [],
        )
        for name, case in CASES.items()
    ],
)
def test_case(name: str, judged: dict[str, list[Seen]]) -> None:
    """The areas, marks and label that the case expects, and no others."""
    case = CASES[name]
    for patch, seen in zip([case, *case.get("patches", [])], judged[name], strict=True):
        expect = patch.get("expect", {})
        assert as_expected(seen, expect) == expect
