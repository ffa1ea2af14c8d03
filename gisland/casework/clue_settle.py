"""What becomes of a clue: a patch of its own and a case, part of a case there is, or nothing with
a reason. Each is one transaction and final. 线索处理"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib.gis.geos import GEOSGeometry
from django.db import OperationalError, transaction
from django.utils import timezone

from gisland.casework import cases, clue_ground, evidence, ledger
from gisland.casework.clues import ACT
from gisland.casework.errors import ClueRefused, StaleClue
from gisland.casework.models import Case, Clue, ClueState
from gisland.casework.process import process
from spatial import sqlfiles
from spatial.engine.classify import apply_first, classify
from spatial.engine.lock import pinning_data
from spatial.errors import InputRefused, PatchUnknown
from spatial.models import Batch, Patch
from spatial.models.patch import Source
from spatial.scope import scope_of
from spatial.site_check.check import DataChanging

if TYPE_CHECKING:
    import datetime
    from collections.abc import Collection

    from gisland.casework.clue_ground import Ground
    from spatial.models import User
    from spatial.scope import Scope

RULESET = "land-enforcement"
CODES = {
    Source.PATROL: "XUNCHA", Source.REPORT: "JUBAO", Source.HOTLINE: "12336",
    Source.VIDEO: "SHIPIN",
}  # fmt: skip
OTHER = "other"
MOST_NOTE = 2000


@dataclass(frozen=True)
class Word:
    """Who settles it, when, with which words."""

    by: User
    at: datetime.datetime
    note: str = ""

    def require(self) -> Scope:
        """Raise NotAllowed for whoever may not."""
        scope = scope_of(self.by)
        scope.require_act(ACT)
        scope.require_act("handle")
        if len(self.note) > MOST_NOTE:
            raise ClueRefused(f"说明最长 {MOST_NOTE} 字。")
        return scope


def accept(
    word: Word,
    clue_id: int,
    ground: Ground | None = None,
    taken: Collection[int] | None = None,
) -> Case:
    """Make its ground a patch in the month's batch of its source, judge it as every other, and
    open a case. ``ground`` takes the place of a circle that only stands for a place; ``taken``:
    the files that become evidence, its photos where that is not told.

    Raises NotAllowed, StaleClue, InputRefused, DataChanging.
    """
    scope = word.require()
    try:
        with transaction.atomic():
            clue = _locked(scope, clue_id)
            if ground is not None:
                _redraw(clue, ground, scope)
            sqlfiles.execute("site_check/01_wait_briefly")
            pinning_data()
            patch = _patch(clue, word)
            run = classify(
                [patch.pk], ruleset=patch.batch.ruleset, as_of=timezone.localdate(word.at),
                workers=1, refresh=False,
            )  # fmt: skip
            apply_first(run)
            case = cases.open_cases([patch.pk], word.by, word.at)[0]
            clue.patch = patch
            _settle(clue, ClueState.ACCEPTED, word, case=case)
            _into(clue, case, word, "由线索立为案件", taken)
    except OperationalError as error:
        if "lock timeout" not in str(error):
            raise
        raise DataChanging("有人正在导入或启用数据，请等几分钟再受理。没有写入。") from error
    return case


def merge(word: Word, clue_id: int, case_id: int, taken: Collection[int] | None = None) -> Case:
    """Add it, with the files ``taken``, to a case that there is.

    Raises NotAllowed, StaleClue, PatchUnknown, ClueRefused.
    """
    scope = word.require()
    with transaction.atomic():
        clue = _locked(scope, clue_id)
        case = (
            Case.objects.select_for_update(of=("self",))
            .filter(scope.patches_q("patch__"), pk=case_id)
            .select_related("patch__batch", "patch__region")
            .first()
        )
        if case is None:
            raise PatchUnknown("没有这个案件，或不在您的行政区内。")
        _settle(clue, ClueState.MERGED, word, case=case)
        _into(clue, case, word, "线索并入本案", taken)
    return case


def refuse(word: Word, clue_id: int, reason_code: str) -> Clue:
    """Decline it, with a coded reason. Raises NotAllowed, StaleClue, ClueRefused."""
    scope = word.require()
    known = process().reasons["clue_reason"]
    if reason_code not in known:
        raise ClueRefused(f"不予受理须选理由：{'、'.join(known.values())}。")
    if reason_code == OTHER and not word.note.strip():
        raise ClueRefused(f"理由为“{known[OTHER]}”时须写明。")
    with transaction.atomic():
        clue = _locked(scope, clue_id)
        _settle(clue, ClueState.REFUSED, word, reason_code=reason_code)
    return clue


def _locked(scope: Scope, clue_id: int) -> Clue:
    clue = (
        Clue.objects.select_for_update(of=("self",))
        .select_related("region")
        .filter(pk=clue_id, region_id__in=scope.county_ids)
        .first()
    )
    if clue is None:
        raise PatchUnknown("没有这条线索，或不在您的行政区内。")
    if clue.state != ClueState.WAITING:
        raise StaleClue(
            f"线索 {clue.number} 已由 {clue.settled_by} 处理"
            f"（{clue.get_state_display()}）。没有写入，请刷新后再看。"
        )
    return clue


def _redraw(clue: Clue, ground: Ground, scope: Scope) -> None:
    placed = clue_ground.place(ground, "", scope)
    if placed.region.pk != clue.region_id:
        raise InputRefused(f"新画的范围在{placed.region.name}，不在线索所在的{clue.region.name}。")
    if not ground.geom.intersects(clue.geom):
        raise InputRefused("新画的范围与报告的位置不相交。请在报告的位置上勾绘。")
    clue.geom, clue.outline, clue.radius_m = ground.geom, ground.outline, None
    clue.area_m2 = placed.area_m2


def _patch(clue: Clue, word: Word) -> Patch:
    day = timezone.localdate(word.at)
    source = Source(clue.source)
    batch, _ = Batch.objects.get_or_create(
        code=f"{CODES[source]}-{clue.region.code}-{day:%Y%m}",
        defaults={
            "title": f"{clue.region.name}{day.year} 年 {day.month} 月{source.label}线索",
            "source": source, "issued_on": day, "ruleset": RULESET,
        },
    )  # fmt: skip
    measured = clue_ground.measure(clue.geom, clue.region)
    ground: Any = GEOSGeometry(measured["ground"])
    return Patch.objects.create(
        batch=batch, region=clue.region, jcbh=clue.number, area_m2=measured["area_m2"],
        before_on=clue.clear_on, before_on_last=clue.clear_on,
        after_on_first=clue.found_on, after_on=clue.found_on, geom=clue.geom, ground=ground,
        delivered={"outline": clue.outline, "radius_m": clue.radius_m, "clue": clue.number},
        delivered_crs="EPSG:4490",
    )  # fmt: skip


def _settle(clue: Clue, state: ClueState, word: Word, **more: Any) -> None:
    clue.state, clue.settled_by, clue.settled_at = state, word.by, word.at
    clue.note = word.note.strip()
    for name, value in more.items():
        setattr(clue, name, value)
    clue.save()


def _into(clue: Clue, case: Case, word: Word, said: str, taken: Collection[int] | None) -> None:
    """The case's record names the clue and gets the files that were chosen; never who reported
    it. Whoever sees the case sees its evidence: a document that may name people is only taken
    where somebody says so."""
    files = list(clue.files.order_by("pk"))
    if taken is None:
        taken = [one.pk for one in files if one.is_photo]
    if set(taken) - {one.pk for one in files}:
        raise ClueRefused(f"选的附件不是线索 {clue.number} 的。没有写入，请刷新后再选。")
    ids = []
    for one in files:
        if one.pk not in taken:
            continue
        told_of = evidence.Said(note=f"线索 {clue.number} 的附件", came_at=clue.received_at)
        try:
            content = evidence.place_of(one.sha256).open("rb")
        except OSError as error:
            raise ClueRefused(
                f"附件 {one.file_name} 的原件缺失，没有写入。请联系系统管理员，或不选它再办。"
            ) from error
        with content:
            row, _ = evidence.receive(case, one.file_name, content, word.by, told_of, word.at)
        ids.append({"id": row.pk, "name": row.file_name, "sha256": row.sha256, "paper": row.paper,
                    "number": row.number})  # fmt: skip
    told: dict[str, Any] = {"clue": clue.number, "source": clue.source}
    if ids:
        told["evidence"] = ids
    note = f"{said}：{clue.number}（{clue.source}，{clue.found_on}）{word.note.strip()}"
    step = ledger.Step("remark", word.by, word.at, timezone.localdate(word.at), "", note, told)
    case.refresh_from_db()
    ledger.append(case, case.patch.address, step)
