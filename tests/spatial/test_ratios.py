"""Ratios on drawn ground: the worked example, the bands, the switches, regions and periods."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from spatial import facts
from spatial.engine.ratio_law import Switches
from spatial.engine.ratios import ratios, table, total
from spatial.errors import GislandError
from spatial.models import PieceNotion
from tests import ratio_ground as drawn
from tests.ratio_ground import MU_10, m2, only

if TYPE_CHECKING:
    from spatial.models import Region

pytestmark = pytest.mark.django_db


@pytest.fixture
def county() -> Region:
    region = drawn.draw_county(MU_10)
    assert (MU_10.count("c"), MU_10.count("l"), MU_10.count("i")) == (40, 20, 10)
    assert (MU_10.count("j"), MU_10.count("o")) == (5, 9)
    return region


# ---------------------------------------------------------------- the worked example


def test_the_worked_example(county: Region) -> None:
    """违法占耕比 20.00 %, 违法用地比例 20.00 %, the looser wording 13.33 %."""
    drawn.judge(drawn.draw_patch(MU_10, county))
    row = only()
    assert m2(row) == {"illegal": 1500, "legal": 6000, "other": 900}
    assert (row.ratio, row.land_ratio) == (Decimal("0.2000"), Decimal("0.2000"))
    assert only(denominator="new_all").ratio == Decimal("0.1333")


@pytest.mark.parametrize(
    ("effect", "ratio", "band"),
    [
        ("leave_both", "0.1304", "rectified_out"),
        ("leave_numerator", "0.1200", "rectified_kept"),
        ("none", "0.2000", None),
    ],
)
def test_after_four_tenths_of_the_ground_was_reclaimed(
    county: Region, effect: str, ratio: str, band: str | None
) -> None:
    """拆除复耕 of 40 亩 drawn as a part: 13.04 % or 12.00 %, by the switch."""
    patch = drawn.draw_patch(MU_10, county)
    drawn.judge(patch)
    facts.rectify(
        patch, drawn.word(), kind="reclaimed", area_m2=Decimal(400),
        part=drawn.box(county, 17, 0, 21, 1),
    )  # fmt: skip
    row = only(switches=Switches(effects=(("reclaimed", effect),)))
    assert row.ratio == Decimal(ratio)
    assert row.ratio_before_rectification == Decimal("0.2000")
    put_right = {band: 400} if band else {}
    assert m2(row) == {"illegal": 1500 - 400 * bool(band), "legal": 6000, "other": 900} | put_right


def test_the_ruleset_says_what_a_kind_does_unless_the_query_does(county: Region) -> None:
    patch = drawn.draw_patch(MU_10, county)
    drawn.judge(patch)
    facts.rectify(patch, drawn.word(), kind="regularised", area_m2=Decimal(1500))
    assert m2(only()) == {"rectified_kept": 1500, "legal": 6000, "other": 900}
    facts.rectify(patch, drawn.word(), kind="returned", area_m2=Decimal(1500))
    assert m2(only()) == {"illegal": 1500, "legal": 6000, "other": 900}, "returned: no effect here"
    row = only(switches=Switches(effects=(("all", "leave_both"),)))
    assert m2(row) == {"rectified_out": 1500, "legal": 6000, "other": 900}


def test_a_zero_denominator_has_no_ratio() -> None:
    region = drawn.draw_county("ooo")
    drawn.judge(drawn.draw_patch("ooo", region))
    row = only()
    assert (row.ratio, row.land_ratio, row.reason) == (None, None, "分母为零，没有比率")
    assert row.as_json()["ratio"] is None


def test_net_area_is_without_the_ridges() -> None:
    region = drawn.draw_county("cccciillll", kcxs=0.1)
    drawn.judge(drawn.draw_patch("cccciillll", region))
    row = only()
    assert (round(row.illegal_cultivated_m2), round(row.new_cultivated_m2)) == (180, 540)
    gross = drawn.RULES.replace(
        'cultivated = "cultivated"', 'cultivated = "cultivated"\narea = "area_m2"'
    )
    other = drawn.draw_patch("cccciillll", region, batch="gross", period="gross")
    drawn.judge(other, rules=gross.replace('version = "1"', 'version = "2"'))
    row = only(period="gross")
    assert (round(row.illegal_cultivated_m2), round(row.new_cultivated_m2)) == (200, 600)


# ---------------------------------------------------------------- what counts in neither


def test_missing_data_is_a_band_of_its_own() -> None:
    """No approval ledger: unknown. No 田坎 coefficient: in neither sum of cultivated land."""
    region = drawn.draw_county("iill", missing=("approval",))
    drawn.judge(drawn.draw_patch("iill", region))
    row = only()
    assert m2(row) == {"unknown": 400}
    assert (row.ratio, row.new_m2) == (None, 0)
    assert round(row.unknown_cultivated_m2) == 200


def test_ground_whose_net_area_is_not_known_is_doubtful() -> None:
    """As the engine says where a 田坎 coefficient was not delivered."""
    region = drawn.draw_county("ccciiii", kcxs=0.1)
    known = drawn.draw_patch("PPPPP..", region)
    other = drawn.draw_patch(".....PP", region)
    drawn.judge(known, other)
    members = PieceNotion.objects.filter(piece__assessment__patch=other, notion="cultivated")
    assert members.update(net_unknown=True, net_m2=None) == 1
    row = only()
    assert m2(row) == {"legal": 300, "illegal": 200, "illegal_doubtful": 200}
    assert (round(row.numerator_m2), round(row.denominator_m2 or 0)) == (180, 450)
    assert row.ratio == Decimal("0.4000")
    assert row.land_ratio == Decimal("0.5714"), "that it is illegal is certain"
    assert round(only(denominator="new_all").denominator_m2 or 0) == 500


def test_unsupplied_ground_counts_by_the_switch() -> None:
    region = drawn.draw_county("cccisss" + "apo")
    drawn.judge(drawn.draw_patch("cccisssapo", region))
    row = only()
    assert m2(row) == {
        "legal": 300, "illegal": 100, "uncounted": 300, "pending": 100, "other": 200
    }  # fmt: skip
    assert row.ratio == Decimal("0.1429")
    assert only(switches=Switches(count=(("unsupplied", True),))).ratio == Decimal("0.5714")
    assert only(switches=Switches(count=(("unfiled", False),))).ratio == Decimal("0.0000")


def test_an_excluded_patch_counts_in_neither_unless_it_is_kept() -> None:
    region = drawn.draw_county("cciijj")
    patch = drawn.draw_patch("cciijj", region)
    drawn.judge(patch)
    facts.exclude(patch, drawn.word(), reason_code="special")
    assert m2(only()) == {"legal": 200, "illegal": 400}, "not a reason of this ruleset"
    special = Switches(exclude=("special",))
    assert m2(only(switches=special)) == {"excluded": 600}
    facts.exclude(patch, drawn.word(), reason_code="key_project")
    assert m2(only()) == {"excluded": 600}
    assert (only().ratio, only().excluded_m2) == (None, only().area_m2)
    assert m2(only(switches=Switches(keep=("key_project",)))) == {"legal": 200, "illegal": 400}
    assert m2(only(switches=Switches(keep=("all",)))) == {"legal": 200, "illegal": 400}


def test_a_patch_that_nobody_judged_is_not_left_out_silently() -> None:
    region = drawn.draw_county("ccii")
    drawn.judge(drawn.draw_patch("ccii", region))
    drawn.draw_patch("PP..", region, jcbh="new")
    assert m2(only()) == {"legal": 200, "illegal": 200, "unassessed": 200}
    assert only().patch_count == 2


# ---------------------------------------------------------------- sums and regions


def test_totals_are_sums_of_counties_and_these_of_townships() -> None:
    """A patch across two townships counts once above them; the ratio is one of sums."""
    rows = {"990101": "cccciijjll", "990102": "ciiiiiiill", "990201": "ccccccccci"}
    patches = []
    for code, row in rows.items():
        region = drawn.draw_county(
            row, code, f"县{code}", townships=() if code == "990201" else (5, 5)
        )
        patches.append(drawn.draw_patch(row, region, batch=f"b{code}"))
    drawn.judge(*patches)
    levels = {
        level: ratios(drawn.query(level=level))
        for level in ("province", "city", "county", "township")
    }
    assert [row.code for row in levels["city"]] == ["990100", "990200"]
    assert [row.code for row in levels["township"]] == [
        "990101001",
        "990101002",
        "990102001",
        "990102002",
        "990201",
    ], "ground in no township counts to its county"
    for name in ("area_m2", "numerator_m2", "denominator_m2", "illegal_m2", "new_m2"):
        sums = {sum(getattr(row, name) for row in rows) for rows in levels.values()}
        assert sums == {getattr(total(drawn.query()), name)}, name
    (province,) = levels["province"]
    assert (province.patch_count, total(drawn.query()).patch_count) == (3, 3)
    assert [row.patch_count for row in levels["township"]] == [1] * 5
    assert province.ratio == Decimal("0.4167")
    assert [row.ratio for row in levels["city"]] == [Decimal("0.6429"), Decimal("0.1000")]


def test_one_county_sees_its_own(county: Region) -> None:
    other = drawn.draw_county("iiii", "990102", "乙县")
    drawn.judge(drawn.draw_patch(MU_10, county), drawn.draw_patch("iiii", other))
    found = table(replace(drawn.query(), county_ids=(other.pk,)))
    assert [row.code for row in found.rows] == ["990102"]
    assert (m2(found.total), found.total.patch_count) == ({"illegal": 400}, 1)


def test_a_year_takes_its_quarters_and_months_and_no_other() -> None:
    region = drawn.draw_county("iiiiiiii")
    patches = [
        drawn.draw_patch(
            "." * number + "P", region, batch=f"b{number}", period=period,
            after_on=f"2024-0{number + 1}-15",
        )
        for number, period in enumerate(("2023Q4", "2024Q1", "2024-05", "2024", "2025"))
    ]  # fmt: skip
    drawn.judge(*patches)
    counts = {
        period: sum(row.patch_count for row in ratios(drawn.query(period=period)))
        for period in ("2024", "2024Q1", "2024Q2", "2024-05", "2025", "2026")
    }
    assert counts == {"2024": 3, "2024Q1": 1, "2024Q2": 1, "2024-05": 1, "2025": 1, "2026": 0}
    by_image = {
        period: sum(r.patch_count for r in ratios(drawn.query(period=period, by="after_on")))
        for period in ("2024", "2024Q1", "2024-05", "2023")
    }
    assert by_image == {"2024": 5, "2024Q1": 3, "2024-05": 1, "2023": 0}
    with pytest.raises(GislandError, match="不能按后时相统计"):
        ratios(drawn.query(period="春季", by="after_on"))


def test_everything_used_is_told_with_the_figure(county: Region) -> None:
    drawn.judge(drawn.draw_patch(MU_10, county))
    switched = Switches(exclude=("military",), effects=(("reclaimed", "leave_numerator"),))
    found = table(drawn.query(period="2024", switches=switched))
    assert found.said == (
        "口径：规则 比率画例 1；不计入分子：未供即用；不计入新增：已批未建；"
        "剔除：省级以上重点项目、军事设施；整改：拆除复耕只出分子、处罚到位并补办手续只出分子；"
        "耕地按净面积（已扣田坎）；初判口径；按批次的期 2024（含 2024Q1）；"
        "分母 新增建设用地占用耕地面积；所知截至现在"
    )
    assert found.rows[0].as_json()["caliber"]["effect"]["reclaimed"] == {
        "numerator": False, "denominator": True
    }  # fmt: skip


@pytest.mark.parametrize(
    ("switches", "message"),
    [
        ({"exclude": ("key_projects",)}, "没有剔除理由 key_projects；相近的有：key_project"),
        ({"exclude": ("military",), "keep": ("military",)}, "不能既剔除又保留"),
        ({"effects": (("reclaim", "none"),)}, "没有整改方式 reclaim；相近的有：reclaimed"),
        ({"effects": (("reclaimed", "half"),)}, "整改影响 half 无效，可用：none、"),
    ],
)
def test_a_switch_that_does_not_exist_is_named(switches: dict[str, Any], message: str) -> None:
    with pytest.raises(GislandError, match=message):
        Switches(**switches)


def test_a_ruleset_or_conclusion_that_does_not_exist_is_named(county: Region) -> None:
    with pytest.raises(
        GislandError, match="没有规则集 land-enforcment；相近的有：land-enforcement"
    ):
        ratios(drawn.query(ruleset="land-enforcment"))
    with pytest.raises(GislandError, match="site-selection 没有"):
        ratios(drawn.query(ruleset="site-selection"))
    drawn.judge(drawn.draw_patch(MU_10, county))
    with pytest.raises(GislandError, match="没有初判 unsuplied；相近的有：unsupplied"):
        ratios(drawn.query(switches=Switches(count=(("unsuplied", True),))))
