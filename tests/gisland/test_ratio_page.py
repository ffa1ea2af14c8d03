"""The ratio page: whose figures, on which basis, and the patches behind a number."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from django.core.cache import cache
from django.test import Client

from gisland.pages import ratio_figures
from spatial import facts
from spatial.models import Layer, Patch
from tests import ratio_ground as drawn
from tests.gisland.ratio_reading import PAGE, PATCHES, PDF, XLSX, get, page, shapes_of, table_of
from tests.people import make_regions, person

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db
HOME, NEXT = "990101", "990102"


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def ground() -> dict[str, Patch]:
    """At home half of the cultivated ground was taken unlawfully, next door all of it."""
    make_regions()
    patches = {
        code: drawn.draw_patch(rows, drawn.draw_county(rows, code), batch=f"b{code}")
        for code, rows in ((HOME, "ccii"), (NEXT, "iiiiii"))
    }
    drawn.judge(*patches.values())
    return patches


def reader(code: str = HOME, *roles: str) -> Client:
    client = Client()
    client.force_login(
        person(code, *(roles or ("official",))),
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def decide(patch: Patch, **told: Any) -> None:
    facts.decide(patch, drawn.word(), **told)


def title(markup: str) -> str:
    found = re.search(r"<h1>(.*?)</h1>", markup)
    assert found is not None
    return found[1]


def test_a_county_sees_its_own_figures_and_nothing_of_its_neighbour(ground: Any) -> None:
    markup = page(reader())
    assert {code for code in table_of(markup) if code} == {HOME}
    assert set(shapes_of(markup)) <= {HOME}
    assert NEXT not in markup
    assert "县990102" not in markup
    assert table_of(markup)[""]["share"] == "50.00 %"


def test_the_city_sees_the_sum_of_its_counties_never_a_mean(ground: Any) -> None:
    found = table_of(page(reader("990100")))
    assert (found[HOME]["share"], found[NEXT]["share"]) == ("50.00 %", "100.00 %")
    assert found[""]["share"] == "80.00 %"
    assert [found[code]["rank"] for code in (NEXT, HOME, "")] == ["1", "2", "—"]


@pytest.mark.parametrize("address", [PAGE, PATCHES, PDF, XLSX])
def test_the_neighbours_region_is_not_found(ground: Any, address: str) -> None:
    assert get(reader(), address, region=NEXT).status_code == 404


@pytest.mark.parametrize("address", [PAGE, PATCHES, PDF, XLSX])
def test_strangers_are_asked_to_log_in(address: str) -> None:
    make_regions()
    answer = Client().get(address)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/login/")


@pytest.mark.parametrize("address", [PAGE, PATCHES, PDF, XLSX])
def test_figures_that_tell_of_a_hidden_layer_are_refused(ground: Any, address: str) -> None:
    Layer.objects.filter(code="approval").update(secrecy="secret")
    answer = get(reader(HOME, "admin"), address)
    assert answer.status_code == 403
    assert "无权查看的图层" in answer.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"basis": "x"}, "初判或认定（basis）"),
        ({"switch": "x"}, "开关 x 无效"),
        ({"exclude": "x"}, "没有剔除理由 x"),
        ({"region": "99"}, "县级行政区代码（region）"),
        ({"known_at": "昨天"}, "所知截至"),
        ({"nonsense": "1"}, "没有这些参数"),
        ({"period": "春", "by": "after_on"}, "期 春"),
        ({"ruleset": "../x"}, "规则"),
    ],
)
def test_nonsense_is_answered_on_the_page(ground: Any, asked: dict[str, str], said: str) -> None:
    answer = get(reader(), **asked)
    assert answer.status_code == 400
    assert said in answer.content.decode()


def test_before_any_decision_the_title_says_first_verdict(ground: dict[str, Patch]) -> None:
    assert title(page(reader())) == "违法占耕比（初判口径）"
    decide(ground[NEXT])
    assert title(page(reader())) == "违法占耕比（初判口径）"
    decide(ground[HOME])
    assert title(page(reader())) == "违法占耕比（认定口径）"
    assert title(page(reader(), basis="proposed")) == "违法占耕比（初判口径）"


def test_what_nobody_decided_stands_apart_with_its_bounds(ground: dict[str, Patch]) -> None:
    decide(ground[NEXT])
    markup = page(reader("990100"))
    home = table_of(markup)[HOME]
    assert (home["share"], home["undecided"]) == ("—", "1")
    assert home["remark"] == "分母为零，没有比率"
    assert (home["low"], home["high"]) == ("0.00 %", "100.00 %")
    whole = table_of(markup)[""]
    assert (whole["share"], whole["low"], whole["high"]) == ("100.00 %", "60.00 %", "100.00 %")
    assert "尚未认定 1 个" in markup


def test_a_decision_shows_at_once_and_nothing_is_counted_twice(ground: dict[str, Patch]) -> None:
    client = reader()
    with mock.patch.object(ratio_figures, "read", wraps=ratio_figures.read) as counted:
        assert table_of(page(client, basis="decided"))[HOME]["share"] == "—"
        first = counted.call_count
        page(client, basis="decided")
        assert counted.call_count == first
        decide(ground[HOME])
        assert table_of(page(client, basis="decided"))[HOME]["share"] == "50.00 %"
        assert counted.call_count > first


def test_two_readers_of_different_counties_share_no_figures(ground: Any) -> None:
    assert table_of(page(reader(HOME)))[""]["share"] == "50.00 %"
    assert table_of(page(reader(NEXT)))[""]["share"] == "100.00 %"


def test_a_switch_of_the_form_is_the_same_as_the_parameter_of_the_api(ground: Any) -> None:
    switched = page(reader(), switch=["count:unfiled=no"])
    assert "不计入分子：未供即用、未报即用" in switched
    assert table_of(switched)[HOME] == table_of(page(reader("990101", "planner"),
                                                     count="unfiled=no"))[HOME]  # fmt: skip
    assert table_of(switched)[HOME]["share"] == "0.00 %"
    assert "count=unfiled=no" in switched  # in the addresses of the outputs


def test_before_and_after_rectification(ground: dict[str, Patch]) -> None:
    patch = ground[HOME]
    facts.rectify(patch, drawn.word(), kind="regularised", area_m2=patch.area_m2)
    after, before = page(reader()), page(reader(), rectified="before")
    assert table_of(after)[HOME]["share"] == "0.00 %"
    assert table_of(after)[HOME]["other"] == "50.00 %"
    assert table_of(before)[HOME]["share"] == "50.00 %"
    assert table_of(before)[HOME]["other"] == "0.00 %"
    assert shapes_of(before).get(HOME, {"share": "50.00 %"})["share"] == "50.00 %"
    assert "整改前" in before


def test_a_small_denominator_is_flagged(ground: Any) -> None:
    markup = page(reader())
    assert "分母小" in markup
    assert table_of(markup)[HOME]["remark"].startswith("分母不足 50 亩")


def test_a_county_opens_into_its_townships_and_they_add_up() -> None:
    make_regions()
    region = drawn.draw_county("ccii", HOME, townships=(1, 3))
    drawn.judge(drawn.draw_patch("ccii", region))
    found = table_of(page(reader(), region=HOME))
    assert found["990101001"]["share"] == "0.00 %"
    assert found["990101002"]["share"] == "66.67 %"
    assert found[""]["share"] == "50.00 %"
    assert set(shapes_of(page(reader(), region=HOME))) == {"990101001", "990101002"}


def test_a_region_without_a_patch_is_on_the_map_and_in_the_table_with_a_dash() -> None:
    make_regions()
    drawn.judge(drawn.draw_patch("ci", drawn.draw_county("ci", HOME)))
    found = table_of(page(reader("990100")))[NEXT]
    assert (found["share"], found["patches"], found["remark"]) == ("—", "0", "没有图斑")


def test_the_period_before_is_named_and_the_difference_given(ground: Any) -> None:
    region = drawn.draw_county("ci", "990201", "丙县")
    for batch, rows in (("old", ".P"), ("new", "PP")):
        period = {"old": "2023Q4", "new": "2024Q1"}[batch]
        patch = drawn.draw_patch(rows, region, batch=batch, period=period)
        drawn.judge(patch)
    markup = page(reader("990201"), period="2024Q1")
    assert table_of(markup)["990201"]["change"] == "-50.00"
    assert "比上一期（2023Q4）下降 50.00 个百分点" in markup


def test_the_patches_behind_a_number_add_up_to_it(ground: dict[str, Patch]) -> None:
    markup = page(reader())
    link = re.search(r'data-key="numerator"[^>]*><a href="([^"]+)"', markup)
    assert link is not None
    answer = reader("990100").get(link[1].replace("&amp;", "&"))
    text = answer.content.decode()
    assert f"/patches/{ground[HOME].pk}/" in text
    assert "共 1 个图斑" in text
    assert "200.00 m²" in text
    assert "初判 未报即用（违法）" in text
    assert str(ground[NEXT].pk) not in re.findall(r"/patches/(\d+)/", text)


def test_an_unknown_band_is_refused(ground: Any) -> None:
    beyond = get(reader(), PATCHES, band="all", page="999")
    assert beyond.status_code == 400, "an empty page would say 共 0 个图斑"
    assert "没有第 999 页" in beyond.content.decode()
    answer = get(reader(), PATCHES, band="x")
    assert answer.status_code == 400
    assert "没有分栏 x" in answer.content.decode()


def test_an_office_without_patches_is_told_what_to_do() -> None:
    make_regions()
    drawn.judge(drawn.draw_patch("ci", drawn.draw_county("ci", HOME)))
    markup = page(reader(NEXT))
    assert "没有图斑。请另选一期，或先导入图斑并运行分析。" in markup
    assert get(reader(NEXT), PDF).status_code == 200
    assert get(reader(NEXT), XLSX).status_code == 200


def test_an_official_denominator_is_printed_with_its_source(ground: Any) -> None:
    client = reader()
    markup = page(client, denominator="official", period="2024Q1")
    assert "没有登记" in table_of(markup)[HOME]["remark"]
    facts.record_figure(
        ground[HOME].region, "2024Q1", Decimal(800), source="某函〔2024〕1号",
        by=person(HOME, name="zhang2"),
    )  # fmt: skip
    markup = page(client, denominator="official", period="2024Q1")
    assert table_of(markup)[HOME]["share"] == "25.00 %"
    assert "某函〔2024〕1号" in markup
    assert "某函" not in page(reader(NEXT), period="2024Q1")
