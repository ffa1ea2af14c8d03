"""The rules language: what parses, and what is refused in words that a lawyer understands."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from spatial.errors import RulesetInvalid
from spatial.rules.load import read_file, ruleset_files
from spatial.rules.read import read_ruleset
from spatial.vocabulary import mark_codes, style_tokens

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "rules"
OURS = ruleset_files()

SMALL = (FIXTURES / "small.toml").read_text("utf-8")
FAULTS = tomllib.loads((FIXTURES / "faults.toml").read_text("utf-8"))["fault"]


def faults(text: str) -> str:
    with pytest.raises(RulesetInvalid) as refused:
        read_ruleset(text, "small.toml")
    return str(refused.value)


def with_test(test: str) -> str:
    """The small ruleset with one more test on its first rule."""
    return SMALL.replace(
        'inside = ["red_line"], source', f'inside = ["red_line"], test = ["{test}"], source'
    )


def with_where(test: str) -> str:
    """The small ruleset with another test in the where of its red line."""
    return SMALL.replace('"approved_on <= cutoff"', f'"{test}"')


def test_the_small_ruleset_is_sound() -> None:
    ruleset = read_ruleset(SMALL, "small.toml")
    assert [rule.code for rule in ruleset.rules] == ["approved", "field", "rest", "farm"]


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_our_rulesets_are_sound(path: Path) -> None:
    ruleset = read_file(path)
    assert not ruleset.draft


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_every_rule_is_signed_and_drawn(path: Path) -> None:
    """A term; an article, or an honest note; a style that the vocabulary has."""
    ruleset = read_file(path)
    for rule in ruleset.rules:
        assert rule.term
        assert rule.source
    assert {rule.style for rule in ruleset.conclude} <= set(style_tokens())
    assert {rule.style for rule in ruleset.marks} <= set(mark_codes())


@pytest.mark.parametrize("name", ["tract-scheme"])
def test_other_campaigns_can_be_said(name: str) -> None:
    text = (FIXTURES / f"{name}.toml").read_text("utf-8")
    assert read_ruleset(text, name).name == name


@pytest.mark.parametrize("fault", FAULTS, ids=[fault["said"] for fault in FAULTS])
def test_a_fault_is_named_with_its_place_and_remedy(fault: dict[str, str]) -> None:
    assert fault["right"] in SMALL
    message = faults(SMALL.replace(fault["right"], fault["wrong"], 1))
    assert fault["said"] in message
    assert message.startswith("small.toml")


CONDITIONS = [
    ("approved_on <= 5", "日期不能与“5”比较"),
    ("approved_on <= cutof", "日期不能与“cutof”比较；也不是可用的名称，相近的有：cutoff"),
    ("aprovd_on <= cutoff", "“aprovd_on”不是图层 approval（用地批准）的字段"),
    ("approved_on <= patch.kind", "日期不能与文字比较：patch.kind"),
    ("approved_on <= 2021-02-30", "日期不能与“2021-02-30”比较"),
    ("approved_on + 1w <= cutoff", "日期加减的单位只有 y（年）、m（月）、d（日）"),
    ("document + 1y <= cutoff", "只有日期可以加减年月日：document"),
    ("step != 征收", "没有比较符“!=”"),
    ("step == 征收", "没有比较符“==”"),
    ("step < 征收", "文字不能比较大小"),
    ("approved_on before cutoff", "看不懂。条件写作"),
    ("step = 征收 or step = 农转用", "不能写 or；请另写一条结论相同的规则"),
    ("not step = 征收", "“不”写作 unless"),
    ("(step = 征收)", "不能用括号"),
    ("approved_on is gone", "is 之后只能写 known（已知）或 empty（为空）"),
    ("declared_area_m2 / step > 1", "只有数值可以相除：step"),
    ("declared_area_m2 > 1/0", "除数不能为 0"),
    ("part(cultivated).m2 > 1", "概念的条件里不能用 part()"),
    ("approved_on in cultivated", "in 只用于文字，approved_on 是日期"),
    ("patch.knd = 20", "没有字段 patch.knd；相近的有：kind"),
    ("supli.purpose = step", "supli 既不是图层，也不是 patch、batch、run、group；相近的有：supply"),
    ("supply.purpos = step", "图层 supply 没有字段 purpos；相近的有：purpose"),
]


@pytest.mark.parametrize(("test", "said"), CONDITIONS, ids=[test for test, _ in CONDITIONS])
def test_a_faulty_condition_of_a_notion(test: str, said: str) -> None:
    assert said in faults(with_where(test))


@pytest.mark.parametrize(
    ("test", "said"),
    [
        ("kind = 20", "“kind”不是[date] 中的日期名（图斑字段写作 patch.字段）"),
        ("group.holder.excess_m2 > 0", "没有分组 holder（[group]）"),
        ("part(red_lin).m2 > 0", "part(red_lin) 中的概念没有定义；相近的有：red_line"),
        ("part(red_line).ha > 0", "part() 没有 ha；可用：m2、share、net_m2"),
        ("1 < 2", "“1”不是"),
    ],
)
def test_a_faulty_condition_of_a_rule(test: str, said: str) -> None:
    assert said in faults(with_test(test))


def test_all_faults_are_told_at_once() -> None:
    text = SMALL.replace('class = "legal", ', "").replace('layer = "land_use"', 'layer = "x"')
    assert len(faults(text).splitlines()) == 2


def test_a_draft_needs_no_source() -> None:
    text = SMALL.replace('source = "甲"', 'source = ""')
    ruleset = read_ruleset(text.replace('name = "small"', 'name = "small"\ndraft = true'), "x")
    assert ruleset.draft


def test_a_notion_that_nothing_reads_is_named() -> None:
    text = SMALL.replace("[rules]", 'town = { term = "城镇", layer = "urban_boundary", '
                         'version = "act" }\n[rules]')  # fmt: skip
    assert "概念 town（城镇）：没有规则用到它" in faults(text)


def test_notions_may_not_lead_in_circles() -> None:
    extra = 'a = { term = "甲", any_of = ["b"] }\nb = { term = "乙", any_of = ["a"] }\n[rules]'
    assert "概念 a（甲）：any_of 绕成了圈" in faults(SMALL.replace("[rules]", extra))
    extra = 'a = { term = "甲", of = "b", own = true }\nb = { term = "乙", of = "a", own = true }\n'
    assert "概念 a：of 绕成了圈（a → b → a）" in faults(SMALL.replace("[rules]", extra + "[rules]"))


def test_own_needs_a_layer_that_knows_its_holder() -> None:
    extra = 'mine = { term = "本单位耕地", of = "cultivated", own = true }\n[rules]'
    assert "图层 land_use（三调地类）没有单位字段" in faults(SMALL.replace("[rules]", extra))
