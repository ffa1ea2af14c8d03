"""Evaluation is by sets: so many statements a chunk, whatever it holds; and it repeats itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from spatial import sqlfiles
from spatial.engine.classify import classify
from tests.test_cases import AS_OF, CASES, draw_case, ruleset_of

if TYPE_CHECKING:
    from spatial.models import Run

pytestmark = pytest.mark.django_db
MOST = 11
"""Statements that evaluate one chunk (rules_language.md, section 6); keys are no evaluation."""

CASE = CASES["missing: 不在任何乡镇内的地块在本县数据之外, 不认定违法"]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The statements of the engine in the order in which they were sent."""
    names: list[str] = []

    def execute(name: str, *given: Any, **options: Any) -> int:
        names.append(name)
        return send(name, *given, **options)

    send = sqlfiles.execute
    monkeypatch.setattr(sqlfiles, "execute", execute)
    return names


def judge(patches: int) -> Run:
    """One run over so many patches, in a county of their own."""
    further = [{**CASE["patch"], "offset": [0, 50 * n]} for n in range(1, patches)]
    drawn = draw_case({**CASE, "patches": further}, ruleset_of(CASE["ruleset"]), patches)
    return classify([patch.pk for patch in drawn], ruleset=CASE["ruleset"], as_of=AS_OF)


def evaluating(names: list[str]) -> list[str]:
    steps = [name for name in names if name.startswith("engine/judge/")]
    stored = [name for name in steps if name.startswith("engine/judge/9")]
    return [name for name in steps if "_key_" not in name and name not in stored]


class TestStatements:
    def test_a_chunk_is_evaluated_in_eleven(self, sent: list[str]) -> None:
        judge(1)
        assert 0 < len(evaluating(sent)) <= MOST
        assert len(evaluating(sent)) == len(set(evaluating(sent)))

    def test_forty_patches_take_as_many_as_one(self, sent: list[str]) -> None:
        judge(1)
        alone = [name for name in sent if name.startswith("engine/judge/")]
        sent.clear()
        judge(40)
        assert [name for name in sent if name.startswith("engine/judge/")] == alone


def kept(run: Run) -> list[Any]:
    """Everything that a run stored, but for its ids."""
    found: list[Any] = []
    for row in run.assessments.order_by("patch_id"):
        found += [row.facts, row.gaps, row.label_code, row.borderline, row.ignored_m2]
        found += row.conclusions.order_by("code", "conclusion_class").values_list(
            "code", "conclusion_class", "area_m2", "residual"
        )
        found += row.marks.order_by("code").values_list("code", "answer", "area_m2", "unknown_m2")
        for piece in row.pieces.order_by("seq"):
            found += [piece.conclusion, piece.reason, piece.zones, piece.exact_area_m2]
            found.append(bytes(piece.ground.wkb))
            found += piece.notions.order_by("notion").values_list(
                "notion", "answer", "net_m2", "why", "zones"
            )
    return found


@pytest.mark.parametrize(
    "name",
    [
        "missing: 不在任何乡镇内的地块在本县数据之外, 不认定违法",
        "language: 几宗供地用途不一的, 不能比较, 有批准之处不能判断",
    ],
)
def test_two_runs_keep_the_same_bytes(name: str) -> None:
    case = CASES[name]
    ruleset = ruleset_of(case["ruleset"])
    ids = [patch.pk for patch in draw_case(case, ruleset)]
    first, second = (classify(ids, ruleset=ruleset, as_of=AS_OF) for _ in range(2))
    assert len(kept(first)) > 10
    assert kept(first) == kept(second)
