"""Missing is not empty: what is taken away never becomes an accusation, nor a clearance."""

from __future__ import annotations

import copy
import datetime
import tomllib
from typing import Any

import pytest
from django.db import transaction

from spatial.engine.classify import classify
from spatial.rules.load import load_text
from tests import test_cases as cases

BASE = tomllib.loads("""
ruleset = "land-enforcement"
land_use = { draw = "LLLLUULLLLLLLLLL", L = { code = "0101", kcxs = 0.1 }, U = { code = "0601" } }
supply = { draw = "S...............", S = { contract_on = 2023-01-01, purpose = "工业", holder = "甲公司" } }
facility = { draw = "...........F....", F = { filed_on = 2023-01-01 } }
lease = { draw = "L", offset = [0, 50], L = { lessor_kind = "集体", signed_on = 2023-01-01 } }
occupied = { draw = "OO", offset = [300, 0], O = { holder = "甲公司" } }
parcel = { draw = "PPPPPPPP........", P = { holder = "甲公司" } }
basic_farmland = { draw = "BBBBBBBB........" }
ecological_redline = { draw = "....EEEEEEEE...." }
urban_boundary = { draw = "UUUUUUUUU......." }
planning_zone = { draw = "GGGGGNNNGG......", G = { construction_allowed = true }, N = { construction_allowed = false } }
expect = {}

[approval]
draw = ".CVR..RXF......."
C = { step = "宅基地", approved_on = 2023-01-01 }
V = { step = "先行用地", approved_on = 2023-01-01, valid_until = 2025-01-01 }
R = { step = "征收", approved_on = 2023-01-01, holder = "甲公司" }
X = { step = "农转用", filed_on = 2023-01-01, approved_on = 2024-05-01 }
F = { step = "农转用", filed_on = 2023-01-01, approved_on = "empty" }

[temporary]
draw = "...........T.HO."
T = { approved_on = 2023-01-01, valid_until = 2024-06-01 }
H = { approved_on = 2022-01-01, valid_until = 2024-01-01 }
O = { approved_on = 2020-01-01, valid_until = 2022-01-01 }

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
before_on = 2020-01-01
after_on = 2020-04-01
holder = "甲公司"
""")
LAYERS = [
    "land_use", "supply", "approval", "temporary", "facility", "lease", "basic_farmland",
    "ecological_redline", "urban_boundary", "planning_zone", "parcel", "occupied",
]  # fmt: skip
NO_CONCLUSION_READS = {"parcel"}
"""A layer that only tells who uses the ground: not a gap where another tells it too."""
FIELDS = {
    "approval.approved_on": "",
    "supply.contract_on": "",
    "approval.filed_on": "",
    "approval.step": "",
    "temporary.approved_on": "",
    "temporary.valid_until": "",
    "facility.filed_on": "",
    "lease.signed_on": "",
    "lease.lessor_kind": "",
    "planning_zone.construction_allowed": "",
    "land_use.code": "",
    "land_use.kcxs": "",
}
"""Fields that rules test, and why the engine contradicts where one isn't delivered."""
Variants = dict[str, list[cases.Seen]]


def without(*layers: str) -> dict[str, Any]:
    return {**BASE, **dict.fromkeys(layers, "missing")}


def without_field(name: str) -> dict[str, Any]:
    layer, field = name.split(".")
    case = copy.deepcopy(BASE)
    for told in case[layer].values():
        if isinstance(told, dict):
            told.pop(field, None)
    return case


@pytest.fixture(scope="module")
def judged(django_db_setup: None, django_db_blocker: Any) -> Variants:
    asked = {"base": BASE, "nothing": without(*LAYERS)}
    asked |= {layer: without(layer) for layer in LAYERS}
    asked |= {name: without_field(name) for name in FIELDS}
    with django_db_blocker.unblock(), transaction.atomic():
        found = cases.judge_cases(asked)
        transaction.set_rollback(True)
    return found


def test_show(judged):
    for k,v in judged.items():
        print(k)
        for s in v: print("   ", s["m2"], s["marks"], s["gaps"], s["group"],s["subject"])
