"""The invented prefecture, brought in by the importers and judged, says what it was made to say."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from imports.demo import Manifest, make_files
from imports.demo.bring import bring_data, bring_layer, make_accounts
from imports.demo.claims import CLASS, MARKS
from imports.demo.tell import bring_facts, judge_corrected
from spatial.engine.checks import broken_claims
from spatial.engine.classify import apply_run, classify
from spatial.engine.holders import holder_report
from spatial.engine.known import assessments_known_at
from spatial.engine.ratios import RatioQuery, ratios, total
from spatial.engine.selection import patches_of
from spatial.engine.touched import touched_patches
from spatial.models import (
    Assessment,
    AssessmentMark,
    Determination,
    Exclusion,
    FieldResult,
    Holder,
    OfficialFigure,
    Patch,
    PatchLink,
    Rectification,
    Region,
    Run,
)
from spatial.rules.load import load_ruleset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.demo import Intent

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TOLERANCE_M2 = 0.1
AS_OF = datetime.date(2026, 1, 1)
WITHOUT_SUPPLY = "990103"


@pytest.fixture(scope="module")
def demo(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Manifest]:
    """A small prefecture in the test database, judged and applied; rolled back at the end."""
    manifest = make_files(tmp_path_factory.mktemp("demo"), size=1500, images=False)
    with django_db_blocker.unblock(), transaction.atomic():
        assert transaction.get_connection().settings_dict["NAME"].startswith("test_")
        bring_data(manifest, lambda _: None)
        make_accounts()
        bring_facts(manifest, before_judging=True)
        ids, ruleset = patches_of()
        apply_run(classify(ids, ruleset=ruleset, as_of=AS_OF))
        corrected = bring_facts(manifest, before_judging=False)
        judge_corrected(corrected, ruleset=ruleset, as_of=AS_OF)
        yield manifest
        transaction.set_rollback(True)


def said(intent: Intent) -> tuple[dict[str, float], bool]:
    """Areas by conclusion of a patch's current assessment (unknown as one), and any gap."""
    found = Patch.objects.by_address(intent.address).assessments.get(is_current=True)
    areas: dict[str, float] = defaultdict(float)
    for row in found.conclusions.all():
        code = "unknown" if row.conclusion_class == "unknown" else row.code
        areas[code] += float(row.area_m2)
    return dict(areas), bool(found.gaps)


def test_every_patch_says_what_it_was_made_to_say(demo: Manifest) -> None:
    """Slivers join their neighbour, and what lies beyond the prefecture is unknown."""
    strange = {}
    for intent in demo.patches:
        wanted, (found, gaps) = intent.areas, said(intent)
        apart = sum(
            abs(wanted.get(code, 0) - found.get(code, 0)) for code in wanted.keys() | found.keys()
        )
        small = (
            intent.situation == "shifted"
            or intent.region == WITHOUT_SUPPLY
            or (gaps and intent.situation != "partial")
        )
        if apart > TOLERANCE_M2 and not small:
            strange[intent.address] = (intent.situation, wanted, found)
    assert not strange


def test_a_county_without_a_supply_ledger_is_neither_accused_nor_cleared_by_it(
    demo: Manifest,
) -> None:
    """西岭县 has delivered no supply records: what they would decide is unknown."""
    for intent in demo.patches:
        if intent.region == WITHOUT_SUPPLY and not intent.crosses:
            areas, gaps = said(intent)
            assert gaps
            assert set(areas) <= {"unknown", "unchanged"}


def test_ratios_are_ratios_of_sums_and_uneven_by_county(demo: Manifest) -> None:
    counties = tuple(Region.objects.filter(level="county").values_list("pk", flat=True))
    query = RatioQuery(county_ids=counties)
    rows = {row.code: row for row in ratios(query)}
    everything = total(query)
    assert everything.illegal_cultivated_m2 == sum(r.illegal_cultivated_m2 for r in rows.values())
    assert everything.new_cultivated_m2 == sum(r.new_cultivated_m2 for r in rows.values())
    assert everything.patch_count == len(demo.patches)
    assert rows["990103"].ratio is None
    known = [row.ratio for row in rows.values() if row.ratio is not None]
    assert max(known) - min(known) > 0.05


