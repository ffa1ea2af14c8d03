"""How far batches are: in one statement the same as the desk's own counts and clock."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from spatial import facts
from spatial.models import Batch, Patch, User
from spatial.review import acts, clocks, progress, queue
from spatial.review.acts import Act
from spatial.review.filters import Filters, select
from spatial.review.status import standings
from spatial.review.undo import undo
from spatial.scope import scope_of
from tests import ratio_ground as drawn
from tests.people import make_patch, make_regions, person

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 6, 3)


@pytest.fixture
def officer() -> User:
    """At a county of one batch whose patches stand in every way that there is."""
    region = drawn.draw_county("cciijjoo")
    found = person(region.code, name="officer")
    rows = ("c.......", ".c......", "..i.....", "...i....", "....j...", ".....j..")
    patches = [drawn.draw_patch(row, region) for row in rows]
    drawn.judge(*patches)
    confirmed, changed, sent, rejected, divided, _ = patches
    _act(found, confirmed, Act("confirm"))
    _act(found, changed, Act("change", "lawful", "papers", "批文"))
    _act(found, sent, Act("confirm"))
    _act(found, sent, Act("field_check"))
    _act(found, rejected, Act("field_check"))
    _act(found, rejected, Act("reject", "", "imagery"))
    facts.decide(divided, drawn.word(), part=drawn.box(region, 4, 0, 4.5, 1))
    drawn.draw_patch("......o.", region)
    return found


def _act(by: User, patch: Patch, act: Act) -> acts.Done:
    return acts.act_on(by, patch.pk, act, seen=standings([patch.pk])[patch.pk].seen, on=DAY)


def only(user: User, today: datetime.date = DAY) -> progress.BatchProgress:
    (found,) = progress.batches(scope_of(user), today)
    return found


def test_the_counts_are_those_of_the_desk(officer: User) -> None:
    found = only(officer)
    told = clocks.clock(found.batch, scope_of(officer), DAY)
    assert (found.total, found.decided, found.left) == (
        told["total"],
        told["decided"],
        told["left"],
    )
    for code in ("unjudged", "open", "field_check", "rejected"):
        assert getattr(found, code) == told["counts"][code] == 1, code
    assert found.decided == 3
    asked = Filters.read({"status": "waiting"})
    assert found.waiting == queue.totals(scope_of(officer), asked)["count"] == 3
    assert found.waiting_m2 == Decimal(queue.totals(scope_of(officer), asked)["area_m2"])


def test_a_decision_overtaken_by_a_new_proposal_is_counted(officer: User) -> None:
    assert only(officer).overtaken == 0
    drawn.judge(*Patch.objects.all())
    found = only(officer)
    scope = scope_of(officer)
    assert found.overtaken == select(scope, Filters.read({"overtaken": "1"})).count() == 4


def test_what_was_undone_does_not_count(officer: User) -> None:
    patch = Patch.objects.get(assessments__isnull=True)
    drawn.judge(patch)
    done = _act(officer, patch, Act("confirm"))
    before = only(officer).decided
    undo(officer, done.action.pk, on=DAY)
    assert only(officer).decided == before - 1


@pytest.mark.parametrize(
    ("due", "said", "burns"),
    [(None, "未定期限", False), (4, "剩 4 天", False), (3, "剩 3 天", True), (0, "今天截止", True),
     (-2, "逾期 2 天", True)],
)  # fmt: skip
def test_the_clock_in_words(due: int | None, said: str, burns: bool) -> None:
    make_regions()
    patch = make_patch()
    day = None if due is None else DAY + datetime.timedelta(days=due)
    Batch.objects.filter(pk=patch.batch_id).update(report_due_on=day)
    found = only(person())
    assert (found.clock, found.burns) == (said, burns)


def test_the_batch_that_ends_first_stands_first_and_one_without_end_last() -> None:
    make_regions()
    for at, (code, due) in enumerate((("a", None), ("b", 9), ("c", -1))):
        patch = make_patch(batch=code, jcbh=str(at))
        day = None if due is None else DAY + datetime.timedelta(days=due)
        Batch.objects.filter(pk=patch.batch_id).update(report_due_on=day)
    found = progress.batches(scope_of(person()), DAY)
    assert [one.batch.code for one in found] == ["c", "b", "a"]


def test_another_county_and_site_checks_are_left_out() -> None:
    make_regions()
    make_patch("990101", "both", "1")
    make_patch("990102", "both", "2")
    make_patch("990102", "theirs", "3")
    make_patch("990101", "site", "4", source="选址", shared=True)
    found = progress.batches(scope_of(person("990101")), DAY)
    assert [(one.batch.code, one.total, one.unjudged) for one in found] == [("both", 1, 1)]
