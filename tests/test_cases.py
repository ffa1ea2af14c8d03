"""The law as drawn cases: every tests/cases/*.toml, one test a case.

``ruleset`` is one of the house's (spatial/rules) or of tests/fixtures/rules. ``expect`` names all
areas (``m2``: conclusion code to whole m2; ``unknown:CODE`` where data for that rule are
missing), and any of: ``marks`` (m2, 0 for no, "no data"; of a mark that measures nothing "yes",
0, "no data"), ``label``, ``borderline``, ``gaps`` (layers), ``ignored`` (slivers: [how many,
m2]), ``subject``, ``subject_unknown`` (用地单位未知), ``group``. ``patches`` are further patches
of the batch, each with an ``expect`` of its own where one is given. Where the ruleset's ground is
a layer, the zones of that layer become the patches, and ``expect`` has an entry for each letter
("no patch" for one that does not pass). A case that the engine contradicts says so in
``contradicts`` and must fail until it is put right.

All cases are drawn at once, each in a county of its own, and judged by one run a ruleset and day.
"""

from __future__ import annotations

import datetime
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.db import transaction

from spatial.engine.classify import classify
from spatial.engine.make_patches import make_patches
from spatial.models import Assessment, Batch, Patch, RulesetVersion
from spatial.rules.load import load_ruleset, load_text
from tests import drawing

if TYPE_CHECKING:
    from collections.abc import Collection

HERE = Path(__file__).parent
CASES = {
    f"{path.stem}: {case['title']}": case
    for path in sorted((HERE / "cases").glob("*.toml"))
    for case in tomllib.loads(path.read_text(encoding="utf-8"))["case"]
}
NOT_LAYERS = {"title", "ruleset", "m", "patch", "patches", "expect", "run", "batch", "contradicts"}
AS_OF = datetime.date(2026, 1, 1)
NO_PATCH = "no patch"
TOGETHER = 60
"""Cases that are drawn and judged at once: each is a county, and every county is pinned."""
Seen = dict[str, Any]
Drawn = dict[str, Patch]
"""The patches of a case: of a drawn patch by its place, of a layer's zone by its letter."""


@pytest.fixture(scope="module")
def judged(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any
) -> dict[str, list[Seen]]:
    """What the engine found in every case that was asked for; nothing stays in the database."""
    asked = {item.callspec.params["name"] for item in request.session.items if _is_case(item)}
    wanted = [(name, case) for name, case in CASES.items() if name in asked]
    found: dict[str, list[Seen]] = {}
    for start in range(0, len(wanted), TOGETHER):
        found |= judge_aside(dict(wanted[start : start + TOGETHER]), django_db_blocker)
    return found


def _is_case(item: pytest.Item) -> bool:
    return getattr(item, "function", None) is test_case


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
    rulesets = {name: ruleset_of(name) for name in {case["ruleset"] for case in cases.values()}}
    runs: dict[tuple[RulesetVersion, datetime.date], dict[str, Drawn]] = defaultdict(dict)
    with drawing.gathered():
        drawn = {
            name: draw_case(case, rulesets[case["ruleset"]], number)
            for number, (name, case) in enumerate(cases.items(), start=1)
        }
    for number, (name, case) in enumerate(cases.items(), start=1):
        as_of = case.get("run", {}).get("as_of", AS_OF)
        ruleset = rulesets[case["ruleset"]]
        patches = drawn[name] if "patch" in case else made_of_zones(ruleset, number, as_of)
        runs[ruleset, as_of][name] = keyed(patches)
    found = {}
    for (ruleset, as_of), judging in runs.items():
        ids = [patch.pk for patches in judging.values() for patch in patches.values()]
        run = classify(ids, ruleset=ruleset, as_of=as_of)
        rows = run.assessments.select_related("subject")
        rows = rows.prefetch_related("pieces", "conclusions", "marks")
        marks = ruleset.rules.filter(action="mark", part__isnull=True)
        plain = set(marks.values_list("code", flat=True))
        seen = {row.patch_id: what_was_found(row, plain) for row in rows}
        for name, patches in judging.items():
            found[name] = [
                seen[patches[key].pk] if key in patches else {NO_PATCH: True}
                for key in expected(cases[name])
            ]
    return found


