"""data_state: what data are in force where, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils import timezone

from spatial import data_state
from spatial.imagery_coverage import coverage
from spatial.management.console import HouseCommand, a_date, add_json

if TYPE_CHECKING:
    from argparse import ArgumentParser


class Command(HouseCommand):
    """Print layer by layer and county by county what counts on a day; the coverage by images."""

    help = "数据现状：各县各图层在用的版本、缺的、过期的、待启用的，以及各季度的影像覆盖。"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """On which day, and how to print."""
        parser.add_argument("--as-of", type=a_date, metavar="DATE", help="截至哪一天；缺省今天")
        add_json(parser)

    def handle(self, **options: Any) -> None:
        """Translate, call, print."""
        today = options["as_of"] or timezone.localdate()
        state, images = data_state.in_force(today), coverage()
        if options["json"]:
            self.print_json(
                {
                    "as_of": today,
                    "counts": state.counts,
                    "layers": state.record(),
                    "imagery": [row.record() for row in images],
                }
            )
            return
        for layer in state.layers:
            for cell in layer.cells:
                self.stdout.write(f"{layer.term}  {cell.county_name}  {_said(cell)}")
        for row in images:
            if row.images:
                self.stdout.write(f"影像 {row.period}  {row.county_name}  {row.words}")
        counts = state.counts
        self.say(
            "，".join(f"{term} {counts[code]}" for code, term in data_state.STATE_TERMS.items())
            + f"，待启用 {counts['staged']}（{today}）"
        )


def _said(cell: data_state.Cell) -> str:
    parts = [cell.state_term]
    if cell.version is not None:
        day = cell.version.valid_from
        parts.append(f"版本 {cell.version.pk} {day or '台账'}")
        if not cell.version.declared_empty:
            parts.append(f"{cell.version.zone_count} 个")
        if cell.version.source_name:
            parts.append(cell.version.source_name)
    parts += [f"待启用 {one.pk}" for one in cell.staged]
    return " · ".join(parts)
