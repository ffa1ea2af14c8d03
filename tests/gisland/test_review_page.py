"""The review desk as the server answers it: what it tells, to whom, what it refuses in words."""

from __future__ import annotations

import json
from typing import Any

import pytest

from spatial.models import Batch, Determination, Layer, ReviewAction, User
from spatial.review.status import standings
from tests.browser import world as drawn
from tests.browser.world import World, make_world, reach_into_next
from tests.gisland.test_pages import page, reader, words
from tests.people import person

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def get(user: User | None, address: str) -> Any:
    answer = reader(user).get(address, headers={"accept": "application/json"})
    return answer.status_code, answer.json()


def post(user: User | None, address: str, body: Any) -> tuple[int, dict[str, Any]]:
    answer = reader(user).post(
        address,
        json.dumps(body) if not isinstance(body, str) else body,
        content_type="application/json",
        headers={"accept": "application/json"},
    )
    return answer.status_code, answer.json()


def seen(world: World) -> str:
    return standings([world.patch.pk])[world.patch.pk].seen


def act(world: World, user: User | None = None, **body: str) -> tuple[int, dict[str, Any]]:
    address = f"/review/patches/{world.patch.pk}/act"
    return post(user or world.officer, address, {"kind": "confirm", "seen": seen(world), **body})


# ---------------------------------------------------------------- who sees what


def test_the_desk_offers_only_what_its_reader_has(world: World) -> None:
    html = page(world.officer, "/review/")
    assert "绘图县" in html
    assert "邻县" not in html
    official = person(drawn.HOME, "official", name="li")
    assert '"may_decide": false' in page(official, "/review/")
    assert '"may_decide": true' in html


def test_another_county_sees_none_of_it(world: World) -> None:
    status, told = get(world.stranger, "/review/queue.json")
    assert (status, told["rows"]) == (200, [])
    assert get(world.stranger, "/review/totals.json")[1]["count"] == 0
    assert get(world.stranger, f"/review/patches/{world.patch.pk}.json")[0] == 404
    assert act(world, world.stranger)[0] == 403
    line = {"line": [[118, 30], [119, 31]]}
    assert post(world.stranger, f"/review/patches/{world.patch.pk}/parts", line)[0] == 404
    assert not Determination.objects.exists()


@pytest.mark.parametrize("address", ["queue.json", "totals.json", "actions.json"])
def test_who_is_not_logged_in_is_told_so(world: World, address: str) -> None:
    assert get(None, f"/review/{address}")[0] == 401


def test_a_hidden_layer_hides_labels_marks_and_filters(world: World) -> None:
    Layer.objects.filter(pk__in=("basic_farmland", "approval")).update(secrecy="secret")
    admin = person(drawn.HOME, "admin", name="root")
    (row,) = [row for row in get(admin, "/review/queue.json")[1]["rows"]
              if row["id"] == world.patch.pk]  # fmt: skip
    assert row["label"] == "无权查看该项"
    assert "basic_farm" not in row["marks"]
    assert row["areas"]["basic_farm"] is None
    assert get(admin, "/review/queue.json?mark=basic_farm")[1]["rows"] == []
    assert get(admin, "/review/totals.json")[1]["basic_farm"]["area_m2"] is None
    told = get(admin, f"/review/patches/{world.patch.pk}.json")[1]
    assert "YN-7" not in told["html"]


# ---------------------------------------------------------------- what it tells


def test_the_drawer_tells_proposal_pieces_marks_and_sources(world: World) -> None:
    told = get(world.officer, f"/review/patches/{world.patch.pk}.json")[1]
    said = words(told["html"])
    for word in ("疑似", "碎块与理由", "占用永久基本农田", "示地〔2023〕1号", "推定", "依据"):
        assert word in said
    assert told["seen"] == seen(world)
    assert {"lawful", "unfiled"} & {row["code"] for row in told["conclusions"]} or len(
        told["conclusions"]
    ) > 20
    waiting = get(world.officer, f"/review/patches/{world.waiting.pk}.json")[1]
    assert waiting["assessment"] is None
    assert "尚未评定" in waiting["html"]


def test_an_act_is_told_and_can_be_undone(world: World) -> None:
    status, told = act(world)
    assert status == 200
    assert told["rows"][0]["status"] == "confirmed"
    assert "已确认：确认初判" in words(
        get(world.officer, f"/review/patches/{world.patch.pk}.json")[1]["html"]
    )
    (action,) = get(world.officer, "/review/actions.json")[1]["actions"]
    assert action["id"] == told["action"]["id"]
    assert post(world.officer, "/review/undo", {"action": action["id"]})[0] == 200
    assert get(world.officer, "/review/actions.json")[1]["actions"] == []


def test_a_stale_page_is_told_who_decided(world: World) -> None:
    before = seen(world)
    act(world)
    status, told = act(world, seen=before)
    assert status == 409
    assert "zhang 已于" in told["detail"]


