"""check_deadlines: what burns and what is overdue on a day; tells the levels that must hear."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from gisland.casework import deadlines, notices
from gisland.casework.clock_rules import book
from gisland.casework.conditions import levels_said
from spatial.management.console import HouseCommand, a_date, add_json
from spatial.scope import everything

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """The same day asked again gives the same answer, and adds no notice that is there."""

    help = (
        "检查各案件期限：逾期、今天截止、临近截止，并写下逾期通报（已有的不重复）；"
        "--as-of 查过去某日终了时的情况。"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The day."""
        parser.add_argument("--as-of", type=a_date, help="哪一天（默认今天）")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写通报")
        add_json(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Print what presses, the longest overdue first, and the counts."""
        as_of = options["as_of"] or timezone.localdate()
        found = deadlines.pressing(everything(), as_of)
        counts = deadlines.counts(found)
        written = 0 if options["dry_run"] else notices.issue(found)
        if options["json"]:
            self.print_json(
                {
                    "as_of": as_of.isoformat(),
                    "counts": counts,
                    "notices_written": written,
                    "cases": [one.told() for one in found],
                }
            )
            return
        for one in found:
            told = one.told()
            heard = f"　通报{levels_said(told['told_to'])}" if told["told_to"] else ""
            self.stdout.write(
                f"{told['address']}　{told['term']}　{told['due_on']} 截止，{told['said']}"
                f"　{told['stands']}　{told['officer'] or '未分派'}{heard}"
            )
        for code, states in counts.items():
            self.stdout.write(
                f"{book().clocks[code].term}：逾期 {states['overdue']}，"
                f"今天截止 {states['due_today']}，临近截止 {states['burning']}"
            )
        if written:
            self.stdout.write(f"写下逾期通报 {written} 份。")
        if not found:
            self.stdout.write(f"{as_of}：没有逾期或临近截止的案件。")
