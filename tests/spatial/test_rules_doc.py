"""docs/rules.md and the command that writes it."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from spatial.rules import doc, load
from spatial.rules.load import read_named
from spatial.rules.read import read_ruleset
from spatial.rules.remarks import read_remarks

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "rules"


def said_of(name: str) -> str:
    path = FIXTURES / f"{name}.toml"
    ruleset = read_ruleset(path.read_text("utf-8"), name) if path.exists() else read_named(name)
    return doc.render([ruleset])


def test_the_document_is_fresh() -> None:
    assert doc.is_fresh(), "run manage.py rules doc"


def test_every_rule_of_the_house_is_in_it() -> None:
    text = doc.DOCUMENT.read_text("utf-8")
    for path in load.ruleset_files():
        for rule in load.read_file(path).rules:
            assert f"**{rule.term}**" in text
            assert rule.source in text


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("small", "位于“红线”范围内的，初判为“已批”。"),
        ("small", "以上各条都不符合的，初判为“待核”。"),
        ("small", "“用地批准”台账中，截至判定截止日已批准的记录所划的范围。"),
        ("small", "“三调地类”图层（行为起始日有效的最新版本）中，地类编码属于“cultivated”的范围。"),
        ("park-audit", "“实际占用”的全部要素，每个要素作为一个图斑。"),
        ("park-audit", "截至分析基准日已签订合同，且分析基准日之前未终止的记录"),
        ("park-audit", "同一用地单位超出有权使用的面积大于 0 平方米的，初判为“少租多用”"),
        ("park-audit", "只计位于“园区租入”范围内且不在“征用代征”范围内的部分"),
        ("stock-land", "“供地”中土地所有权为“国有”的要素"),
        (
            "stock-land",
            "至分析基准日到约定开工日已超过一年，且未动工的，初判为“闲置(满一年未动工)”",
        ),
        (
            "stock-land",
            "已动工，且位于“已动工”范围内的面积占图斑的比例小于 1/3，且至分析基准日停工已满一年的",
        ),
        ("stock-land", "图斑的已投资额与图斑的总投资额之比小于 0.25"),
        ("green-belt", "且行为起始日不早于 2021 年 1 月 1 日的"),
        ("green-belt", "“道路用地”“5 米内”“3 米内”中任何一个的范围。"),
        ("green-belt", "的全部范围，再向外扩 100 米。"),
        ("tract-scheme", "位于“公益性用地”范围内的面积占图斑的比例小于 40%的，为“涉及”。"),
    ],
)
def test_rules_read_as_sentences(name: str, sentence: str) -> None:
    assert sentence in said_of(name)


@pytest.mark.parametrize(
    "sentence",
    [
        "#### 设施农用地\n\n27. **设施农用地改变用途(大棚房)**",
        "    说明：归为违法：自 2021 年 11 月 27 日起，养殖设施和破坏耕作层的种植设施一律不得占",
        "    日期与数值：2021 年 11 月 27 日。\n\n    可由本局调整：判定截止日；代码表“养殖设施”。",
        "且图斑类型为“ND”（农村道路），且图斑的最大宽度不大于 8 米，且图斑的平均宽度不大于 8 米的",
        "    日期与数值：图斑的最大宽度 8 米；图斑的平均宽度 8 米。",
        "    日期与数值：起算面积 6666.67 平方米（10.00 亩）。",
        "只适用于 2021 年 11 月 27 日起的行为；前后时相跨这些日期的，答“无数据”。",
        "    日期与数值：期限一年。",
        "且图斑中位于“耕地”范围内的净面积（已扣田坎）不小于 1 平方米的，为“涉及”。",
        "“耕地”“永久基本农田”“生态保护红线”中任何一个的范围。",
        "    - 复垦验收日期（temporary.reclaimed_on）：没有就会把已复垦的冤为超期。",
        "当年通知另有规定的，可改取 patch.before_on（前时相）",
        "- 整改为“拆除复耕”并验收的：分子不计，分母不计。",
    ],
)
def test_the_enforcement_ruleset_reads_as_a_lawyer_needs_it(sentence: str) -> None:
    assert sentence in doc.DOCUMENT.read_text("utf-8")


def test_remarks_belong_to_the_entry_below_or_before_them() -> None:
    text = """
# 与谁都不相干

# 日期的说明
[date]
cutoff = "patch.after_on" # 甲
[rules]
conclude = [
  # —— 一 ——
  # 第一行，
  # 第二行。
  { code = "a", term = "写 # 的" },

  # 空行隔开的不算

  { code = "b", term = "乙" },
]
# 涉及的说明
mark = [
  { code = "a", term = "丙" }, # 丁
]
"""
    found = read_remarks(text)
    assert found.headings == {("conclude", "a"): "一"}
    assert {key: found.of(*key) for key in found.lines} == {
        ("date", ""): "日期的说明",
        ("date", "cutoff"): "甲",
        ("conclude", "a"): "第一行，第二行。",
        ("mark", ""): "涉及的说明",
        ("mark", "a"): "丁",
    }


def test_rules_doc_writes_and_checks(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    page = tmp_path / "rules.md"
    monkeypatch.setattr(doc, "DOCUMENT", page)
    monkeypatch.setattr(doc.is_fresh, "__defaults__", (page,))
    with pytest.raises(CommandError, match="已过时"):
        call_command("rules", "doc", "--check", stdout=StringIO())
    call_command("rules", "doc", stdout=StringIO())
    call_command("rules", "doc", "--check", stdout=StringIO())


def test_rules_check_fails_with_the_messages(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    call_command("rules", "check", stdout=StringIO())
    small = (FIXTURES / "small.toml").read_text("utf-8")
    (tmp_path / "small.toml").write_text(small.replace('class = "legal", ', ""), "utf-8")
    (tmp_path / "other.toml").write_text(small, "utf-8")
    monkeypatch.setattr(load, "RULES_ROOT", tmp_path)
    out = StringIO()
    with pytest.raises(CommandError, match="2 个规则集有误"):
        call_command("rules", "check", "--json", stdout=out)
    listed = {entry["file"]: entry for entry in json.loads(out.getvalue())}
    assert "规则 approved（已批）：缺少 class" in listed["small.toml"]["problems"][0]
    assert "name “small”应与文件名 other 相同" in listed["other.toml"]["problems"][0]
