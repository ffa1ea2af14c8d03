"""The same ground issued again: which patch is what to which, and nothing along borders."""

from __future__ import annotations

import datetime
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from spatial import sqlfiles
from spatial.engine.genealogy import link_patches, patches_to_link
from spatial.models import Batch, Patch, PatchLink
from tests import drawing

pytestmark = pytest.mark.django_db
DAY = datetime.date
CLAIM = "checks/patch_links_agree_with_ground"


def batch(code: str, issued_on: datetime.date | None, ruleset: str = "land-enforcement") -> Batch:
    return Batch.objects.create(code=code, source="部", issued_on=issued_on, ruleset=ruleset)


@pytest.fixture
def first(db: None) -> Batch:
    return batch("q1", DAY(2024, 4, 1))


@pytest.fixture
def second(db: None) -> Batch:
    return batch("q2", DAY(2024, 7, 1))


@pytest.fixture
def third(db: None) -> Batch:
    return batch("q3", DAY(2024, 10, 1))


def patch(drawn: str, issued: Batch, jcbh: str, **told: object) -> Patch:
    """Ten metres a cell."""
    return drawing.draw_patch({"draw": drawn, "jcbh": jcbh, **told}, batch=issued)


def links() -> dict[tuple[str, str], str]:
    """Later and earlier number to kind."""
    return {
        (link.patch.jcbh, link.earlier.jcbh): link.kind
        for link in PatchLink.objects.select_related("patch", "earlier")
    }


def link_all() -> dict[tuple[str, str], str]:
    link_patches(patches_to_link())
    assert sqlfiles.rows(CLAIM) == []
    return links()


def test_the_same_ground_in_a_later_batch_is_the_same(first: Batch, second: Batch) -> None:
    patch("PPPP", second, "later")
    patch("PPPP", first, "earlier")
    assert link_all() == {("later", "earlier"): "same"}
    link = PatchLink.objects.get()
    assert link.overlap_m2 == pytest.approx(Decimal(400), abs=Decimal("0.3"))
    assert (link.share_of_patch, link.share_of_earlier) == pytest.approx((1, 1), abs=1e-6)


def test_more_than_half_in_common_is_the_same_and_less_is_overlap(
    first: Batch, second: Batch
) -> None:
    patch("PPPP....", first, "a")
    patch(".PPPP...", second, "three of five cells")
    assert link_all() == {("three of five cells", "a"): "same"}
    Patch.objects.filter(jcbh="three of five cells").delete()
    patch("..PPPP..", second, "two of six cells")
    assert link_all() == {("two of six cells", "a"): "overlap"}
    link = PatchLink.objects.get()
    assert (link.share_of_patch, link.share_of_earlier) == pytest.approx((0.5, 0.5), abs=1e-3)


def test_parts_of_one_earlier_patch_are_split_off_even_the_larger(
    first: Batch, second: Batch
) -> None:
    patch("PPPPPPPP", first, "whole")
    patch("PPPPP...", second, "left")
    patch(".....PPP", second, "right")
    assert link_all() == {("left", "whole"): "split", ("right", "whole"): "split"}


def test_a_second_part_that_comes_later_makes_a_split_of_the_first(
    first: Batch, second: Batch, third: Batch
) -> None:
    patch("PPPPPPPP", first, "whole")
    patch("PPPPP...", second, "left")
    assert link_all() == {("left", "whole"): "same"}
    right = patch(".....PPP", third, "right")
    link_patches([right.pk])
    assert links() == {("left", "whole"): "split", ("right", "whole"): "split"}


def test_issued_three_times_is_no_split(first: Batch, second: Batch, third: Batch) -> None:
    for issued, name in ((first, "1"), (second, "2"), (third, "3")):
        patch("PPPP", issued, name)
    assert link_all() == {("2", "1"): "same", ("3", "1"): "same", ("3", "2"): "same"}


def test_two_earlier_patches_within_a_later_one_are_merged(first: Batch, second: Batch) -> None:
    patch("PPP.....", first, "left")
    patch("...PPPPP", first, "right")
    patch("PPPPPPPP", second, "both")
    assert link_all() == {("both", "left"): "merged", ("both", "right"): "merged"}


