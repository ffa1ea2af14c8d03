"""Field rules of the standards: each fault is told with row, field, source; right rows pass."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imports import load
from imports.checks import field_rules, settings
from spatial import install, vocabulary
from spatial.errors import InputRefused
from tests.imports.conftest import DAY, WEST, square, written

pytestmark = pytest.mark.django_db

RIGHT = {
    "BSM": "1", "DLBM": "0101", "DLMC": "水田", "ZLDWDM": f"{WEST}001001", "TBMJ": 10367.1,
    "QSDWDM": f"{WEST}0010010000000", "KCDLBM": "1203", "KCXS": 0.12, "KCMJ": 1244.05,
    "TBDLMJ": 9123.05, "GDPDJB": "1",
}  # fmt: skip
WOOD = {
    **RIGHT, "DLBM": "0301", "DLMC": "乔木林地", "KCDLBM": None, "KCXS": 0.0, "KCMJ": 0.0,
    "TBDLMJ": 10367.1, "GDPDJB": None,
}  # fmt: skip


def found(tmp_path, *records, layer="land_use", **options):
    """The kinds and fields of what the field rules say of these rows."""
    geoms = [square(119.95 + 0.002 * at, 33.05) for at in range(len(records))]
    path = written(tmp_path / "a.gpkg", list(records), geoms)
    options = {"valid_from": DAY, "region_code": WEST, **options}
    delivery = load.stage_layer(layer, path, **options)
    kinds = {kind for kind, _ in field_rules.CHECKS.values()}
    return [issue for issue in delivery.issues.all() if issue.kind in kinds]


def test_rows_that_keep_the_standard_are_not_touched(counties, tmp_path):
    assert not found(tmp_path, RIGHT, {**WOOD, "BSM": "2"})


@pytest.mark.parametrize(
    ("change", "kind", "field", "words"),
    [
        ({"DLBM": "0199", "KCXS": 0.0, "KCDLBM": None, "KCMJ": 0.0, "TBDLMJ": 10367.1},
         "unknown_code", "code", "“0199”不在规定的编码内"),
        ({"DLMC": "旱地"}, "code_name", "code_name", "与编码 0101（水田）不符"),
        ({"KCXS": 1.0, "KCMJ": 10367.1, "TBDLMJ": 0.0}, "value_range", "kcxs", "小于 1"),
        ({"KCXS": -0.1, "KCMJ": -1036.71, "TBDLMJ": 11403.81}, "value_range", "kcxs", "-0.1"),
        ({"KCDLBM": "1104"}, "unknown_code", "deducted_class", "1203|“1104”"),
        ({"KCMJ": 1244.15, "TBDLMJ": 9122.95}, "formula_differs", "deducted_area_m2", "1244.05"),
        ({"TBDLMJ": 9123.15}, "formula_differs", "net_area_m2", "按公式应为 9123.05"),
        ({"GDPDJB": "6"}, "unknown_code", "slope_class", "1 至 5"),
        ({"GDPDJB": None}, "missing_value", "slope_class", "0101 上未填"),
        ({"ZLDWDM": f"{WEST}001"}, "code_length", "located_code", "长 9 位，应为 12或 19 位"),
        ({"QSDWDM": f"{WEST}00100100"}, "code_length", "owner_code", "长 14 位"),
    ],
)  # fmt: skip
def test_a_field_that_breaks_the_standard_is_told(counties, tmp_path, change, kind, field, words):
    (issue,) = found(tmp_path, {**RIGHT, **change}, {**WOOD, "BSM": "2"})
    assert (issue.kind, issue.field, issue.row, issue.feature) == (kind, field, 1, "1")
    assert any(word in issue.message for word in words.split("|"))
    assert "TD/T 1057-2020" in issue.message
    assert issue.remedy_by == "source"
    assert issue.delivered["DLBM"] == {**RIGHT, **change}["DLBM"]
    assert issue.place is not None


@pytest.mark.parametrize(
    "change",
    [{"KCXS": 0.05, "KCMJ": 518.36, "TBDLMJ": 9848.74}, {"KCDLBM": "1203"}],
)
def test_ridges_are_deducted_on_cultivated_land_only(counties, tmp_path, change):
    (issue,) = found(tmp_path, {**WOOD, **change})
    assert issue.kind == "misplaced_value"
    assert "编码 0301" in issue.message


@pytest.mark.parametrize("cent", [-0.005, 0, 0.005])
def test_both_ways_of_rounding_half_a_cent_are_right(counties, tmp_path, cent):
    lost = round(10367.1 * 0.12 + cent, 3)
    record = {**RIGHT, "KCMJ": lost, "TBDLMJ": round(10367.1 - lost, 2)}
    assert not found(tmp_path, record)


def test_a_repeated_identifier_is_told_for_each_row(counties, tmp_path):
    issues = found(tmp_path, RIGHT, RIGHT, {**RIGHT, "BSM": "3"})
    assert [(issue.kind, issue.row) for issue in issues] == [
        ("duplicate_code", 1), ("duplicate_code", 2),
    ]  # fmt: skip
    assert "首见第 1 行" in issues[1].message


def test_one_wrong_value_on_many_rows_is_one_issue_that_names_them(counties, tmp_path):
    records = [{**RIGHT, "BSM": str(at), "DLMC": "水田地"} for at in range(30)]
    (issue,) = found(tmp_path, *records)
    assert "共 30 行" in issue.message
    assert issue.row == 1


def test_more_faults_than_are_listed_are_counted(counties, tmp_path, monkeypatch):
    few = replace(settings.limits(), listed=3)
    monkeypatch.setattr(settings, "limits", lambda: few)
    records = [{**RIGHT, "BSM": str(at), "TBDLMJ": float(at)} for at in range(8)]
    issues = found(tmp_path, *records)
    assert [issue.row for issue in issues] == [1, 2, 3, None]
    assert "共 8 行" in issues[-1].message


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([{**RIGHT, "DLBM": "0201K", "DLMC": "可调整果园"}, {**WOOD, "DLBM": "070101"}],
         "第 2 行 070101.*第 1 行 0201K"),
        ([{**WOOD, "DLBM": "0601", "DLMC": "农村道路"}], "0601 农村道路"),
    ],
)  # fmt: skip
def test_codes_of_the_planning_guide_are_refused(counties, tmp_path, records, words):
    """0601 is industry in the survey and a farm road in the guide: never to be mixed."""
    with pytest.raises(InputRefused, match=words):
        found(tmp_path, *records)


def test_the_surveys_own_name_for_a_shared_code_passes(counties, tmp_path):
    assert not found(tmp_path, {**WOOD, "DLBM": "0601", "DLMC": "工业用地"})


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"BPRQ": "2023-06-01"}, "approved_on", "2023-06-01 晚于"),
        ({"YXQZ": "2023-01-01"}, "valid_until", "有效期至"),
        ({"CXRQ": "202304"}, "revoked_on", "2023-04-30"),
    ],
)
def test_a_ledgers_dates_stand_in_order(counties, tmp_path, change, field, words):
    record = {"PZWH": "苏政地〔2023〕12号", "SPHJ": "农转用", "PZRQ": "2023-05-06", **change}
    (issue,) = found(tmp_path, record, layer="approval", valid_from=None)
    assert (issue.kind, issue.field) == ("dates_reversed", field)
    assert words in issue.message


@pytest.mark.parametrize("late", ["202305", "2023", "2023-05-06"])
def test_a_date_known_to_the_month_is_not_accused(counties, tmp_path, late):
    record = {"PZWH": "苏政地〔2023〕12号", "SPHJ": "农转用", "PZRQ": "2023-05-06", "YXQZ": late}
    assert not found(tmp_path, record, layer="approval", valid_from=None)


@pytest.mark.parametrize(
    ("number", "right"),
    [
        ("苏政地〔2023〕12号", True), ("苏政地[2023]第12号", True), ("2023-12", False),
        ("批复12号", False),
    ],
)  # fmt: skip
def test_a_papers_number_has_its_form(counties, tmp_path, number, right):
    record = {"PZWH": number, "SPHJ": "农转用", "PZRQ": "2023-05-06"}
    issues = found(tmp_path, record, layer="approval", valid_from=None)
    assert [issue.kind for issue in issues] == ([] if right else ["document_pattern"])


def test_every_rule_names_fields_and_words_that_there_are():
    tree = install.layers_file()
    for rule in settings.tree()["rule"]:
        for layer in rule["layers"]:
            known = tree["patch"] if layer == "patch" else tree["layer"][layer]["fields"]
            names = {*known, *tree["common"]}
            asked = [rule["field"], *rule.get("of_fields", ())]
            asked += [rule[key] for key in ("code", "before") if key in rule]
            assert set(asked) <= names, rule
        assert rule["check"] in field_rules.CHECKS
        assert "of" not in rule or rule["of"] in vocabulary.vocabulary()
        assert rule["source"]
