"""What the desk keeps of each patch is what the facts say, whoever wrote them and however."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from spatial import sqlfiles
from spatial.models import (
    Batch,
    DeskRow,
    Determination,
    Patch,
    Referral,
    Region,
)
from spatial.review import acts, queue
from spatial.review.acts import Act
from spatial.review.filters import Filters
from spatial.review.status import standings
from spatial.review.undo import undo
from tests import ratio_ground as drawn
from tests.people import make_patch, make_regions, person

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 6, 3)
HOME = "990101"
CLAIM = "checks/desk_rows_follow_from_facts"
MARKS = ("on_cultivated", "basic_farm", "out_of_town")


def is_true() -> bool:
    """Whether the rows are what facts say, and say where patches stand as the desk tells it."""
    told = standings(list(Patch.objects.values_list("pk", flat=True)))
    kept = {row.pk: (row.status, row.overtaken) for row in DeskRow.objects.all()}
    said = {pk: (one.status, one.overtaken) for pk, one in told.items()}
    return not sqlfiles.rows(CLAIM) and kept == said


def test_rows_follow_patches_proposals_decisions_and_what_is_taken_back() -> None:
    region = drawn.draw_county("cciijjoo")
    officer = person(region.code, name="officer")
    patches = [drawn.draw_patch(row, region) for row in ("cc......", "..ii....", "....jj..")]
    first, second, third = patches
    assert {row.status for row in DeskRow.objects.all()} == {"unjudged"}
    assert is_true()
    drawn.judge(*patches)
    assert is_true()

    def act(patch: Patch, done: Act) -> acts.Done:
        seen = standings([patch.pk])[patch.pk].seen
        return acts.act_on(officer, patch.pk, done, seen=seen, on=DAY)

    def status(patch: Patch) -> str:
        assert is_true()
        return DeskRow.objects.get(pk=patch.pk).status

    assert status(first) == "open"
    done = act(first, Act("confirm"))
    assert status(first) == "confirmed"
    undo(officer, done.action.pk, on=DAY)
    assert status(first) == "open"
    act(second, Act("change", "lawful", "papers", "批文"))
    assert status(second) == "changed"
    act(second, Act("field_check"))
    assert status(second) == "field_check"
    act(second, Act("reject", "", "imagery"))
    assert status(second) == "rejected"
    act(second, Act("confirm"))
    Determination.objects.create(
        patch=third, on=DAY, by=officer, assessment=third.assessments.get(), kind="confirm",
        part=drawn.box(region, 4, 0, 4.5, 1),
    )  # fmt: skip
    assert status(third) == "divided"
    drawn.judge(*patches, rules=drawn.LENIENT)
    assert is_true()
    assert set(DeskRow.objects.filter(overtaken=True).values_list("pk", flat=True)) == {
        second.pk, third.pk,
    }  # fmt: skip


def test_rows_follow_a_bulk_action() -> None:
    region = drawn.draw_county("cciijjoo")
    officer = person(region.code, name="officer")
    patches = [drawn.draw_patch("cc......", region) for _ in range(5)]
    drawn.judge(*patches)
    area = sum((patch.area_m2 for patch in Patch.objects.all()), Decimal(0))
    acts.act_on_all(officer, Filters(), Act("confirm"), count=5, area_m2=area, on=DAY)
    assert set(DeskRow.objects.values_list("status", flat=True)) == {"confirmed"}
    assert is_true()


def test_rows_follow_new_names_and_sizes_and_go_with_their_patch() -> None:
    make_regions()
    patch, other = make_patch(jcbh="1"), make_patch(jcbh="2")
    site = make_patch(batch="site", jcbh="3", source="选址")
    assert set(DeskRow.objects.values_list("pk", flat=True)) == {patch.pk, other.pk}
    Batch.objects.filter(pk=patch.batch_id).update(code="renamed")
    Region.objects.filter(code=HOME).update(code="990109")
    Patch.objects.filter(pk=patch.pk).update(area_m2="7.50", jcbh="1a")
    row = DeskRow.objects.get(pk=patch.pk)
    assert (row.batch_code, row.region_code, row.jcbh, row.area_m2) == (
        "renamed", "990109", "1a", Decimal("7.50"),
    )  # fmt: skip
    Batch.objects.filter(pk=site.batch_id).update(source="部")
    assert DeskRow.objects.filter(pk=site.pk).exists(), "what was a site has been issued"
    Patch.objects.filter(pk=other.pk).delete()
    assert not DeskRow.objects.filter(pk=other.pk).exists()
    assert not sqlfiles.rows(CLAIM)


def test_the_web_process_decides_and_cannot_write_the_rows() -> None:
    make_regions()
    patch = make_patch()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gisland_web")
    Referral.objects.create(patch=patch, on=DAY, by=person(), kind="reject")
    Patch.objects.filter(pk=patch.pk).update(jcbh="9")
    assert DeskRow.objects.get().jcbh == "9"
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        DeskRow.objects.update(status="confirmed")


def test_the_claim_and_the_rebuilding_find_what_went_astray() -> None:
    make_regions()
    make_patch(jcbh="1")
    make_patch(jcbh="2")
    DeskRow.objects.filter(jcbh="1").update(status="confirmed")
    DeskRow.objects.filter(jcbh="2").delete()
    assert {(row["jcbh"], row["said_by"]) for row in sqlfiles.rows(CLAIM)} == {
        ("1", "desk"), ("1", "facts"), ("2", "facts"),
    }  # fmt: skip
    sqlfiles.execute("desk/90_rebuild")
    assert is_true()


def test_the_columns_of_the_marks_are_those_that_the_queue_sums() -> None:
    columns = {field.name for field in DeskRow._meta.fields}
    assert {f"{code}_m2" for code in queue.AREA_MARKS} == columns & {
        f"{code}_m2" for code in (*MARKS, *queue.AREA_MARKS)
    }
