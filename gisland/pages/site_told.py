"""All that the outputs of one site check are made from: read once a request. 检查所得"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from gisland.pages import site_shapes, site_tables
from spatial.errors import GislandError
from spatial.site_check.result import result
from spatial.site_check.what_if import HARD, what_if

if TYPE_CHECKING:
    from django.http import QueryDict

    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

AVOID = "avoid"
"""The parameter that names a line to stay clear of."""


@dataclass(frozen=True)
class Told:
    """A check as one reader sees it; ``avoid`` are the lines that the address stays clear of."""

    site: SiteCheck
    scope: Scope
    result: dict[str, Any]
    avoid: tuple[str, ...] = ()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The control lines that may be seen, in order."""
        return list(self.result["lines"])

    @cached_property
    def ground(self) -> dict[str, dict[str, Any]]:
        """By line the ground that it touches, as GeoJSON."""
        return site_shapes.ground_of(self.site, self)

    @property
    def hard(self) -> list[dict[str, Any]]:
        """Of the lines that are hit and may be drawn the grave ones, else all."""
        hit = self.drawable
        return [line for line in hit if line["severity"] and line["severity"] <= HARD] or hit

    @property
    def drawable(self) -> list[dict[str, Any]]:
        """The lines that are hit and whose ground the reader may see on a map."""
        return [
            line
            for line in self.lines
            if line["code"] in self.ground
            and all(self.scope.may("map", layer["code"]) for layer in line["layers"])
        ]

    @cached_property
    def tried(self) -> tuple[dict[str, Any] | None, str]:
        """What would be free without the lines to avoid, or why that cannot be said."""
        if not self.avoid:
            return None, ""
        try:
            return what_if(self.site, self.scope, lines=self.avoid), ""
        except GislandError as error:
            return None, str(error)

    @property
    def address(self) -> str:
        """The query string of what is asked beyond the check itself."""
        return f"?{urlencode([(AVOID, code) for code in self.avoid])}" if self.avoid else ""

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
            "free": self.free(),
            "more_address": self.address,
        }

    def free(self) -> dict[str, Any] | None:
        """The lines that can be stayed clear of, and what that would leave; None: none is hit."""
        hit = self.drawable
        if not hit and not self.avoid:
            return None
        chosen = self.avoid or tuple(line["code"] for line in self.hard)
        found, fault = self.tried
        return {
            "lines": [
                {"code": line["code"], "term": line["term"], "on": line["code"] in chosen}
                for line in hit
            ],
            "found": found,
            "fault": fault,
            "parts": site_tables.parts(found) if found and found["remaining"]["parts"] else None,
        }


def told_of(site: SiteCheck, scope: Scope, address: QueryDict) -> Told:
    """The check with what the address asks of it."""
    avoid = tuple(dict.fromkeys(address.getlist(AVOID)))
    return Told(site, scope, result(site, scope, look_for_changes=True), avoid)
