"""What waits for the reader, by what the reader's roles may do. 待办"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils import timezone

from gisland.pages import home_cases, home_imports
from gisland.pages.home_doors import desk_address, waiting_address
from gisland.pages.home_ratios import line_term, moved
from gisland.pages.home_rows import SHOWN, Row, Wait
from spatial import units, vocabulary
from spatial.models import Patch
from spatial.models.patch import Source

if TYPE_CHECKING:
    from gisland.pages.home_ratios import News
    from spatial.data_state import DataState
    from spatial.models import User
    from spatial.review.progress import BatchProgress
    from spatial.scope import Scope


def waits(
    scope: Scope, user: User | None, state: DataState, batches: list[BatchProgress], ratios: News
) -> list[Wait]:
    """The lists of this reader's roles, the most pressing role first."""
    if user is None:
        return []
    found = []
    if scope.can("decide"):
        found.append(_undecided(batches))
    found += home_cases.waits(scope, user, timezone.localdate())
    if scope.can("review"):
        found.append(_overtaken(batches))
    if scope.can("import"):
        found += home_imports.waits(scope, user, state)
    if scope.can("check_site") and not scope.can("decide"):
        found.append(_own_checks(scope))
    if "official" in scope.roles:
        found.append(_ratios(ratios))
    return found


def _undecided(batches: list[BatchProgress]) -> Wait:
    waiting = [one for one in batches if one.left]
    rows = [
        Row(
            text=str(one.batch),
            href=waiting_address(one),
            figure=f"{one.waiting:,} / {one.total:,} 个 · {units.mu(one.waiting_m2):,} 亩",
            note="；".join(_parts(one)),
            burns=one.burns,
        )
        for one in waiting[:SHOWN]
    ]
    overtaken = sum(one.overtaken for one in batches)
    if overtaken:
        rows.append(_overtaken_row(overtaken))
    return Wait(
        "未认定的图斑", "各批图斑都已认定。", rows,
        f"另有 {len(waiting) - SHOWN} 批" if len(waiting) > SHOWN else "", reverse("review"),
    )  # fmt: skip


def _parts(one: BatchProgress) -> list[str]:
    """The clock, and where the undecided stand."""
    told = [one.clock]
    for count, term in (
        (one.open, "未判"),
        (one.field_check, "外业核查"),
        (one.rejected, "已退回"),
        (one.unjudged, "未评定"),
    ):
        if count:
            told.append(f"{term} {count:,}")
    return told


def _overtaken_row(count: int) -> Row:
    return Row(
        "认定后初判有变", desk_address(overtaken="1"), f"{count:,} 个",
        "数据更新后初判与认定时不同，请复核", burns=True,
    )  # fmt: skip


def _overtaken(batches: list[BatchProgress]) -> Wait:
    """For whoever reviews: decisions to look at again, and how far each batch is."""
    overtaken = sum(one.overtaken for one in batches)
    rows = [_overtaken_row(overtaken)] if overtaken else []
    rows += [
        Row(
            str(one.batch), desk_address(batch=one.batch.code),
            f"已认定 {one.decided:,} / {one.total:,} 个", "；".join(_parts(one)), one.burns,
        )
        for one in batches
        if one.decided
    ][:SHOWN]  # fmt: skip
    return Wait("待复核的认定", "还没有认定可复核。", rows)


def _own_checks(scope: Scope) -> Wait:
    """The newest site checks of the reader's unit."""
    own = scope.filter_patches(Patch.objects.filter(batch__source=Source.SITE))
    if scope.unit_id is not None:
        own = own.filter(batch__owner_id=scope.unit_id)
    found = own.select_related("batch", "region").defer("geom", "ground", "region__geom")
    rows = [
        Row(
            text=patch.batch.title or patch.address,
            href=reverse("site_check_result", args=[patch.pk]),
            figure=f"{units.mu(patch.area_m2):,} 亩",
            note=f"{patch.region.name} · {patch.batch.created_at:%Y-%m-%d}",
        )
        for patch in found.order_by("-pk")[:SHOWN]
    ]
    return Wait("本单位的选址检查", "本单位还没有选址检查。", rows, "", reverse("site_check"))


def _ratios(news: News) -> Wait:
    """The newest ratios, the highest first: how they moved, and who is over a line."""
    title = "各县（市、区）违法占耕比"
    if news.is_late:
        return Wait(title, "正在汇总最近一期的比例。")
    if news.figures is None:
        return Wait(title, news.refused or "还没有分期的图斑，算不出比例。")
    figures = news.figures
    rows = []
    for line in figures.lines[:SHOWN]:
        over = line_term(line)
        told = (over, moved(line.change, figures.earlier_period), line.remark)
        rows.append(
            Row(
                line.row.name,
                news.href_of(line),
                units.percent(line.share),
                "；".join(filter(None, told)),
                burns=bool(over),
            )
        )
    basis = vocabulary.basis_term(figures.asked.query.basis)
    return Wait(
        f"{title} · {news.period} · {basis}", "没有县（市、区）。", rows, "看全部比例", news.href
    )
