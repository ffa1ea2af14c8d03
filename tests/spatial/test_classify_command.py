"""classify --touched, --diff, --dry-run, --apply, and as it was known on a day."""

from __future__ import annotations

import json
from io import StringIO
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from spatial.engine.classify import apply_run
from spatial.errors import RunStale
from spatial.models import (
    Assessment,
    AssessmentConclusion,
    RulesetVersion,
    Run,
    Zone,
)
from spatial.rules import load
from tests.spatial.test_versions_in_time import DAY, at
from tests.spatial.touched_world import PAPER, PLACES, RULES, World

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(standing: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """The drawn counties; their ruleset is a file of the house."""
    (tmp_path / "touch.toml").write_text(RULES, encoding="utf-8")
    house = [*load.ruleset_files(), tmp_path / "touch.toml"]
    monkeypatch.setattr(load, "ruleset_files", lambda: house)
    return standing.copy()


def command(*args: Any, **options: Any) -> str:
    """What the command prints on stdout."""
    out = StringIO()
    call_command("classify", *args, stdout=out, stderr=StringIO(), **options)
    return out.getvalue()


def said_by(*args: Any) -> str:
    """What the command says on stderr."""
    err = StringIO()
    call_command("classify", *args, stdout=StringIO(), stderr=err)
    return err.getvalue()


class TestCommand:
    """classify --touched, --diff, --dry-run, --apply."""

    def test_only_touched_patches_are_judged_and_it_says_why(self, world: World) -> None:
        world.half_a_paper(PAPER)
        text = said_by("--ruleset", "touch", "--touched")
        assert f"用地批准 {PAPER} 新增 → 1 个图斑" in text
        run = Run.objects.latest("pk")
        assert run.assessments.get().patch == world.patches["far"]
        assert run.applied_at is not None
        assert run.scope["causes"][0]["patches"] == 1
        assert not world.touched()

    def test_nothing_touched_is_no_run(self, world: World) -> None:
        runs = Run.objects.count()
        assert "没有图斑受数据变化影响" in command("--touched", ruleset="touch")
        assert Run.objects.count() == runs

    def test_a_diff_is_stored_and_not_applied(self, world: World) -> None:
        world.half_a_paper(PAPER)
        told = json.loads(command("--touched", "--diff", "--json", ruleset="touch"))
        (run,) = told["runs"]
        assert run["applied"] is False
        (county,) = run["changes"]
        assert county["moved_m2"] == "400.00"
        assert county["patches"][0]["moved_mu"] == "0.60"
        assert (
            Assessment.objects.get(patch=world.patches["far"], is_current=True).run == world.first
        )
        command("--apply", str(run["run"]))
        assert (
            Assessment.objects.get(patch=world.patches["far"], is_current=True).run_id
            == (run["run"])
        )

    def test_the_lines_can_be_followed(self, world: World) -> None:
        world.half_a_paper(PAPER)
        text = command("--touched", "--diff", ruleset="touch")
        assert "县990101（990101）" in text
        assert "未报 → 已批  0.30 亩（200.00 m²）  1 个图斑" in text
        assert "未采用" in text

    def test_a_dry_run_writes_nothing(self, world: World) -> None:
        world.half_a_paper(PAPER)
        tables = (Run, RulesetVersion, Assessment)
        before = [model.objects.count() for model in tables]
        told = json.loads(command("--touched", "--dry-run", "--json", ruleset="touch"))
        assert told["dry_run"] is True
        (run,) = told["runs"]
        assert (run["patches"], run["causes"][0]["said"]) == (1, f"用地批准 {PAPER} 新增")
        command("--dry-run", ruleset="land-enforcement", batch="touch")
        assert [model.objects.count() for model in tables] == before

    def test_apply_is_refused_when_its_patches_were_touched(self, world: World) -> None:
        world.half_a_paper(PAPER)
        run = world.rejudged()
        x, y = PLACES["far"]
        world.row("supply", x, y, contract_on=DAY(2023, 1, 1), document="合同1",
                  recorded_from=run.known_at)  # fmt: skip
        Zone.objects.filter(document__number="合同1").update(
            recorded_from=run.known_at + (run.started_at - run.known_at) * 2
        )
        with pytest.raises(CommandError, match="供地.* 合同1 新增 → 1 个图斑"):
            command("--apply", str(run.pk))

    def test_apply_is_not_refused_for_changes_elsewhere(self, world: World) -> None:
        run = world.rejudged("on", "beside")
        world.half_a_paper(PAPER)
        Zone.objects.filter(document__number=PAPER).update(recorded_from=run.started_at)
        assert "已采用" in command("--apply", str(run.pk))

    def test_as_it_was_known_on_a_day(self, world: World) -> None:
        """A date is the end of that day here: the paper came at noon."""
        world.half_a_paper(PAPER)
        Zone.objects.filter(document__number=PAPER).update(recorded_from=at(2025, 6, 2))
        for day, found in (("2025-06-01", {"unfiled"}), ("2025-06-02", {"approved", "outside"})):
            told = json.loads(
                command("--diff", "--json", patch="touch/990101/far", known_at=day)
            )  # fmt: skip
            rows = AssessmentConclusion.objects.filter(assessment__run=told["run"])
            assert set(rows.values_list("code", flat=True)) == found
            with pytest.raises(RunStale) if day == "2025-06-01" else pytest.MonkeyPatch.context():
                apply_run(Run.objects.get(pk=told["run"]))
