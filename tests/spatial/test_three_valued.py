"""Missing is not empty: what is taken away never becomes an accusation, nor a clearance."""

from __future__ import annotations

import copy
import datetime
import tomllib
from itertools import count
from typing import Any

import pytest

from spatial.engine.classify import classify
from spatial.rules.load import load_text
from tests import test_cases as cases

BASE = tomllib.loads('''
ruleset = "land-enforcement"
supply = { draw = "S...............", S = { contract_on = 2023-01-01, purpose = "工业", holder = "甲公司" } }
facility = { draw = "...........F....", F = { filed_on = 2023-01-01, purpose = "工业", plough_damaging = false } }
lease = { draw = "L", offset = [0, 50], L = { lessor_kind = "集体", signed_on = 2023-01-01 } }
occupied = { draw = "OO", offset = [300, 0], O = { holder = "甲公司" } }
parcel = { draw = "PPPPPPPP........", P = { holder = "甲公司" } }
basic_farmland = { draw = "BBBBBBBB........" }
ecological_redline = { draw = "....EEEEEEEE...." }
urban_boundary = { draw = "UUUUUUUUU......." }
planning_zone = { draw = "GGGGGNNNGG......", G = { construction_allowed = true }, N = { construction_allowed = false } }
expect = {}

[land_use]
draw = """
LLLLLLLLLLLLLLLL
LLLLLLLLLLLLLLLL
LLLLLLLLLLLLLLLL
LLLLLLLLLLLLLLLL
LLLLLLLLLLLLLLLL
LLLLUULLLLLLLLLL
LLLLLLLLLLLLLLLL"""
offset = [0, -10]
L = { code = "0101", kcxs = 0.1 }
U = { code = "0601", kcxs = 0 }

[approval]
draw = ".CVR..RXF......."
C = { step = "宅基地", approved_on = 2023-01-01 }
V = { step = "先行用地", approved_on = 2023-01-01, valid_until = 2025-01-01 }
R = { step = "征收", approved_on = 2023-01-01, holder = "甲公司" }
X = { step = "农转用", filed_on = 2023-01-01, approved_on = 2024-05-01 }
F = { step = "农转用", filed_on = 2023-01-01, approved_on = "empty" }

[temporary]
draw = "............THO."
T = { approved_on = 2023-01-01, valid_until = 2024-06-01, purpose = "工业" }
H = { approved_on = 2022-01-01, valid_until = 2024-01-01, reclaimed_on = "empty", purpose = "工业" }
O = { approved_on = 2020-01-01, valid_until = 2022-01-01, reclaimed_on = "empty", purpose = "工业" }

[patch]
draw = "PPPPPPPPPPPPPPPP"
kind = "20"
before_on = 2024-01-01
after_on = 2024-04-01
field_purpose = "工业"

# beside no red line: 以租代征, 未报即用
[[patches]]
draw = "PP"
offset = [0, 50]
kind = "20"
before_on = 2024-01-01
after_on = 2024-04-01

# beside a red line, within what its holder is entitled to
[[patches]]
draw = ".......\\n...PP.."
offset = [0, -10]
kind = "20"
before_on = 2023-06-01
after_on = 2023-09-01
holder = "甲公司"
''')  # noqa: E501
LAYERS = [
    "land_use", "supply", "approval", "temporary", "facility", "lease", "basic_farmland",
    "ecological_redline", "urban_boundary", "planning_zone", "parcel", "occupied",
]  # fmt: skip
FIELDS = {
    "approval.approved_on": "",
    "supply.contract_on": "",
    "approval.filed_on": "",
    "lease.signed_on": "",
    "lease.lessor_kind": "",
    "temporary.approved_on": "",
    "temporary.valid_until": "",
    "facility.filed_on": "",
    "planning_zone.construction_allowed": "",
    "land_use.kcxs": "",
    "approval.valid_until": "",
    "supply.purpose": "",
    "temporary.reclaimed_on": "",
    "temporary.purpose": "",
    "facility.purpose": "",
    "facility.plough_damaging": "",
}
"""Fields that may be absent after an import, and why the engine contradicts there."""


