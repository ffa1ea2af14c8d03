"""The review desk: what waits, what a person does with it, and that nobody does it unknowingly."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from django.contrib.gis.geos import LineString

from spatial import crs, facts
from spatial.errors import InputRefused, NotAllowed, PatchNotAssessed
from spatial.models import Determination, Patch, Referral, Region, ReviewAction
from spatial.review import acts, clocks, queue, split
from spatial.review.acts import Act, StaleReview
from spatial.review.filters import Filters, select
from spatial.review.status import STATUSES, standings
from spatial.review.undo import undo
from spatial.scope import scope_of
from tests import ratio_ground as drawn
from tests.people import person

if TYPE_CHECKING:
    from spatial.models import User

pytestmark = pytest.mark.django_db
DAY = datetime.date(2024, 6, 3)
CONFIRM = Act("confirm")
LAWFUL = Act("change", "lawful", "papers", "县政府批文")


@pytest.fixture
def region() -> Region:
    return drawn.draw_county("cciijjoo")


@pytest.fixture
def patches(region: Region) -> list[Patch]:
    found = [drawn.draw_patch(drawing, region) for drawing in ("cc......", "..ii....", "....jj..")]
    drawn.judge(*found)
    return found


@pytest.fixture
def officer(region: Region) -> User:
    return person(region.code, name="officer")


def seen(patch: Patch) -> str:
    return standings([patch.pk])[patch.pk].seen


def status(patch: Patch) -> str:
    return standings([patch.pk])[patch.pk].status


def found(user: User, **asked: str) -> set[int]:
    return set(select(scope_of(user), Filters.read(asked)).values_list("pk", flat=True))


# ---------------------------------------------------------------- one patch


def test_what_is_done_to_a_patch_is_where_it_stands(patches: list[Patch], officer: User) -> None:
    first, second, third = patches
    assert [status(patch) for patch in patches] == ["open"] * 3
    acts.act_on(officer, first.pk, CONFIRM, seen=seen(first), on=DAY)
    acts.act_on(officer, second.pk, LAWFUL, seen=seen(second), on=DAY)
    acts.act_on(officer, third.pk, Act("reject", "", "imagery"), seen=seen(third), on=DAY)
    assert [status(patch) for patch in patches] == ["confirmed", "changed", "rejected"]
    changed = Determination.objects.get(patch=second)
    assert (changed.conclusion, changed.conclusion_class, changed.reason_code, changed.by) == (
        "lawful", "legal", "papers", officer
    )  # fmt: skip
    acts.act_on(officer, third.pk, Act("field_check"), seen=seen(third), on=DAY)
    assert status(third) == "field_check"
    acts.act_on(officer, third.pk, CONFIRM, seen=seen(third), on=DAY)
    assert status(third) == "confirmed", "a decision ends what was sent out before it"
    acts.act_on(officer, third.pk, Act("field_check"), seen=seen(third), on=DAY)
    assert status(third) == "field_check", "what is sent out waits, whatever was decided before"


def test_statuses_of_the_list_and_of_the_filter_agree(patches: list[Patch], officer: User) -> None:
    region = patches[0].region
    unjudged = drawn.draw_patch("......oo", region)
    acts.act_on(officer, patches[0].pk, CONFIRM, seen=seen(patches[0]), on=DAY)
    acts.act_on(officer, patches[1].pk, Act("field_check"), seen=seen(patches[1]), on=DAY)
    acts.act_on(officer, patches[1].pk, Act("reject", "", "subject"), seen=seen(patches[1]), on=DAY)
    facts.decide(patches[2], drawn.word(), part=drawn.box(region, 4, 0, 5, 1))
    told = {patch.pk: status(patch) for patch in [*patches, unjudged]}
    assert sorted(told.values()) == ["confirmed", "divided", "rejected", "unjudged"]
    for code in STATUSES:
        assert found(officer, status=code) == {pk for pk, said in told.items() if said == code}
    assert found(officer, status="waiting") == {patches[1].pk}
    assert found(officer, status="decided") == {patches[0].pk, patches[2].pk}


def test_two_people_never_decide_one_patch_unknowingly(patches: list[Patch], officer: User) -> None:
    patch = patches[0]
    both_saw = seen(patch)
    other = person(patch.region.code, name="other")
    acts.act_on(other, patch.pk, LAWFUL, seen=both_saw, on=DAY)
    with pytest.raises(StaleReview, match="other 已于 .* 处置：改判"):
        acts.act_on(officer, patch.pk, CONFIRM, seen=both_saw, on=DAY)
    assert Determination.objects.filter(patch=patch).count() == 1
    drawn.judge(patch)
    with pytest.raises(StaleReview, match="已有变化"):
        acts.act_on(officer, patch.pk, CONFIRM, seen=both_saw, on=DAY)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (Act("change"), "改判须选定结论"),
        (Act("confirm", "lawful"), "确认、退回、转外业不带结论"),
        (Act("change", "lawful"), "请选择理由"),
        (Act("change", "lawful", "paper"), "没有理由 paper；相近的有：papers"),
        (Act("reject", "", "other", " "), "须写明"),
        (Act("change", "lawfull", "papers"), "没有统一的初判 lawfull；相近的有：lawful"),
        (Act("burn"), "没有处置方式 burn"),
    ],
)
def test_an_act_that_says_nothing_sensible_is_refused(
    patches: list[Patch], officer: User, act: Act, said: str
) -> None:
    with pytest.raises(InputRefused, match=said):
        acts.act_on(officer, patches[0].pk, act, seen=seen(patches[0]), on=DAY)
    assert not ReviewAction.objects.exists()


def test_only_who_may_decide_here_decides(patches: list[Patch]) -> None:
    patch = patches[0]
    official = person(patch.region.code, "official", name="official")
    Region.objects.create(code="990201", name="他县", level="county", central_meridian="117.0")
    stranger = person("990201", name="stranger")
    with pytest.raises(NotAllowed):
        acts.act_on(official, patch.pk, CONFIRM, seen=seen(patch), on=DAY)
    with pytest.raises(NotAllowed, match="不在您的行政区内"):
        acts.act_on(stranger, patch.pk, CONFIRM, seen=seen(patch), on=DAY)
    with pytest.raises(NotAllowed):
        acts.act_on_all(official, Filters(), CONFIRM, count=3, area_m2=Decimal(1), on=DAY)
    assert found(stranger) == set()


def test_a_patch_that_nobody_judged_is_not_decided(region: Region, officer: User) -> None:
    patch = drawn.draw_patch("ii", region)
    assert status(patch) == "unjudged"
    with pytest.raises(PatchNotAssessed, match=patch.jcbh):
        acts.act_on(officer, patch.pk, CONFIRM, seen=seen(patch), on=DAY)


# ---------------------------------------------------------------- many


def test_a_filter_decides_as_many_as_it_showed_or_none(patches: list[Patch], officer: User) -> None:
    asked = Filters.read({"status": "open"})
    shown = queue.totals(scope_of(officer), asked)
    area = Decimal(shown["area_m2"])
    assert (shown["count"], area) == (3, sum(patch.area_m2 for patch in patches))
    with pytest.raises(StaleReview, match="页面上是 2 个.*现在是 3 个.*没有处置任何图斑"):
        acts.act_on_all(officer, asked, CONFIRM, count=2, area_m2=area, on=DAY)
    done = acts.act_on_all(officer, asked, CONFIRM, count=3, area_m2=area, on=DAY)
    assert (done.count, done.area_m2) == (3, area)
    assert done.action.asked == {"status": "open"}
    assert {status(patch) for patch in patches} == {"confirmed"}
    with pytest.raises(StaleReview):
        acts.act_on_all(officer, asked, CONFIRM, count=3, area_m2=area, on=DAY)


def test_an_undo_takes_back_what_stands_and_leaves_what_was_decided_since(
    patches: list[Patch], officer: User
) -> None:
    first, second, third = patches
    acts.act_on(officer, first.pk, LAWFUL, seen=seen(first), on=DAY)
    total = sum((patch.area_m2 for patch in patches), Decimal(0))
    done = acts.act_on_all(officer, Filters(), CONFIRM, count=3, area_m2=total, on=DAY)
    other = person(first.region.code, name="other")
    acts.act_on(other, third.pk, LAWFUL, seen=seen(third), on=DAY)
    with pytest.raises(NotAllowed, match="只能撤销自己的处置"):
        undo(other, done.action.pk, on=DAY)
    undone = undo(officer, done.action.pk, on=DAY)
    assert (undone.count, undone.left) == (2, (third.pk,))
    assert status(first) == "changed", "what was decided before counts again"
    assert status(second) == "open"
    assert status(third) == "changed"
    with pytest.raises(InputRefused, match="已经撤销"):
        undo(officer, done.action.pk, on=DAY)


def test_an_undone_referral_waits_no_longer(patches: list[Patch], officer: User) -> None:
    done = acts.act_on(officer, patches[0].pk, Act("field_check"), seen=seen(patches[0]), on=DAY)
    undo(officer, done.action.pk, on=DAY)
    assert status(patches[0]) == "open"
    assert Referral.objects.count() == 2, "nothing is removed"


# ---------------------------------------------------------------- in parts


def _line(region: Region, x: float, south: float = -1, north: float = 2) -> LineString:
    box = drawn.box(region, x, south, x + 1, north).extent
    return LineString((box[0], box[1]), (box[0], box[3]), srid=crs.STORAGE_SRID)


def test_a_patch_cut_by_a_line_is_decided_in_parts_that_add_up(
    patches: list[Patch], officer: User
) -> None:
    patch = patches[1]  # two cells: 2 to 4
    line = _line(patch.region, 3)
    parts = split.parts_of(patch, line)
    assert [round(part.area_m2) for part in parts] == [100, 100]
    assert sum(part.area_m2 for part in parts) == patch.area_m2
    assert parts[0].geom.centroid.x < parts[1].geom.centroid.x
    with pytest.raises(InputRefused, match="分成 2 部分，应逐一判定，现有 1 项"):
        acts.split(officer, patch.pk, line, [CONFIRM], seen=seen(patch), on=DAY)
    acts.split(officer, patch.pk, line, [LAWFUL, CONFIRM], seen=seen(patch), on=DAY)
    stands = standings([patch.pk])[patch.pk]
    assert (stands.status, len(stands.parts)) == ("divided", 2)
    row = drawn.only(basis="decided")
    assert drawn.m2(row) == {"legal": 100, "illegal": 100, "undecided": 400}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (lambda region: _line(region, 9), "没有把图斑 .* 分开"),
        (lambda region: _line(region, 3, 0.2, 0.8), "没有把图斑 .* 分开"),
    ],
)
def test_a_line_that_cuts_nothing_is_refused(
    patches: list[Patch], officer: User, line: object, said: str
) -> None:
    patch = patches[1]
    with pytest.raises(InputRefused, match=said):
        acts.split(officer, patch.pk, line(patch.region), [CONFIRM], seen=seen(patch), on=DAY)


# ---------------------------------------------------------------- the queue


def test_pages_by_key_lose_no_row_where_areas_tie(
    region: Region, officer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = {drawn.draw_patch("cc......", region).pk for _ in range(7)}
    monkeypatch.setattr(queue, "PAGE", 3)
    for order in queue.ORDERS:
        seen_ids: list[int] = []
        cursor = ""
        while True:
            page = queue.page(scope_of(officer), Filters(), order=order, cursor=cursor)
            seen_ids += [row["id"] for row in page.rows]
            cursor = page.following
            if not cursor:
                break
        assert len(seen_ids) == 7, order
        assert set(seen_ids) == every
    with pytest.raises(InputRefused, match="翻页位置无效"):
        queue.page(scope_of(officer), Filters(), cursor="bm9uc2Vuc2U=")


def test_the_clock_of_a_batch(patches: list[Patch], officer: User) -> None:
    batch = patches[0].batch
    batch.report_due_on = DAY + datetime.timedelta(days=5)
    batch.save()
    acts.act_on(officer, patches[0].pk, CONFIRM, seen=seen(patches[0]), on=DAY)
    told = clocks.clock(batch, scope_of(officer), DAY)
    ours = Patch.objects.filter(batch=batch).count()
    assert (told["total"], told["decided"], told["days_left"]) == (ours, 1, 5)
    assert told["left"] == ours - 1


@pytest.mark.parametrize(
    "asked",
    [
        {"region": "99"},
        {"area_from": "三亩"},
        {"area_to": "-1"},
        {"date_from": "2024-13-01"},
        {"status": "done"},
        {"at": "118"},
        {"at": "800,30"},
        {"label_class": "guilty"},
    ],
)
def test_a_filter_that_says_nothing_is_refused_in_words(asked: dict[str, str]) -> None:
    with pytest.raises(InputRefused):
        Filters.read(asked)


def test_words_and_places_find_patches(patches: list[Patch], officer: User) -> None:
    patch = patches[0]
    assert patch.pk in found(officer, q=patch.jcbh)
    assert found(officer, q=patch.address) == {patch.pk}
    centre = patch.geom.centroid
    assert found(officer, at=f"{centre.x},{centre.y}") >= {patch.pk}
    assert found(officer, q="没有这样的字") == set()
    assert found(officer, area_from="0.29", area_to="0.31") == {each.pk for each in patches}
