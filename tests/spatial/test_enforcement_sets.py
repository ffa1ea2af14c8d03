"""The code lists of land-enforcement against the survey's classes and the patch kinds."""

from __future__ import annotations

import re

import pytest

from spatial.rules.load import read_named
from spatial.rules.remarks import read_remarks
from spatial.vocabulary import vocabulary

RULESET = read_named("land-enforcement")
CLASSES = sorted(vocabulary()["land_use_code"])
SUMMED = {"00", "01", "02", "03", "04", "05", "06", "07", "08", "10", "11", "12"}
"""Statistical classes: no polygon of the survey carries them."""
KINDS = sorted(vocabulary()["patch_kind"])
KIND_SETS = ("built", "earthwork", "farming", "tilled", "landscape", "sea")
LEFT_TO_PEOPLE = {"HL", "LT", "LY", "QT"}
"""Kinds that no list holds, on purpose: their ground ends as 待核."""


def holds(name: str, code: str) -> bool:
    """Whether a set has this code, as the engine compares it."""
    return any(
        code.startswith(listed[:-1]) if listed.endswith("*") else code == listed
        for listed in RULESET.sets[name].codes
    )


@pytest.mark.parametrize("code", [code for code in CLASSES if code not in SUMMED])
def test_a_land_class_is_in_the_list_that_the_survey_says(code: str) -> None:
    """建设用地 by the pattern that offices use; 可调整 by its K; 耕地 by three codes alone."""
    built = re.match(r"(05|06|07|08|09|100[1-5]|100[7-9]|1109|1201)", code)
    assert holds("construction", code) is bool(built)
    assert holds("adjustable", code) is code.endswith("K")
    assert holds("cultivated", code) is (code in ("0101", "0102", "0103"))


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_patch_falls_silently(kind: str) -> None:
    """Each is in exactly one list, or is left to people by name."""
    lists = [name for name in KIND_SETS if holds(name, kind)]
    assert len(lists) == (0 if kind in LEFT_TO_PEOPLE else 1)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if re.fullmatch(r"0\d", kind)])
def test_padded_and_unpadded_kinds_are_one(kind: str) -> None:
    assert [holds(name, kind) for name in KIND_SETS] == [
        holds(name, kind.lstrip("0")) for name in KIND_SETS
    ]


def test_every_listed_kind_has_a_name() -> None:
    listed = {code.zfill(2) for name in KIND_SETS for code in RULESET.sets[name].codes}
    assert listed <= set(KINDS)


def test_every_rule_says_why_above_itself() -> None:
    """Class and style are argued for whoever signs; marks that need no word have none."""

    remarks = read_remarks(RULESET.text)
    assert [rule.code for rule in RULESET.conclude if not remarks.of("conclude", rule.code)] == []
