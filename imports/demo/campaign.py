"""Which situations happen where, so that every rule is met and the counties' ratios differ."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import shapely
import shapely.affinity

from imports.demo import farm, found, lent, offences, pairs, recipes, shapes
from imports.demo.claims import ILLEGAL, LEGAL, UNSUPPLIED, split
from imports.demo.park import write_park
from imports.demo.place import COUNTIES
from imports.demo.plan import BATCHES, FIRST, ISSUES, LAWFUL, LAWFUL_SHARE, MORE, WANTS
from imports.demo.scenes import Book, Scene, Shot, new_holder

if TYPE_CHECKING:
    from numpy.random import Generator
    from shapely.geometry import Polygon

    from imports.demo.sites import Sites

Recipe = Callable[[Scene], None]


def _recipe(name: str) -> Recipe:
    book = next(
        each for each in (recipes, lent, offences, farm, found, pairs) if hasattr(each, name)
    )
    recipe: Recipe = getattr(book, name)
    return recipe


class Campaign:
    """Writes scenes into a book until every county has its patches."""

    def __init__(self, rng: Generator, sites: Sites, patches: int) -> None:
        """Prepare for about this many patches."""
        self.book, self.sites, self.patches, self.rng = Book(rng), sites, patches, rng

    def run(self) -> Book:
        """Write all scenes: offences first, then lawful lots sized for the intended ratio."""
        self._crossings()
        for county, spec in enumerate(COUNTIES):
            quota = max(len(FIRST[county]) + 6, round(self.patches * spec.share))
            lawful = max(4, round(quota * LAWFUL_SHARE[county]))
            names = list(FIRST[county])
            pool = MORE[county]
            names += [pool[i % len(pool)] for i in range(max(0, quota - lawful - len(names)))]
            for name in sorted(names, key=lambda name: name not in WANTS):
                self._play(name, county, WANTS.get(name, "field"))
            size = self._lawful_size(county, lawful)
            for i in range(lawful):
                part = LAWFUL[county]
                self._play(
                    part[i % len(part)], county, "town", size * float(self.rng.uniform(0.65, 1.35))
                )
            for _ in range(max(2, quota // 12)):
                self._play("quiet", county, "town")
        write_park(self.book, self.sites.take(1, "town"))
        self._again()
        self._number()
        return self.book

    def _play(self, name: str, county: int, want: str, size: float = 0.0) -> None:
        site = self.sites.take(county, want) or self.sites.take(county, "field")
        if site is None:
            return
        size = min(size, 1.5 * site.reach**2)
        holder = new_holder(self.book, county)
        batch = "SHI202405" if name == "existing_later" else self._batch(county)
        _recipe(name)(Scene(self.book, site, name, batch, holder, size))

    def _batch(self, county: int) -> str:
        odds = np.array([issue.share[county] for issue in ISSUES])
        return ISSUES[int(self.rng.choice(len(ISSUES), p=odds / odds.sum()))].code

    def _lawful_size(self, county: int, count: int) -> float:
        """The mean area of a lawful lot that brings the county near its intended ratio."""
        target = COUNTIES[county].target_ratio
        if target is None:
            return 6000.0
        sums = dict.fromkeys((*LEGAL, *ILLEGAL, UNSUPPLIED), 0.0)
        for shot in self.book.shots:
            if shot.county == county and shot.situation not in ("existing", "mining"):
                for code, ground in split(shot):
                    sums[code] = sums.get(code, 0.0) + ground.area
        wrong = sum(sums[code] for code in ILLEGAL)
        done = sum(sums[code] for code in LEGAL) + sums[UNSUPPLIED]
        need = wrong * (1 / target - 1) - done
        return float(max(need, 2000.0 * count) / count * 1.14)

    def _crossings(self) -> None:
        """Patches without papers across county lines, one for each pair of neighbours."""
        for county in range(len(COUNTIES)):
            site = self.sites.take(county, "border")
            if site is None:
                continue
            shape = shapes.blob(self.rng, site.xy, min(2600.0, site.reach**2), 36)
            scene = Scene(self.book, site, "crossing", "BU2024Q1", new_holder(self.book, county))
            shot = scene.shot(shape, "JZ", [("unfiled", None)], named=False)
            shot.crosses, shot.county = True, self._most(shape)

    def _most(self, shape: Polygon) -> int:
        """The county that holds most of a shape."""
        west, south, east, north = shape.bounds
        grid = np.stack(np.meshgrid(np.linspace(west, east, 25), np.linspace(south, north, 25)), -1)
        points = grid.reshape(-1, 2)
        found = self.sites.county_of(points[shapely.contains_xy(shape, points)])
        return int(np.bincount(found[found >= 0]).argmax())

    def _again(self) -> None:
        """Two spots of the first batch are issued again by the province, a little shrunk."""
        old = [s for s in self.book.shots if s.situation == "unfiled" and s.batch == "BU2024Q1"]
        for shot in old[:2]:
            x, y = shot.geom.centroid.x, shot.geom.centroid.y
            shape = shapely.affinity.scale(shot.geom, 0.97, 0.97, origin=(x, y))
            self.book.shots.append(
                Shot(
                    "issued_again",
                    "SHENG202404",
                    shot.county,
                    shape,
                    shot.kind,
                    [("unfiled", None)],
                    shot.holder,
                )
            )

    def _number(self) -> None:
        """Give every patch its image dates and its number within county and batch."""
        counts: dict[tuple[str, int], int] = {}
        for shot in self.book.shots:
            issue = BATCHES[shot.batch]
            key = (shot.batch, shot.county)
            counts[key] = counts.get(key, 0) + 1
            shot.jcbh = f"{counts[key]:04d}"
            before = issue.before[int(self.rng.integers(0, len(issue.before)))]
            after = issue.after[int(self.rng.integers(0, len(issue.after)))]
            shot.before, shot.after = shot.before or before, shot.after or after
