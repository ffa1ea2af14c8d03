"""Taking back what one did oneself at the desk. 撤销"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from spatial import sqlfiles
from spatial.errors import InputRefused, NotAllowed
from spatial.models import Patch, ReviewAction, ReviewKind
from spatial.review.acts import Done, may_decide

if TYPE_CHECKING:
    import datetime

    from spatial.models import User


def undo(by: User, action_id: int, *, on: datetime.date) -> Done:
    """Take back what one did oneself, of patches about which nothing was said since.

    What was decided before counts again. Raises InputRefused where nothing can be taken back.
    """
    scope = may_decide(by)
    with transaction.atomic():
        action = ReviewAction.objects.select_for_update(of=("self",), no_key=True).filter(
            pk=action_id, by=by
        )
        found = action.exclude(kind=ReviewKind.UNDO).first()
        if found is None:
            raise NotAllowed("只能撤销自己的处置。")
        if ReviewAction.objects.filter(undoes=found).exists():
            raise InputRefused("这次处置已经撤销。")
        patches = scope.filter_patches(Patch.objects.filter(pk__in=_patches_of(found)))
        list(patches.select_for_update(of=("self",)).order_by("pk").values_list("pk"))
        later = {row["patch_id"] for row in
                 sqlfiles.rows("review/20_list_undone_later", {"action_id": found.pk})}  # fmt: skip
        ids = sorted(set(patches.values_list("pk", flat=True)) - later)
        if not ids:
            raise InputRefused("这次处置之后，这些图斑已有新的处置，不能撤销；请直接重新判定。")
        area = Patch.objects.filter(pk__in=ids).aggregate(area=Sum("area_m2"))["area"]
        undone = ReviewAction.objects.create(
            kind=ReviewKind.UNDO, by=by, count=len(ids), area_m2=area, undoes=found
        )
        params = {
            "undone_id": found.pk, "action_id": undone.pk, "patch_ids": ids, "by_id": by.pk,
            "done_on": on, "note": "撤销", "recorded_at": timezone.now(),
        }  # fmt: skip
        sqlfiles.execute("review/21_withdraw_decisions", params)
        sqlfiles.execute("review/22_withdraw_referrals", params)
    return Done(undone, len(ids), area, tuple(sorted(later)))


def _patches_of(action: ReviewAction) -> set[int]:
    decided = action.determinations.values_list("patch", flat=True)
    return {*decided, *action.referrals.values_list("patch", flat=True)}
