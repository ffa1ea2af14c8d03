"""Time: which version and which row a run reads, and what it pins."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

import pytest

from spatial.engine.classify import classify
from spatial.models import DatasetVersion, Run, RunPin
from spatial.rules.load import load_ruleset, load_text
from tests import drawing
from tests.test_cases import draw_case, what_was_found

if TYPE_CHECKING:
    from spatial.models import Patch

pytestmark = pytest.mark.django_db
DAY = datetime.date
AS_OF = DAY(2026, 1, 1)
PATCH = {
    "draw": "PPPP", "kind": "20", "before_on": DAY(2024, 1, 1), "after_on": DAY(2024, 4, 1),
}  # fmt: skip


def at(year: int, month: int = 1, day: int = 1) -> datetime.datetime:
    return datetime.datetime(year, month, day, tzinfo=datetime.UTC)


def draw(**layers: Any) -> Patch:
    """One patch over these layers, all others loaded and empty."""
    (patch,) = draw_case({"patch": PATCH, **layers}, load_ruleset("land-enforcement"))
    return patch


def judge(patch: Patch, *, known_at: datetime.datetime | None = None, **options: Any) -> Run:
    options.setdefault("as_of", AS_OF)
    options.setdefault("ruleset", "land-enforcement")
    return classify([patch.pk], known_at=known_at, **options)


def areas(run: Run) -> dict[str, int]:
    return what_was_found(run.assessments.get())["m2"]


def approval(**told: Any) -> dict[str, Any]:
    return {"draw": "AAAA", "A": {"step": "征收", "approved_on": DAY(2023, 1, 1), **told}}


class TestLedgerRows:
    """A row counts from recorded_from until recorded_until, as the run's known_at sees it."""

    @pytest.mark.parametrize(
        ("known_at", "found"),
        [
            (at(2024, 6, 1), {"unfiled": 400}),
            (at(2024, 6, 2), {"unsupplied": 400}),
            (at(2024, 8, 31), {"unsupplied": 400}),
            (at(2024, 9, 1), {"unfiled": 400}),
        ],
    )
    def test_known_from_its_recording_until_its_closing(
        self, known_at: datetime.datetime, found: dict[str, int]
    ) -> None:
        row = approval(recorded_from=at(2024, 6, 2), recorded_until=at(2024, 9, 1))
        assert areas(judge(draw(approval=row), known_at=known_at)) == found

    def test_an_amended_row_reads_as_it_stood(self) -> None:
        """Closed and followed by a smaller one: each run sees one of them, never both."""
        patch = draw(
            approval=[
                approval(recorded_until=at(2024, 9, 1)),
                {
                    "draw": "BB..",
                    "B": {**approval()["A"], "recorded_from": at(2024, 9, 1)},
                },
            ]
        )
        assert areas(judge(patch, known_at=at(2024, 8, 1))) == {"unsupplied": 400}
        amended = judge(patch, known_at=at(2024, 9, 1))
        assert areas(amended) == {"unsupplied": 200, "outside": 200}
        assert amended.assessments.get().pieces.count() == 2

    def test_a_closed_row_leaves_no_cut(self) -> None:
        """Boundaries of rows that are not known do not divide the ground."""
        row = {"draw": "AA..", "A": {**approval()["A"], "recorded_until": at(2024, 9, 1)}}
        run = judge(draw(approval=row), known_at=at(2024, 9, 2))
        assert run.assessments.get().pieces.count() == 1

    def test_a_row_beside_the_patch_is_known_by_the_same_dates(self) -> None:
        row = {"draw": "....AA", "A": {**approval()["A"], "recorded_from": at(2024, 6, 2)}}
        patch = draw(approval=row)
        assert areas(judge(patch, known_at=at(2024, 6, 1))) == {"unfiled": 400}
        assert areas(judge(patch, known_at=at(2024, 6, 2))) == {"outside": 400}

    def test_the_legal_date_counts_not_the_day_of_recording(self) -> None:
        """Recorded late, approved in time: approved."""
        row = approval(recorded_from=at(2025, 6, 1))
        assert areas(judge(draw(approval=row), known_at=at(2025, 7, 1))) == {"unsupplied": 400}


POLICIES = """
[ruleset]
name = "policies"
title = "版本"
version = "1"
ground = "batch"
[date]
act_from = "patch.before_on"
act_to = "patch.after_on"
[notion]
before = { term = "行为前", layer = "basic_farmland", version = "before" }
act = { term = "行为时", layer = "basic_farmland", version = "act" }
latest = { term = "最新", layer = "basic_farmland", version = "latest" }
[rules]
conclude = [{ code = "ground", term = "地", class = "other", source = "试" }]
mark = [
  { code = "before", term = "甲", part = { inside = ["before"] }, at_least_m2 = 1, source = "试" },
  { code = "act", term = "乙", part = { inside = ["act"] }, at_least_m2 = 1, source = "试" },
  { code = "latest", term = "丙", part = { inside = ["latest"] }, at_least_m2 = 1, source = "试" },
]
"""


