"""Who uses the ground, put right: a fact, and all that both holders touch is judged again."""

from __future__ import annotations

import datetime
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, transaction

from spatial.engine import corrections
from spatial.engine.classify import apply_run, classify
from spatial.errors import NotAllowed
from spatial.job_progress import silent
from spatial.models import Batch, Holder, Patch, Run, SubjectCorrection, User
from spatial.rules.load import load_ruleset
from spatial.tasks import rejudge_holders
from tests import drawing, people
from tests.test_cases import draw_case

pytestmark = pytest.mark.django_db
DAY = datetime.date
RULES = "land-enforcement"
AS_OF = DAY(2026, 1, 1)
ON = DAY(2026, 2, 1)


def shot(drawn: str, **told: Any) -> dict[str, Any]:
    return {"draw": drawn, "kind": "20", "before_on": DAY(2024, 1, 1), "after_on": DAY(2024, 4, 1),
            **told}  # fmt: skip


@pytest.fixture
def drawn(db: None) -> tuple[Patch, Patch, Patch]:
    """甲's red line of four cells; 甲 built on it, 乙 beside it; a third is far off both."""
    case = {
        "land_use": {"draw": "LLLLLLLLLLLL", "L": {"code": "0101", "kcxs": 0.1}},
        "approval": {
            "draw": "AAAA........",
            "A": {"step": "征收", "approved_on": DAY(2023, 1, 1), "holder": "甲公司",
                  "document": "示地〔2023〕1号"},
        },
        "patch": shot("PPPP........", jcbh="own", holder="甲公司"),
        "patches": [
            shot("....PP......", jcbh="beside", holder="乙公司", after_on=DAY(2024, 5, 1)),
            shot("..........PP", jcbh="far", holder="丙公司"),
        ],
    }  # fmt: skip
    own, beside, far = draw_case(case, load_ruleset(RULES))
    judge(own, beside, far)
    return own, beside, far


def judge(*patches: Patch) -> Run:
    return apply_run(classify([patch.pk for patch in patches], ruleset=RULES, as_of=AS_OF))


@pytest.fixture
def officer(db: None) -> User:
    return people.person("990101", "brigade", name="zhang")


def label(patch: Patch) -> str:
    return patch.assessments.get(is_current=True).label_code


def named(name: str) -> Holder:
    return Holder.objects.get(name=name)


# ---------------------------------------------------------------- the fact


def test_a_correction_supersedes_the_one_before(drawn: tuple[Patch, ...], officer: User) -> None:
    _, beside, _ = drawn
    first = corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON, note=" 合同 ")
    second = corrections.correct_subject(beside, named("丙公司"), by=officer, on=ON)
    assert (first.note, first.supersedes, second.supersedes) == ("合同", None, first)
    assert corrections.subject_of(beside) == corrections.Subject(named("丙公司"), "correction")
    back = corrections.withdraw_correction(beside, by=officer, on=ON)
    assert (back.supersedes, back.withdrawn) == (second, True)
    assert corrections.subject_of(beside) == corrections.Subject(named("乙公司"), "patch.holder")
    assert SubjectCorrection.objects.count() == 3


def test_what_stands_already_is_no_correction(drawn: tuple[Patch, ...], officer: User) -> None:
    _, beside, _ = drawn
    with pytest.raises(corrections.CorrectionRefused, match="下发时即为“乙公司”"):
        corrections.correct_subject(beside, named("乙公司"), by=officer, on=ON)
    corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON)
    with pytest.raises(corrections.CorrectionRefused, match="已更正为“甲公司”"):
        corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON)
    with pytest.raises(corrections.CorrectionRefused, match="早于上一次更正"):
        corrections.correct_subject(beside, named("丙公司"), by=officer, on=DAY(2025, 1, 1))
    assert SubjectCorrection.objects.count() == 1


def test_there_must_be_something_to_withdraw(drawn: tuple[Patch, ...], officer: User) -> None:
    _, beside, _ = drawn
    with pytest.raises(corrections.CorrectionRefused, match="无可撤回"):
        corrections.withdraw_correction(beside, by=officer, on=ON)
    corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON)
    corrections.withdraw_correction(beside, by=officer, on=ON)
    with pytest.raises(corrections.CorrectionRefused, match="无可撤回"):
        corrections.withdraw_correction(beside, by=officer, on=ON)


@pytest.mark.parametrize("who", [("990101", "planner"), ("990102", "brigade"), (None, "brigade")])
def test_only_who_decides_there_may(drawn: tuple[Patch, ...], who: tuple[Any, str]) -> None:
    drawing.county("990102", "邻县")
    _, beside, _ = drawn
    other = people.person(*who)
    with pytest.raises(NotAllowed):
        corrections.correct_subject(beside, named("甲公司"), by=other, on=ON)
    assert not SubjectCorrection.objects.exists()


def test_an_inferred_subject_may_be_confirmed(drawn: tuple[Patch, ...], officer: User) -> None:
    own, *_ = drawn
    Patch.objects.filter(pk=own.pk).update(holder=None)
    own.refresh_from_db()
    judge(own)
    assert corrections.subject_of(own) == corrections.Subject(named("甲公司"), "approval.holder")
    corrections.correct_subject(own, named("甲公司"), by=officer, on=ON)
    assert corrections.subject_of(own).told_by == "correction"


def test_a_correction_is_never_changed(drawn: tuple[Patch, ...], officer: User) -> None:
    _, beside, _ = drawn
    corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON)
    with pytest.raises(Exception, match="spatial_subjectcorrection"), transaction.atomic():
        SubjectCorrection.objects.update(holder=named("丙公司"))
    with pytest.raises(IntegrityError), transaction.atomic():
        SubjectCorrection.objects.create(
            patch=beside, holder=named("丙公司"), by=officer, on=ON,
            supersedes=SubjectCorrection.objects.create(
                patch=beside, holder=named("丙公司"), by=officer, on=ON,
                supersedes=SubjectCorrection.objects.get(),
            ).supersedes,
        )  # fmt: skip