def ruleset_of(name: str) -> RulesetVersion:
    """A ruleset of the house, or of the tests."""
    path = HERE / "fixtures" / "rules" / f"{name}.toml"
    return load_text(path.read_text("utf-8"), path.name) if path.exists() else load_ruleset(name)


def expected(case: dict[str, Any]) -> dict[str, Any]:
    """What a case expects of each patch: by its place, or by the letter of its zone."""
    if "patch" not in case:
        return dict(case["expect"])
    patches = [case, *case.get("patches", [])]
    return {str(place): patch.get("expect", {}) for place, patch in enumerate(patches)}


_READ: dict[tuple[str, str], set[str]] = {}
"""By a ruleset's text: where numbers begin anew (an emptied database), another has its number."""


def layers_read(ruleset: RulesetVersion) -> set[str]:
    """Layers that a ruleset's notions, needs, subjects and groups read."""
    key = (ruleset.name, ruleset.sha256)
    if key not in _READ:
        _READ[key] = _layers_read(ruleset)
    return _READ[key]


def _layers_read(ruleset: RulesetVersion) -> set[str]:
    read = set(ruleset.notions.exclude(layer=None).values_list("layer_id", flat=True))
    named = [*ruleset.settings["needs"], *ruleset.settings["subject"]]
    read |= {item.split(".")[0] for item in named} - {"patch", "batch"}
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
    batch = drawing.keep(
        Batch(code=f"case-{number}", source="部", ruleset=ruleset.name, **case.get("batch", {}))
    )
    patches = [case["patch"], *case.get("patches", [])] if "patch" in case else []
    return [
        drawing.draw_patch(
            {key: value for key, value in patch.items() if key != "expect"},
            m=m, batch=batch, region=region,
        )
        for patch in patches
    ]  # fmt: skip


def made_of_zones(ruleset: RulesetVersion, number: int, as_of: datetime.date) -> list[Patch]:
    """The patches of a case whose ground is a layer, as the command makes them."""
    batch, county = f"case-{number}", str(990101 + number)
    layer = ruleset.settings["ground"]["layer"]
    make_patches(layer, batch=batch, ruleset=ruleset, region_code=county, as_of=as_of)
    return list(Patch.objects.filter(batch__code=batch).select_related("zone").order_by("pk"))


def keyed(patches: list[Patch]) -> Drawn:
    """Patches by what a case calls them: the letter of their zone, or their place."""
    return {
        patch.zone.source_id.partition("-")[0] if patch.zone else str(place): patch
        for place, patch in enumerate(patches)
    }


def what_was_found(found: Assessment, plain_marks: Collection[str] = ()) -> Seen:
    """Everything about an assessment that a case may expect; plain marks measure nothing."""
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
            mark.code: {
                True: "yes" if mark.code in plain_marks else round(mark.area_m2),
                False: 0,
                None: "no data",
            }[mark.answer]
            for mark in found.marks.all()
        },
        "label": found.label_class,
        "borderline": found.borderline,
        "gaps": sorted({gap["layer"] for gap in found.gaps}),
        "ignored": [found.ignored_count, round(float(found.ignored_m2), 1)],
        "subject": found.subject.name if found.subject else "",
        "subject_unknown": any(piece.reason.get("subject_unknown") for piece in pieces),
        "group": {
            key.removeprefix("group."): _rounded(value)
            for key, value in found.facts.items()
            if key.startswith("group.")
        },
    }


def _rounded(value: Any) -> Any:
    """Whole m2; of a value known within bounds, both (an open end is left out)."""
    if isinstance(value, dict):
        return {end: round(number) for end, number in value.items() if number is not None}
    return round(value)


def _by_class(found: Assessment) -> dict[str, float]:
    areas: dict[str, float] = defaultdict(float)
    for row in found.conclusions.all():
        areas[row.conclusion_class] += float(row.area_m2)
    return dict(areas)


def as_expected(seen: Seen, expect: Seen | str) -> Seen | str:
    """The part of what was seen that a case speaks of."""
    if isinstance(expect, str) or NO_PATCH in seen:
        return NO_PATCH if NO_PATCH in seen else seen
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
    for expect, seen in zip(expected(CASES[name]).values(), judged[name], strict=True):
        assert as_expected(seen, expect) == expect
