"""The front page: what each role finds there, and that nobody is told of another's county."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gisland.pages import home, home_imports, home_ratios
from imports.models import Delivery, Issue, Upload
from spatial import facts, jobs
from spatial.models import Batch, DatasetVersion, Job, Layer, Patch, Region, User
from tests import ratio_ground as drawn
from tests.people import county, make_patch, make_regions, make_zone, person

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
HOME, NEXT, CITY = "990101", "990102", "990100"
NOW = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture(autouse=True)
def regions(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(home_ratios, "RULESET", drawn.NAME)
    cache.clear()
    make_regions()
    yield
    cache.clear()


def visit(user: User | None, **asked: str) -> Any:
    client = Client()
    if user is not None:
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(reverse("home"), asked)
    assert answer.status_code == 200, answer.content.decode()
    return answer


def rows(answer: Any, title: str) -> list[Any]:
    (found,) = [wait for wait in answer.context["waits"] if wait.title.startswith(title)]
    return list(found.rows)


def titles(answer: Any) -> list[str]:
    return [wait.title for wait in answer.context["waits"]]


def door(answer: Any, title: str) -> Any:
    (found,) = [one for one in answer.context["doors"] if one.title == title]
    return found


def issue(code: str, batch: str, days: int | None) -> Patch:
    patch = make_patch(code, batch, "1")
    due = None if days is None else timezone.localdate() + datetime.timedelta(days=days)
    Batch.objects.filter(pk=patch.batch_id).update(report_due_on=due)
    return patch


def judged() -> None:
    """Half of the cultivated ground at home was taken unlawfully, next door all of it."""
    patches = {
        code: drawn.draw_patch(told, drawn.draw_county(told, code), batch=f"b{code}")
        for code, told in ((HOME, "ccii"), (NEXT, "iiiiii"))
    }
    Batch.objects.update(period="2024Q1")
    drawn.judge(*patches.values())


# ---------------------------------------------------------------- who


def test_a_brigade_finds_the_batch_that_burns_first_and_not_its_neighbours() -> None:
    issue(HOME, "calm", 30)
    issue(HOME, "burning", 1)
    issue(NEXT, "theirs", 0)
    found = visit(person(HOME, "brigade"))
    told = rows(found, "未认定的图斑")
    assert [row.text for row in told] == ["burning", "calm"]
    assert [row.burns for row in told] == [True, False]
    assert "剩 1 天" in told[0].note
    assert "theirs" not in found.content.decode()
    assert "县990102" not in found.content.decode()


def test_the_figure_of_a_batch_is_what_its_link_opens() -> None:
    judged()
    user = person(CITY, "brigade")
    (row, _) = rows(visit(user), "未认定的图斑")
    assert row.figure.startswith("1 / 1 个")
    assert row.href == "/review/?batch=b990101&status=waiting"
    facts.decide(Patch.objects.get(batch__code="b990101"), drawn.word())
    assert [row.text for row in rows(visit(user), "未认定的图斑")] == ["b990102"]


def test_patches_not_yet_judged_are_told_apart() -> None:
    issue(HOME, "new", None)
    found = visit(person(HOME, "brigade"))
    (row,) = rows(found, "未认定的图斑")
    assert row.figure.startswith("0 / 1 个")
    assert row.href.endswith("status=unjudged")
    assert "未评定 1" in row.note
    assert "运行分析" in door(found, "图斑核查").said


def test_an_official_sees_the_ratios_of_the_counties_and_who_is_over_a_line() -> None:
    judged()
    found = visit(person(CITY, "official"))
    told = rows(found, "各县")
    assert [(row.text, row.figure, row.burns) for row in told[:2]] == [
        ("县990102", "100.00 %", True), ("县990101", "50.00 %", True),
    ]  # fmt: skip
    assert "15 号令问责线" in told[0].note
    assert "region=990102" in told[0].href
    assert door(found, "违法占耕比").figure == "80.00 %"
    assert "初判口径" in door(found, "违法占耕比").said


def test_the_door_says_decided_as_soon_as_somebody_decided_in_the_period() -> None:
    judged()
    facts.decide(Patch.objects.get(batch__code="b990102"), drawn.word())
    found = door(visit(person(CITY, "official")), "违法占耕比")
    assert found.said.startswith("认定口径")
    assert found.figure == "100.00 %"
    assert "basis=decided" in found.action_href


def test_an_official_of_a_county_is_told_nothing_of_the_next() -> None:
    judged()
    found = visit(person(HOME, "official"))
    assert [row.text for row in rows(found, "各县")] == ["县990101"]
    assert "县990102" not in found.content.decode()
    assert "b990102" not in found.content.decode()


def test_ratios_that_rest_on_a_hidden_layer_are_refused_in_words() -> None:
    judged()
    Layer.objects.filter(code="approval").update(secrecy="secret")
    found = door(visit(person(HOME, "admin")), "违法占耕比")
    assert "无权查看" in found.said
    assert found.action == ""


def test_a_clerk_finds_staged_versions_files_jobs_and_errors() -> None:
    clerk = person(HOME, "data_admin")
    DatasetVersion.objects.create(layer_id="land_use", region=county(), status="staged",
                                  valid_from=datetime.date(2024, 1, 1))  # fmt: skip
    Upload.objects.create(by=clerk, file_name="坏.zip", path="x/坏.zip", state="refused",
                          error="不是压缩包")  # fmt: skip
    Upload.objects.create(by=clerk, file_name="好.zip", path="x/好.zip", state="looked")
    Upload.objects.create(by=clerk, file_name="旧.zip", path="x/旧.zip", state="imported")
    Job.objects.create(kind="activate_delivery", title="启用三调", by=clerk, state="failed",
                       error="磁盘已满")  # fmt: skip
    delivery = Delivery.objects.create(kind="layer", layer_id="land_use", file_name="DLTB.shp",
                                       sha256="0" * 64, status="staged", by=clerk)  # fmt: skip
    Issue.objects.create(delivery=delivery, kind="overlap", severity="error", message="重叠")
    Issue.objects.create(delivery=delivery, kind="gap", severity="note", message="空隙")
    found = visit(clerk)
    (staged,) = rows(found, "待启用")
    assert (staged.text, staged.figure) == ("三调地类", "1 版")
    work = rows(found, "上传和后台任务")
    assert [(row.text, row.burns) for row in work] == [
        ("坏.zip", True), ("好.zip", False), ("启用三调", True),
    ]  # fmt: skip
    assert work[0].note == "不是压缩包"
    (fault,) = rows(found, "有错误的导入")
    assert (fault.text, fault.figure) == ("DLTB.shp", "错误 1 处")
    stranger = visit(person(NEXT, "data_admin")).content.decode()
    assert not [word for word in ("坏.zip", "启用三调", "DLTB.shp") if word in stranger]


def test_a_dead_worker_is_told_to_whoever_would_wait_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clerk = person(HOME, "data_admin")
    assert home_imports.NO_WORKER in visit(clerk).content.decode()
    monkeypatch.setattr(jobs, "worker_alive", lambda: True)
    assert home_imports.NO_WORKER not in visit(clerk).content.decode()


def test_a_planner_finds_the_site_checks_of_the_own_unit() -> None:
    ours, theirs = person(HOME, "planner", unit="规划科"), person(HOME, "planner", unit="外单位")
    make_patch(HOME, "SITE-1", "1", source="选址", owner=ours.unit)
    make_patch(HOME, "SITE-2", "2", source="选址", owner=theirs.unit, shared=True)
    (row,) = rows(visit(ours), "本单位的选址检查")
    assert "SITE-1" in row.text


def test_a_reviewer_finds_decisions_whose_proposal_has_changed() -> None:
    judged()
    facts.decide(Patch.objects.get(batch__code="b990101"), drawn.word())
    drawn.judge(*Patch.objects.all())
    first, second = rows(visit(person(HOME, "reviewer")), "待复核")
    assert (first.text, first.figure, first.burns) == ("认定后初判有变", "1 个", True)
    assert second.figure == "已认定 1 / 1 个"


def test_who_may_not_decide_is_not_asked_to() -> None:
    issue(HOME, "b", 1)
    found = visit(person(HOME, "official"))
    assert not [title for title in titles(found) if "未认定" in title]
    assert door(found, "图斑核查").action == "看 b"


def test_a_visitor_of_the_demo_is_asked_to_log_in_for_more(settings: Any) -> None:
    settings.DEMO = True
    found = visit(None)
    assert found.context["waits"] == []
    assert "登录</a>后" in found.content.decode()


# ---------------------------------------------------------------- data


def test_what_is_missing_is_said_and_what_it_means() -> None:
    make_zone(HOME, "basic_farmland")
    make_zone(NEXT, "land_use")
    found = visit(person(HOME, "brigade"))
    html = found.content.decode()
    assert "一律为“数据不足”" in html
    assert found.context["counts"]["data"] == 1
    assert html.count("missing-word") == found.context["counts"]["missing"]
    assert [code for code, _ in found.context["state"].counties] == [HOME]


def test_many_counties_are_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    make_zone(HOME, "basic_farmland")
    monkeypatch.setattr(home, "MOST_COLUMNS", 1)
    html = visit(person(CITY, "brigade")).content.decode()
    assert "1 / 2" in html
    assert "县990102" in html


def test_without_regions_the_page_says_what_to_do() -> None:
    root = User.objects.create_superuser("root", password="a-long-enough-word-7")
    Region.objects.filter(level="county").update(valid_until=datetime.date(2020, 1, 1))
    assert "还没有登记县级行政区" in visit(root).content.decode()


def test_figures_that_take_long_come_after_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    judged()
    monkeypatch.setattr(home_ratios, "MOST_QUICK", 0)
    user = person(CITY, "official")
    first = visit(user)
    assert 'data-late="?patient=1"' in first.content.decode()
    assert "正在汇总" in door(first, "违法占耕比").said
    later = visit(user, patient="1")
    assert door(later, "违法占耕比").figure == "80.00 %"
    assert "data-late" not in later.content.decode()
    assert "data-late" not in visit(user).content.decode(), "what was read once is at hand"


def test_the_map_has_its_own_address_and_old_links_are_led_on() -> None:
    html = visit(person(HOME, "brigade")).content.decode()
    assert 'front-early.js" data-map="/map/"' in html
    assert '<a href="/map/">地图</a>' in html
    assert 'id="map-config"' not in html
