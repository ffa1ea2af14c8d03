"""A paper added from the desk: who may, what is refused, and what is judged again by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spatial.jobs import do_job
from spatial.models import Document, Job
from tests.browser import world as drawn
from tests.browser.world import World, degrees, make_world, reach_into_next
from tests.gisland.test_pages import reader
from tests.gisland.test_review_page import get, post
from tests.people import person

if TYPE_CHECKING:
    from pathlib import Path

    from spatial.models import User

pytestmark = pytest.mark.django_db
NUMBER = "示地〔2023〕99号"
FIELDS = {"document": NUMBER, "step": "征收", "approved_on": "2023-05-06"}


@pytest.fixture
def world(db: None, tmp_path: Path, settings: Any) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world()


def add(world: World, user: User | None = None, **told: Any) -> tuple[int, dict[str, Any]]:
    body = {"layer": "approval", "fields": FIELDS, **told}
    return post(user or world.officer, f"/review/patches/{world.patch.pk}/approval", body)


def done(world: World, job_id: int) -> dict[str, Any]:
    do_job(job_id)
    return get(world.officer, f"/review/approvals/{job_id}.json")[1]


def square(east: float, north: float, side: float) -> dict[str, Any]:
    corners = [(east, north), (east + side, north), (east + side, north + side),
               (east, north + side), (east, north)]  # fmt: skip
    return {"type": "Polygon", "coordinates": [[list(degrees(*corner)) for corner in corners]]}


def test_the_patch_is_judged_again_and_both_are_told(world: World) -> None:
    status, told = add(world)
    assert status == 200, told
    result = done(world, told["job"])["result"]
    assert (result["number"], result["area_m2"]) == (NUMBER, "10000.00")
    (change,) = [row for row in result["changes"] if row["patch"] == world.patch.pk]
    assert change["old"] == "少征多用"
    assert change["old"] != change["new"]
    moved = sum(float(row["new_m2"]) - float(row["old_m2"]) for row in change["areas"])
    assert moved == pytest.approx(0, abs=0.001)
    assert world.patch.assessments.get(is_current=True).label_term == change["new"]


def test_a_drawn_part_is_the_ground(world: World) -> None:
    told = add(world, drawing=square(0, 0, drawn.M))[1]
    assert float(told["area_m2"]) == pytest.approx(drawn.M**2, abs=1)
    assert done(world, told["job"])["state"] == "done"


def test_a_waiting_patch_on_its_ground_is_judged_too(world: World) -> None:
    told = add(world, drawing=square(-10, -10, 380))[1]
    result = done(world, told["job"])["result"]
    told_of = {row["patch"]: row for row in result["changes"]}
    assert told_of[world.waiting.pk]["old"] == "未评定"
    assert told_of[world.waiting.pk]["new"] != "未评定"


def test_a_number_that_is_known_asks_how(world: World) -> None:
    fields = {**FIELDS, "document": "示地〔2023〕1号"}
    told = add(world, fields=fields)[1]
    assert told["known"] == 1
    assert set(told["modes"]) == {"replace", "append"}
    assert not Job.objects.exists()
    told = add(world, fields=fields, mode="append")[1]
    assert done(world, told["job"])["state"] == "done"


def test_what_is_wrong_is_told_by_field(world: World) -> None:
    told = add(world, fields={"document": "", "approved_on": "去年"})[1]
    assert "document" in told["faults"]
    assert "approved_on" in told["faults"]
    assert add(world, layer="land_use")[0] == 400
    assert add(world, drawing={"type": "Point", "coordinates": [1, 2]})[0] == 400
    assert add(world, drawing=square(900_000, 0, 100))[0] in (400, 403)
    assert not Job.objects.exists()
    assert not Document.objects.filter(number=NUMBER).exists()


def test_only_who_may_register_adds_a_paper_and_only_at_home(world: World) -> None:
    planner = person(drawn.HOME, "planner", name="gui")
    status, told = add(world, planner)
    assert status == 403
    assert "登记批准" in told["detail"]
    assert add(world, world.stranger)[0] == 404
    assert post(None, f"/review/patches/{world.patch.pk}/approval", {})[0] == 401
    assert not Job.objects.exists()


def test_ground_in_the_next_county_is_not_the_officers_to_register(world: World) -> None:
    reach_into_next(world.patch)
    west = degrees(-2000, 0)[0]
    east = {"type": "Polygon", "coordinates": [
        [[west + 0.06, 33.43], [west + 0.061, 33.43], [west + 0.061, 33.431], [west + 0.06, 33.43]]
    ]}  # fmt: skip
    assert add(world, drawing=east)[0] in (400, 403)
    assert not Job.objects.exists()


def test_nobody_else_reads_the_work(world: World) -> None:
    job = add(world)[1]["job"]
    assert get(world.stranger, f"/review/approvals/{job}.json")[0] == 404
    assert reader(world.clerk).get(f"/review/approvals/{job}.json").status_code == 404
