"""One paper at the page: pasted, looked at, registered, amended, withdrawn; or nothing at all."""

from __future__ import annotations

import json
import os
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from imports import activate, approvals, kept_ground, pasted, tasks
from imports.models import Delivery
from spatial.errors import InputRefused, NotAllowed
from spatial.jobs import do_job
from spatial.models import Document, Job, Zone
from tests.imports.conftest import EAST, WEST, projected, square
from tests.people import person

pytestmark = pytest.mark.django_db

FIELDS = {"document": "示政地〔2024〕1号", "step": "征收", "approved_on": "2024-01-05",
          "holder_name": "示范公司"}  # fmt: skip
GROUND = square(119.95, 33.05)


def points(geom=GROUND, epsg=4490, *, east_first=False, comma=",") -> str:
    found = projected(geom, epsg).exterior.coords if epsg != 4490 else geom.exterior.coords
    return "\n".join(
        comma.join(f"{value:.8f}" for value in ((x, y) if east_first else (y, x))) for x, y in found
    )


@pytest.fixture
def clerk(counties):
    return person(WEST, "data_admin")


def kept(text: str, by) -> str:
    found = pasted.as_file(text)
    return kept_ground.keep(found.name, [found.data], by)


def register(by, text=None, *, mode="", layer="approval", **more):
    path = kept_ground.path_of(kept(text or points(), by), by)
    return approvals.add(layer, path, {**FIELDS, **more}, by=by, mode=mode)


def open_zones():
    return Zone.objects.filter(recorded_until__isnull=True, version__status="active")


@pytest.mark.parametrize(
    "text",
    [
        points(),
        points(east_first=True),
        points(comma="\t"),
        points(epsg=4528),
        points(epsg=4528, east_first=True),
        points(epsg=4549),
        "\n".join(f"J{at}，1，{line}" for at, line in enumerate(points(epsg=4528).splitlines())),
        ";".join(points(comma=" ").splitlines()),
        GROUND.wkt,
        "119°57′00″ 33°3′0″\n119°57′3.6″ 33°3′0″\n119°57′3.6″ 33°3′3.6″\n119°57′0″ 33°3′3.6″",
        json.dumps({"type": "Polygon", "coordinates": [list(GROUND.exterior.coords)]}),
    ],
    ids=["lat-lon", "lon-lat", "tabs", "zone", "zone-east-first", "no-zone", "labels",
         "one-line", "wkt", "dms", "geojson"],
)  # fmt: skip
def test_coordinates_are_read_however_they_are_pasted(clerk, text):
    path = kept_ground.path_of(kept(text, clerk), clerk)
    seen = approvals.look("approval", path, FIELDS, by=clerk)
    assert seen.area_m2 == pytest.approx(Decimal("10350"), abs=Decimal(30))
    assert [county["code"] for county in seen.parcels[0].counties] == [WEST]


def test_blank_lines_part_parcels_and_closed_rings_begin_holes(clerk):
    ring = points()
    hole = points(square(119.9502, 33.0502, 0.0002))
    other = points(square(119.953, 33.05))
    path = kept_ground.path_of(kept(f"东块\n{ring}\n{hole}\n\n西块\n{other}", clerk), clerk)
    seen = approvals.look("approval", path, FIELDS, by=clerk)
    assert len(seen.parcels) == 2
    assert seen.parcels[0].area_m2 < seen.parcels[1].area_m2


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "没有粘贴坐标"), ("甲乙丙", "没有坐标"), ("12345678.1 99999999.2", "第 1 行")],
)
def test_what_is_no_coordinate_is_named(text, words):
    with pytest.raises(InputRefused, match=words):
        pasted.as_file(text)


def test_a_paper_is_registered_with_its_ground_its_dates_and_its_holder(clerk):
    done = register(clerk)
    (zone,) = open_zones()
    assert (zone.document.number, zone.holder.name) == ("示政地〔2024〕1号", "示范公司")
    assert zone.attributes["approved_on"] == "2024-01-05"
    assert zone.area_m2 == done.area_m2
    assert done.delivery.by == clerk
    assert done.delivery.stored_file
    with pytest.raises(InputRefused, match="已有 1 个在册地块"):
        register(clerk)
    assert open_zones().count() == 1