def test_every_claim_holds_on_the_demo(demo: Manifest) -> None:
    assert {claim.name: claim.rows for claim in broken_claims() if claim.rows} == {}


def current() -> Any:
    return Assessment.objects.filter(is_current=True)


def of_situation(demo: Manifest, situation: str) -> list[Patch]:
    found = [i.address for i in demo.patches if i.situation == situation]
    return [Patch.objects.by_address(address) for address in found]


def conclusions(patch: Patch) -> set[str]:
    return set(current().get(patch=patch).conclusions.values_list("code", flat=True))


def test_every_conclusion_of_the_ruleset_is_met(demo: Manifest) -> None:
    """A rule that the demo doesn't show yet fails here: give it a recipe (imports/demo)."""
    met = current().filter(conclusions__area_m2__gte=1)
    assert set(met.values_list("conclusions__code", flat=True).distinct()) >= set(CLASS)
    assert met.filter(conclusions__conclusion_class="unknown").exists()


@pytest.mark.parametrize("answer", [True, False, None])
def test_every_mark_of_the_ruleset_is_met(demo: Manifest, answer: bool | None) -> None:
    """Each is said of some patch, and denied of another; some can't be told for want of data."""
    found = AssessmentMark.objects.filter(assessment__is_current=True, answer=answer)
    codes = set(found.values_list("code", flat=True).distinct())
    if answer is None:
        assert {"cultivated", "off_plan", "facility_bf"} <= codes
    else:
        assert codes == set(MARKS)


def test_explain_works_on_a_patch_of_each_conclusion(demo: Manifest, capsys: Any) -> None:
    shown: dict[str, str] = {}
    for intent in demo.patches:
        for code in intent.intended:
            shown.setdefault(code, intent.address)
    assert shown.keys() >= CLASS.keys()
    for code, address in shown.items():
        call_command("explain", address)
        assert "重算一致" in capsys.readouterr().out, code


def test_a_month_is_not_a_day(demo: Manifest) -> None:
    """Approved in the middle of the month of its image: before or after, nobody knows."""
    (patch,) = of_situation(demo, "partial")
    found = current().get(patch=patch)
    assert found.facts["patch.after_on"] == {"from": "2024-05-01", "to": "2024-05-31"}
    assert {row.conclusion_class for row in found.conclusions.all()} == {"unknown"}


def test_ground_issued_again_split_and_merged_is_linked(demo: Manifest) -> None:
    again = of_situation(demo, "issued_again")
    kinds = {link.kind for link in PatchLink.objects.filter(patch__in=again)}
    assert kinds == {"same"}
    for situation, kind in (("parted", "split"), ("joined", "merged")):
        patches = of_situation(demo, situation)
        links = PatchLink.objects.filter(patch__in=patches)
        assert [link.kind for link in links] == [kind, kind]
        assert {link.patch.batch.code for link in links} == {"BU2025Q1"}


def test_too_much_is_used_only_from_the_patch_on_that_crosses_the_sum(demo: Manifest) -> None:
    early, late = of_situation(demo, "two_periods")
    assert early.batch.period < late.batch.period
    assert conclusions(early) == {"outside"}
    assert conclusions(late) == {"over_use"}
    assert float(current().get(patch=late).facts["group.holder.excess_m2"]) == pytest.approx(
        1200 + 1680 - 2400, abs=0.1
    )


def test_unused_ground_beside_use_outside_is_reported(demo: Manifest) -> None:
    (patch,) = of_situation(demo, "displaced")
    counties = list(Region.objects.filter(level="county").values_list("pk", flat=True))
    assert patch.holder_id is not None
    (row,) = holder_report("land-enforcement", county_ids=counties, holder_ids=[patch.holder_id])
    assert len(row["displaced"]) == 1


