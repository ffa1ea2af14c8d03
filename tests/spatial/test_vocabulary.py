"""The vocabulary: complete, well formed, and fit for a page."""

from __future__ import annotations

import json
import tomllib

import pytest

from spatial import vocabulary
from spatial.install import layers_file
from spatial.models.patch import Source
from spatial.rules.words import ALL_CLASSES, DENOMINATORS


def test_it_is_sound_and_json() -> None:
    assert json.loads(json.dumps(vocabulary.vocabulary()))["class"]["illegal"] == "违法"


def test_classes_stand_in_the_order_of_the_label() -> None:
    assert tuple(vocabulary.class_codes()) == ALL_CLASSES


def test_every_layer_has_a_look() -> None:
    looks = vocabulary.vocabulary()["layer"]
    assert set(looks) == set(layers_file()["layer"])
    assert vocabulary.layer_style("basic_farmland")["ticks"] == "inward"


def test_every_source_of_a_batch_has_words() -> None:
    for source in Source:
        assert vocabulary.source_term(source.value)


def test_every_denominator_has_words() -> None:
    assert all(vocabulary.denominator_term(code) for code in DENOMINATORS)


def test_no_two_styles_look_the_same() -> None:
    """Never colour alone: the same hatch comes with another line, or fill, or colour."""
    looks = [
        (style["colour"], style["hatch"], style["line"]) for style in
        vocabulary.style_tokens().values()
    ]  # fmt: skip
    assert len(set(looks)) == len(looks)
    strong = [style["hatch"] for code, style in vocabulary.style_tokens().items()
              if code in ("unapproved", "beyond", "misuse", "temporary", "illegal")]  # fmt: skip
    assert len(set(strong)) == len(strong)


@pytest.mark.parametrize(
    ("code", "group"),
    [
        ("0101", "cultivated"), ("0201K", "garden"), ("0305", "forest"), ("0303", "wetland"),
        ("1006", "rural_road"), ("1003", "construction"), ("1109", "construction"),
        ("1101", "water"), ("1201", "construction"), ("1202", "facility"), ("1207", "other"),
        ("05H1", "construction"), ("0603", "construction"), ("farmland", "other"), ("", "other"),
    ],
)  # fmt: skip
def test_land_classes_have_a_colour_group(code: str, group: str) -> None:
    assert vocabulary.land_use_group(code)["code"] == group


def test_codes_have_terms() -> None:
    assert vocabulary.land_use_term("0101") == "水田"
    assert vocabulary.land_use_term("farmland") == "farmland"
    assert vocabulary.patch_kind_term("1") == vocabulary.patch_kind_term("01") == "耕地"
    assert vocabulary.patch_kind_term("JZ") == "不明用途的建(构)筑物"
    assert vocabulary.severity_word(1) == "特别严重"
    assert vocabulary.class_term("unknown") == "数据不足"
    assert vocabulary.basis_term("proposed") == "初判口径"
    assert vocabulary.boundary_style("county")["term"] == "县界"


def test_a_mark_without_a_look_takes_the_common_one() -> None:
    assert vocabulary.mark_style("eco")["icon"] == "leaf"
    assert vocabulary.mark_style("anything")["icon"] == "dot"


@pytest.mark.parametrize(
    ("share", "term"),
    [
        (0, "5% 以下"), (0.05, "5%–10%"), (0.0999, "5%–10%"), (0.10, "10%–15%"),
        (0.15, "15% 及以上"), (3, "15% 及以上"), (None, "—"),
    ],
)  # fmt: skip
def test_ratio_classes(share: float | None, term: str) -> None:
    assert vocabulary.ratio_class(share)["term"] == term


def test_issue_kinds_have_a_level_in_words() -> None:
    assert vocabulary.issue_kind("missing_shx") == {
        "code": "missing_shx",
        "term": "索引文件已重建",
        "level": "note",
        "level_term": "说明",
        "by": "system",
        "by_term": "系统已处理",
        "remedy": "无需处理；下次请一并交 .shx。",
    }


@pytest.mark.parametrize(
    "ask",
    [vocabulary.class_term, vocabulary.layer_style, vocabulary.issue_kind, vocabulary.source_term],
)
def test_an_unknown_code_says_where_to_add_it(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(vocabulary.UnknownWord, match=r"请在 spatial/vocabulary.toml 的 \["):
        ask("nothing")


@pytest.mark.parametrize(
    ("right", "wrong", "fault"),
    [
        ('colour = "#E8590C"', 'colour = "orange"', "[style] unapproved：颜色 orange 应写作"),
        ('hatch = "dots"', 'hatch = "dotted"', "[style] misuse：没有纹样 dotted"),
        ('icon = "leaf"', 'icon = "tulip"', "[mark] eco：没有图标 tulip"),
        ("fill = 0.35", "fill = 35", "[style] unapproved：fill 35 应在 0 到 1 之间"),
        ('level = "error"', 'level = "fatal"', "没有程度 fatal"),
        ("below = 0.10", "below = 0.01", "[ratio_class] 上限须逐级升高"),
        ("[basis]", "[bases]", "缺少 [basis]"),
    ],
)
def test_a_faulty_vocabulary_is_refused(right: str, wrong: str, fault: str) -> None:
    text = vocabulary.VOCABULARY_FILE.read_text("utf-8")
    assert right in text
    found = vocabulary.faults_in(tomllib.loads(text.replace(right, wrong, 1)))
    assert any(fault in sentence for sentence in found)


def test_a_copy_may_be_changed_without_harm() -> None:
    vocabulary.style_tokens()["illegal"]["colour"] = "#000000"
    vocabulary.vocabulary()["class"]["illegal"] = "错"
    assert vocabulary.style_tokens()["illegal"]["colour"] == "#C92A2A"
    assert vocabulary.class_term("illegal") == "违法"
