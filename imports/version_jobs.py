"""Work on versions and ledgers that pages start in the background. 后台任务"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from imports import activate, approvals, effects, kept_ground, version_diff, versions
from imports.models import Delivery
from spatial.errors import InputRefused
from spatial.jobs import kind
from spatial.models import DatasetVersion, VersionStatus

if TYPE_CHECKING:
    from spatial.jobs import Progress
    from spatial.models import User


@kind("activate_delivery")
def activate_delivery(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Activate all that a delivery (``delivery``) or some of its ``versions`` have staged."""
    progress("启用")
    if ids := arguments.get("versions"):
        chosen = DatasetVersion.objects.filter(pk__in=ids).select_related("layer", "region")
        active = activate.activate_versions(chosen, by=by, progress=progress)
    else:
        active = activate.activate(_delivery(arguments), by=by, progress=progress)
    return {"active": [version.pk for version in active]}


@kind("discard_delivery")
def discard_delivery(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Give up all that a delivery (``delivery``), or the ``versions`` named, have staged."""
    progress("放弃")
    if ids := arguments.get("versions"):
        versions.discard(
            list(DatasetVersion.objects.filter(pk__in=ids).select_related("region")), by=by
        )
    else:
        versions.discard_delivery(_delivery(arguments), by=by)
    return {}


@kind("rollback_version")
def rollback_version(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Take a ``version`` out of use; what it had replaced comes back."""
    progress("退回")
    done = versions.rollback(int(arguments["version"]), by=by, progress=progress)
    return {
        "retired": done.version.pk,
        "restored": [version.pk for version in done.restored],
    }


@kind("withdraw_paper")
def withdraw_paper(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """End all open rows of the paper ``number`` of a ``layer``, in a ``region``."""
    progress("撤回")
    delivery = activate.withdraw(
        arguments["layer"], arguments["number"], region_code=arguments.get("region"), by=by
    )
    return {"delivery": delivery.pk, "closed": delivery.row_count}


@kind("compare_versions")
def compare_versions(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Compare a ``version`` with an ``old`` one (None: with nothing), and keep what was found."""
    progress("比较")
    old = versions.find(int(arguments["old"])) if arguments.get("old") else None
    version_diff.compare(old, versions.find(int(arguments["version"])))
    return {"compared": int(arguments["version"])}


@kind("foretell_activation")
def foretell_activation(
    arguments: dict[str, Any], by: User | None, progress: Progress
) -> dict[str, Any]:
    """Which patches the activation of a staged ``version`` would touch; nothing is changed."""
    progress("试算")
    version = versions.find(int(arguments["version"]))
    if version.status != VersionStatus.STAGED:
        raise InputRefused(f"版本 {version.pk} 不是待启用的版本，无须试算。")
    causes = effects.foretell(
        lambda: activate.activate_versions([version], by=by),
        as_of=datetime.date.fromisoformat(arguments["as_of"]),
    )
    patches = {patch for cause in causes for patch in cause.patch_ids}
    return {
        "patch_ids": sorted(patches),
        "causes": [cause.as_json() for cause in causes],
    }


@kind("judge_touched")
def judge_touched(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Judge what changed data touch as of a day; ``apply`` adopts the runs, else they wait."""
    progress("查找受影响的图斑")
    runs = effects.judge_touched(
        datetime.date.fromisoformat(arguments["as_of"]),
        by=by,
        apply=bool(arguments.get("apply")),
        progress=lambda done, total: progress("判定", done, total),
    )
    return {"runs": [run.pk for run in runs], "patches": sum(run.patch_total for run in runs)}


@kind("add_approval")
def add_approval(arguments: dict[str, Any], by: User | None, progress: Progress) -> dict[str, Any]:
    """Register a paper whose ground lies kept under ``token``; all or nothing."""
    token = arguments["token"]
    done = approvals.add(
        arguments["layer"], kept_ground.path_of(token, by), arguments["fields"],
        by=by, crs=arguments.get("crs") or None, mode=arguments.get("mode", ""),
        progress=progress,
    )  # fmt: skip
    kept_ground.forget(token)
    return {
        "delivery": done.delivery.pk,
        "number": done.delivery.options["set"]["document"],
        "layer": arguments["layer"],
        "active": done.versions,
        "rows": done.rows,
        "area_m2": str(done.area_m2),
    }


def _delivery(arguments: dict[str, Any]) -> Delivery:
    found = Delivery.objects.select_related("layer").filter(pk=arguments["delivery"]).first()
    if found is None:
        raise InputRefused(f"没有导入 {arguments['delivery']}。")
    return found
