"""The map, the list of patches and the patch page, as the server writes them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from spatial import units
from spatial.models import Layer, Patch
from tests.browser import world as drawn
from tests.browser.world import World, make_world, reach_into_next
from tests.people import person

if TYPE_CHECKING:
    from spatial.models import User

pytestmark = pytest.mark.django_db
OUTSIDE_ADDRESS = re.compile(r"(?:https?:)?//(?!www\.w3\.org/)[\w-]+\.[\w.-]+")


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def reader(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def page(user: User | None, address: str) -> str:
    answer = reader(user).get(address)
    assert answer.status_code == 200, answer.content.decode()
    assert "private" in answer["Cache-Control"]
    return answer.content.decode()


def patch_page(world: World, user: User | None = None) -> str:
    return page(user or world.officer, f"/patches/{world.patch.pk}/")


def context(user: User, address: str) -> Any:
    return reader(user).get(address).context


def words(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


# ---------------------------------------------------------------- who sees what


@pytest.mark.parametrize("address", ["/", "/map/", "/patches/", "/patches/{pk}/"])
def test_a_visitor_is_sent_to_the_login_and_back(world: World, address: str) -> None:
    wanted = address.format(pk=world.patch.pk)
    answer = reader(None).get(wanted)
    assert answer.status_code == 302
    assert answer["Location"] == f"/login/?next={wanted}"


@pytest.mark.parametrize("address", ["/", "/map/", "/patches/", "/patches/{pk}/"])
def test_the_demo_shows_its_strip_and_asks_for_no_login(
    world: World, settings: Any, address: str
) -> None:
    settings.DEMO = True
    html = page(None, address.format(pk=world.patch.pk))
    assert 'class="demo-strip"' in html
    assert "虚构" in html
    assert 'class="demo-strip"' not in page_without_demo(world, settings)


def page_without_demo(world: World, settings: Any) -> str:
    settings.DEMO = False
    return patch_page(world)


def test_a_patch_of_another_county_is_not_found(world: World) -> None:
    answer = reader(world.stranger).get(f"/patches/{world.patch.pk}/")
    assert answer.status_code == 404
    html = answer.content.decode()
    assert "没有这个地址，或您无权查看" in html
    assert drawn.JCBH not in html
    assert drawn.JCBH not in page(world.stranger, "/patches/")


def test_an_account_without_role_is_told_why(world: World) -> None:
    world.officer.roles = []
    world.officer.save()
    answer = reader(world.officer).get("/")
    assert answer.status_code == 403
    assert "没有可查看的行政区或角色" in answer.content.decode()


@pytest.mark.parametrize("address", ["/", "/map/", "/patches/", "/patches/{pk}/", "/login/"])
def test_no_page_names_an_outside_address_or_holds_code(world: World, address: str) -> None:
    html = page(world.officer, address.format(pk=world.patch.pk)) if address != "/login/" else (
        reader(None).get(address).content.decode()
    )  # fmt: skip
    assert OUTSIDE_ADDRESS.findall(html) == []
    assert "<style" not in html
    assert not re.search(r'\s(?:style|on\w+)="', html)
    scripts = re.findall("<script[^>]*", html)
    assert all("src=" in tag or "application/json" in tag for tag in scripts)


# ---------------------------------------------------------------- the map


def test_the_map_is_told_layers_with_their_stamp_and_zooms(world: World) -> None:
    config = context(world.officer, "/map/")["map_config"]
    layers = {layer["id"]: layer for layer in config["layers"]}
    assert {"land_use", "basic_farmland", "approval", "counties", "township"} <= set(layers)
    assert config["layers"][-1]["id"] == "patches"
    assert all(re.search(r"/live/\{z\}/\{x\}/\{y\}\.mvt\?v=\w+$", each["url"])
               for each in layers.values())  # fmt: skip
    assert layers["land_use"]["maxzoom"] == 15
    assert layers["patches"]["tile_maxzoom"] == 16
    west, south, east, north = config["bounds"]
    assert west < drawn.degrees(0, 0)[0] < east
    assert south < drawn.degrees(0, 0)[1] < north


def test_a_layer_that_may_not_be_seen_is_not_named(world: World) -> None:
    Layer.objects.filter(code="ecological_redline").update(secrecy="secret")
    config = context(world.officer, "/map/")["map_config"]
    assert "ecological_redline" not in [layer["id"] for layer in config["layers"]]


# ---------------------------------------------------------------- the list


def test_the_list_sums_what_it_shows(world: World) -> None:
    found = context(world.officer, "/patches/")
    areas = [row["patch"].area_m2 for row in found["rows"]]
    assert len(areas) == 2
    assert found["total"] == {"count": 2, "area_m2": sum(areas)}
    html = page(world.officer, "/patches/")
    assert f"{sum(areas):,}" in html
    assert "未评定" in html


@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("batch=wait", {"320002"}),
        ("batch=none", set()),
        ("county=990101", {"320001", "320002"}),
        ("county=990102", set()),
        ("label=illegal", {"320001"}),
        ("label=legal", set()),
        ("q=320002", {"320002"}),
        ("q=wait/990101", {"320002"}),
        ("q=320002&label=illegal", set()),
    ],
)
def test_the_list_filters(world: World, query: str, numbers: set[str]) -> None:
    answer = reader(world.officer).get(f"/patches/?{query}")
    assert {row["patch"].jcbh for row in answer.context["rows"]} == numbers
    if not numbers:
        assert "没有符合条件的图斑" in answer.content.decode()


# ---------------------------------------------------------------- the patch page


def test_an_unjudged_patch_says_what_to_do(world: World) -> None:
    html = page(world.officer, f"/patches/{world.waiting.pk}/")
    assert "尚未评定" in html
    assert "classify --patch" in html
    assert 'id="pieces-title"' not in html
    assert "pieces-" not in html


def test_the_sums_of_the_page_are_those_of_the_database(world: World) -> None:
    found = context(world.officer, f"/patches/{world.patch.pk}/")
    assessment = world.patch.assessments.get(is_current=True)
    stored = {row.term: row.area_m2 for row in assessment.conclusions.all()}
    assert {row["term"]: row["area_m2"] for row in found["conclusions"]} == stored
    pieces = list(assessment.pieces.order_by("seq"))
    assert [piece["area_m2"] for piece in found["pieces"]] == [piece.area_m2 for piece in pieces]
    assert sum(piece.area_m2 for piece in pieces) == world.patch.area_m2
    mu = sum((piece["mu"] for piece in found["pieces"]), Decimal(0)) + found["rest_mu"]
    assert mu == units.mu(world.patch.area_m2)
    html = words(patch_page(world))
    assert f"合计 {len(pieces)} 块 {mu:,} {world.patch.area_m2:,}" in html
    for mark in assessment.marks.filter(answer=True):
        assert f"{mark.area_m2:,}" in html


def test_the_page_says_why_in_the_offices_words(world: World) -> None:
    html = patch_page(world)
    text = words(html)
    assert "疑似" in text
    assert "初判，未经人工判定" in text
    assert "占用永久基本农田" in text
    assert "不满足：图斑的实地结果属于“未变化”" in text
    assert "依据：《土地管理法》" in text
    assert "示地〔2023〕1号" in text
    assert "批准日期 2023-01-01" in text
    assert "0101 水田" in text
    assert "approved_on" not in html
    assert "field_result" not in html
    assert "按存档数据重算一致" in text


def test_the_page_leads_back_to_the_map_at_its_place(world: World) -> None:
    lng, lat = drawn.degrees(2 * drawn.M, drawn.M / 2)
    (zoom, north, east) = re.search(
        r'href="/map/#(\d+)/([\d.]+)/([\d.]+)"', patch_page(world)
    ).groups()
    assert zoom == "17"
    assert (float(east), float(north)) == pytest.approx((lng, lat), abs=1e-5)


def test_ground_of_another_county_is_only_called_outside(world: World) -> None:
    """The east half lies in the next county: its zones, verdict and data are not told."""
    reach_into_next(world.patch)
    found = context(world.officer, f"/patches/{world.patch.pk}/")
    beyond = [piece for piece in found["pieces"] if piece["outside"]]
    assert beyond
    assert all("notions" not in piece for piece in beyond)
    area = sum(piece["area_m2"] for piece in beyond)
    text = words(patch_page(world))
    assert f"区外 {area:,.2f} m² 未核查" in text
    for foreign in ("YN-NEXT", "邻镇", "邻县"):
        assert foreign not in text
    farmland = next(mark for mark in found["marks"] if mark["code"] == "basic_farm")
    assert farmland["said"] == "区内涉及"
    assert farmland["area_m2"] == sum(
        piece["area_m2"] for piece in found["pieces"] if not piece["outside"]
    )
    assert "区内不涉及" in text
    assert " 不涉及 " not in text
    mine = person("990100", "brigade", name="city")
    assert "YN-NEXT" in patch_page(world, mine)


def test_a_verdict_over_a_hidden_layer_is_hidden(world: World) -> None:
    """Who may not know of a layer is not told of it by label, conclusion, mark or reason."""
    Layer.objects.filter(code__in=("basic_farmland", "approval")).update(secrecy="secret")
    clerk = person("990101", "admin", name="clerk")
    assert "永久基本农田" in patch_page(world)
    label = world.patch.assessments.get(is_current=True).label_term
    for address in (f"/patches/{world.patch.pk}/", "/patches/"):
        html = page(clerk, address)
        assert "无权查看该项" in html
        assert label not in html
    found = context(clerk, f"/patches/{world.patch.pk}/")
    assert found["style"] == "other"
    assert "basic_farm" not in [mark["code"] for mark in found["marks"]]
    assert "YN-7" not in patch_page(world, clerk)
    assert not context(clerk, "/patches/?label=illegal")["rows"]
    areas = [row["area_m2"] for row in found["conclusions"]]
    assert sum(areas) == world.patch.area_m2


def test_the_map_of_the_page_shows_pieces_in_place_of_the_patch(world: World) -> None:
    config = context(world.officer, f"/patches/{world.patch.pk}/")["map_config"]
    layers = {layer["id"]: layer for layer in config["layers"]}
    assert layers["patches"]["except"] == [world.patch.pk]
    assert config["layers"][-1]["id"] == "pieces"
    assert config["selected"] == {"layer": "patches", "id": world.patch.pk}
    assert layers["land_use"]["visible"] is False
    assert config["layers_open"] is False
    assert Patch.objects.count() == 2