def test_many_are_decided_only_as_shown(world: World) -> None:
    asked = {"kind": "confirm", "filters": {"status": "open"}, "count": 1, "area_m2": "1"}
    status, told = post(world.officer, "/review/act", asked)
    assert status == 409
    assert "没有处置任何图斑" in told["detail"]
    shown = get(world.officer, "/review/totals.json?status=open")[1]
    asked |= {"count": shown["count"], "area_m2": shown["area_m2"]}
    status, told = post(world.officer, "/review/act", asked)
    assert (status, told["count"]) == (200, 1)


# ---------------------------------------------------------------- what it refuses


@pytest.mark.parametrize(
    ("address", "body", "said"),
    [
        ("/review/act", "nonsense", "不是 JSON"),
        ("/review/act", [1], "应为一个 JSON 对象"),
        ("/review/act", {"kind": "confirm"}, "须带页面上显示的个数和面积"),
        ("/review/act", {"kind": "confirm", "count": 1, "area_m2": "1"}, "须带筛选条件"),
        ("/review/undo", {}, "没有说明撤销哪一次"),
        ("/review/undo", {"action": 10**30}, "只能撤销自己的处置"),
        ("/review/patches/{pk}/act", {"kind": "burn"}, "没有处置方式 burn"),
        ("/review/patches/{pk}/act", {"kind": "confirm", "note": "字" * 1001}, "最长 1000 字"),
        ("/review/patches/{pk}/parts", {"line": [[1, 2]]}, "分割线应有 2 到"),
        ("/review/patches/{pk}/parts", {"line": [["a", 2], [3, 4]]}, "坐标有误"),
        ("/review/patches/{pk}/parts", {"line": [[float("nan"), 2], [3, 4]]}, "坐标有误"),
        ("/review/patches/{pk}/parts", {"line": [[999, 2], [3, 4]]}, "不在经纬度范围内"),
        ("/review/patches/{pk}/parts", {"line": [[1, 2], [3, 4]]}, "没有把图斑"),
        ("/review/patches/{pk}/split", {"line": [[1, 2], [3, 4]]}, "须逐部分给出判定"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    world: World, address: str, body: Any, said: str
) -> None:
    status, told = post(world.officer, address.format(pk=world.patch.pk), body)
    assert status in (400, 403), told
    assert said in told["detail"]
    assert not Determination.objects.exists()


@pytest.mark.parametrize(
    "query",
    [
        "cursor=xx",
        "order=random",
        "area_from=abc",
        "at=1",
        "area_from=9&area_to=1",
        "date_from=2025-01-01&date_to=2024-01-01",
        f"q={'x' * 201}",
    ],
)
def test_a_bad_question_is_answered_in_words(world: World, query: str) -> None:
    status, told = get(world.officer, f"/review/queue.json?{query}")
    assert status == 400
    assert any("一" <= sign <= "鿿" for sign in told["detail"])


# ---------------------------------------------------------------- what else is told


def test_who_else_has_the_patch_open_is_told(world: World) -> None:
    address = f"/review/patches/{world.patch.pk}/visit"
    colleague = person(drawn.HOME, "brigade", name="zhao")
    assert post(world.officer, address, {})[1]["others"] == []
    assert post(colleague, address, {})[1]["others"] == ["zhang"]
    before = post(world.officer, address, {})[1]
    assert before["others"] == ["zhao"]
    act(world, colleague)
    after = post(world.officer, address, {})[1]
    assert after["seen"] != before["seen"]
    assert after["last"].startswith("zhao 已于")
    elsewhere = f"/review/patches/{world.waiting.pk}/visit"
    post(colleague, elsewhere, {})
    assert post(world.officer, address, {})[1]["others"] == []
    assert post(world.stranger, address, {})[0] == 404


def test_only_images_that_there_are_stand_with_the_decision(world: World) -> None:
    assert act(world, images=[987654])[0] == 200  # type: ignore[arg-type]
    assert ReviewAction.objects.get().images == []
    assert act(world, images="all")[0] == 400


def test_without_a_batch_what_burns_is_told(world: World) -> None:
    Batch.objects.filter(code="wait").update(report_due_on="2026-01-01")
    clocks = get(world.officer, "/review/totals.json")[1]["clocks"]
    assert [clock["batch"] for clock in clocks] == ["wait", "case-0"]
    (chosen,) = get(world.officer, "/review/totals.json?batch=case-0")[1]["clocks"]
    assert chosen["left"] == 1


def test_areas_beyond_the_counties_are_not_told(world: World) -> None:
    before = get(world.officer, "/review/totals.json?status=open")[1]
    assert (before["basic_farm"]["area_m2"], before["outside_m2"]) == ("5000.00", "0.00")
    reach_into_next(world.patch)
    told = get(world.officer, "/review/totals.json?status=open")[1]
    assert told["outside_m2"] == "5000.00"
    assert told["basic_farm"] == {"area_m2": "0.00", "unknown": 1}
    (row,) = get(world.officer, "/review/queue.json?status=open")[1]["rows"]
    assert row["outside_m2"] == "5000.00"
    assert set(row["areas"].values()) == {None}
