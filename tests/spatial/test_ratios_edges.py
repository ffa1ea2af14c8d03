"""Where figures break first: ground never judged, planned sites, counties without patches."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest

from spatial import facts
from spatial.engine.ratios import ratios, table
from spatial.models import Batch, OfficialFigure, Region, Unit
from tests import drawing
from tests import ratio_ground as drawn
from tests.ratio_ground import m2, only

pytestmark = pytest.mark.django_db
LATE = datetime.date(2024, 9, 1)
JAN = [datetime.datetime(2030, 1, day, tzinfo=datetime.UTC) for day in range(1, 8)]


def figure(region: Region, mu: int, period: str = "2024Q1") -> OfficialFigure:
    return facts.record_figure(region, period, Decimal(mu), source="通报", by=drawn.word().by)[0]


# ---------------------------------------------------------------- ground that nobody judged


def test_a_drawn_rectification_on_ground_never_judged_stops_no_figure() -> None:
    region = drawn.draw_county("iiiicc")
    judged = drawn.draw_patch("PPPP..", region, jcbh="judged")
    fresh = drawn.draw_patch("....PP", region, jcbh="fresh")
    drawn.judge(judged)
    facts.rectify(
        fresh, drawn.word(), kind="reclaimed", area_m2=Decimal(100),
        part=drawn.box(region, 4, 0, 5, 1),
    )  # fmt: skip
    assert m2(only()) == {"illegal": 400, "unassessed": 200}


def test_a_day_before_the_patch_was_judged_can_be_read() -> None:
    region = drawn.draw_county("iicc")
    patch = drawn.draw_patch("iicc", region)
    with drawn.at("2030-01-01T00:00"):
        facts.rectify(
            patch, drawn.word(), kind="reclaimed", area_m2=Decimal(100),
            part=drawn.box(region, 0, 0, 1, 1),
        )  # fmt: skip
    drawn.judge(patch, at=JAN[3])
    assert m2(only(known_at=JAN[1])) == {"unassessed": 400}
    assert m2(only(known_at=JAN[4])) == {"rectified_out": 100, "illegal": 100, "legal": 200}


# ---------------------------------------------------------------- planned sites


def test_a_planned_site_is_no_ground_used_against_the_law() -> None:
    """Nobody built there: it counts in no ratio, its unit's or that of others."""
    region = drawn.draw_county("iiiicc")
    drawn.judge(drawn.draw_patch("PPPP..", region, jcbh="real"))
    unit = Unit.objects.create(name="甲", region=region)
    site = drawn.draw_patch("..PPPP", region, batch="site", jcbh="site")
    Batch.objects.filter(code="site").update(source="选址", owner=unit)
    drawn.judge(site)
    drawn.link(site, site.__class__.objects.get(jcbh="real"))
    for shared in (False, True):
        Batch.objects.filter(code="site").update(shared=shared)
        assert m2(only()) == {"illegal": 400}


# ---------------------------------------------------------------- official figures


def test_a_county_without_patches_counts_in_the_official_total() -> None:
    home = drawn.draw_county("iicc")
    drawn.judge(drawn.draw_patch("iicc", home))
    quiet = drawing.county("990102", "邻县")
    figure(home, 1000)
    found = table(drawn.query(period="2024Q1", denominator="official"))
    assert found.total.ratio is None
    assert "邻县" in found.total.reason
    figure(quiet, 3000)
    found = table(drawn.query(period="2024Q1", denominator="official"))
    assert found.total.denominator_m2 == 4000
    assert found.total.ratio == Decimal("0.0500")
    assert [row.code for row in found.rows] == ["990101"]


def test_a_figure_of_a_whole_city_is_no_denominator_of_some_of_its_counties() -> None:
    home = drawn.draw_county("iicc")
    drawing.county("990102", "邻县")
    city = Region.objects.create(code="990100", name="绘图市", level="city")
    drawn.judge(drawn.draw_patch("iicc", home))
    figure(city, 4000)
    asked = {"period": "2024Q1", "denominator": "official", "level": "city"}
    (row,) = ratios(drawn.query(**asked))
    assert row.ratio == Decimal("0.0500")
    (row,) = ratios(drawn.query(**asked, county_ids=(home.pk,)))
    assert row.ratio is None
    assert row.reason.startswith("只统计了 绘图市（990100）的一部分县")


# ---------------------------------------------------------------- the year of the image


def test_patches_without_a_date_of_image_are_told() -> None:
    region = drawn.draw_county("iicc")
    drawn.judge(
        drawn.draw_patch("PP..", region, jcbh="dated"),
        drawn.draw_patch("..PP", region, jcbh="undated", after_on=None),
    )
    found = table(drawn.query(period="2024", by="after_on"))
    assert m2(found.total) == {"illegal": 200}
    assert "另有 1 个图斑没有后时相" in found.said


# ---------------------------------------------------------------- some counties of all


def test_a_county_alone_says_what_it_says_among_others() -> None:
    """Ground issued by two counties, drawn facts, a patch over the line: asked together or not."""
    home = drawn.draw_county("iiiiii......", townships=(6,))
    patches = [
        drawn.draw_patch("PPPPPP......", home, jcbh="a"),
        drawn.draw_patch("..PPPP......", home, batch="again", issued=LATE, jcbh="b"),
    ]
    other = drawn.draw_county("ccii", "990102", "邻县")
    patches.append(drawn.draw_patch("PPPP", other, jcbh="c"))
    drawn.draw_patch("PP..", other, jcbh="fresh")
    drawn.judge(*patches)
    drawn.link(patches[1], patches[0])
    facts.rectify(
        patches[0], drawn.word(), kind="reclaimed", area_m2=Decimal(100),
        part=drawn.box(home, 0, 0, 1.5, 1),
    )  # fmt: skip
    facts.decide(patches[2], drawn.word(), part=drawn.box(other, 1, 0, 3, 1))
    for basis in ("proposed", "decided"):
        both = {row.code: m2(row) for row in ratios(drawn.query(basis=basis))}
        for region in (home, other):
            alone = drawn.query(basis=basis, county_ids=(region.pk,))
            assert {row.code: m2(row) for row in ratios(alone)} == {region.code: both[region.code]}
    assert both["990102"] == {"legal": 100, "illegal": 100, "undecided": 200, "unassessed": 200}
