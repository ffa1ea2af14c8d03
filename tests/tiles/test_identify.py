"""What lies under a point, and for whom."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from spatial.models import Layer
from tests.people import person
from tests.tiles.conftest import LAT, LNG, Reader, draw, region

pytestmark = pytest.mark.django_db

PLOTS = "AA\nAA"


def under(reader: Reader, layers: str = "", **more: Any) -> dict[str, Any]:
    told = {"lng": LNG, "lat": LAT, "layers": layers, **more}
    query = "&".join(f"{name}={value}" for name, value in told.items())
    answer = reader.get(f"/tiles/identify?{query}")
    assert answer.status_code == 200, answer.content
    assert "private" in answer["Cache-Control"]
    return answer.json()


def by_layer(found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {entry["layer"]: entry["features"] for entry in found["layers"]}


def test_terms_paper_and_holder(brigade: Reader) -> None:
    draw("land_use", PLOTS, A={"code": "0101", "kcxs": 0.05})
    draw("approval", PLOTS, A={"document": "示政〔2024〕1号", "step": "农转用",
                               "approved_on": "2024-05-06", "revoked_on": "empty",
                               "holder": "甲公司"})  # fmt: skip
    draw("scheme_use", PLOTS, A={"code": "1", "public": True})
    found = by_layer(under(brigade))
    assert list(found) == ["land_use", "approval", "scheme_use"]
    (plot,) = found["land_use"]
    texts = {entry["term"]: entry["text"] for entry in plot["attributes"]}
    assert texts == {"地类编码": "0101 水田", "田坎扣除系数": "0.05"}
    assert plot["version"]["valid_from"] == "2000-01-01"
    assert plot["version"]["county"]["code"] == "990101"
    (paper,) = found["approval"]
    assert paper["document"]["number"] == "示政〔2024〕1号"
    assert paper["holder"]["name"] == "甲公司"
    texts = {entry["term"]: entry["text"] for entry in paper["attributes"]}
    assert texts["批准日期"] == "2024-05-06"
    assert texts["撤销日期"] == "（空）"
    assert by_layer(found_public := under(brigade, "scheme_use"))["scheme_use"]
    attributes = found_public["layers"][0]["features"][0]["attributes"]
    assert {entry["text"] for entry in attributes} == {"1", "是"}


def test_a_zone_in_two_counties_once(brigade: Reader) -> None:
    one, two = draw("river_line", PLOTS), draw("river_line", PLOTS, "990102")
    two.zones.update(source_id=one.zones.get().source_id)
    both = Reader(person("990100", "brigade"))
    assert len(by_layer(under(both, "river_line"))["river_line"]) == 1


def test_nothing_there_is_an_answer_too(brigade: Reader) -> None:
    assert by_layer(under(brigade, "land_use,parcel")) == {"land_use": [], "parcel": []}
    assert under(brigade)["layers"] == []


def test_who_may_not(brigade: Reader, stranger: Reader) -> None:
    draw("parcel", PLOTS, A={"holder_name": "张三", "holder": "张三"})
    assert by_layer(under(brigade, "parcel"))["parcel"]
    assert by_layer(under(stranger, "parcel")) == {"parcel": []}
    admin = Reader(person("990101", "admin"))  # sees it drawn, may not identify
    found = under(admin, "parcel,township")
    assert found["refused"] == ["parcel"]
    assert by_layer(found) == {"township": []}
    Layer.objects.filter(code="parcel").update(secrecy="secret")
    assert under(brigade, "parcel")["refused"] == ["parcel"]
    assert "parcel" not in by_layer(under(brigade))
    assert Reader(None).get(f"/tiles/identify?lng={LNG}&lat={LAT}").status_code == 401
    assert region()


def test_dates(brigade: Reader) -> None:
    draw("approval", PLOTS, A={"document": "甲", "recorded_from": "2020-01-01T00:00:00Z",
                               "recorded_until": "2022-01-01T00:00:00Z"})  # fmt: skip
    assert by_layer(under(brigade, "approval")) == {"approval": []}
    assert len(by_layer(under(brigade, "approval", version="2021-01-01"))["approval"]) == 1


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400), ("lng=1", 400), ("lng=x&lat=1", 400), ("lng=nan&lat=1", 400),
        ("lng=1&lat=inf", 400), ("lng=181&lat=1", 400), ("lng=1&lat=-91", 400),
        ("lng=1&lat=1&layers=nothing", 404), ("lng=1&lat=1&version=7", 400),
        ("lng=1&lat=1&version=x", 404), ("lng=1&lat=1&version=2024-13-01", 400),
        ("lng=1&lat=1&layers=counties", 200), ("lng=1_0&lat=1e1&layers=,,", 200),
    ],
)  # fmt: skip
def test_bad_questions(brigade: Reader, query: str, status: int) -> None:
    answer = brigade.get(f"/tiles/identify?{query}")
    assert answer.status_code == status, answer.content
    if status >= 400:
        assert answer["Content-Type"] == "application/problem+json"


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.floats(-1e3, 1e3) | st.floats() | st.text(max_size=6), st.floats(-90, 90))
def test_no_place_breaks_it(brigade: Reader, lng: object, lat: float) -> None:
    answer = brigade.client.get("/tiles/identify", {"lng": lng, "lat": lat})
    good = isinstance(lng, float) and math.isfinite(lng) and abs(lng) <= 180
    assert answer.status_code == 200 if good else answer.status_code in (200, 400)