def test_a_part_alone_is_split_off_and_a_whole_around_it_takes_it_in(
    first: Batch, second: Batch, third: Batch
) -> None:
    patch("PPPPPPPPPP", first, "ten")
    patch("PP........", second, "two")
    patch("PPPPPPPPPP\nPPPPPPPPPP", third, "twenty", offset=(0, 0))
    assert link_all() == {
        ("two", "ten"): "split",
        ("twenty", "two"): "merged",
        ("twenty", "ten"): "merged",
    }


def test_neighbours_and_a_border_drawn_twice_are_no_links(first: Batch, second: Batch) -> None:
    patch("PPPP....", first, "west")
    patch("....PPPP", second, "east, edge to edge")
    tall = "PPPP....\n" * 10
    patch(tall, first, "tall", offset=(0, 100))
    patch("....PPPP\n" * 10, second, "half a metre over the line", offset=(-0.5, 100))
    assert link_all() == {}


def test_a_narrow_strip_issued_again_is_a_link_though_it_is_thin(
    first: Batch, second: Batch
) -> None:
    for issued, name in ((first, "1"), (second, "2")):
        drawing.draw_patch({"draw": "PPPPPPPP", "jcbh": name}, m=0.5, batch=issued)
    assert link_all() == {("2", "1"): "same"}


def test_a_square_metre_in_common_is_none_and_a_little_more_is_one(
    first: Batch, second: Batch
) -> None:
    big = "PPPP\nPPPP"
    patch(big, first, "a")
    other = drawing.draw_patch(
        {"draw": "P", "jcbh": "corner", "offset": (39.0, 19.1)}, m=10, batch=second
    )
    assert link_all() == {}
    Patch.objects.filter(pk=other.pk).delete()
    drawing.draw_patch({"draw": "P", "jcbh": "corner", "offset": (37.0, 18.0)}, m=10, batch=second)
    assert link_all() == {("corner", "a"): "overlap"}


def test_the_order_is_by_issue_then_image_then_number(first: Batch) -> None:
    undated = batch("undated", None)
    patch("PPPP", undated, "imaged before the issue", after_on=DAY(2024, 3, 1))
    patch("PPPP", first, "issued")
    patch("PPPP", first, "issued, drawn after")
    assert set(link_all()) == {
        ("issued", "imaged before the issue"),
        ("issued, drawn after", "imaged before the issue"),
        ("issued, drawn after", "issued"),
    }


def test_other_rulesets_are_other_matters(first: Batch) -> None:
    patch("PPPP", first, "1")
    patch("PPPP", batch("park", DAY(2024, 7, 1), "park-audit"), "2")
    assert link_all() == {}


def test_the_links_can_be_found_anew(first: Batch, second: Batch) -> None:
    patch("PPPP", first, "1")
    patch("PPPP", second, "2")
    link_patches(patches_to_link())
    PatchLink.objects.all().delete()
    patch_ids = patches_to_link("q2")
    dry = link_patches(patch_ids, dry_run=True)
    assert (dry.before, dry.after, dry.changed) == ({}, {"same": 1}, True)
    assert links() == {}
    again = link_patches(patch_ids)
    assert again.after == {"same": 1}
    assert not link_patches(patch_ids).changed
    assert links() == {("2", "1"): "same"}


def test_the_claim_finds_links_that_lie_and_links_that_lack(first: Batch, second: Batch) -> None:
    patch("PPPP", first, "1")
    patch("PPPP", second, "2")
    assert len(sqlfiles.rows(CLAIM)) == 1
    link_patches(patches_to_link())
    assert sqlfiles.rows(CLAIM) == []
    PatchLink.objects.update(overlap_m2=1)
    assert len(sqlfiles.rows(CLAIM)) == 1


def test_the_command_says_what_there_is(first: Batch, second: Batch) -> None:
    patch("PPPP", first, "1")
    patch("PPPP", second, "2")
    out = StringIO()
    call_command("link_patches", "--dry-run", stdout=out)
    assert "同一地块重复下发：0 → 1" in out.getvalue()
    assert "未写入" in out.getvalue()
    assert not PatchLink.objects.exists()
    call_command("link_patches", "--json", stdout=(out := StringIO()))
    assert '"same": 1' in out.getvalue()
    assert PatchLink.objects.count() == 1
    with pytest.raises(CommandError, match="没有批次 nowhere"):
        call_command("link_patches", "--batch", "nowhere")
