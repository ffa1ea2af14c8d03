"""open_cases: a case for each issued patch that has none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from gisland.casework import cases
from gisland.casework.opening import waiting
from spatial.management.console import HouseCommand, add_json
from spatial.scope import everything

if TYPE_CHECKING:
    from argparse import ArgumentParser

CHUNK = 2000


class Command(HouseCommand):
    """Open cases in chunks, each wholly or not at all; again it does nothing."""

    help = "为已下发、尚未建案的图斑建案（选址、机器初筛批次除外）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """One batch, or all."""
        parser.add_argument("--batch", default="", help="只建这一批次的")
        parser.add_argument("--dry-run", action="store_true", help="只数，不写")
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, open, say."""
        ids = waiting(everything(), options["batch"])
        opened = 0
        for low in range(0, 0 if options["dry_run"] else len(ids), CHUNK):
            opened += len(cases.open_cases(ids[low : low + CHUNK], None, timezone.now()))
            self.progress(min(low + CHUNK, len(ids)), len(ids))
        if options["json"]:
            self.print_json({"waiting": len(ids), "opened": opened})
        elif options["dry_run"]:
            self.stdout.write(f"将为 {len(ids)} 个图斑建案（未写入）。")
        else:
            self.stdout.write(f"已为 {opened} 个图斑建案。")
