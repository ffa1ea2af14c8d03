"""Rulesets as rows: what the engine joins."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import pytest

from spatial.errors import RulesetChanged, RulesetInvalid
from spatial.models import NotionTest, RulesetVersion, Run
from spatial.rules.conditions import like_patterns
from spatial.rules.load import load_ruleset, load_text, read_named
from spatial.rules.schema import CodeSet, Condition

pytestmark = pytest.mark.django_db

SMALL = (Path(__file__).resolve().parents[1] / "fixtures" / "rules" / "small.toml").read_text(
    "utf-8"
)


def where_test(text: str) -> NotionTest:
    """The row of a test put into the where of the small ruleset's red line."""
    version = load_text(SMALL.replace('"approved_on <= cutoff"', f'"{text}"'))
    return NotionTest.objects.get(notion__ruleset=version, notion__code="red_line")


FACT: dict[str, Any] = {"scope": "facts"}


@pytest.mark.parametrize(
    ("text", "op", "kind", "left", "right"),
    [
        (
            "approved_on <= cutoff", "<=", "date",
            {"field": "approved_on", "scope": "zone", "needed": True},
            {"field": "cutoff", **FACT, "needed": True},
        ),
        (
            "unless valid_until + 1y < 2021-01-31", "<", "date",
            {"field": "valid_until", "scope": "zone", "shift_months": 12},
            {"value": "2021-01-31"},
        ),
        (
            "filed_on <= patch.after_on - 3m + 20d", "<=", "date",
            {"field": "filed_on", "scope": "zone"},
            {"field": "patch.after_on", **FACT, "shift_months": -3, "shift_days": 20},
        ),
        (
            "filed_on > run.as_of", ">", "date",
            {"field": "filed_on", "scope": "zone"}, {"field": "run.as_of", **FACT},
        ),
        (
            "step = 先行用地", "=", "text",
            {"field": "step", "scope": "zone"}, {"value": "先行用地"},
        ),
        (
            "document = 0101", "=", "text",
            {"field": "document", "scope": "zone"}, {"value": "0101"},
        ),
        (
            "step in cultivated", "in", "text",
            {"field": "step", "scope": "zone"}, {"value": ["0101", "02%"]},
        ),
        (
            "declared_area_m2 / patch.area_m2 >= 1/3", ">=", "number",
            {"field": "declared_area_m2", "scope": "zone",
             "divide_by": {"field": "patch.area_m2", **FACT}},
            {"value": 1, "divide_by": {"value": 3}},
        ),
        ("declared_area_m2 < 0.25", "<", "number",
         {"field": "declared_area_m2", "scope": "zone"}, {"value": 0.25}),
        ("revoked_on is empty", "empty", "date",
         {"field": "revoked_on", "scope": "zone"}, None),
        ("holder_name is known", "known", "text",
         {"field": "holder_name", "scope": "zone"}, None),
    ],
)  # fmt: skip
def test_a_test_becomes_operands(
    text: str, op: str, kind: str, left: dict[str, Any], right: dict[str, Any] | None
) -> None:
    row = where_test(text)
    assert (row.op, row.kind, row.left, row.right) == (op, kind, left, right)
    assert row.text == text
    assert row.negate is text.startswith("unless ")


def test_a_code_stands_for_itself_in_a_pattern() -> None:
    assert like_patterns(CodeSet("any", ("01*", "1_2", "5%", "a\\b"))) == [
        "01%", "1\\_2", "5\\%", "a\\\\b",
    ]  # fmt: skip


def test_the_house_ruleset_as_rows() -> None:
    version = load_ruleset("land-enforcement")
    rules = list(version.rules.filter(action="conclude").order_by("rank"))
    assert [rule.rank for rule in rules] == list(range(10, 10 * len(rules) + 1, 10))
    specified = [
        "unchanged", "purpose", "supplied", "collective", "advance", "existing", "unsupplied",
        "approved", "temporary", "facility", "rural_road", "late", "filing", "reclaiming",
        "overdue", "over_use", "outside", "rented", "unfiled", "unclear",
    ]  # fmt: skip
    assert [rule.code for rule in rules if rule.code in specified] == specified
    over_use = next(rule for rule in rules if rule.code == "over_use")
    assert (over_use.rule_class, over_use.style, over_use.kind_of) == (
        "illegal",
        "beyond",
        "超占用地",
    )
    assert [(place.relation, place.notion.code) for place in over_use.places.all()] == [
        ("adjoins", "own_line")
    ]
    excess = over_use.tests.get(seq=2)
    assert excess.left == {"field": "group.holder.excess_m2", "scope": "facts", "needed": True}


def test_other_layers_are_read_as_needed_facts() -> None:
    version = load_ruleset("land-enforcement")
    test = version.rules.get(action="conclude", code="purpose").tests.get(seq=2)
    assert test.right == {"field": "layer.supply.purpose", "scope": "facts", "needed": True}
    assert test.left == {"field": "patch.field_purpose", "scope": "facts"}


def test_a_narrower_notion_carries_the_tests_of_its_base() -> None:
    version = load_ruleset("land-enforcement")
    base, own = (version.notions.get(code=code) for code in ("red_line", "own_line"))
    assert (own.own, own.base, own.layer_id, own.version_policy) == (
        True,
        "red_line",
        "approval",
        "",
    )
    fields = ("seq", "negate", "op", "kind", "left", "right", "text")
    assert list(own.tests.order_by("seq").values(*fields)) == list(
        base.tests.order_by("seq").values(*fields)
    )


