"""link_patches: which patches lie on the same ground."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spatial.engine.genealogy import link_patches, patches_to_link
from spatial.management.console import HouseCommand, add_json
from spatial.models.patch import LinkKind

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Find the links between patches anew; imports do it for what they bring."""

    help = "重建图斑沿革：同一地块上先后下发的图斑（重复、分出、并入、部分重叠）。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Which patches, and whether to write."""
        parser.add_argument("--batch", help="只重建该批次图斑的沿革；不写则全部")
        parser.add_argument("--dry-run", action="store_true", help="只计算，不写入")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        found = link_patches(patches_to_link(options["batch"]), dry_run=options["dry_run"])
        if options["json"]:
            self.print_json(
                {"patches": found.patches, "before": found.before, "after": found.after,
                 "written": not options["dry_run"]}
            )  # fmt: skip
            return
        self.stdout.write(f"图斑 {found.patches} 个{'（试运行，未写入）' * options['dry_run']}")
        for kind in LinkKind:
            before, after = found.before.get(kind, 0), found.after.get(kind, 0)
            if before or after:
                self.stdout.write(f"  {kind.label}：{before} → {after}")
