"""All that the outputs of one site check are made from: read once a request. 检查所得"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gisland.pages import site_shapes, site_tables
from spatial.site_check.result import result

if TYPE_CHECKING:
    from collections.abc import Mapping

    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck


@dataclass(frozen=True)
class Told:
    """A check as one reader sees it."""

    site: SiteCheck
    scope: Scope
    result: dict[str, Any]

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The control lines that may be seen, in order."""
        return list(self.result["lines"])

    @cached_property
    def ground(self) -> dict[str, dict[str, Any]]:
        """By line the ground that it touches, as GeoJSON."""
        return site_shapes.ground_of(self.site, self)

    def what_if_shapes(self) -> list[dict[str, Any]]:
        """What would be free, for the map."""
        return []

    def page(self) -> dict[str, Any]:
        """What the template prints."""
        told = self.result
        return {
            "told": told,
            "lines": [
                {
                    **line,
                    "sign": site_tables.sign_of(line["answer"]),
                    "data": site_tables.data_of(told, line),
                    "table": site_tables.features(line) if line["features"] else None,
                }
                for line in self.lines
            ],
            "tables": site_tables.for_page(told),
            "past": site_tables.past(told),
            "versions": site_tables.versions(told),
        }


def told_of(site: SiteCheck, scope: Scope, address: Mapping[str, str]) -> Told:
    """The check with what the address asks of it."""
    return Told(site, scope, result(site, scope, look_for_changes=True))
