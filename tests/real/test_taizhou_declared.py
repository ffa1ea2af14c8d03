"""The same 88 changes where the office says, layer by layer, that it holds nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import shapely

from spatial.models import Assessment
from tests.real import oracle
from tests.real.conftest import declare_empty, needs, told
from tests.real.taizhou import BATCH, BUILT, COUNTY, LAYERS_READ, MERIDIAN, bring_patches, changes

pytestmark = needs("admin-jiangsu", "imagery-taizhou-landsat")

LEDGERS = {"approval", "supply", "temporary", "facility", "lease"}


@pytest.fixture(scope="module")
def patches(database: None, folder: Any) -> None:
    """The patches in their batch; no layer yet."""
    bring_patches(folder)


def judge() -> dict[str, Assessment]:
    """Classify the batch; the current assessments by number."""
    told("classify", "--batch", BATCH, "--workers", "1")
    found = Assessment.objects.filter(is_current=True).select_related("patch")
    return {row.patch.jcbh: row for row in found.prefetch_related("conclusions", "marks")}


def marks(found: Assessment) -> dict[str, bool | None]:
    """Answers by mark."""
    return {mark.code: mark.answer for mark in found.marks.all()}


def county_row(*words: str) -> dict[str, Any]:
    """The county's ratios."""
    (row,) = [row for row in told("ratios", *words) if row["code"] == COUNTY]
    return row


def test_declared_empty_layers_let_the_rules_speak(patches):
    """Buildings without any paper are 未报即用, moved earth is 待核; nothing was cultivated."""
    declare_empty(sorted(LAYERS_READ), COUNTY, "1990-01-01", "2100-01-01")
    source = changes()
    source["m2"] = shapely.area(
        oracle.ground(oracle.degrees_from(source.geometry.to_numpy(), 32651), MERIDIAN)
    )
    judged = judge()
    assert len(judged) == 88
    for row in source.itertuples():
        found = judged[str(row.id)]
        expected = ("unfiled", "illegal") if row.TBLX == BUILT else ("earthwork", "pending")
        (conclusion,) = found.conclusions.all()
        assert (conclusion.code, conclusion.conclusion_class) == expected
        assert oracle.apart(conclusion.area_m2, row.m2) <= 0.01
        assert found.gaps == []
        yes = {"off_plan", "out_of_town"} if row.TBLX == BUILT else {"out_of_town"}
        assert {code for code, answer in marks(found).items() if answer} == yes
        assert None not in marks(found).values()
    built = source[source.TBLX == BUILT].m2.sum()
    row = county_row()
    assert oracle.apart(row["illegal_m2"], built) <= 0.005 * 88
    assert oracle.apart(row["pending_m2"], source.m2.sum() - built) <= 0.005 * 88
    assert row["illegal_m2"] == row["new_m2"]
    assert {Decimal(row[key]) for key in ("illegal_cultivated_m2", "unknown_m2")} == {0}
    assert (row["ratio"], county_row("--denominator", "new_all")["ratio"]) == (None, "0.0000")
    assert not any(told("check_data").values())


@pytest.mark.parametrize("layer", ["approval", "supply", "temporary"])
def test_one_ledger_left_missing_leaves_every_patch_unknown(patches, layer):
    declare_empty(sorted(LAYERS_READ - {layer}), COUNTY, "1990-01-01", "2100-01-01")
    for found in judge().values():
        assert found.label_class == "unknown"
        assert [gap["layer"] for gap in found.gaps] == [layer]
    row = county_row()
    assert row["unknown_m2"] == row["area_m2"]
    assert row["ratio"] is None


def test_a_missing_lease_ledger_concerns_only_what_is_built(patches):
    """以租代征 asks for a built kind: moved earth is 待核 whether or not land was rented."""
    declare_empty(sorted(LAYERS_READ - {"lease"}), COUNTY, "1990-01-01", "2100-01-01")
    for found in judge().values():
        expected = "unknown" if found.patch.kind == BUILT else "pending"
        assert found.label_class == expected


@pytest.mark.parametrize(
    ("start", "until"), [("1990-01-01", "2002-01-01"), ("2001-01-01", "2100-01-01")]
)
def test_a_word_that_does_not_cover_the_window_does_not_count(patches, start, until):
    """Ledgers declared empty for a part of the window leave the rest of it unknown."""
    declare_empty(sorted(LAYERS_READ - LEDGERS), COUNTY, "1990-01-01", "2100-01-01")
    declare_empty(sorted(LEDGERS), COUNTY, start, until)
    assert {found.label_class for found in judge().values()} == {"unknown"}


@pytest.mark.parametrize(
    ("start", "until"), [("1990-01-01", "2002-01-01"), ("2001-01-01", "2100-01-01")]
)
def test_a_snapshot_word_that_lapses_within_the_window_is_no_clearance(patches, start, until):
    """The red line is read for the whole act (version = act): a lapse within it is no data."""
    declare_empty(sorted(LAYERS_READ - {"ecological_redline"}), COUNTY, "1990-01-01", "2100-01-01")
    declare_empty(["ecological_redline"], COUNTY, start, until)
    assert {marks(found)["eco"] for found in judge().values()} == {None}