def without(*layers: str) -> dict[str, Any]:
    return {**BASE, **dict.fromkeys(layers, "missing")}


def without_field(name: str) -> dict[str, Any]:
    layer, field = name.split(".")
    case = copy.deepcopy(BASE)
    for told in case[layer].values():
        if isinstance(told, dict):
            told.pop(field, None)
    return case


VARIANTS = {
    "base": BASE,
    "nothing": without(*LAYERS),
    **{layer: without(layer) for layer in LAYERS},
    **{name: without_field(name) for name in FIELDS},
}


def each(names: list[str]) -> list[Any]:
    """Every name as a parameter; one that the engine contradicts must fail."""
    return [
        pytest.param(
            name, marks=[pytest.mark.xfail(raises=AssertionError, reason=why)] if why else []
        )
        for name, why in ((name, FIELDS.get(name, "")) for name in names)
    ]


@pytest.fixture(scope="module")
def judged(django_db_setup: None, django_db_blocker: Any) -> dict[str, list[cases.Seen]]:
    return cases.judge_aside(VARIANTS, django_db_blocker)


pytestmark = pytest.mark.django_db
Judged = dict[str, list[cases.Seen]]


def test_the_base_has_ground_of_every_class(judged: Judged) -> None:
    codes = {code for seen in judged["base"] for code in seen["m2"]}
    classes = {name for seen in judged["base"] for name in seen["class"]}
    assert codes == {
        "supplied", "collective", "advance", "existing", "unsupplied", "temporary", "facility",
        "late", "filing", "reclaiming", "overdue", "over_use", "rented", "unfiled",
    }  # fmt: skip
    assert classes == {"legal", "illegal", "other", "pending"}


@pytest.mark.parametrize("name", each([name for name in VARIANTS if name not in FIELDS]))
def test_a_missing_layer_accuses_and_clears_nobody(name: str, judged: Judged) -> None:
    for before, after in zip(judged["base"], judged[name], strict=True):
        assert grown(before["m2"], after["m2"]) == {}
        assert worse_marks(before["marks"], after["marks"]) == {}


@pytest.mark.parametrize("name", each(list(FIELDS)))
def test_a_missing_field_accuses_and_clears_nobody(name: str, judged: Judged) -> None:
    """Class by class: 边报边用 may become 未报即用 where nobody delivered the day of filing."""
    for before, after in zip(judged["base"], judged[name], strict=True):
        assert grown(before["class"], after["class"]) == {}
        assert worse_marks(before["marks"], after["marks"]) == {}


@pytest.mark.parametrize("name", each(LAYERS))
def test_the_gap_is_named(name: str, judged: Judged) -> None:
    assert judged["base"][0]["gaps"] == []
    assert [seen["gaps"] for seen in judged[name]] == [[name]] * 3


def test_every_gap_is_named(judged: Judged) -> None:
    assert set(judged["nothing"][0]["gaps"]) == set(LAYERS)
    assert {name for seen in judged["nothing"] for name in seen["class"]} == {"unknown"}
    # no, whatever the data: the patch is a building, and smaller than five 亩
    surely_no = {"outflow", "outflow_road", "refer_basic_farm", "refer_cultivated"}
    marks = judged["nothing"][0]["marks"]
    assert {name for name, answer in marks.items() if answer != "no data"} == surely_no
    assert {marks[name] for name in surely_no} == {0}


