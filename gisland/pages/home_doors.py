"""The three doors of the front page: what each is for, how it stands, one next action."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from django.urls import NoReverseMatch, reverse

from gisland.pages.home_ratios import moved
from spatial import units
from spatial.models import Patch
from spatial.models.patch import Source

if TYPE_CHECKING:
    from gisland.pages.home_ratios import News
    from spatial.review.progress import BatchProgress
    from spatial.scope import Scope

NO_BATCH = "还没有图斑。请由数据管理员在“数据导入”导入一批。"


@dataclass(frozen=True)
class Door:
    """One door. Without ``action`` there is nothing to do behind it now."""

    title: str
    href: str
    figure: str
    """What stands large: a number, or a word."""
    said: str
    action: str = ""
    action_href: str = ""
    burns: bool = False


def doors(scope: Scope, batches: list[BatchProgress], ratios: News) -> list[Door]:
    """The doors that the site has, in their order."""
    return [_review(scope, batches), *_site_check(scope), _ratios(ratios)]


def desk_address(**asked: str) -> str:
    """The review desk with filters."""
    return f"{reverse('review')}?{urlencode(asked)}"


def waiting_address(one: BatchProgress) -> str:
    """The desk with what is left of a batch: what waits for a decision, else what is not judged."""
    return desk_address(batch=one.batch.code, status="waiting" if one.waiting else "unjudged")


def _review(scope: Scope, batches: list[BatchProgress]) -> Door:
    title, href = "图斑核查", reverse("review")
    if not batches:
        return Door(title, href, "—", NO_BATCH)
    waiting = [one for one in batches if one.left]
    total = sum(one.total for one in batches)
    if not waiting:
        return Door(title, href, "已判完", f"{len(batches)} 批 {total:,} 个图斑均已认定。",
                    "看核查结果", href)  # fmt: skip
    first = waiting[0]
    said = (
        f"{len(waiting)} 批未判完；最急 {first.batch}：{first.clock}，待认定 {first.waiting:,} 个。"
    )
    if unjudged := sum(one.unjudged for one in batches):
        said += f"另有 {unjudged:,} 个未评定，请数据管理员运行分析。"
    figure = f"{sum(one.waiting for one in batches):,} 个待认定"
    verb = "接着核查" if scope.can("decide") else "看"
    return Door(
        title, href, figure, said, f"{verb} {first.batch.code}",
        waiting_address(first), burns=first.burns,
    )  # fmt: skip


def _site_check(scope: Scope) -> list[Door]:
    try:
        href = reverse("site_check")
    except NoReverseMatch:
        return []
    title = "选址检查"
    if not scope.can("check_site"):
        return [Door(title, href, "—", "您的角色不能发起选址检查；可看共享给您的结果。")]
    own = scope.filter_patches(Patch.objects.filter(batch__source=Source.SITE)).count()
    said = "画图、贴坐标或传文件，当场看涉及哪些管控线、占什么地、怎样避让。"
    return [Door(title, href, f"{own:,} 次已查" if own else "查一块地", said, "查一块地", href)]


def _ratios(news: News) -> Door:
    title, href = "违法占耕比", reverse("ratios")
    if news.refused:
        return Door(title, href, "—", news.refused)
    if news.is_late:
        return Door(title, href, "…", "正在汇总最近一期的比例。", "看比例图", href)
    if news.figures is None:
        return Door(title, href, "—", "还没有分期的图斑，算不出比例。")
    figures = news.figures
    total = figures.total
    parts = [f"{figures.place} {news.period}，{figures.stage}"]
    if told := moved(total.change, figures.earlier_period):
        parts.append(told)
    if total.share is None:
        parts.append(f"没有分母：{total.row.reason or '没有图斑'}")
    if total.row.open_cultivated_m2:
        parts.append(f"另有 {units.mu(total.row.open_cultivated_m2):,} 亩耕地未认定")
    if total.is_small:
        parts.append(total.remark)
    basis = figures.title.removeprefix(title).strip("（）")
    return Door(
        title, href, f"{units.percent(total.share)}", f"{basis}：{'；'.join(parts)}。",
        f"看 {news.period} 比例图", news.href,
    )  # fmt: skip