def test_the_same_paper_again_is_told_against_what_stands(clerk):
    register(clerk)
    moved = points(square(119.9505, 33.05))
    path = kept_ground.path_of(kept(moved, clerk), clerk)
    seen = approvals.look("approval", path, {**FIELDS, "approved_on": "2024-02-06"}, by=clerk)
    assert seen.known["zones"] == 1
    assert seen.known["gained_m2"] == pytest.approx(seen.known["lost_m2"], abs=Decimal(1))
    assert seen.known["fields"] == [{"term": "批准日期", "old": "2024-01-05", "new": "2024-02-06"}]
    register(clerk, moved, mode=approvals.REPLACE, approved_on="2024-02-06")
    (zone,) = open_zones()
    assert zone.attributes["approved_on"] == "2024-02-06"
    assert Zone.objects.filter(recorded_until__isnull=False).count() == 1


def test_the_same_ground_and_words_again_change_nothing(clerk):
    register(clerk)
    with pytest.raises(InputRefused, match="没有变化"):
        register(clerk, mode=approvals.REPLACE)
    assert Delivery.objects.count() == 1


def test_parcels_are_added_to_a_paper_beside_those_it_has(clerk):
    register(clerk)
    register(clerk, points(square(119.953, 33.05)), mode=approvals.APPEND)
    register(clerk, points(square(119.956, 33.05)), mode=approvals.APPEND)
    assert open_zones().count() == 3
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("more", "field", "words"),
    [
        ({"document": ""}, "document", "请填写批准文号"),
        ({"approved_on": "2024-13-01"}, "approved_on", "不是"),
        ({"valid_until": "2023-01-01"}, "valid_until", "早于批准日期"),
        ({"holder_code": "12345"}, "holder_code", "统一社会信用代码"),
        ({"declared_area_m2": "一亩"}, "declared_area_m2", "不是数字"),
        ({"declared_area_m2": "-3"}, "declared_area_m2", "不能为负"),
    ],
)
def test_a_field_filled_in_wrongly_is_named_in_words(more, field, words):
    _, faults = approvals.check_fields("approval", {**FIELDS, **more})
    assert words in faults[field]


def test_a_mistake_in_the_middle_writes_nothing(clerk, monkeypatch):
    def breaks(*_args, **_more):
        raise RuntimeError("断电")

    monkeypatch.setattr(activate.derive, "derive_zones", breaks)
    with pytest.raises(RuntimeError):
        register(clerk)
    assert (Zone.objects.count(), Delivery.objects.count(), Document.objects.count()) == (0, 0, 0)


def test_ground_of_another_county_is_not_registered(clerk):
    with pytest.raises((InputRefused, NotAllowed)):
        register(clerk, points(square(120.05, 33.05)))
    assert Zone.objects.count() == 0


@pytest.fixture
def browser(clerk):
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    return client


def filled(**more):
    told = {f"f_{name}": text for name, text in FIELDS.items()}
    return {"layer": "approval", "text": points(epsg=4528), **told, **more}


def finished(response) -> Job:
    job = Job.objects.get(pk=int(response.url.rstrip("/").rsplit("/", 1)[1]))
    do_job(job.pk)
    job.refresh_from_db()
    return job


def test_the_page_looks_first_and_registers_in_the_background(browser):
    url = reverse("approval_new")
    looked = browser.post(url, filled(action="look"))
    assert looked.context["look"].area_m2 > 10000
    assert Zone.objects.count() == 0
    token = looked.context["token"]
    done = browser.post(url, filled(action="add", text="", token=token, ground_name="粘贴.csv"))
    job = finished(done)
    assert (job.state, job.result["rows"]) == ("done", 1)
    assert "已登记" in browser.get(done.url).content.decode()
    assert open_zones().count() == 1
    assert not (kept_ground._root() / token).exists()


