"""[ratio] as a lawyer writes it, and the periods as offices write them."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection

from spatial.engine.ratio_periods import periods_within, span_of
from spatial.engine.ratios import ratios
from spatial.errors import GislandError, RulesetInvalid
from spatial.rules.load import read_named
from spatial.rules.read import read_ruleset
from spatial.vocabulary import exclusion_terms, ratio_band_terms, rectification_terms
from tests import ratio_ground as drawn


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ('exclude = ["key_project"]', 'exclude = ["key"]', "[ratio]：exclude 中的剔除理由 key "),
        ('kind = "reclaimed"', 'kind = "reclaim"', "effect reclaim：没有整改方式 reclaim"),
        ('kind = "regularised"', 'kind = "reclaimed"', "effect reclaimed：写了两次"),
        ("numerator = false, denominator = true", "numerator = true, denominator = false",
         "effect regularised：计入分子的必须计入分母"),
        ("numerator = false, denominator = true", "numerator = false",
         "effect regularised：缺少 denominator（整改后是否仍计入：true 或 false）"),
        ("numerator = false, denominator = true", 'numerator = "no", denominator = true',
         "numerator 应为 true 或 false"),
        ('illegal = ["class illegal"', 'illegal = ["class illegal", "class unknown"',
         "[ratio]：illegal 不能计入“数据不足”"),
        ('new = ["class illegal"', 'new = ["class pending"', "[ratio]：new 不能计入“待核”"),
        ('cultivated = "cultivated"\n', 'cultivated = "cultivted"\n',
         "[ratio]：cultivated 中的概念 cultivted 没有定义；相近的有：cultivated"),
        ('"unless unsupplied"', '"unless unsuplied"', "没有初判规则 unsuplied；相近的有：uns"),
        ('"new_all", "official"', '"new"', "[ratio]：没有分母 new；可用：new_cul"),
        ('exclude = ["key_project"]', 'reasons = []', "[ratio]：没有名为 reasons 的项"),
    ],
)  # fmt: skip
def test_a_fault_is_named_with_its_place(before: str, after: str, message: str) -> None:
    assert before in drawn.RULES
    with pytest.raises(RulesetInvalid) as refused:
        read_ruleset(drawn.RULES.replace(before, after, 1), "画例")
    assert message in str(refused.value)


def test_the_houses_ruleset_says_what_each_kind_of_rectification_does() -> None:
    ratio = read_named("land-enforcement").ratio
    assert ratio is not None
    assert set(ratio["effect"]) == set(rectification_terms())
    assert set(ratio["exclude"]) <= set(exclusion_terms())
    assert ratio["effect"]["reclaimed"] == {"numerator": False, "denominator": False}
    assert ratio["effect"]["regularised"] == {"numerator": False, "denominator": True}


@pytest.mark.parametrize(
    ("period", "first", "until"),
    [
        ("2024", (2024, 1, 1), (2025, 1, 1)),
        ("2024年", (2024, 1, 1), (2025, 1, 1)),
        ("2024H2", (2024, 7, 1), (2025, 1, 1)),
        ("2024年上半年", (2024, 1, 1), (2024, 7, 1)),
        ("2024Q4", (2024, 10, 1), (2025, 1, 1)),
        ("2024q1", (2024, 1, 1), (2024, 4, 1)),
        ("2024年第三季度", (2024, 7, 1), (2024, 10, 1)),
        ("2024-12", (2024, 12, 1), (2025, 1, 1)),
        ("202403", (2024, 3, 1), (2024, 4, 1)),
        ("2024年3月", (2024, 3, 1), (2024, 4, 1)),
    ],
)
def test_a_period_is_read_as_offices_write_it(
    period: str, first: tuple[int, int, int], until: tuple[int, int, int]
) -> None:
    assert span_of(period) == (datetime.date(*first), datetime.date(*until))


@pytest.mark.parametrize("period", ["", "2024Q5", "202413", "春季", "24", "2024Q", "2024-1-1"])
def test_other_words_are_no_period(period: str) -> None:
    assert span_of(period) is None


def test_a_period_takes_those_within_it() -> None:
    known = ["2023", "2024", "2024H1", "2024Q1", "2024-02", "2024专项", "20240", "专项2024", ""]
    assert periods_within("2024", known) == known[1:6]
    assert periods_within("2024H1", known) == ["2024H1", "2024Q1", "2024-02"]
    assert periods_within("2024Q1", known) == ["2024Q1", "2024-02"]
    assert periods_within("专项2024", known) == ["专项2024"]
    assert periods_within("", known) == [""]
    with pytest.raises(GislandError, match="期的年份 0 不合理"):
        periods_within("0000", known)


def test_bands_have_words_for_every_figure() -> None:
    assert len(set(ratio_band_terms().values())) == len(ratio_band_terms())


@pytest.mark.django_db
def test_the_web_process_may_compute_ratios() -> None:
    """Working tables are its own; it owns nothing else."""
    region = drawn.draw_county("ccii")
    drawn.judge(drawn.draw_patch("ccii", region))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gisland_web")
        (row,) = ratios(drawn.query(basis="decided"))
        cursor.execute("RESET ROLE")
    assert row.undecided_m2 == row.area_m2 == 400
