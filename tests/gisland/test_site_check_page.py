"""The site check's pages: whose they are, what they print, and what they say to bad input."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from gisland.pages.site_asked import of_the_page
from imports.models import ExportLog
from spatial.models import Layer, Patch
from tests import people
from tests.site_ground import bounded, county, parcel, planner

if TYPE_CHECKING:
    from django.http import HttpResponse

    from spatial.models import Region, User

pytestmark = pytest.mark.django_db
PAGE = "/site-check/"
HALF = {"draw": "ZZ......", "Z": {"code": "永农-1"}}


@pytest.fixture
def home() -> Region:
    """Eight cells of ten metres, the two in the west 永农."""
    return bounded(county(basic_farmland=HALF), -500, -500, 500, 500)


def seat(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def drawn(*bounds: float) -> str:
    shape = parcel(*(bounds or (0, 0, 80, 10)))
    feature = {"type": "Feature", "properties": {"name": "东块"},
               "geometry": json.loads(shape.geom.geojson)}  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def asked(**more: Any) -> dict[str, Any]:
    return {"purpose": "site-selection", "title": "甲厂", "way": "drawn", "drawn": drawn(), **more}


def text_of(answer: HttpResponse) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain)


def made(client: Client, **more: Any) -> str:
    """The address of a check that was just made."""
    answer = client.post(PAGE, asked(**more))
    assert answer.status_code == 302, text_of(answer)
    return str(answer["Location"])


def block(answer: HttpResponse, name: str) -> Any:
    found = re.search(rf'<script id="{name}"[^>]*>(.*?)</script>', answer.content.decode(), re.S)
    assert found is not None
    return json.loads(found[1])


# ---------------------------------------------------------------- what the page prints


def test_a_drawn_site_is_answered_line_by_line_with_sums_that_close(home: Region) -> None:
    client = seat(planner())
    said = text_of(client.get(made(client)))
    assert "占用永久基本农田 涉及 0.30 亩 200.0" in said
    assert "《土地管理法》第三十三条至第三十五条" in said
    assert "占用生态保护红线 不涉及" in said
    assert "永农-1" in said, said[said.index("占用永久") :][:600]
    assert "农用地 1.20 800.0" in said
    assert "没有查的" in said


def test_the_map_is_given_the_site_and_the_ground_of_each_line(home: Region) -> None:
    client = seat(planner())
    told = block(client.get(made(client)), "site-config")
    assert [one["properties"]["name"] for one in told["drawn"]["features"]] == ["东块"]
    sets = {one["id"]: one for one in told["shapes"]}
    assert sets["hit-basic_farm"]["look"]["hatch"] != sets["hit-on_cultivated"]["look"]["hatch"]
    assert sets["hit-basic_farm"]["visible"] is True


def test_what_if_says_what_remains_and_gives_it_to_the_map(home: Region) -> None:
    client = seat(planner())
    answer = client.get(f"{made(client)}?avoid=basic_farm")
    said = text_of(answer)
    assert "仍为一整块" in said
    assert "第 1 块 0.90" in said
    assert "rest" in {one["id"] for one in block(answer, "site-config")["shapes"]}


def test_an_address_that_avoids_what_is_no_line_says_so(home: Region) -> None:
    client = seat(planner())
    answer = client.get(f"{made(client)}?avoid=moon")
    assert answer.status_code == 200
    assert "没有管控线 moon" in text_of(answer)


def test_the_same_question_again_leads_to_the_same_check(home: Region) -> None:
    client = seat(planner())
    first = made(client)
    assert made(client) == first
    assert "已查过" in text_of(client.get(first))


# ---------------------------------------------------------------- whose it is


def test_another_unit_sees_a_check_only_once_it_is_shared(home: Region) -> None:
    own, other = seat(planner()), seat(planner(unit="别的单位"))
    address = made(own)
    assert other.get(address).status_code == 404
    assert "甲厂" not in text_of(other.get(PAGE))
    assert other.post(f"{address}share", {"shared": "1"}).status_code == 404
    own.post(f"{address}share", {"shared": "1"})
    assert other.get(address).status_code == 200
    assert "甲厂" in text_of(other.get(PAGE))
    assert other.post(f"{address}share", {"shared": "0"}).status_code == 403
    assert other.post(f"{address}title", {"title": "乙厂"}).status_code == 403
    own.post(f"{address}share", {"shared": "0"})
    assert other.get(address).status_code == 404


@pytest.mark.parametrize("what", ["", "extract.pdf", "site.xlsx", "site.geojson", "share"])
def test_another_county_finds_nothing_even_of_a_shared_check(home: Region, what: str) -> None:
    own = seat(planner())
    address = made(own)
    own.post(f"{address}share", {"shared": "1"})
    county("990102")
    stranger = seat(planner("990102", "邻县规划科"))
    answer = stranger.post(address + what) if what == "share" else stranger.get(address + what)
    assert answer.status_code == 404


def test_a_leader_reads_what_is_shared_and_cannot_check_nor_take_files(home: Region) -> None:
    own = seat(planner())
    address = made(own)
    own.post(f"{address}share", {"shared": "1"})
    leader = seat(people.person("990101", "official", unit="领导"))
    said = text_of(leader.get(address))
    assert "占用永久基本农田 涉及" in said
    assert "XLSX" not in said
    assert leader.get(f"{address}site.xlsx").status_code == 403
    assert leader.get(f"{address}site.geojson").status_code == 403
    assert leader.post(PAGE, asked()).status_code == 403


def test_ground_of_a_secret_layer_is_measured_and_not_drawn(home: Region) -> None:
    client = seat(planner())
    address = made(client)
    Layer.objects.filter(code="basic_farmland").update(secrecy="secret")
    answer = client.get(address)
    assert "占用永久基本农田 涉及 0.30 亩" in text_of(answer)
    assert "永农-1" not in text_of(answer)
    told = block(answer, "site-config")
    assert "hit-basic_farm" not in {one["id"] for one in told["shapes"]}
    assert "不能据以避让" in text_of(client.get(f"{address}?avoid=basic_farm"))


# ---------------------------------------------------------------- bad input, in words


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"drawn": ""}, "还没有范围"),
        ({"drawn": "{"}, "没有传完整"),
        ({"drawn": json.dumps({"type": "Point", "coordinates": [118, 33]})}, "应是 GeoJSON 的面"),
        ({"purpose": "no-such"}, "没有选址用途 no-such"),
        ({"title": "长" * 61}, "超过 60 字"),
        ({"way": "pasted", "pasted": "一二三"}, "没有坐标"),
        ({"way": "file"}, "没有收到文件"),
    ],
)
def test_what_cannot_be_checked_is_said_on_the_page(
    home: Region, given: dict[str, str], said: str
) -> None:
    answer = seat(planner()).post(PAGE, asked(**given))
    assert answer.status_code == 400
    assert said in text_of(answer)
    assert not Patch.objects.exists()


def test_a_drawing_that_crosses_itself_is_kept_and_its_fault_is_placed(home: Region) -> None:
    west, south, east, north = parcel(0, 0, 80, 10).geom.extent
    ring = [[west, south], [east, north], [east, south], [west, north], [west, south]]
    crossed = json.dumps({"type": "FeatureCollection", "features": [{
        "type": "Feature", "properties": {"name": "蝴蝶"},
        "geometry": {"type": "Polygon", "coordinates": [ring]}}]})  # fmt: skip
    answer = seat(planner()).post(PAGE, asked(drawn=crossed))
    assert answer.status_code == 400
    assert "蝴蝶的边界自相交" in text_of(answer)
    assert block(answer, "site-config")["drawn"]["features"][0]["properties"]["name"] == "蝴蝶"
    assert "甲厂" in answer.content.decode()


def test_a_site_abroad_or_in_another_county_is_refused_in_words(home: Region) -> None:
    client = seat(planner())
    away = [[2.0, 48.0], [2.001, 48.0], [2.001, 48.001], [2.0, 48.0]]
    abroad = json.dumps({"type": "Polygon", "coordinates": [away]})
    assert "在我国之外" in text_of(client.post(PAGE, asked(drawn=abroad)))
    bounded(county("990102"), 1000, -500, 2000, 500)
    answer = client.post(PAGE, asked(drawn=drawn(1200, 0, 1280, 10)))
    assert answer.status_code == 403
    assert "全部在您的行政区之外" in text_of(answer)


def test_an_empty_file_and_a_file_of_lines_are_refused_in_words(home: Region) -> None:
    client = seat(planner())
    empty = SimpleUploadedFile("空.geojson", b"")
    line = {"type": "LineString", "coordinates": [[118, 33], [118.1, 33]]}
    lines = SimpleUploadedFile("线.geojson", json.dumps(line).encode())
    for file in (empty, lines):
        answer = client.post(PAGE, asked(way="file", file=file))
        assert answer.status_code == 400, file.name
        assert "没有检查" in text_of(answer)
    assert not Patch.objects.exists()


def test_a_name_cannot_be_empty(home: Region) -> None:
    client = seat(planner())
    address = made(client)
    client.post(f"{address}title", {"title": "  "})
    assert "名称不能为空" in text_of(client.get(address))
    client.post(f"{address}title", {"title": "乙厂"})
    assert "乙厂" in text_of(client.get(address))


# ---------------------------------------------------------------- ways in, ways out


def test_pasted_coordinates_and_a_file_are_read_as_the_same_ground(home: Region) -> None:
    client = seat(planner())
    ring = parcel(0, 0, 80, 10).geom[0][0]
    pasted = "\n".join(f"{x:.9f} {y:.9f}" for x, y in ring)
    by_paste = text_of(client.get(made(client, way="pasted", pasted=pasted)))
    geojson = SimpleUploadedFile("地块.geojson", drawn().encode())
    by_file = text_of(client.get(made(client, way="file", file=geojson, title="乙")))
    for said in (by_paste, by_file):
        assert "占用永久基本农田 涉及 0.30 亩" in said
    assert "地块.geojson" in by_file


def test_files_are_on_record_and_hold_the_pages_figures(home: Region) -> None:
    client = seat(planner())
    address = made(client)
    pdf = client.get(f"{address}extract.pdf?avoid=basic_farm")
    assert pdf.content.startswith(b"%PDF")
    xlsx = client.get(f"{address}site.xlsx")
    with zipfile.ZipFile(io.BytesIO(xlsx.content)) as book:
        assert "占用永久基本农田" in book.read("xl/sharedStrings.xml").decode()
    shapes = json.loads(client.get(f"{address}site.geojson").content)
    assert len(shapes["features"]) > 2
    assert client.get(f"{address}site.doc").status_code == 404
    formats = list(ExportLog.objects.order_by("pk").values_list("what", "format"))
    assert formats == [("site", "pdf"), ("site", "xlsx"), ("site", "geojson")]


def test_the_list_goes_on_page_by_page(home: Region) -> None:
    client = seat(planner())
    for number in range(21):
        made(client, title=f"厂{number:02}", drawn=drawn(0, 0, 10 + number, 10))
    first = client.get(PAGE)
    assert "厂20" in text_of(first)
    assert "厂00" not in text_of(first)
    found = re.search(r'href="\?before=(\d+)"', first.content.decode())
    assert found is not None
    assert "厂00" in text_of(client.get(f"{PAGE}?before={found[1]}"))


def test_refusals_of_the_readers_speak_of_the_form_not_of_the_terminal() -> None:
    told = of_the_page(
        "文件 粘贴.csv 的坐标不在行政区范围内；"
        "请核对后用 --crs 指明，或用 --region 指明正确的行政区。"
    )
    assert told.startswith("粘贴的坐标不在行政区范围内")
    assert "--" not in told
    assert "“坐标系”栏" in told
    remedy = of_the_page("请补上 .prj，或用 --crs EPSG:n 指明（如 3 度带 40 带）。")
    assert "--" not in remedy