# ---------------------------------------------------------------- judged again


def test_all_that_both_holders_touch_is_judged_again_and_nothing_else(
    drawn: tuple[Patch, ...], officer: User
) -> None:
    own, beside, far = drawn
    other = Batch.objects.create(code="later", source="部", ruleset=RULES)
    elsewhere = drawing.draw_patch(
        shot("PP", jcbh="elsewhere", holder="乙公司", offset=(0, 400)), batch=other
    )
    park = Batch.objects.create(code="park", source="部", ruleset="park-audit")
    drawing.draw_patch(shot("PP", holder="乙公司", offset=(0, 500)), batch=park)
    corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON)
    run = corrections.rejudge(
        corrections.holders_of(beside), ruleset=RULES, as_of=AS_OF, also=[beside.pk]
    )
    judged = set(run.assessments.values_list("patch_id", flat=True))
    assert judged == {own.pk, beside.pk, elsewhere.pk}
    assert far.pk not in judged
    assert run.applied_at is not None


def test_a_patch_on_a_holders_ground_is_touched_whoever_uses_it(
    drawn: tuple[Patch, ...],
) -> None:
    own, beside, far = drawn
    ruleset = load_ruleset(RULES)
    assert corrections.patches_touched([named("甲公司").pk], ruleset) == [own.pk, beside.pk]
    assert corrections.patches_touched([named("丙公司").pk], ruleset) == [far.pk]
    assert corrections.patches_touched([], ruleset) == []


def test_use_beside_ones_own_line_becomes_over_use_by_the_correction(
    drawn: tuple[Patch, ...], officer: User
) -> None:
    own, beside, _ = drawn
    assert label(beside) == "outside"
    corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON)
    run = corrections.rejudge(corrections.holders_of(beside), ruleset=RULES, as_of=AS_OF)
    assert label(beside) == "over_use"
    now = beside.assessments.get(is_current=True)
    assert (now.subject, now.subject_from) == (named("甲公司"), "correction")
    (row,) = corrections.changes(run)
    assert (row["address"], row["before_subject"], row["after_subject"]) == (
        beside.address, "乙公司", "甲公司",
    )  # fmt: skip
    assert row["before_term"] != row["after_term"]
    assert round(row["moved_m2"]) == 200
    corrections.withdraw_correction(beside, by=officer, on=ON)
    corrections.rejudge(corrections.holders_of(beside), ruleset=RULES, as_of=AS_OF)
    assert label(beside) == "outside"
    assert beside.assessments.exclude(applied_at=None).count() == 3


def test_a_diff_is_stored_and_changes_nothing(drawn: tuple[Patch, ...], officer: User) -> None:
    _, beside, _ = drawn
    corrections.correct_subject(beside, named("甲公司"), by=officer, on=ON)
    run = corrections.rejudge(corrections.holders_of(beside), ruleset=RULES, as_of=AS_OF, diff=True)
    assert run.applied_at is None
    assert label(beside) == "outside"
    assert [row["address"] for row in corrections.changes(run)] == [beside.address]


def test_the_worker_judges_as_of_the_day_that_was_asked(drawn: tuple[Patch, ...]) -> None:
    own, beside, _ = drawn
    told = {
        "holder_ids": [named("甲公司").pk], "ruleset": RULES, "as_of": "2026-01-05", "also": [],
    }  # fmt: skip
    number = rejudge_holders(told, None, silent)["run"]
    assert Run.objects.get(pk=number).as_of == DAY(2026, 1, 5)
    assert own.assessments.get(is_current=True).run_id == number


# ---------------------------------------------------------------- the command


def command(*words: str) -> str:
    out = StringIO()
    call_command("correct_subject", *words, stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_says_what_changed(drawn: tuple[Patch, ...], officer: User) -> None:
    _, beside, _ = drawn
    words = [beside.address, "--holder", "甲公司", "--by", "zhang", "--note", "租赁合同"]
    before = Run.objects.count()
    said = command(*words, "--dry-run")
    assert "重判 2 个图斑，其中 1 个有变化" in said
    assert "乙公司 → 甲公司" in said
    assert "什么都没有写入" in said
    assert (Run.objects.count(), SubjectCorrection.objects.count()) == (before, 0)
    told = json.loads(command(*words, "--json"))
    assert (told["holder"], told["applied"], told["patches"]) == ("甲公司", True, 2)
    assert told["changes"][0]["address"] == beside.address
    assert label(beside) == "over_use"
    assert Run.objects.get(pk=told["run"]).as_of == AS_OF
    assert "撤回更正" in command(beside.address, "--withdraw", "--by", "zhang", "--diff")
    assert label(beside) == "over_use"


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        (["--by", "zhang"], "--holder"),
        (["--holder", "甲公司", "--withdraw", "--by", "zhang"], "--holder"),
        (["--holder", "甲公司", "--by", "nobody"], "没有账号 nobody"),
        (["--holder", "没有的公司", "--by", "zhang"], "没有登记过单位"),
        (["--holder", "甲公司", "--by", "zhang", "--on", "2999-01-01"], "在将来"),
        (["--holder", "甲公司", "--by", "zhang", "--on", "昨天"], "不是日期"),
    ],
)
def test_the_command_refuses(
    drawn: tuple[Patch, ...], officer: User, words: list[str], fault: str
) -> None:
    _, beside, _ = drawn
    with pytest.raises(CommandError, match=fault):
        command(beside.address, *words)
    assert not SubjectCorrection.objects.exists()
