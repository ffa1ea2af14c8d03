"""What a site check found, as far as one user may see it: pieces, zones, versions. 检查所得"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from spatial.hidden import hidden_rules
from spatial.install import layers_file
from spatial.models import DatasetVersion, Layer, Region, Zone
from spatial.models.dataset import Nature

if TYPE_CHECKING:
    from spatial.models import Assessment, Notion, PieceNotion, Rule, RulesetVersion, Run
    from spatial.scope import Scope
    from spatial.site_check.check import SiteCheck

NOTHING = Decimal(0)
ONE = Decimal(1)


@dataclass(frozen=True)
class Part:
    """A piece of the site within the user's counties."""

    pk: int
    county_id: int
    township_code: str
    area_m2: Decimal
    zones: dict[str, list[int]]
    notions: dict[str, PieceNotion] = field(repr=False)


@dataclass(frozen=True)
class Dated:
    """The version that counted for a layer in a county, or why there is none.

    ``state``: counted, empty (an office declared that there is nothing), old (counted, but a newer
    survey is due), expired (it ended before the day asked about), missing.
    """

    layer: str
    county_id: int
    state: str
    version: DatasetVersion | None = None


class Found:
    """The stored check, read once, narrowed to a scope: all outputs are made from it."""

    def __init__(self, site: SiteCheck, scope: Scope) -> None:
        """Read everything that outputs need."""
        self.site = site
        self.scope = scope
        self.assessment: Assessment = site.assessment
        self.run: Run = self.assessment.run
        self.ruleset: RulesetVersion = self.run.ruleset
        self.layers = {layer.code: layer for layer in Layer.objects.all()}
        self.home = site.patch.region
        self.sums: dict[int, Any] = {}
        """How the ground divides by each line, by rule (spatial.site_check.lines)."""

    @cached_property
    def _pieces(self) -> list[Any]:
        return list(self.assessment.pieces.defer("ground").prefetch_related("notions"))

    @cached_property
    def parts(self) -> list[Part]:
        """The pieces within the user's counties."""
        own = set(self.scope.county_ids)
        return [
            Part(
                piece.pk, piece.county_id, piece.township_code, piece.area_m2, piece.zones,
                {row.notion: row for row in piece.notions.all()},
            )
            for piece in sorted(self._pieces, key=lambda piece: piece.seq)
            if piece.county_id in own
        ]  # fmt: skip

    @property
    def total_m2(self) -> Decimal:
        """The site."""
        return Decimal(self.assessment.area_m2)

    @cached_property
    def outside_m2(self) -> Decimal:
        """Ground of the site beyond the user's counties: never judged before his eyes."""
        return self.total_m2 - sum((part.area_m2 for part in self.parts), NOTHING)

    @cached_property
    def hidden(self) -> set[tuple[str, str]]:
        """Action and code of the rules that the user may not see."""
        return {
            (action, code)
            for version, action, code in hidden_rules(self.scope)
            if version == self.ruleset.pk
        }

    @cached_property
    def marks(self) -> list[Rule]:
        """All control lines of the purpose, in order, the hidden ones too."""
        rules = self.ruleset.rules.filter(action="mark")
        return list(
            rules.prefetch_related("places__notion__leaves__leaf", "tests").order_by("rank")
        )

    @property
    def lines(self) -> list[Rule]:
        """The control lines that the user may see."""
        return [rule for rule in self.marks if ("mark", rule.code) not in self.hidden]

    @cached_property
    def zones(self) -> dict[int, Zone]:
        """The zones on the parts, by id, of the user's counties and of layers whose verdict he may
        see."""
        seen = set(self.scope.layers("verdict"))
        ids = {
            zone
            for part in self.parts
            for layer, numbers in part.zones.items()
            if layer in seen
            for zone in numbers
        }
        found = Zone.objects.filter(pk__in=ids, version__region_id__in=self.scope.county_ids)
        found = found.select_related("document", "holder", "version")
        return {zone.pk: zone for zone in found.defer("geom", "delivered")}

    def on(self, part: Part, layer: str) -> list[Zone]:
        """The zones of a layer that count on a part: of snapshots those of its county's version, of
        ledgers all, for a paper holds wherever its ground lies."""
        zones = [self.zones[number] for number in part.zones.get(layer, []) if number in self.zones]
        if self.layers[layer].nature == Nature.LEDGER:
            return zones
        return [zone for zone in zones if zone.version.region_id == part.county_id]

    @cached_property
    def counties(self) -> dict[int, Region]:
        """The user's counties that the site touches, its own first."""
        ids = {part.county_id for part in self.parts} | {self.home.pk}
        rows = Region.objects.filter(pk__in=ids).defer("geom")
        return {row.pk: row for row in sorted(rows, key=lambda row: row.pk != self.home.pk)}

    @cached_property
    def dated(self) -> dict[str, list[Dated]]:
        """By layer, which version counted in each county."""
        codes = [*self.leaf_layers, "township"]
        return {
            code: [
                self._dated(code, county, self._pinned.get((code, county), []))
                for county in self.counties
            ]
            for code in dict.fromkeys(codes)
            if code in self.layers
        }

    def around(self, codes: list[str]) -> dict[int, list[Dated]]:
        """By each of the user's counties that the run pinned: which version of these layers counts
        there, touched by the site or not."""
        counties = sorted({county for _, county in self._pinned} | set(self.counties))
        return {
            county: [
                self._dated(code, county, self._pinned.get((code, county), [])) for code in codes
            ]
            for county in counties
        }

    @cached_property
    def _pinned(self) -> dict[tuple[str, int], list[DatasetVersion]]:
        """The pinned versions of the user's counties, oldest first."""
        versions = DatasetVersion.objects.filter(
            runpin__run=self.run, region_id__in=self.scope.county_ids
        )
        found: dict[tuple[str, int], list[DatasetVersion]] = {}
        for version in versions.order_by("valid_from", "pk"):
            found.setdefault((version.layer_id, version.region_id), []).append(version)
        return found

    @cached_property
    def leaf_layers(self) -> list[str]:
        """Layers that the purpose's lines read, in their order."""
        found = [layer for rule in self.marks for layer in layers_of(rule)]
        return list(dict.fromkeys(found))

    def _dated(self, code: str, county: int, versions: list[DatasetVersion]) -> Dated:
        day = self.run.as_of
        begun = [one for one in versions if one.valid_from is None or one.valid_from <= day]
        if not begun:
            return Dated(code, county, "missing")
        newest = begun[-1]
        if newest.valid_until is not None and newest.valid_until <= day:
            return Dated(code, county, "expired", newest)
        if newest.declared_empty:
            return Dated(code, county, "empty", newest)
        months = renewed_months(code)
        old = months and newest.valid_from and months_between(newest.valid_from, day) > months
        return Dated(code, county, "old" if old else "counted", newest)


def layers_of(rule: Rule) -> list[str]:
    """The layers that a rule asks about, each once."""
    leaves = (leaf for place in rule.places.all() for leaf in leaves_of(place.notion))
    return list(dict.fromkeys(leaf.layer_id for leaf in leaves if leaf.layer_id))


def places_of(rule: Rule) -> list[tuple[str, str]]:
    """Relation and notion of each place of a rule."""
    return [(place.relation, place.notion.code) for place in rule.places.all()]


def leaves_of(notion: Notion) -> list[Notion]:
    """The notions of one layer that a notion comes down to."""
    return [row.leaf for row in notion.leaves.all()] or [notion]


def renewed_months(layer: str) -> int | None:
    """After how many months a newer version of the layer is due; None where it stays in force."""
    entry = layers_file()["layer"].get(layer, {})
    return entry.get("renewed_months")


def months_between(first: Any, last: Any) -> Decimal:
    """Months from one day to another, the days as parts of a month."""
    whole = (last.year - first.year) * 12 + last.month - first.month
    return Decimal(whole) + Decimal(last.day - first.day) / 31
