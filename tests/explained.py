"""Drawn patches that the tests of explanations look at."""

from __future__ import annotations

import copy
import tomllib
from typing import TYPE_CHECKING, Any

from spatial.engine.classify import apply_run, classify
from spatial.rules.load import load_ruleset
from tests.test_cases import AS_OF, draw_case

if TYPE_CHECKING:
    import datetime

    from spatial.models import Patch

Case = dict[str, Any]

BASE = tomllib.loads(
    """
ruleset = "land-enforcement"
m = 10
patch = { draw = "PPPP", kind = "20", before_on = 2024-01-01, after_on = 2024-04-01 }
land_use = { draw = "LLLL", L = { code = "0101", kcxs = 0.12 } }

[approval]
draw = "AA.."
A = { document = "示地〔2024〕7号", step = "征收", approved_on = 2024-04-04, holder = "甲公司" }
"""
)
"""The left half was approved three days after the image; the right half was not."""

LATE: Case = BASE


def changed(**changes: Any) -> Case:
    """The base with some layers or the patch drawn otherwise."""
    return {**copy.deepcopy(BASE), **changes}


def judged(case: Case, *, at: datetime.datetime | None = None) -> Patch:
    """The patch of a case, drawn, judged and made current."""
    patch = draw_case(case, load_ruleset(case["ruleset"]))[0]
    apply_run(classify([patch.pk], ruleset=case["ruleset"], as_of=AS_OF), at=at)
    return patch