def test_marks_carry_what_is_measured() -> None:
    version = load_ruleset("land-enforcement")
    mark = version.rules.get(action="mark", code="cultivated")
    assert mark.part == {"class": ["illegal"], "net": True, "at_least_m2": 1}
    assert [(place.relation, place.notion.code) for place in mark.places.all()] == [
        ("inside", "cultivated")
    ]
    town = version.rules.get(action="mark", code="out_of_town")
    assert town.part == {"class": None, "net": False, "at_least_m2": 1}
    assert town.places.get().relation == "outside"


def test_settings_are_filled_in() -> None:
    settings = load_text(SMALL).settings
    assert settings["label_at_least"] == {"m2": 0, "share": 0}
    assert settings["ignore_pieces"] == {"below_m2": 0, "narrower_than_m": 0}
    assert settings["borderline"] == {"m2": 0, "share": 0}
    assert settings["adjoin_m"] == 0
    assert settings["subject"] == []
    assert settings["groups"] == {}
    assert settings["ratio"] is None
    assert settings["dates"]["cutoff"] == "patch.after_on"


def test_or_share_is_the_longer_word_for_share() -> None:
    limits = "label_at_least = { m2 = 50, or_share = 0.5 }"
    version = load_text(SMALL.replace('ground = "batch"', f'ground = "batch"\n{limits}'))
    assert version.settings["label_at_least"] == {"m2": 50, "share": 0.5}


def test_the_ratio_of_the_house_ruleset() -> None:
    ratio = load_ruleset("land-enforcement").settings["ratio"]
    assert ratio["illegal"] == {"classes": ["illegal"], "except": ["unsupplied"]}
    assert ratio["new"] == {"classes": ["illegal", "legal"], "except": ["approved"]}


def test_a_version_is_stored_once() -> None:
    first = load_ruleset("site-selection")
    rules = list(first.rules.values_list("id", flat=True))
    again = load_ruleset("site-selection")
    assert again.pk == first.pk
    assert list(again.rules.values_list("id", flat=True)) == rules


def test_an_unused_version_may_still_change() -> None:
    first = load_text(SMALL)
    again = load_text(SMALL.replace('term = "已批"', 'term = "已经批准"'))
    assert again.pk == first.pk
    assert again.rules.get(code="approved").term == "已经批准"
    assert again.rules.count() == 4
    assert RulesetVersion.objects.filter(name="small").count() == 1


def test_a_used_version_may_not_change() -> None:
    first = load_text(SMALL)
    at = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    Run.objects.create(ruleset=first, as_of=at.date(), known_at=at, code_version="test")
    changed = SMALL.replace('term = "已批"', 'term = "已经批准"')
    with pytest.raises(RulesetChanged, match="规则集 small 版本 1 的内容已变"):
        load_text(changed)
    assert load_text(SMALL).pk == first.pk


def used(text: str) -> RulesetVersion:
    """A stored ruleset that a run has used."""
    version = load_text(text)
    at = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)
    Run.objects.create(ruleset=version, as_of=at.date(), known_at=at, code_version="test")
    return version


def newer(text: str) -> str:
    return text.replace('version = "1"', 'version = "2"')


def test_a_used_rule_is_never_edited() -> None:
    used(SMALL)
    with pytest.raises(
        RulesetChanged, match="规则 approved（已批）：已被版本 1 的分析用过，内容不能改"
    ):
        load_text(
            newer(SMALL).replace(
                'code = "approved", term = "已批"', 'code = "approved", term = "已经批准"'
            )
        )
    with pytest.raises(RulesetChanged, match="规则 approved（已批）.*内容不能改"):
        load_text(newer(SMALL).replace('"approved_on <= cutoff"', '"approved_on < cutoff"'))
    assert not RulesetVersion.objects.filter(name="small", version="2").exists()


def test_a_used_rule_is_never_dropped_but_may_be_ended() -> None:
    used(SMALL)
    line = next(line for line in SMALL.splitlines() if 'code = "approved"' in line)
    with pytest.raises(RulesetChanged, match="不能删去；请保留，并以 until 写明终止日期"):
        load_text(newer(SMALL).replace('code = "approved"', 'code = "granted"'))
    ended = line.replace('code = "approved"', 'code = "approved", until = 2025-01-01')
    again = line.replace('code = "approved"', 'code = "granted", from = 2025-01-01')
    assert load_text(newer(SMALL).replace(line, f"{ended}\n{again}")).version == "2"


def test_settings_may_change_with_a_new_version() -> None:
    used(SMALL)
    changed = newer(SMALL).replace('cutoff = "patch.after_on"', 'cutoff = "batch.issued_on"')
    assert changed != newer(SMALL)
    assert load_text(changed).version == "2"


def test_an_unknown_ruleset_is_refused_with_the_known_ones() -> None:
    with pytest.raises(RulesetInvalid, match="没有规则集 land-enforcment；相近的有：land-enf"):
        load_ruleset("land-enforcment")


def test_conditions_compare_by_what_they_say() -> None:
    ruleset = read_named("land-enforcement")
    built = [rule for rule in ruleset.conclude if ("test", "patch.kind in built") in
             rule.conditions]  # fmt: skip
    assert [rule.code for rule in built] == [
        "unsupplied", "over_use", "temporary_over", "outside", "rented", "unfiled",
    ]  # fmt: skip
    assert isinstance(built[0].tests[0], Condition)