def grown(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What a conclusion or class, other than unknown, has won."""
    return {
        name: m2
        for name, m2 in after.items()
        if not name.startswith("unknown") and m2 > before.get(name, 0) + 0.01
    }


def worse_marks(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Marks that say more than before: a bigger yes, or a no that was a yes."""
    return {
        name: answer
        for name, answer in after.items()
        if answer != "no data"
        and before[name] != "no data"
        and (answer > before[name] or (answer == 0 and before[name] > 0))
    }


PROBE = """
[ruleset]
name = "probe"
title = "试探"
version = "1"
ground = "batch"
needs = ["approval", "approval.approved_on"]
subject = ["patch.holder"]
adjoin_m = 1
[date]
act_from = "patch.before_on"
act_to = "patch.after_on"
[notion]
line = { term = "红线", layer = "approval", where = ["approved_on <= act_to"] }
own_line = { term = "本单位红线", of = "line", own = true }
farm = { term = "永农", layer = "basic_farmland", version = "act" }
[rules]
conclude = [
  { code = "own", term = "本单位", class = "legal", inside = ["own_line"], source = "试探" },
  { code = "alien", term = "他单位", class = "illegal", inside = ["line"], source = "试探" },
  { code = "new_law", term = "新规", class = "illegal", from = 2024-02-01, inside = ["farm"], source = "试探" },
  { code = "old_law", term = "旧规", class = "pending", until = 2024-02-01, inside = ["farm"], source = "试探" },
  { code = "off_farm", term = "非永农", class = "legal", outside = ["farm"], source = "试探" },
  { code = "rest", term = "其余", class = "other", source = "试探" },
]
"""  # noqa: E501
LINE = {"draw": "AA..", "A": {"approved_on": datetime.date(2023, 1, 1), "holder": "甲公司"}}
FARM = {"draw": "..BB"}
NUMBERS = count()


def probe(patch: dict[str, Any], **layers: Any) -> dict[str, int]:
    """The areas that the probe ruleset gives a drawing of four cells."""
    told = {"draw": "PPPP", "before_on": "2024-03-01", "after_on": "2024-05-01", **patch}
    ruleset = load_text(PROBE)
    (drawn,) = cases.draw_case({"patch": told, **layers}, ruleset, next(NUMBERS))
    run = classify([drawn.pk], ruleset=ruleset, as_of=cases.AS_OF)
    return cases.what_was_found(run.assessments.get())["m2"]


def test_an_unknown_subject_does_not_decide_between_classes() -> None:
    """本单位 would clear and 他单位 accuse: neither, but only where the line is."""
    assert probe({}, approval=LINE) == {"unknown:own": 200, "off_farm": 200}
    assert probe({"holder": "甲公司"}, approval=LINE) == {"own": 200, "off_farm": 200}
    assert probe({"holder": "乙公司"}, approval=LINE) == {"alien": 200, "off_farm": 200}


def test_a_line_without_a_holder_does_not_decide_either() -> None:
    line = {"draw": "AA..", "A": {"approved_on": datetime.date(2023, 1, 1)}}
    assert probe({"holder": "甲公司"}, approval=line) == {"unknown:own": 200, "off_farm": 200}


@pytest.mark.parametrize(
    ("before_on", "after_on", "code"),
    [
        ("2023-11-01", "2024-01-31", "old_law"),
        ("2024-02-01", "2024-05-01", "new_law"),
        ("2024-01-31", "2024-05-01", "unknown:new_law"),
        ("2023-11-01", "2024-02-01", "unknown:new_law"),
    ],
)
def test_a_law_that_changed_within_the_act_is_unknown(
    before_on: str, after_on: str, code: str
) -> None:
    patch = {"before_on": before_on, "after_on": after_on}
    assert probe(patch, basic_farmland=FARM) == {"off_farm": 200, code: 200}


def test_versions_of_the_window_that_differ_are_unknown_only_where_they_differ() -> None:
    versions = [
        {"draw": "BB..", "valid_from": datetime.date(2020, 1, 1)},
        {"draw": ".BB.", "valid_from": datetime.date(2024, 4, 1)},
    ]
    found = probe({}, basic_farmland=versions)
    assert found == {"new_law": 100, "unknown:new_law": 200, "off_farm": 100}


def test_outside_a_missing_layer_is_not_outside() -> None:
    assert probe({}, basic_farmland="missing") == {"unknown:new_law": 400}
