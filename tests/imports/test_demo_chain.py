"""The invented prefecture, brought in by the importers and judged, says what it was made to say."""

from __future__ import annotations

import datetime
from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import transaction

from imports.demo import Manifest, make_files
from imports.demo.bring import bring_data, bring_facts, make_accounts
from spatial.engine.checks import broken_claims
from spatial.engine.classify import apply_run, classify
from spatial.engine.ratios import RatioQuery, ratios, total
from spatial.engine.selection import patches_of
from spatial.models import Patch, Region

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imports.demo import Intent

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NOT_YET = {"rural_road": "unfiled"}
"""Conclusions that a later version of the ruleset knows, and what is said until then."""
TOLERANCE_M2 = 0.1


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
        apply_run(classify(ids, ruleset=ruleset, as_of=datetime.date(2026, 1, 1)))
        bring_facts(manifest, before_judging=False)
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


def meant(intent: Intent) -> dict[str, float]:
    areas: dict[str, float] = defaultdict(float)
    for code, m2 in intent.areas.items():
        areas[NOT_YET.get(code, code)] += m2
    return dict(areas)


def test_every_patch_says_what_it_was_made_to_say(demo: Manifest) -> None:
    """Slivers join their neighbour, and what lies beyond the prefecture is unknown."""
    strange = {}
    for intent in demo.patches:
        wanted, (found, gaps) = meant(intent), said(intent)
        apart = sum(
            abs(wanted.get(code, 0) - found.get(code, 0)) for code in wanted.keys() | found.keys()
        )
        small = intent.situation == "shifted" or intent.region == "990103" or gaps
        if apart > TOLERANCE_M2 and not small:
            strange[intent.address] = (intent.situation, wanted, found)
    assert not strange


def test_a_county_without_a_supply_ledger_is_neither_accused_nor_cleared_by_it(
    demo: Manifest,
) -> None:
    """西岭县 has delivered no supply records: what they would decide is unknown."""
    for intent in demo.patches:
        if intent.region == "990103" and not intent.crosses:
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


def test_explain_reproduces_what_was_stored(demo: Manifest, capsys: Any) -> None:
    call_command("explain", demo.patches[0].address)
    assert "重算一致" in capsys.readouterr().out
