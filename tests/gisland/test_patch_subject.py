"""The patch page: putting right who uses the ground, and what lay there before."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.test import Client

from gisland.pages import patch_subject
from spatial.engine.genealogy import link_patches, patches_to_link
from spatial.models import (
    Batch,
    Determination,
    Holder,
    Job,
    Layer,
    Patch,
    PatchLink,
    Run,
    SubjectCorrection,
    User,
)
from tests import drawing
from tests.browser import world as drawn
from tests.browser.world import World, make_world
from tests.gisland.test_pages import page, patch_page, reader, words
from tests.people import person

pytestmark = pytest.mark.django_db
DAY = datetime.date


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def address(world: World) -> str:
    return f"/patches/{world.patch.pk}/"


def post(world: World, user: User | None = None, **form: str) -> Any:
    return reader(user or world.officer).post(address(world), {"action": "correct", **form})


def section(html: str, heading: str) -> str:
    """The words of one section of the page."""
    start = html.index(f'id="{heading}"')
    return words(html[start : html.index("</section>", start)])


# ---------------------------------------------------------------- who is said to use it


def test_an_inferred_user_is_said_to_be_inferred_and_from_where(world: World) -> None:
    said = section(patch_page(world), "subject-title")
    assert "绘图公司" in said
    assert "推定" in said
    assert "取自用地批准" in said
    assert "未经核实" in said


def test_a_delivered_user_is_not_called_inferred(world: World) -> None:
    Patch.objects.filter(pk=world.waiting.pk).update(holder=drawing.holder("下发公司"))
    said = section(page(world.officer, f"/patches/{world.waiting.pk}/"), "subject-title")
    assert "下发公司" in said
    assert "随图斑下发" in said
    assert "推定" not in said


def test_a_user_inferred_from_a_layer_not_to_be_identified_is_not_named(world: World) -> None:
    Layer.objects.filter(code="approval").update(secrecy="secret")
    html = patch_page(world)
    assert "绘图公司" not in html
    assert "取自您无权查看的图层" in html


# ---------------------------------------------------------------- putting it right


def test_a_correction_is_recorded_judged_again_and_told(world: World) -> None:
    Holder.objects.create(name="另一公司", name_key="另一公司")
    answer = post(world, holder="另一 公司", note="租赁合同")
    assert answer.status_code == 302
    fact = SubjectCorrection.objects.get()
    assert (fact.holder.name, fact.by, fact.note) == ("另一公司", world.officer, "租赁合同")
    run = Run.objects.latest("pk")
    assert answer["Location"] == f"{address(world)}?rejudged={run.pk}#subject"
    assert (run.as_of, run.applied_at is not None) == (drawn.AS_OF, True)
    html = page(world.officer, answer["Location"].split("#")[0])
    said = section(html, "subject-title")
    assert f"已重判涉及的图斑 1 个（分析 {run.pk}）" in said
    assert "另一公司" in said
    assert "更正为 另一公司 · 租赁合同" in said
    assert "推定" not in said


def test_a_correction_can_be_withdrawn(world: World) -> None:
    post(world, holder="绘图公司")
    assert "撤回现有更正" in patch_page(world)
    answer = post(world, action="withdraw")
    assert answer.status_code == 302
    assert [fact.withdrawn for fact in SubjectCorrection.objects.order_by("pk")] == [False, True]
    said = section(patch_page(world), "subject-title")
    assert "撤回更正（绘图公司）" in said


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ({"holder": ""}, "没有写用地单位"),
        ({"holder": "没有的公司"}, "没有登记过单位“没有的公司”"),
        ({"holder": "无", "new": "1"}, "“无”不是单位名称"),
        ({"holder": "新公司", "new": "1", "code": "12"}, "“12”不是统一社会信用代码"),
        ({"action": "withdraw"}, "没有有效的用地单位更正"),
        ({"holder": "<b>甲</b>"}, "没有登记过单位“&lt;b&gt;甲&lt;/b&gt;”"),
    ],
)
def test_a_refusal_comes_back_with_what_was_typed(
    world: World, form: dict[str, str], fault: str
) -> None:
    answer = post(world, **form)
    html = answer.content.decode()
    assert answer.status_code == 400
    assert fault in html
    assert 'role="alert"' in html
    if "<" not in form.get("holder", ""):
        assert f'value="{form.get("holder", "")}"' in html
    assert not SubjectCorrection.objects.exists()


def test_a_new_holder_is_entered_on_purpose(world: World) -> None:
    answer = post(world, holder="新公司", new="1", code="91320000MA1ABCDE2X")
    assert answer.status_code == 302
    assert Holder.objects.get(name="新公司").code == "91320000MA1ABCDE2X"
    assert SubjectCorrection.objects.get().holder.name == "新公司"


def test_many_patches_wait_for_the_worker(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patch_subject, "AT_ONCE", 0)
    runs = Run.objects.count()
    answer = post(world, holder="新公司", new="1")
    assert "queued=1" in answer["Location"]
    job = Job.objects.get(kind="rejudge_holders")
    assert job.arguments["as_of"] == drawn.AS_OF.isoformat()
    assert job.arguments["also"] == [world.patch.pk]
    assert job.by == world.officer
    assert Run.objects.count() == runs
    said = section(page(world.officer, answer["Location"].split("#")[0]), "subject-title")
    assert "正在后台重判" in said
    assert "现行评定尚未按更正后的用地单位重判" in said


def test_the_form_is_for_those_who_decide(world: World) -> None:
    planner = person(drawn.HOME, "planner")
    assert "更正用地单位" in patch_page(world)
    assert "更正用地单位" not in patch_page(world, planner)
    assert post(world, planner, holder="绘图公司").status_code == 403
    assert post(world, world.stranger, holder="绘图公司").status_code == 404
    assert not SubjectCorrection.objects.exists()


def test_a_visitor_of_the_demo_may_not(world: World, settings: Any) -> None:
    settings.DEMO = True
    assert "更正用地单位" not in page(None, address(world))
    answer = reader(None).post(address(world), {"holder": "绘图公司"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")
    assert not SubjectCorrection.objects.exists()


def test_the_form_needs_its_token(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.officer)
    assert client.post(address(world), {"holder": "绘图公司"}).status_code == 403
    assert not SubjectCorrection.objects.exists()


def test_only_holders_of_ground_that_may_be_identified_are_offered(world: World) -> None:
    assert '<option value="绘图公司">' in patch_page(world)
    Layer.objects.filter(code="approval").update(secrecy="secret")
    assert "绘图公司" not in patch_page(world)


def test_a_made_up_run_in_the_address_tells_nothing(world: World) -> None:
    for query in ("rejudged=999999", "rejudged=x", "queued=x", "rejudged="):
        html = page(world.officer, f"{address(world)}?{query}")
        assert "已重判涉及的图斑" not in html


# ---------------------------------------------------------------- what lay there before


def again(world: World, region: Any, code: str, issued_on: DAY, **told: Any) -> Patch:
    """The ground of the judged patch, issued in another batch."""
    batch = Batch.objects.create(code=code, source="部", issued_on=issued_on)
    return drawing.draw_patch(
        {"draw": "PPPP", "jcbh": f"{code}-1", "offset": (0, -drawing.place_of(region)[1]), **told},
        m=drawn.M, batch=batch, region=region,
    )  # fmt: skip


def test_earlier_and_later_patches_are_listed_with_label_and_decision(world: World) -> None:
    Batch.objects.filter(pk=world.patch.batch_id).update(issued_on=DAY(2024, 5, 1))
    earlier = again(world, world.patch.region, "early", DAY(2024, 2, 1))
    later = again(world, world.patch.region, "late", DAY(2024, 8, 1))
    drawn.judge(later)
    link_patches(patches_to_link())
    Determination.objects.create(
        patch=later, assessment=later.assessments.get(), kind="confirm", on=DAY(2024, 9, 1),
        by=world.officer,
    )  # fmt: skip
    html = patch_page(world)
    said = section(html, "lineage-title")
    assert said.index("early-1") < said.index("late-1")
    assert said.count("同一地块重复下发") == 2
    assert "100.00 %" in said
    assert "未评定" in said
    assert "确认初判（2024-09-01）" in said
    assert later.assessments.get().label_term in said
    assert f"/patches/{earlier.pk}/" in html
    assert "另有图斑 2 个" in html


def test_patches_beyond_the_region_are_not_named(world: World) -> None:
    neighbour = drawing.county(drawn.NEXT)
    again(world, neighbour, "qj2024", DAY(2024, 2, 1))
    link_patches(patches_to_link())
    assert PatchLink.objects.count() == 1
    html = patch_page(world)
    assert "qj2024" not in html
    assert "没有其他批次或编号的图斑" in section(html, "lineage-title")


def test_a_hidden_label_stays_hidden_in_the_lineage(world: World) -> None:
    later = again(world, world.patch.region, "late", DAY(2024, 8, 1))
    drawn.judge(later)
    link_patches(patches_to_link())
    Layer.objects.filter(code="land_use").update(secrecy="secret")
    world.officer.roles = ["admin"]
    world.officer.save()
    label = later.assessments.get().label_term
    assert label in section(patch_page(world, person(drawn.HOME, "reviewer")), "lineage-title")
    said = section(patch_page(world), "lineage-title")
    assert "late-1" in said
    assert label not in said
