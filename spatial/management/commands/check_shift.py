"""check_shift: whether a whole batch lies beside the survey's edges. 套合检查"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.engine.registration import shift_of
from spatial.engine.selection import patches_of
from spatial.management.console import HouseCommand, add_json

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Say how far a batch lies off the land-use edges, or that there are not enough of them."""

    help = "套合检查：整批图斑相对三调地类界有无偏移；沿地类界勾绘的图斑太少时说“边不够”。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The batch."""
        parser.add_argument("--batch", required=True, help="批次号")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Measure and say; nothing is written."""
        ids, _ = patches_of(options["batch"], None)
        shift = shift_of(ids)
        if options["json"]:
            self.print_json({"batch": options["batch"], **shift.as_json()})
        else:
            self.stdout.write(f"批次 {options['batch']}：{shift.said}")