def test_two_spellings_are_one_holder(demo: Manifest) -> None:
    (patch,) = of_situation(demo, "named_loosely")
    assert conclusions(patch) >= {"unsupplied", "over_use"}
    assert Holder.objects.filter(name_key=patch.holder.name_key).count() == 1


def test_facts_are_recorded_and_the_correction_was_judged(demo: Manifest) -> None:
    told = Determination.objects.all()
    assert told.filter(kind="confirm").exists()
    assert told.filter(kind="change", part=None).exists()
    assert told.filter(kind="change").exclude(part=None).exists()
    mended = Rectification.objects.all()
    assert mended.filter(kind="reclaimed").exclude(part=None).exists()
    assert mended.filter(kind="regularised").exists()
    assert Exclusion.objects.get().reason_code == "key_project"
    assert FieldResult.objects.count() >= 10
    assert OfficialFigure.objects.get().region.code == "990104"
    (corrected,) = of_situation(demo, "tiny")
    assert current().get(patch=corrected).subject_from == "correction"
    first, second = Run.objects.order_by("applied_at")
    assert first.applied_at is not None
    then = assessments_known_at(first.applied_at).get(patch=corrected)
    assert then.subject is None
    assert then.run == first != second


def test_decisions_and_what_was_put_right_move_the_ratio(demo: Manifest) -> None:
    counties = tuple(Region.objects.filter(level="county").values_list("pk", flat=True))
    proposed = total(RatioQuery(county_ids=counties, period="2024Q1"))
    decided = total(RatioQuery(county_ids=counties, period="2024Q1", basis="decided"))
    assert decided.illegal_cultivated_m2 < proposed.illegal_cultivated_m2


@pytest.fixture
def later(demo: Manifest) -> Iterator[Manifest]:
    """The demo, where a test may bring in what arrives later; taken back after it."""
    with transaction.atomic():
        yield demo
        transaction.set_rollback(True)


def test_a_late_approval_touches_one_patch_and_changes_it(later: Manifest) -> None:
    """Within it 未供即用; beside it 少征多用, for 24 × 36 m were granted and 36 × 32 m are used."""
    (patch,) = of_situation(later, "late_paper")
    assert conclusions(patch) == {"unfiled"}
    run = judged_after(later, "approval")
    (found,) = run.assessments.all()
    assert found.patch == patch
    areas = {row.code: float(row.area_m2) for row in found.conclusions.all()}
    assert areas == pytest.approx({"unsupplied": 22 * 32, "over_use": 14 * 32}, abs=0.1)
    assert found.facts["group.holder.excess_m2"] == pytest.approx(36 * 32 - 24 * 36, abs=0.1)


def test_new_farmland_changes_patches_seen_after_it_counts(later: Manifest) -> None:
    """A field road is no longer on permanent basic farmland; across its date nobody knows."""
    (road,) = of_situation(later, "plan_road")
    (straddles,) = of_situation(later, "plan_straddles")
    (added,) = of_situation(later, "plan_added")
    assert "rural_road_bf" in conclusions(road)
    run = judged_after(later, "basic_farmland")
    found = {each.patch: each for each in run.assessments.all()}
    assert {patch.batch.code for patch in found} == {"BU2025Q1"}
    codes = set(found[road].conclusions.values_list("code", flat=True))
    assert "rural_road" in codes
    assert "rural_road_bf" not in codes
    assert found[straddles].marks.get(code="basic_farm").answer is None
    assert found[added].marks.get(code="basic_farm").answer is True


def judged_after(demo: Manifest, layer: str) -> Run:
    """The run over what the later delivery of a layer touches."""
    (entry,) = (entry for entry in demo.change if entry.layer == layer)
    bring_layer(demo, entry)
    ruleset, (ids, _) = load_ruleset("land-enforcement"), patches_of()
    touched = touched_patches(ruleset, ids, as_of=AS_OF, until=timezone.now())
    return classify(touched.patch_ids, ruleset=ruleset, as_of=AS_OF)
