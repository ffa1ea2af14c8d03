"""Missing is not empty, case by case: every layer, and every field that a ruleset needs, is taken
away in turn from each drawn case that tells of it. Nothing is accused and nothing cleared by that:
no class of ground but ``unknown`` grows, no mark says more than before, and the gap is named."""

from __future__ import annotations

import copy
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from spatial.install import layers_file
from spatial.rules.load import read_named
from spatial.rules.read import read_ruleset
from tests import test_cases as cases
from tests.test_cases import CASES, NOT_LAYERS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

RULESETS = ("land-enforcement", "site-selection", "green-belt", "park-audit")
Told = dict[str, Any]


def without_layer(case: Told, layer: str) -> Told:
    return {**case, layer: "missing"}


def without_field(case: Told, layer: str, field: str) -> Told:
    """The case with a layer delivered without one of its fields."""
    told = copy.deepcopy(case)
    drawings = told[layer] if isinstance(told[layer], list) else [told[layer]]
    for drawing in drawings:
        for letter in drawing.values():
            if isinstance(letter, dict):
                letter.pop(field, None)
    return told


def fields_told(drawn: Any) -> set[str]:
    """The fields that the letters of a layer's drawing tell."""
    drawings = drawn if isinstance(drawn, list) else [drawn]
    letters = [each for drawing in drawings for each in drawing.values() if isinstance(each, dict)]
    return {field for letter in letters for field in letter}


@cache
def needs(ruleset: str) -> set[str]:
    """The fields without which that ruleset draws no conclusion."""
    path = cases.HERE / "fixtures" / "rules" / f"{ruleset}.toml"
    if path.exists():
        return set(read_ruleset(path.read_text("utf-8"), path.name).settings["needs"])
    return set(read_named(ruleset).settings["needs"])


def variants() -> dict[str, tuple[str, str, Told]]:
    """Title → (the case it is a variant of, what was taken away, the variant)."""
    found = {}
    known = set(layers_file()["layer"])
    for name, case in CASES.items():
        if case["ruleset"] not in RULESETS or "patch" not in case:
            continue
        for layer in sorted(set(case) - NOT_LAYERS & known):
            # where townships end, the county does: tests/spatial/test_county_lines.py
            if layer == "township" or case[layer] == "missing":
                continue
            found[f"{name} − {layer}"] = name, layer, without_layer(case, layer)
            for field in sorted(fields_told(case[layer])):
                taken = f"{layer}.{field}"
                if taken not in needs(case["ruleset"]):
                    continue  # not delivered is as good as empty: the ruleset says why
                found[f"{name} − {taken}"] = name, taken, without_field(case, layer, field)
    return found


VARIANTS = variants()
pytestmark = pytest.mark.django_db


TOGETHER = 60
"""Variants that are drawn and judged at once: each case is a county, and every county is pinned."""


@pytest.fixture(scope="module")
def judged(django_db_setup: None, django_db_blocker: Any) -> dict[str, list[cases.Seen]]:
    """What the engine found in every variant, and in every case that it is a variant of."""
    found: dict[str, list[cases.Seen]] = {}
    for some in batched(VARIANTS.items(), TOGETHER):
        base = {origin: CASES[origin] for _, (origin, _, _) in some}
        wanted = {name: case for name, case in base.items() if name not in found}
        wanted |= {title: case for title, (_, _, case) in some}
        found |= cases.judge_aside(wanted, django_db_blocker)
    return found


def batched(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """The rows in lists of that size."""
    rest = iter(rows)
    while some := list(islice(rest, size)):
        yield some


def won(before: dict[str, float], after: dict[str, float]) -> dict[str, float]:
    """What a class of ground other than unknown has won, beyond the rounding of its pieces."""
    return {
        name: round(m2 - before.get(name, 0), 2)
        for name, m2 in after.items()
        if name != "unknown" and m2 > before.get(name, 0) + 0.05
    }


def bolder(before: dict[str, Any], after: dict[str, Any]) -> dict[str, Any]:
    """Marks that say more than before: an answer where there was none, or another one."""
    return {
        code: (before[code], answer)
        for code, answer in after.items()
        if answer != "no data" and (before[code] == "no data" or bool(answer) != bool(before[code]))
    }


def test_the_variants_are_many() -> None:
    assert len(VARIANTS) > 300
    assert {taken.split(".")[0] for _, taken, _ in VARIANTS.values()} >= {
        "land_use", "approval", "supply", "temporary", "facility", "basic_farmland",
    }  # fmt: skip


def test_nothing_is_accused_or_cleared_by_what_is_missing(
    judged: dict[str, list[cases.Seen]],
) -> None:
    faults = {}
    for title, (origin, _, _) in VARIANTS.items():
        for before, after in zip(judged[origin], judged[title], strict=True):
            found = won(before["class"], after["class"]) | bolder(before["marks"], after["marks"])
            if found:
                faults[title] = found
    assert faults == {}


def test_a_missing_layer_is_named(judged: dict[str, list[cases.Seen]]) -> None:
    silent = [
        title
        for title, (_, taken, _) in VARIANTS.items()
        if "." not in taken and not all(taken in seen["gaps"] for seen in judged[title])
    ]
    assert silent == []
