"""The pages of versions: who sees what, and what a press of a button does behind the scenes."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from django.urls import reverse

from imports import activate, load
from imports.pages import versions as pages
from spatial.jobs import do_job
from spatial.models import DatasetVersion, Job, VersionStatus
from tests.imports.conftest import CITY, DAY, EAST, WEST, square, written
from tests.people import person

pytestmark = pytest.mark.django_db

LATER = datetime.date(2024, 6, 1)


@pytest.fixture
def clerk(counties):
    return person(WEST, "data_admin")


def window(user) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def staged(clerk, tmp_path) -> DatasetVersion:
    path = written(tmp_path / "a.gpkg", [{"BSM": "1", "DLBM": "0101"}], [square(119.95, 33.05)])
    activate.activate(load.stage_layer("land_use", path, valid_from=DAY, region_code=WEST))
    path = written(tmp_path / "b.gpkg", [{"BSM": "9", "DLBM": "0601"}], [square(119.95, 33.05)])
    return load.stage_layer(
        "land_use", path, valid_from=LATER, region_code=WEST
    ).versions.get()  # fmt: skip


def press(client, version, action, **more) -> Job:
    answer = client.post(reverse("version", args=[version.pk]), {"action": action, **more})
    assert answer.status_code == 302, answer.content.decode()
    job = Job.objects.latest("pk")
    do_job(job.pk)
    job.refresh_from_db()
    assert job.state == "done", job.error
    return job


def test_the_matrix_says_what_is_in_force_what_waits_and_what_is_missing(clerk, staged):
    found = window(clerk).get(reverse("versions"))
    rows = {row["layer"].code: row["cells"] for row in found.context["rows"]}
    (cell,) = rows["land_use"]
    assert cell["version"].valid_from == DAY
    assert [version.pk for version in cell["staged"]] == [staged.pk]
    assert cell["area_m2"] > 10000
    assert rows["basic_farmland"][0]["version"] is None
    page = found.content.decode()
    assert "待启用 2024-06-01" in page
    assert "无数据" in page


def test_a_version_is_shown_against_the_one_before(clerk, staged):
    found = window(clerk).get(reverse("version", args=[staged.pk]))
    page = found.content.decode()
    assert [row["after"] for row in found.context["moves"]] == ["0601 工业用地"]
    assert "与版本" in page
    assert "启用后，自 2024-06-01 起西县的三调地类以本版为准" in page
    assert found.context["map_config"]["shapes"][0]["features"]["features"]


def test_activating_and_rolling_back_by_the_page(clerk, staged):
    client = window(clerk)
    told = press(client, staged, "foretell")
    assert told.result["patch_ids"] == []
    staged.refresh_from_db()
    assert staged.status == VersionStatus.STAGED
    refused = client.post(reverse("version", args=[staged.pk]), {"action": "activate"})
    assert (refused.status_code, "先勾选" in refused.content.decode()) == (409, True)
    job = press(client, staged, "activate", checked="yes")
    assert job.result["active"] == [staged.pk]
    assert "重判" in client.get(reverse("work", args=[job.pk])).content.decode()
    again = client.post(
        reverse("version", args=[staged.pk]), {"action": "activate", "checked": "yes"}
    )
    assert again.status_code == 409
    press(client, staged, "rollback", checked="yes")
    staged.refresh_from_db()
    assert staged.status == VersionStatus.RETIRED


def test_giving_up_by_the_page(clerk, staged):
    client = window(clerk)
    press(client, staged, "discard", checked="yes")
    page = client.get(reverse("version", args=[staged.pk])).content.decode()
    assert "已放弃" in page


def test_declaring_that_there_is_nothing_by_the_page(clerk):
    client = window(clerk)
    told = {"layer": "green_line", "county": WEST, "start": "2024-01-01", "until": "2025-01-01",
            "by": "科长", "checked": "yes"}  # fmt: skip
    assert client.post(reverse("versions"), told).status_code == 302
    assert DatasetVersion.objects.get().declared_by == "科长"
    for wrong, words in (
        ({"start": "2024-13-01"}, "不是日期"), ({"county": EAST}, "行政区内"),
        ({"until": "2023-01-01"}, "应晚于"), ({"checked": ""}, "先勾选"),
    ):  # fmt: skip
        answer = client.post(reverse("versions"), {**told, **wrong})
        assert (answer.status_code, words in answer.content.decode()) == (409, True)


def test_others_read_and_do_nothing(counties, staged):
    reader = window(person(WEST, "official"))
    page = reader.get(reverse("version", args=[staged.pk])).content.decode()
    assert "0601 工业用地" in page
    assert 'value="activate"' not in page
    url = reverse("version", args=[staged.pk])
    assert reader.post(url, {"action": "activate", "checked": "yes"}).status_code == 403
    assert reader.post(reverse("versions"), {}).status_code == 403


def test_another_county_learns_nothing(counties, staged):
    stranger = window(person(EAST, "data_admin"))
    assert stranger.get(reverse("version", args=[staged.pk])).status_code == 404
    assert stranger.get(reverse("version_geojson", args=[staged.pk])).status_code == 404
    cells = [cell for row in stranger.get(reverse("versions")).context["rows"]
             for cell in row["cells"]]  # fmt: skip
    assert all(cell["version"] is None and not cell["staged"] for cell in cells)
    job = Job.objects.create(kind="activate_delivery", title="别人的", by=person(WEST, name="w"))
    assert stranger.get(reverse("work", args=[job.pk])).status_code == 404
    assert stranger.get(reverse("job", args=[job.pk])).status_code == 404
    assert stranger.post(reverse("job_stop", args=[job.pk])).status_code == 404


def test_a_job_is_watched_and_stopped_in_one_way_whatever_it_is(clerk):
    client = window(clerk)
    job = Job.objects.create(kind="activate_delivery", title="启用", by=clerk)
    page = client.get(reverse("work", args=[job.pk])).content.decode()
    assert f'data-job="{reverse("job", args=[job.pk])}"' in page
    told = client.get(reverse("job", args=[job.pk])).json()
    assert (told["open"], told["stop_url"]) == (True, reverse("job_stop", args=[job.pk]))
    answer = client.post(told["stop_url"], headers={"Accept": "text/html"})
    assert answer["Location"] == reverse("work", args=[job.pk])
    assert "已停止，没有写入任何数据" in client.get(answer["Location"]).content.decode()


def test_of_a_secret_layer_a_brigade_learns_the_sums_and_not_where(counties, staged):
    staged.layer.secrecy = "secret"
    staged.layer.save()
    found = window(person(WEST, "brigade")).get(reverse("version", args=[staged.pk]))
    page = found.content.decode()
    assert found.context["diff"].numbers["moved_m2"] != "0.00"
    assert (found.context["moves"], found.context["pieces"]) == ([], [])
    assert "map-config" not in page
    assert "0601" not in page


def test_a_large_comparison_is_made_in_the_background(clerk, staged, monkeypatch):
    monkeypatch.setattr(pages, "AT_ONCE", 1)
    client = window(clerk)
    page = client.get(reverse("version", args=[staged.pk])).content.decode()
    assert "正在后台比较" in page
    job = Job.objects.get(kind="compare_versions")
    client.get(reverse("version", args=[staged.pk]))
    assert Job.objects.count() == 1
    do_job(job.pk)
    assert client.get(reverse("version", args=[staged.pk])).context["diff"] is not None


def test_one_delivery_over_two_counties_makes_a_version_each(counties, tmp_path):
    both = [square(119.95, 33.05), square(120.05, 33.05)]
    rows = [{"BSM": str(at), "DLBM": "0101"} for at in range(2)]
    path = written(tmp_path / "a.gpkg", rows, both)
    delivery = load.stage_layer("land_use", path, valid_from=DAY, region_code=CITY)
    found = window(person(CITY, "official")).get(reverse("versions"))
    (row,) = [row for row in found.context["rows"] if row["layer"].code == "land_use"]
    assert [len(cell["staged"]) for cell in row["cells"]] == [1, 1]
    assert delivery.versions.count() == 2
