"""Site checks by the API: ground in three ways, the whole result, files, what-if, sharing."""

from __future__ import annotations

import io
import json
from decimal import Decimal
from typing import Any

import pyogrio
import pytest
import shapely
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError

from gisland.pages.site_check_api import CheckThrottle
from imports.models import ExportLog
from spatial.models import Patch
from tests import drawing, people
from tests.gisland.test_api import machine
from tests.site_ground import AS_OF, bounded, box, county, planner

pytestmark = pytest.mark.django_db
ADDRESS = "/api/site-checks/"


@pytest.fixture(autouse=True)
def region() -> None:
    cache.clear()
    bounded(county(basic_farmland={"draw": "ZZ......"}), -2000, -2000, 2000, 2000)


@pytest.fixture
def api() -> Any:
    return machine(planner())


def geojson() -> dict[str, Any]:
    return json.loads(drawing.geographic(box(0, 0, 80, 10)).geojson)


def body(**more: Any) -> dict[str, Any]:
    return {"ground": geojson(), "as_of": AS_OF.isoformat(), **more}


def sent(api: Any, told: Any) -> Any:
    return api.post(ADDRESS, told, content_type="application/json")


def test_a_geojson_is_checked_and_found_again(api: Any) -> None:
    answer = sent(api, body(title="示范项目"))
    assert answer.status_code == 201
    told = answer.json()
    assert (told["format"], told["format_version"]) == ("gisland.site-check", 1)
    farm = next(row for row in told["lines"] if row["code"] == "basic_farm")
    assert (farm["answer"], round(Decimal(farm["area_m2"]))) == ("hit", 200)
    rows = [Decimal(row["area_m2"]) for row in told["land"]["rows"]]
    assert sum(rows) == Decimal(told["site"]["area_m2"])
    again = api.get(f"{ADDRESS}{told['id']}/")
    assert again.json()["lines"] == told["lines"]
    assert again.json()["changed"] == ""
    assert "private" in again["Cache-Control"]
    assert [row["id"] for row in api.get(ADDRESS).json()["results"]] == [told["id"]]
    assert sent(api, body(title="示范项目")).status_code == 200


def test_bare_geojson_pasted_coordinates_and_files_are_taken(api: Any) -> None:
    ring = geojson()["coordinates"][0][0]
    pasted = "\n".join(f"{x:.9f},{y:.9f}" for x, y in ring)
    file = SimpleUploadedFile("厂区.geojson", json.dumps(geojson()).encode())
    answers = [
        sent(api, geojson()),
        sent(api, {"coordinates": pasted, "as_of": "2026-01-01"}),
        api.post(ADDRESS, {"file": file, "as_of": "2026-01-01", "title": "按文件"}),
    ]
    assert [answer.status_code for answer in answers] == [201, 201, 201]
    assert {round(Decimal(one.json()["site"]["area_m2"])) for one in answers} == {800}
    assert answers[2].json()["source_note"].startswith("厂区.geojson（GeoJSON")


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({}, "须给且只给一个"),
        ({"ground": {"type": "Point", "coordinates": [117, 33]}}, "应是 GeoJSON 的面"),
        ({"ground": {"type": "Polygon", "coordinates": [[1, 2]]}}, "坐标读不出来"),
        ({"ground": {"type": "Polygon", "coordinates": []}}, "没有坐标"),
        ({"coordinates": "你好"}, "没有坐标"),
        ({"ground": "x"}, "不是 JSON"),
        ({"coordinates": "1 2", "purpose": "land-enforcement"}, ""),
        ({"ground": None}, ""),
        ({"ground": {"type": "FeatureCollection", "features": [None, 3]}}, "不是面"),
        ({"moon": 1}, "没有这些参数"),
        ([1, 2], "请求体应是"),
    ],
)
def test_nonsense_is_answered_in_words(api: Any, told: Any, said: str) -> None:
    answer = sent(api, told)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    assert said in json.dumps(answer.json(), ensure_ascii=False)
    assert not Patch.objects.exists()