def test_the_page_takes_a_file_and_a_drawing(browser, tmp_path):
    from django.core.files.uploadedfile import SimpleUploadedFile

    file = SimpleUploadedFile("地块.csv", ("X,Y\n" + points(epsg=4528)).encode())
    looked = browser.post(reverse("approval_new"), filled(action="look", text="", file=file))
    assert looked.context["ground_name"] == "地块.csv"
    drawing = json.dumps([{"type": "Polygon", "coordinates": [list(GROUND.exterior.coords)]}])
    drawn = browser.post(reverse("approval_new"), filled(action="look", text="", drawing=drawing))
    assert drawn.context["look"].crs.startswith("EPSG:4490")
    assert drawn.context["look"].area_m2 == pytest.approx(looked.context["look"].area_m2, abs=1)
    bad = browser.post(reverse("approval_new"), filled(action="look", text="", drawing="{}"))
    assert (bad.status_code, "不是面" in bad.content.decode()) == (422, True)


def test_the_page_names_what_is_wrong_and_keeps_what_was_given(browser):
    bad = browser.post(reverse("approval_new"), filled(action="look", f_approved_on="2024-13-01"))
    page = bad.content.decode()
    assert bad.status_code == 422
    assert "不是真实存在的日期" in page
    assert "示政地〔2024〕1号" in page
    assert bad.context["token"]
    empty = browser.post(reverse("approval_new"), filled(action="look", text=""))
    assert "还没有地块" in empty.content.decode()


def test_an_area_in_mu_is_compared_in_square_metres(browser):
    told = filled(action="look", f_declared_area_m2="15", area_unit="mu")
    sums = browser.post(reverse("approval_new"), told).context["sums"]
    assert (sums["declared_m2"], sums["differs"]) == (Decimal("10000.00"), True)


def test_a_paper_is_withdrawn_at_the_page(browser, clerk):
    register(clerk)
    url = reverse("approval_new")
    shown = browser.get(url, {"layer": "approval", "withdraw": "示政地[2024]1号"})
    assert len(shown.context["withdrawn"]) == 1
    told = {"layer": "approval", "action": "withdraw", "number": FIELDS["document"]}
    assert "先勾选" in browser.post(url, told).content.decode()
    job = finished(browser.post(url, {**told, "checked": "yes"}))
    assert job.result["closed"] == 1
    assert not open_zones().exists()
    gone = browser.get(url, {"layer": "approval", "withdraw": FIELDS["document"]})
    assert "没有文号" in gone.content.decode()


def test_what_one_person_keeps_another_cannot_use(clerk):
    token = kept(points(), clerk)
    other = person(WEST, "data_admin", name="other")
    for wrong in (token, "../" + token, "", "0" * 32):
        with pytest.raises(InputRefused, match="已不在"):
            kept_ground.path_of(wrong, other)


def test_what_nobody_came_back_for_goes_after_a_day(clerk):
    old, new = kept(points(), clerk), kept(points(), clerk)
    folder = kept_ground._root() / old
    os.utime(folder, (0, folder.stat().st_mtime - kept_ground.KEPT_S - 1))
    assert tasks.prune_ground() == 1
    assert kept_ground.path_of(new, clerk).is_file()
    with pytest.raises(InputRefused, match="已不在"):
        kept_ground.path_of(old, clerk)


@pytest.mark.parametrize(("county", "role", "status"), [(WEST, "brigade", 403), (None, "", 302)])
def test_only_who_may_import_opens_the_page(counties, county, role, status):
    client = Client()
    if county:
        client.force_login(
            person(county, role), backend="django.contrib.auth.backends.ModelBackend"
        )
    assert client.get(reverse("approval_new")).status_code == status


def test_holders_are_offered_only_from_the_own_counties(browser, clerk):
    register(clerk)
    url = reverse("approval_holders")
    assert browser.get(url, {"q": "示范"}).json()["holders"] == [{"name": "示范公司", "code": ""}]
    east = Client()
    east.force_login(person(EAST, "data_admin"),
                     backend="django.contrib.auth.backends.ModelBackend")  # fmt: skip
    assert east.get(url, {"q": "示范"}).json()["holders"] == []
