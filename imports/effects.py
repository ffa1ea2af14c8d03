"""What a change of data would mean for patches that are judged, and judging those again. 影响"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from spatial.engine import classify, selection
from spatial.engine.touched import Touched, touched_patches
from spatial.models import Patch
from spatial.rules.load import load_ruleset
from spatial.scope import scope_of

if TYPE_CHECKING:
    import datetime
    from collections.abc import Callable, Iterator, Sequence

    from spatial.engine.touched import Cause
    from spatial.models import Run, User
    from spatial.scope import Scope


@contextmanager
def tried(*, dry_run: bool = True) -> Iterator[None]:
    """One transaction, which a dry run takes back at its end."""
    with transaction.atomic():
        yield
        if dry_run:
            transaction.set_rollback(True)


def foretell(act: Callable[[], object], *, as_of: datetime.date) -> list[Cause]:
    """What an act on the data would touch that is not touched already; the act is taken back."""
    with tried():
        before = {(cause.said, patch) for cause in _causes(as_of) for patch in cause.patch_ids}
        act()
        return [
            cause
            for cause in _causes(as_of)
            if any((cause.said, patch) not in before for patch in cause.patch_ids)
        ]


def touched_now(as_of: datetime.date, scope: Scope | None = None) -> dict[str, Touched]:
    """By ruleset, the patches that changed data touch; only those the scope sees."""
    found = {}
    for name in selection.rulesets():
        touched = touched_patches(load_ruleset(name), as_of=as_of, until=timezone.now())
        if scope is not None:
            touched = touched.within(_seen(scope, touched.patch_ids))
        if touched.patch_ids:
            found[name] = touched
    return found


def judge_touched(
    as_of: datetime.date,
    *,
    by: User | None,
    apply: bool,
    progress: Callable[[int, int], None] | None = None,
) -> list[Run]:
    """Judge what changed data touch, one run a ruleset: applied, or stored to be looked at first.

    Raises NotAllowed for who may not classify; of them only patches in their counties are judged.
    """
    scope = scope_of(by) if by else None
    if scope is not None:
        scope.require_act("classify")
    runs = []
    for name, touched in touched_now(as_of, scope).items():
        run = classify.classify(
            touched.patch_ids, ruleset=load_ruleset(name), as_of=as_of, progress=progress,
            causes=touched.causes,
        )  # fmt: skip
        runs.append(classify.apply_run(run) if apply else run)
    return runs


def _causes(as_of: datetime.date) -> list[Cause]:
    return [cause for touched in touched_now(as_of).values() for cause in touched.causes]


def _seen(scope: Scope, ids: Sequence[int]) -> set[int]:
    return set(scope.filter_patches(Patch.objects.filter(pk__in=ids)).values_list("pk", flat=True))
