"""Who uses a patch, put right by a person, and what follows from it: judged again at once. 更正

A correction is a fact, added and never changed: a later one takes the place of an earlier one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction

from spatial import sqlfiles
from spatial.engine.classify import apply_run, classify
from spatial.engine.lock import changing_data
from spatial.errors import GislandError, NotAllowed
from spatial.models import Layer, Patch, SubjectCorrection
from spatial.rules.load import load_ruleset
from spatial.scope import NOTHING, scope_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Mapping, Sequence

    from spatial.models import Assessment, Holder, RulesetVersion, Run, User

ACT = "decide"
"""The act of access.toml without which nobody corrects a user of ground."""


class CorrectionRefused(GislandError):
    """A correction that says nothing, or nothing sensible. 更正不能登记"""


@dataclass(frozen=True)
class Subject:
    """Who is taken to use the ground of a patch, and from where that is known."""

    holder: Holder | None
    told_by: str
    """``correction``, ``patch.holder``, ``LAYER.holder``, or nothing."""


def require_right(by: User, patch: Patch) -> None:
    """Raise NotAllowed unless this person may decide about this patch."""
    scope = scope_of(by)
    scope.require_act(ACT)
    if not scope.filter_patches(Patch.objects.filter(pk=patch.pk)).exists():
        raise NotAllowed(f"图斑 {patch.address} 不在 {by} 的行政区内，不能更正其用地单位。")


def newest_correction(
    patch: Patch, at: datetime.datetime | None = None
) -> SubjectCorrection | None:
    """The correction in force (at a time, as it was recorded then), or the last withdrawal."""
    found = SubjectCorrection.objects.filter(patch=patch).select_related("holder", "by")
    if at is not None:
        found = found.filter(recorded_at__lte=at)
    return found.order_by("-recorded_at", "-pk").first()


def subject_of(
    patch: Patch, assessment: Assessment | None = None, at: datetime.datetime | None = None
) -> Subject:
    """Who is taken to use the ground: corrected, else delivered, else as inferred when it was
    judged (in the assessment given, else the current one)."""
    newest = newest_correction(patch, at)
    if newest is not None and not newest.withdrawn:
        return Subject(newest.holder, "correction")
    if patch.holder is not None:
        return Subject(patch.holder, "patch.holder")
    current = patch.assessments.filter(is_current=True).select_related("subject")
    judged = assessment or current.first()
    if judged is None or judged.subject is None or judged.subject_from == "correction":
        return Subject(None, "")
    return Subject(judged.subject, judged.subject_from)


def correct_subject(
    patch: Patch, holder: Holder, *, by: User, on: datetime.date, note: str = ""
) -> SubjectCorrection:
    """Record who uses the ground of a patch; what was recorded before is superseded.

    To confirm whom the engine inferred is a correction too: it is no longer 推定. Raises
    NotAllowed, and CorrectionRefused for one that says what stands already.
    """
    require_right(by, patch)
    with transaction.atomic():
        changing_data()
        now = subject_of(patch)
        if now.holder == holder and now.told_by in ("correction", "patch.holder"):
            source = "已更正为" if now.told_by == "correction" else "下发时即为"
            raise CorrectionRefused(
                f"图斑 {patch.address} 的用地单位{source}“{holder}”，无须再更正。"
            )
        return _record(patch, holder, by, on, note, withdrawn=False)


def told_holders(patch_ids: Sequence[int]) -> dict[int, int]:
    """By patch, the holder that stands without inference: corrected, else as it was issued."""
    issued = Patch.objects.filter(pk__in=patch_ids).exclude(holder=None)
    found = dict(issued.values_list("pk", "holder_id"))
    found |= {
        fact.patch_id: fact.holder_id
        for fact in _newest_of(patch_ids).values()
        if not fact.withdrawn
    }
    return found


def _newest_of(patch_ids: Sequence[int]) -> dict[int, SubjectCorrection]:
    rows = SubjectCorrection.objects.filter(patch_id__in=patch_ids)
    newest = rows.order_by("patch_id", "-recorded_at", "-pk").distinct("patch_id")
    return {fact.patch_id: fact for fact in newest}


def correct_many(
    holders: Mapping[int, int], *, by: User | None, on: datetime.date, note: str
) -> list[SubjectCorrection]:
    """Record who uses many patches at once (patch id to holder id), as ``correct_subject`` would.

    Call in a transaction that holds the lock on data. Raises NotAllowed where one of the patches
    is not this person's to decide, CorrectionRefused for a day before the last correction.
    """
    if not holders:
        return []
    scope = scope_of(by) if by is not None else NOTHING
    scope.require_act(ACT)
    patches = Patch.objects.filter(pk__in=holders).select_related("batch", "region")
    seen = set(scope.filter_patches(patches).values_list("pk", flat=True))
    newest = _newest_of(list(holders))
    for patch in patches:
        if patch.pk not in seen:
            raise NotAllowed(f"图斑 {patch.address} 不在 {by} 的行政区内，不能更正其用地单位。")
        last = newest.get(patch.pk)
        if last is not None and on < last.on:
            raise CorrectionRefused(
                f"图斑 {patch.address} 上一次更正的日期（{last.on}）晚于 {on}。请核对日期。"
            )
    return SubjectCorrection.objects.bulk_create(
        [
            SubjectCorrection(
                patch_id=patch_id, holder_id=holder_id, by=by, on=on, note=note.strip(),
                supersedes=newest.get(patch_id),
            )
            for patch_id, holder_id in holders.items()
        ]
    )  # fmt: skip


def withdraw_correction(
    patch: Patch, *, by: User, on: datetime.date, note: str = ""
) -> SubjectCorrection:
    """Record that the correction no longer holds; raises CorrectionRefused where there is none."""
    require_right(by, patch)
    with transaction.atomic():
        changing_data()
        newest = newest_correction(patch)
        if newest is None or newest.withdrawn:
            raise CorrectionRefused(f"图斑 {patch.address} 没有有效的用地单位更正，无可撤回。")
        return _record(patch, newest.holder, by, on, note, withdrawn=True)


def _record(
    patch: Patch, holder: Holder, by: User, on: datetime.date, note: str, *, withdrawn: bool
) -> SubjectCorrection:
    newest = newest_correction(patch)
    if newest is not None and on < newest.on:
        raise CorrectionRefused(
            f"更正日期 {on} 早于上一次更正（{newest.on}）。请核对日期；后记的更正取代先记的。"
        )
    return SubjectCorrection.objects.create(
        patch=patch, holder=holder, by=by, on=on, note=note.strip(), supersedes=newest,
        withdrawn=withdrawn,
    )  # fmt: skip


def patches_touched(holder_ids: Sequence[int], ruleset: RulesetVersion) -> list[int]:
    """Patches of the ruleset that these holders use, used, or have ground on or beside."""
    named = set(ruleset.notions.exclude(layer=None).values_list("layer_id", flat=True))
    named |= {item.split(".")[0] for item in ruleset.settings.get("subject", [])}
    for group in ruleset.settings.get("groups", {}).values():
        named |= set(group.get("used", {}).get("layers", []))
    layers = Layer.objects.filter(pk__in=named).values_list("pk", flat=True)
    widths = ruleset.notions.order_by("-within_m").values_list("within_m", flat=True)
    reach = max(float(ruleset.settings.get("adjoin_m") or 0), *widths[:1], 1.0)
    found = sqlfiles.rows(
        "engine/holders/10_find_touched",
        {
            "holder_ids": list(holder_ids),
            "ruleset": ruleset.name,
            "layers": list(layers),
            "reach_m": reach,
        },
    )
    return [row["id"] for row in found]


def count_touched(holder_ids: Sequence[int], ruleset: str) -> int:
    """How many patches a re-judgement would take."""
    return len(patches_touched(holder_ids, load_ruleset(ruleset)))


def holders_of(patch: Patch) -> list[int]:
    """Everybody who is or was taken to use the ground of a patch, so that no sum is left stale."""
    found = set(SubjectCorrection.objects.filter(patch=patch).values_list("holder_id", flat=True))
    judged = patch.assessments.exclude(applied_at=None).exclude(subject=None)
    found |= set(judged.values_list("subject_id", flat=True))
    return sorted(found | ({patch.holder_id} if patch.holder_id else set()))


def judged_as_of(patch: Patch) -> datetime.date | None:
    """The day as of which a patch was judged: judged so again, only the correction tells."""
    current = patch.assessments.filter(is_current=True).select_related("run").first()
    return current.run.as_of if current else None


def rejudge(
    holder_ids: Sequence[int],
    *,
    ruleset: str,
    as_of: datetime.date,
    also: Sequence[int] = (),
    diff: bool = False,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Run:
    """Judge again all that these holders touch (and the patches ``also``), as one run.

    The run is applied, or with ``diff`` only stored: ``changes`` says what it changes either way.
    """
    version = load_ruleset(ruleset)
    ids = sorted({*patches_touched(holder_ids, version), *also})
    run = classify(ids, ruleset=version, as_of=as_of, workers=workers, progress=progress)
    return run if diff else apply_run(run)


def changes(run: Run) -> list[dict[str, Any]]:
    """Each patch that the run found otherwise than what it took (or would take) the place of."""
    return sqlfiles.rows("engine/holders/20_list_changes", {"run_id": run.pk})
