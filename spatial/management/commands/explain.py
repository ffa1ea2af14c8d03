"""explain: why this verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.engine.explain import current_assessment, explain
from spatial.engine.explain_lines import lines_of
from spatial.engine.explain_when import assessment_of_run, moment_of
from spatial.engine.known import assessment_known_at
from spatial.management.console import HouseCommand, add_json
from spatial.models import Patch

if TYPE_CHECKING:
    from argparse import ArgumentParser

    from spatial.models import Assessment


class Command(HouseCommand):
    """Print the proof of a patch's current assessment, or of an earlier one."""

    help = "说明图斑为何如此判定：碎块、规则、比较的两侧数值与差距、来源记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address, which assessment, and --json."""
        parser.add_argument("address", help="批次/县代码/监测编号")
        which = parser.add_mutually_exclusive_group()
        which.add_argument(
            "--known-at", metavar="DATE|TIME", help="按这一天（终了）或这一时刻所知的评定"
        )
        which.add_argument("--run", type=int, metavar="ID", help="某次分析的评定（未采用的也可）")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        patch = Patch.objects.by_address(options["address"])
        found = explain(patch, _asked_for(patch, options))
        if options["json"]:
            self.print_json(found)
            return
        for line in lines_of(found):
            self.stdout.write(line)


def _asked_for(patch: Patch, options: dict[str, Any]) -> Assessment:
    if options["run"] is not None:
        return assessment_of_run(patch, options["run"])
    if options["known_at"]:
        return assessment_known_at(patch, moment_of(options["known_at"]))
    return current_assessment(patch)