def test_others_see_nothing_until_it_is_shared(api: Any) -> None:
    number = sent(api, body()).json()["id"]
    other = machine(planner(unit="别的科"))
    for end in ("/", ".geojson", "/what-if/"):
        assert other.get(f"{ADDRESS}{number}{end}").status_code == 404
    share = f"{ADDRESS}{number}/share/"
    assert other.post(share, {"shared": True}, content_type="application/json").status_code == 404
    told = api.post(share, {"shared": True}, content_type="application/json")
    assert told.json() == {"id": number, "shared": True}
    assert other.get(f"{ADDRESS}{number}/").json()["own"] is False
    assert other.post(share, {"shared": False}, content_type="application/json").status_code == 403


def test_who_may_not_check_is_refused() -> None:
    assert sent(machine(people.person("990101", "official", unit="办")), body()).status_code == 403
    assert sent(machine(people.person(None, "planner", unit="")), body()).status_code == 403


def test_shapes_as_files_are_on_record(api: Any, tmp_path: Any) -> None:
    number = sent(api, body()).json()["id"]
    told = api.get(f"{ADDRESS}{number}.geojson")
    parts = [(one["properties"]["LX"], one["properties"]["DM"]) for one in told.json()["features"]]
    assert parts[0][0] == "选址范围"
    assert ("涉及", "basic_farm") in parts
    path = tmp_path / "site.gpkg"
    path.write_bytes(api.get(f"{ADDRESS}{number}.gpkg").content)
    frame = pyogrio.read_dataframe(path)
    assert len(frame) == len(parts)
    assert shapely.is_valid(frame.geometry.to_numpy()).all()
    assert ExportLog.objects.filter(what="site").count() == 2
    assert api.get(f"{ADDRESS}{number}.exe").status_code == 400


def test_what_if(api: Any) -> None:
    number = sent(api, body()).json()["id"]
    told = api.get(f"{ADDRESS}{number}/what-if/?radius_m=300").json()
    assert round(Decimal(told["remaining"]["area_m2"])) == 600
    assert told["shift"]["distance_m"] == pytest.approx(10, abs=1.1)
    for wrong in ("lines=moon", "radius_m=0", "radius_m=x", "moon=1"):
        assert api.get(f"{ADDRESS}{number}/what-if/?{wrong}").status_code == 400


def test_too_many_checks_a_minute_are_held_back(api: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(CheckThrottle, "rate", "1/min")
    assert sent(api, body()).status_code == 201
    refused = sent(api, body())
    assert (refused.status_code, refused.json()["title"]) == (429, "请求过于频繁")
    assert api.get(ADDRESS).status_code == 200


def test_the_schema_tells_of_it(api: Any) -> None:
    paths = api.get("/api/schema/?format=json").json()["paths"]
    assert set(paths["/api/site-checks/"]) == {"get", "post"}
    assert "429" in paths["/api/site-checks/"]["post"]["responses"]


# ---------------------------------------------------------------- the command


def run(*words: str) -> str:
    written = io.StringIO()
    call_command(
        "check_site", *words, "--as-of", "2026-01-01", stdout=written, stderr=io.StringIO()
    )
    return written.getvalue()


@pytest.fixture
def file(tmp_path: Any) -> str:
    path = tmp_path / "厂区.geojson"
    path.write_text(json.dumps(geojson()), encoding="utf-8")
    return str(path)


def test_the_command_says_it_in_lines(file: str) -> None:
    told = run(file)
    assert "厂区（SITE-20260101-" in told
    assert "占用永久基本农田：涉及 200." in told
    assert "占用生态保护红线：不涉及" in told


def test_the_command_prints_json_alone_and_as_the_api(file: str) -> None:
    planner()
    told = json.loads(run(file, "--json", "--unit", "规划科"))
    api = machine(planner())
    assert api.get(f"{ADDRESS}{told['id']}/").json()["lines"] == told["lines"]
    assert (told["unit"], told["shared"]) == ("规划科", False)


def test_the_command_names_what_is_wrong(file: str, tmp_path: Any) -> None:
    for words, said in (
        ((file, "--ruleset", "moon"), "没有选址用途 moon"),
        ((file, "--user", "nobody"), "没有账号 nobody"),
        ((file, "--unit", "无"), "没有单位 无"),
        ((file, "--as-of", "soon"), "不是日期"),
        ((file, "--json", "--pdf", "x.pdf"), "只能选一个"),
        ((str(tmp_path / "none.shp"),), "none.shp"),
    ):
        with pytest.raises(CommandError, match=said):
            call_command("check_site", *words, stdout=io.StringIO(), stderr=io.StringIO())
    assert not Patch.objects.exists()