@pytest.mark.parametrize(
    ("second", "as_of", "marks"),
    [
        (DAY(2023, 12, 31), AS_OF, [100, 100, 100]),
        (DAY(2024, 1, 1), AS_OF, [100, 100, 100]),
        (DAY(2024, 1, 2), AS_OF, [400, 100, 100]),
        (DAY(2024, 4, 1), AS_OF, [400, 100, 100]),
        (DAY(2024, 4, 2), AS_OF, [400, 400, 100]),
        (DAY(2026, 1, 1), AS_OF, [400, 400, 100]),
        (DAY(2026, 1, 2), AS_OF, [400, 400, 400]),
        (DAY(2025, 6, 1), DAY(2025, 5, 31), [400, 400, 400]),
    ],
)
def test_which_version_counts(
    second: datetime.date, as_of: datetime.date, marks: list[int]
) -> None:
    """The first covers all, the second a quarter: surely 100 where the window holds both."""
    versions = [
        {"draw": "BBBB", "valid_from": DAY(2020, 1, 1)},
        {"draw": "B...", "valid_from": second},
    ]
    run = judge(draw(basic_farmland=versions), ruleset=load_text(POLICIES), as_of=as_of)
    found = what_was_found(run.assessments.get())["marks"]
    assert [found[code] for code in ("before", "act", "latest")] == marks


class TestPins:
    """A run names the versions that it read, and reads no other."""

    def test_every_version_known_then_is_pinned(self) -> None:
        patch = draw(supply={"draw": "SSSS", "S": {"contract_on": DAY(2023, 1, 1)}})
        run = judge(patch)
        layers = set(run.pins.values_list("version__layer", flat=True))
        assert {"supply", "approval", "land_use", "basic_farmland"} <= layers

    def test_a_version_activated_later_is_not(self) -> None:
        patch = draw()
        later = {"draw": "LLLL", "L": {"code": "0601"}, "activated_at": at(2025, 3, 1)}
        version = drawing.draw_version("land_use", later, region=patch.region)
        assert areas(judge(patch, known_at=at(2025, 2, 28))) == {"unfiled": 400}
        after = judge(patch, known_at=at(2025, 3, 1))
        assert RunPin.objects.filter(run=after, version=version).exists()
        assert areas(after) == {"existing": 400}

    def test_a_version_retired_since_is_still_read_as_it_stood(self) -> None:
        patch = draw(land_use={"draw": "LLLL", "L": {"code": "0601"}})
        DatasetVersion.objects.filter(layer="land_use").update(
            status="retired", retired_at=at(2025, 3, 1)
        )
        assert areas(judge(patch, known_at=at(2025, 2, 28))) == {"existing": 400}
        assert areas(judge(patch, known_at=at(2025, 3, 1))) == {"unknown:existing": 400}

    def test_a_staged_version_is_not_read(self) -> None:
        patch = draw(land_use={"draw": "LLLL", "L": {"code": "0601"}})
        DatasetVersion.objects.filter(layer="land_use").update(status="staged")
        assert areas(judge(patch)) == {"unknown:existing": 400}

    def test_the_same_known_at_gives_the_same_answer_whatever_came_since(self) -> None:
        patch = draw(approval=approval())
        first = judge(patch, known_at=at(2025, 1, 1))
        supply = DatasetVersion.objects.get(layer="supply")
        told = {"contract_on": DAY(2023, 6, 1), "recorded_from": at(2025, 6, 1)}
        drawing.draw_version("supply", {"draw": "SSSS", "S": told}, version=supply)
        assert areas(judge(patch, known_at=at(2025, 1, 1))) == areas(first) == {"unsupplied": 400}
        assert areas(judge(patch, known_at=at(2025, 7, 1))) == {"supplied": 400}


def test_the_engine_reads_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same as_of and known_at give the same verdict whatever day it is."""
    patch = draw(
        approval=approval(), temporary={"draw": "T", "T": {"approved_on": DAY(2023, 1, 1)}}
    )
    known = at(2025, 1, 1)
    today = judge(patch, known_at=known)
    monkeypatch.setattr("django.utils.timezone.now", lambda: at(2031, 1, 1))
    later = judge(patch, known_at=known)
    columns = ("label_class", "label_code", "facts", "gaps", "borderline")
    assert [list(run.assessments.values_list(*columns)) for run in (today, later)] == [
        list(today.assessments.values_list(*columns))
    ] * 2
    assert areas(today) == areas(later)


def test_no_statement_of_the_engine_asks_for_the_time() -> None:
    from spatial.sqlfiles import SQL_ROOT

    asked = ("now()", "current_date", "current_timestamp", "clock_timestamp", "localtime")
    found = [
        f"{path.name}: {word}"
        for folder in ("engine", "functions", "views")
        for path in sorted((SQL_ROOT / folder).rglob("*.sql"))
        for line in path.read_text(encoding="utf-8").lower().splitlines()
        if not line.lstrip().startswith("--")
        for word in asked
        if word in line
    ]
    assert found == []
