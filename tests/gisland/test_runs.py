"""The pages of runs: who sees them, what they say, and 采用."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from spatial import jobs
from spatial.engine.classify import apply_run, classify
from spatial.engine.held import holding
from spatial.engine.touched import touched_patches
from spatial.models import Assessment, Job, Layer, Run, Zone
from tests import drawing
from tests.people import person
from tests.spatial.touched_world import AS_OF, DAY, PAPER, PLACES, World

if TYPE_CHECKING:
    from spatial.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(world: World) -> User:
    """May run and apply, in our county."""
    return person("990101", "data_admin", name="clerk")


def reader(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, run: Run) -> str:
    answer = reader(user).get(f"/runs/{run.pk}/")
    assert answer.status_code == 200, answer.content.decode()
    assert "private" in answer["Cache-Control"]
    return words(answer.content.decode())


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def adopt(user: User, run: Run, **told: str) -> Any:
    return reader(user).post(f"/runs/{run.pk}/", {"checked": "yes", **told})


def is_current(run: Run) -> bool:
    return Assessment.objects.filter(run=run, is_current=True).exists()


def run_on(world: World, *names: str) -> Run:
    ids = [world.patches[name].pk for name in names]
    found = touched_patches(world.ruleset, ids, as_of=AS_OF, until=drawing.now())
    return classify(ids, ruleset=world.ruleset, as_of=AS_OF, causes=found.causes)


def paper_run(world: World) -> Run:
    """A paper came over half of a patch; the run on it is stored, not applied."""
    world.half_a_paper(PAPER)
    return run_on(world, "far")


def test_the_page_says_what_was_read_and_what_would_change(world: World, clerk: User) -> None:
    text = page(clerk, paper_run(world))
    assert f"用地批准 {PAPER} 新增" in text
    assert "变化 1" in text
    assert "采用后将有的变化" in text
    assert "未报 已批 0.30 200.00 1" in text
    assert "未报 红线外 0.30 200.00 1" in text
    assert "合计变动 0.60 400.00 1" in text
    assert "touch/990101/far 未报 红线外 0.60 400.00 0.60" in text
    assert "2000-01-01 版" in text


def test_it_is_adopted_once_by_who_may(world: World, clerk: User) -> None:
    run = paper_run(world)
    answer = adopt(clerk, run)
    assert (answer.status_code, answer["Location"]) == (302, f"/runs/{run.pk}/")
    assert is_current(run)
    text = page(clerk, run)
    assert "由 clerk 采用" in text
    assert "采用时的变化" in text
    assert "未报 已批 0.30 200.00 1" in text
    assert "已核对以上变化" not in text


def test_it_needs_the_tick(world: World, clerk: User) -> None:
    run = paper_run(world)
    answer = adopt(clerk, run, checked="")
    assert answer.status_code == 409
    assert "请先勾选" in answer.content.decode()
    assert not is_current(run)


def test_a_form_without_token_is_refused(world: World, clerk: User) -> None:
    run = paper_run(world)
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk)
    assert client.post(f"/runs/{run.pk}/", {"checked": "yes"}).status_code == 403
    assert not is_current(run)


def test_a_stale_run_is_refused_with_the_reason(world: World, clerk: User) -> None:
    run = paper_run(world)
    Zone.objects.filter(document__number=PAPER).update(recorded_until=run.started_at)
    assert f"{PAPER} 撤回 → 1 个图斑" in page(clerk, run)
    answer = adopt(clerk, run)
    assert answer.status_code == 409
    assert f"{PAPER} 撤回 → 1 个图斑" in words(answer.content.decode())
    assert not is_current(run)


@pytest.mark.parametrize("role", ["brigade", "official", "admin"])
def test_others_see_it_only_when_it_is_applied(world: World, role: str) -> None:
    run, officer = paper_run(world), person("990101", role, name="zhang")
    assert reader(officer).get(f"/runs/{run.pk}/").status_code == 404
    assert f"/runs/{run.pk}/" not in reader(officer).get("/runs/").content.decode()
    assert adopt(officer, run).status_code == 404
    assert reader(officer).get(f"/tiles/patches/{run.pk}/14/13600/6700.mvt").status_code == 404
    apply_run(run)
    assert "采用时的变化" in page(officer, run)
    assert adopt(officer, run).status_code == 403
    assert f"/runs/{run.pk}/" in reader(officer).get("/runs/").content.decode()
    assert reader(officer).get(f"/tiles/patches/{run.pk}/14/13600/6700.mvt").status_code == 200


def test_who_may_apply_sees_its_tiles(world: World, clerk: User) -> None:
    run = paper_run(world)
    assert reader(clerk).get(f"/tiles/patches/{run.pk}/14/13600/6700.mvt").status_code == 200


def test_another_county_does_not_see_it(world: World) -> None:
    run = paper_run(world)
    stranger = person("990102", "data_admin", name="wang")
    assert reader(stranger).get(f"/runs/{run.pk}/").status_code == 404
    assert adopt(stranger, run).status_code == 404
    assert not is_current(run)


def test_a_run_of_several_counties_shows_ones_own_and_is_adopted_above(
    world: World, clerk: User
) -> None:
    for region, place in ((world.home, "far"), (world.next, "line")):
        x, y = PLACES[place]
        world.row("approval", x, y, region, approved_on=DAY(2023, 1, 1), document=region.name)
    world.version("urban_boundary", (0, 1300), region=world.next, valid_from=DAY(2025, 2, 1))
    run = run_on(world, "far", "line", "other")
    text = page(clerk, run)
    assert "只计您的行政区" in text
    assert "touch/990101/far" in text
    assert "990102" not in text
    assert "邻" not in text
    assert "已核对以上变化" not in text
    assert adopt(clerk, run).status_code == 403
    city = person("990100", "data_admin", name="city")
    whole = page(city, run)
    assert "touch/990102/other" in whole
    assert "用地批准 县990102 新增" in whole
    assert adopt(city, run).status_code == 302


def test_a_hidden_layer_is_not_told(world: World) -> None:
    Layer.objects.filter(code__in=("approval", "urban_boundary")).update(secrecy="secret")
    x, y = PLACES["far"]
    world.version("urban_boundary", (x, y), valid_from=DAY(2025, 2, 1))
    run = paper_run(world)
    apply_run(run)
    officer = person("990101", "admin", name="zhang")
    text = page(officer, run)
    for secret in (PAPER, "已批", "红线外", "边界内", "用地批准", "城镇开发边界"):
        assert secret not in text
    assert "无权查看该项" in text


def test_a_visitor_of_the_demo_sees_applied_runs_only(world: World, settings: Any) -> None:
    settings.DEMO = True
    run = paper_run(world)
    assert Client().get(f"/runs/{run.pk}/").status_code == 404
    assert Client().get(f"/runs/{world.first.pk if world.first else 0}/").status_code == 200
    assert Client().post(f"/runs/{run.pk}/").status_code == 404


def test_one_that_is_not_finished_says_how_far_it_is(world: World, clerk: User) -> None:
    run = paper_run(world)
    Run.objects.filter(pk=run.pk).update(status="running", patch_done=1, patch_total=3)
    text = page(clerk, run)
    assert "已完成 1，还剩 2 个" in text
    assert "已核对以上变化" not in text
    Run.objects.filter(pk=run.pk).update(status="stopped")
    assert adopt(clerk, run).status_code == 409


def test_one_that_goes_on_is_followed_and_stopped(world: World, clerk: User) -> None:
    run = paper_run(world)
    Run.objects.filter(pk=run.pk).update(status="running", patch_done=1, patch_total=3)
    run.refresh_from_db()
    with holding(run):
        text = page(clerk, run)
        assert "进行中 · 1 / 3" in text
        assert "继续" not in text
        told = reader(clerk).get(f"/runs/{run.pk}/?state=1").json()
        assert told == {"open": True, "state": "进行中", "phase": "", "done": 1, "total": 3}
        assert adopt(clerk, run, action="resume").status_code == 409
        assert adopt(clerk, run, action="stop").status_code == 302
        assert "正在停止" in page(clerk, run)
    run.refresh_from_db()
    assert run.status == "stopped"
    assert adopt(clerk, run, action="stop").status_code == 409


def test_one_whose_process_died_is_resumed_once_by_the_worker(world: World, clerk: User) -> None:
    run = paper_run(world)
    Run.objects.filter(pk=run.pk).update(status="running")
    assert "已中断" in page(clerk, run)
    assert "已中断" in words(reader(clerk).get("/runs/").content.decode())
    assert adopt(clerk, run, action="resume").status_code == 302
    assert "后台将接着算" in page(clerk, run)
    assert adopt(clerk, run, action="resume").status_code == 409
    jobs.do_job(Job.objects.get().pk)
    assert "采用后将有的变化" in page(clerk, run)
    assert not is_current(run)


def test_only_who_may_judge_stops_and_resumes(world: World) -> None:
    run = paper_run(world)
    apply_run(run)
    Run.objects.filter(pk=run.pk).update(status="running")
    for role in ("brigade", "official"):
        user = person("990101", role, name=f"{role}-zhang")
        assert adopt(user, run, action="stop").status_code == 403
        assert adopt(user, run, action="resume").status_code == 403
    assert adopt(person("990102", "data_admin", name="wang"), run, action="stop").status_code == 404
    assert not Job.objects.exists()


def test_one_of_another_program_is_not_resumed(world: World, clerk: User) -> None:
    run = paper_run(world)
    Run.objects.filter(pk=run.pk).update(status="stopped", code_version="0.0.1")
    assert "程序已更新" in page(clerk, run)
    assert adopt(clerk, run, action="resume").status_code == 409
