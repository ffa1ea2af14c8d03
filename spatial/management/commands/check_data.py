"""check_data: every claim of sql/checks holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError

from spatial.engine.checks import broken_claims
from spatial.management.console import HouseCommand, add_json

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Run every claim and print the rows that break it."""

    help = "逐条核对 sql/checks 中的断言；列出违反的记录。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Only --json."""
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Run, print, and exit 1 if anything is broken."""
        claims = broken_claims()
        if options["json"]:
            self.print_json({claim.name: claim.rows for claim in claims})
        for claim in claims if not options["json"] else ():
            self.stdout.write(f"{'✓' if not claim.rows else '✗'} {claim.name}：{claim.what}")
            for row in claim.rows[:20]:
                self.stdout.write(f"    {row}")
            if len(claim.rows) > 20:
                self.stdout.write(f"    …… 共 {len(claim.rows)} 条")
        if broken := [claim.name for claim in claims if claim.rows]:
            raise CommandError(f"{len(broken)} 条断言不成立：{'、'.join(broken)}")
