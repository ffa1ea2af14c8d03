"""Facts are checked before they are written, and each is told with its remedy."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import CommandError, call_command

from spatial import facts
from spatial.engine.ratios import ratios, table
from spatial.errors import InputRefused, PatchNotAssessed
from spatial.models import Determination, OfficialFigure, Rectification, Region
from tests import ratio_ground as drawn

if TYPE_CHECKING:
    from spatial.models import Patch

pytestmark = pytest.mark.django_db


@pytest.fixture
def patch() -> Patch:
    region = drawn.draw_county("cciijjoo")
    found = drawn.draw_patch("cciijj..", region)
    drawn.judge(found)
    return found


def told(*words: str, **options: Any) -> list[dict[str, Any]]:
    """The JSON of the command ``ratios``."""
    return json.loads(run("ratios", "--ruleset", drawn.NAME, *words, "--json", **options))


def run(*words: str, **options: Any) -> str:
    from io import StringIO

    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


# ---------------------------------------------------------------- what is recorded


def test_a_decision_names_a_conclusion_of_the_ruleset_and_takes_its_class(patch: Patch) -> None:
    changed = facts.decide(patch, drawn.word(), conclusion="unsupplied", reason_code="photo")
    assert (changed.kind, changed.conclusion_class) == ("change", "illegal")
    confirmed = facts.decide(patch, drawn.word(note="照片"))
    assert (confirmed.kind, confirmed.conclusion, confirmed.conclusion_class) == (
        "confirm", "", ""
    )  # fmt: skip
    assert confirmed.assessment == patch.assessments.get()
    with pytest.raises(InputRefused, match="没有初判 lawfull；相近的有：lawful"):
        facts.decide(patch, drawn.word(), conclusion="lawfull")
    assert Determination.objects.count() == 2


def test_a_patch_that_nobody_judged_cannot_be_decided() -> None:
    region = drawn.draw_county("ii")
    with pytest.raises(PatchNotAssessed, match="先运行 classify"):
        facts.decide(drawn.draw_patch("PP", region), drawn.word())


def test_a_part_lies_on_its_patch(patch: Patch) -> None:
    part = drawn.box(patch.region, 1, 0, 3, 1)
    assert facts.decide(patch, drawn.word(), part=part[0]).part.equals(part)
    edge = drawn.box(patch.region, 4, -0.009, 6, 1)
    assert facts.decide(patch, drawn.word(), part=edge).part.equals(edge), "drawn by hand"
    with pytest.raises(InputRefused, match=r"有 100\.0\d m² 在图斑 .* 之外"):
        facts.decide(patch, drawn.word(), part=drawn.box(patch.region, 5, 0, 7, 1))
    with pytest.raises(InputRefused, match="不在图斑 .* 上"):
        facts.decide(patch, drawn.word(), part=drawn.box(patch.region, 7, 0, 8, 1))
    wrong = part.clone()
    wrong.srid = 4326
    with pytest.raises(InputRefused, match="应为 EPSG:4490，现为 4326"):
        facts.decide(patch, drawn.word(), part=wrong)
    with pytest.raises(InputRefused, match="应为有效的面"):
        facts.decide(patch, drawn.word(), part=part.boundary)


def test_kinds_and_reasons_are_words_of_the_vocabulary(patch: Patch) -> None:
    with pytest.raises(InputRefused, match="没有整改方式 reclaim；相近的有：reclaimed"):
        facts.rectify(patch, drawn.word(), kind="reclaim", area_m2=Decimal(1))
    with pytest.raises(InputRefused, match="整改面积应大于 0"):
        facts.rectify(patch, drawn.word(), kind="reclaimed", area_m2=Decimal(0))
    with pytest.raises(InputRefused, match="没有剔除理由 key；"):
        facts.exclude(patch, drawn.word(), reason_code="key")


def test_only_the_newest_of_the_same_kind_is_superseded(patch: Patch) -> None:
    first = facts.rectify(patch, drawn.word(), kind="reclaimed", area_m2=Decimal(1))
    facts.rectify(patch, drawn.word(supersedes=first), kind="returned", area_m2=Decimal(1))
    with pytest.raises(InputRefused, match="已被后来的记录取代"):
        facts.rectify(patch, drawn.word(supersedes=first), kind="returned", area_m2=Decimal(1))
    with pytest.raises(InputRefused, match="只能取代同一图斑的同类记录"):
        facts.exclude(patch, drawn.word(supersedes=first), reason_code="military")


def test_withdrawing_says_why_and_keeps_what_was_said(patch: Patch) -> None:
    part = drawn.box(patch.region, 1, 0, 3, 1)
    fact = facts.rectify(patch, drawn.word(), kind="reclaimed", area_m2=Decimal(5), part=part)
    by = drawn.word().by
    with pytest.raises(InputRefused, match="须写明原因"):
        facts.withdraw(fact, by, drawn.DAY, " ")
    gone = facts.withdraw(fact, by, drawn.DAY, "复垦未通过")
    assert (gone.withdrawn, gone.kind, gone.area_m2, gone.supersedes) == (
        True, "reclaimed", Decimal(5), fact
    )  # fmt: skip
    assert not Rectification.objects.get(pk=fact.pk).withdrawn
    with pytest.raises(InputRefused, match="不能再撤回"):
        facts.withdraw(gone, by, drawn.DAY, "又")


# ---------------------------------------------------------------- official figures


def test_an_official_denominator_counts_with_its_source(patch: Patch) -> None:
    """200 m2 of illegal cultivated land of 1000 m2 that the authority counted."""
    by = drawn.word().by.username
    words = ("official_figure", "990101", "2024Q1", "900", "--source", "试函〔2025〕1号")
    assert "未写入" in run(*words, "--by", by, "--dry-run")
    assert not OfficialFigure.objects.exists()
    for _ in range(2):
        said = run(*words, "--by", by)
    assert "未重复登记" in said
    with drawn.at("2035-01-01T00:00"):
        run(
            "official_figure", "990101", "2024Q1", "1000", "--source", "试函〔2025〕2号", "--by", by
        )
    assert OfficialFigure.objects.count() == 2
    found = table(drawn.query(period="2024Q1", denominator="official"))
    (row,) = found.rows
    assert (row.ratio, row.denominator_m2) == (Decimal("0.2000"), Decimal(1000))
    assert row.official is not None
    assert row.official["source"] == "试函〔2025〕2号"
    assert (found.total.ratio, found.total.reason) == (Decimal("0.2000"), "")
    with drawn.at("2030-01-01T00:00") as then:
        (row,) = ratios(drawn.query(period="2024Q1", denominator="official", known_at=then))
    assert row.ratio == Decimal("0.2222"), "as it was known then"


def test_a_missing_figure_is_named_and_nothing_takes_its_place(patch: Patch) -> None:
    (row,) = told("--denominator", "official", "--period", "2024")
    assert (row["ratio"], row["denominator_m2"]) == (None, None)
    assert row["reason"] == (
        "没有登记 绘图县（990101）2024 期的官方数据；用 official_figure 990101 2024 登记后再算"
    )
    (row,) = told("--denominator", "official")
    assert row["reason"] == "官方数据按期登记，请用 --period 指明期"
    assert "没有登记" in run(
        "ratios", "--ruleset", drawn.NAME, "--denominator", "official", "--period", "2024"
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("990101", "2024", "一千"), "面积 一千 不是数字"),
        (("990101", "2024", "-1"), "不小于 0"),
        (("990101", "2024", "nan"), "不是数字"),
        (("990109", "2024", "1"), "990109"),
    ],
)
def test_a_figure_that_cannot_be_is_refused(
    patch: Patch, words: tuple[str, ...], message: str
) -> None:
    by = drawn.word().by.username
    with pytest.raises(CommandError, match=message):
        call_command("official_figure", "--source", "文", "--by", by, "--", *words)
    with pytest.raises(CommandError, match="没有账号 nobody"):
        call_command("official_figure", "990101", "2024", "1", "--source", "文", "--by", "nobody")
    with pytest.raises(CommandError, match="来源"):
        call_command("official_figure", "990101", "2024", "1", "--source", " ", "--by", by)


# ---------------------------------------------------------------- the command


def test_the_json_is_a_list_of_one_object_per_region(patch: Patch) -> None:
    for basis in ("proposed", "decided"):
        (row,) = told("--basis", basis)
        assert (row["code"], row["name"], row["basis"]) == ("990101", "绘图县", basis)
        assert (row["area_m2"], row["patch_count"]) == ("600.00", 1)
        assert sum(Decimal(band["area_m2"]) for band in row["bands"].values()) == 600
    assert told("--period", "1999") == []


def test_switches_come_from_the_command_line(patch: Patch) -> None:
    facts.rectify(patch, drawn.word(), kind="reclaimed", area_m2=Decimal(200))
    facts.exclude(patch, drawn.word(), reason_code="key_project")
    assert told()[0]["excluded_m2"] == "600.00"
    kept = ("--keep", "all")
    assert told(*kept)[0]["ratio"] == "0.0000"
    assert told(*kept, "--effect", "all=none")[0]["ratio"] == "0.5000"
    none = ("--effect", "reclaimed=none", "--count", "unfiled=no")
    assert told(*kept, *none)[0]["ratio"] == "0.0000"
    with pytest.raises(CommandError, match="--effect reclaimed=maybe 应写作"):
        run("ratios", "--effect", "reclaimed=maybe")
    with pytest.raises(CommandError, match="没有规则集 nonsense"):
        run("ratios", "--ruleset", "nonsense")


def test_the_pieces_behind_a_figure_are_printed(patch: Patch) -> None:
    rows = told("--pieces", "numerator", "--region", "990101")
    assert {row["why"] for row in rows} == {"初判 未报即用（违法）"}
    assert sum(Decimal(row["cultivated_m2"]) for row in rows) == 200
    line = run("ratios", "--ruleset", drawn.NAME, "--pieces", "legal").strip()
    assert line.startswith(f"{patch.address}  碎块 ")
    assert line.endswith("合法新增  初判 合法（合法）")


def test_a_spreadsheet_opens_the_csv_and_runs_nothing_of_it(patch: Patch) -> None:
    Region.objects.filter(code="990101").update(name="=HYPERLINK(1)")
    text = run("ratios", "--ruleset", drawn.NAME, "--csv")
    assert text.startswith("\ufeff行政区代码,行政区,图斑数,违法占用耕地比例,")
    head, county, total = text.lstrip("\ufeff").splitlines()
    assert county.split(",")[:4] == ["990101", "'=HYPERLINK(1)", "1", "0.5000"]
    assert total.split(",")[1] == "合计"
    assert "口径：规则 比率画例 1" in county
    assert len(head.split(",")) == len(county.split(","))


def test_the_way_of_counting_is_printed_with_the_figures(patch: Patch) -> None:
    said = run("ratios", "--ruleset", drawn.NAME).splitlines()
    assert said[0] == "违法占耕比（初判口径，分母：新增建设用地占用耕地面积）"
    assert said[1].startswith("口径：规则 比率画例 1；")
    assert "= 50.00 %" in said[2]
